import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { carriesCode, parseSubjectCode, withoutCode } from './subject-code.ts';
import '#test/support/seeded-properties.ts';

const SECURE: readonly string[] = [
  'send secure',
  'SEND SECURE lab results',
  'Re: Send   Secure hi',
  'sendsecure',
  'SendSecure x',
  '[send secure]',
  'x [send secure]: y',
  '"send secure" x',
  '“send secure”',
  'Send Secure:',
  'Sendsecure.',
  'Re: [EXTERNAL] send secure',
  'send\tsecure',
  'send\r\n secure',
  'send\r\n\t \r\nsecure',
  'send\u00a0secure',
  'send\u3000secure',
  'send\u2028secure',
  'send\u0085secure',
  'send\u200bsecure',
  'se\u200bnd sec\u00adure',
  '\u202asend \u2066secure\u2069\u202c',
  'send\u3164secure',
  'send\u2800secure',
  'send\0secure',
  'se\0nd secure',
  'x\0send secure\0y',
  'x\r\nBcc: a@b.example\r\nsend secure',
  'ｓｅｎｄ ｓｅｃｕｒｅ',
  '𝓼𝓮𝓷𝓭 𝔰𝔢𝔠𝔲𝔯𝔢',
  'ſend ſecure',
  '\u{1f512}\ufe0fsend secure\u{1f512}',
  'send-send secure',
  'a \u0301send secure',
  'send secure,send secure',
];

const NOT_SECURE: readonly string[] = [
  'send YourMessage secure',
  'send, secure',
  'send-secure',
  'send_secure',
  'send.secure',
  'send/secure',
  'Send Securemessage',
  'resend secure',
  'xsend secure',
  'send secured',
  'sendsecurely',
  'sned secure',
  '_send secure',
  'send secure_',
  'send secure2',
  '2send secure',
  '\u{1d7d8}send secure',
  '\u{20000}send secure',
  'e\u0331send secure',
  'send secure\u0331',
  'send secure\u0301',
  's\u0435nd secure',
  'lunch?',
  '=?utf-8?Q?send=5Fsecure?=',
  '',
];

for (const subject of SECURE) {
  test(`T01–T40 secure: ${JSON.stringify(subject)}`, () => assert.equal(carriesCode(subject), true));
}
for (const subject of NOT_SECURE) {
  test(`T20–T34 not the code: ${JSON.stringify(subject)}`, () => assert.equal(carriesCode(subject), false));
}

const blanks = fc.string({
  unit: fc.constantFrom(' ', '\t', '\n', '\r', '\u00a0', '\u2003', '\u3000', '\u0085'),
});
const invisibles = fc.string({
  unit: fc.constantFrom('\u200b', '\u200d', '\u00ad', '\u2060', '\ufeff', '\u202e', '\u2069', '\u{e0041}'),
  maxLength: 3,
});
const edge = fc.string({
  unit: fc.constantFrom(...' .,:;!?-()[]{}<>"“”«»/\\|#*+=~\u{1f512}\u2014'),
  maxLength: 4,
});

/** `word` in any mixture of cases and widths, with invisible characters anywhere. */
function disguised(word: string): fc.Arbitrary<string> {
  const letters = [...word].map((letter) => {
    const wide = String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0);
    return fc
      .tuple(invisibles, fc.constantFrom(letter, letter.toUpperCase(), wide))
      .map((pair) => pair.join(''));
  });
  return fc.tuple(...letters).map((parts) => parts.join(''));
}

const decorated = fc.tuple(disguised('send'), invisibles, blanks, invisibles, disguised('secure'));

test('any decoration by case, width, blanks, invisible characters and signs around keeps the code', () => {
  fc.assert(
    fc.property(fc.string(), edge, decorated, edge, fc.string(), (head, open, code, close, tail) => {
      assert.equal(carriesCode(`${head} ${open}${code.join('')}${close} ${tail}`), true);
    }),
  );
});

test('a letter, digit or underscore glued to either side makes it no code', () => {
  const glued = fc.constantFrom('x', 'S', 'é', 'ß', 'ж', '漢', '7', '٣', '½', '_', 'a\u0331', '\u{1d7d8}');
  fc.assert(
    fc.property(glued, fc.boolean(), decorated, invisibles, (glue, isBefore, code, hidden) => {
      const text = code.join('');
      assert.equal(carriesCode(isBefore ? `${glue}${hidden}${text}` : `${text}${hidden}${glue}`), false);
    }),
  );
});

test('a subject of any characters gives an answer', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof carriesCode(text) === 'boolean'));
});

test('a subject without its code', () => {
  const further = [parseSubjectCode('[phi]')];
  for (const [subject, expected] of [
    ['send secure Your results', 'Your results'],
    ['Your results - Send  Secure', 'Your results'],
    ['[send secure]: Your results', 'Your results'],
    ['Your (SEND SECURE) results', 'Your  results'],
    ['[PHI] Your results', 'Your results'],
    ['Please send securely', 'Please send securely'],
    ['Your results', 'Your results'],
    ['send secure', ''],
    ['', ''],
    // Another form than what stands there: nothing is cut in the wrong place.
    ['se\u200bnd secure Your results', 'se\u200bnd secure Your results'],
  ] as const)
    assert.equal(withoutCode(subject, further), expected, subject);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (subject) => {
      if (!carriesCode(subject)) assert.equal(withoutCode(subject), subject);
    }),
  );
});
