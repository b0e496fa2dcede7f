import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import * as fc from 'fast-check';

import { decodeHeaderText } from './encoded-words.ts';
import '#test/support/seeded-properties.ts';

/** Processor time: what others do on the machine doesn't count. */
const cpuMs = (): number => process.cpuUsage().user / 1_000;

/** A raw value as it stands in bytes: UTF-8 text as latin1. */
function raw(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function base64Word(charset: string, bytes: Buffer | string): string {
  return `=?${charset}?B?${Buffer.from(bytes as string).toString('base64')}?=`;
}

const UTF16BE = Buffer.from('send secure', 'utf16le').swap16();
const JAPANESE = Buffer.concat([
  Buffer.from('\u001b$B', 'latin1'),
  Buffer.from([0x38, 0x21]),
  Buffer.from('\u001b(B send secure', 'latin1'),
]);

describe('subjects, decoded: T01 to T41', () => {
  const rows: readonly [id: string, value: string, text: string][] = [
    ['T01', 'send secure x', 'send secure x'],
    ['T02', 'SEND SECURE', 'SEND SECURE'],
    ['T03', 'SendSecure x', 'SendSecure x'],
    ['T04', 'send     secure', 'send     secure'],
    ['T05', 'send\tsecure', 'send\tsecure'],
    ['T06', 'x [send secure]: y', 'x [send secure]: y'],
    ['T10', '=?utf-8?q?send_secure?= x', 'send secure x'],
    ['T11', '=?utf-8?B?c2VuZCA=?= =?utf-8?B?c2VjdXJlIHg=?=', 'send secure x'],
    ['T12', '=?utf-8?B?c2U=?= =?utf-8?B?bmQgc2VjdXJl?=', 'send secure'],
    ['T13', '=?utf-8?B?c2U=?= \t =?utf-8?B?bmQgc2VjdXJl?=', 'send secure'],
    ['T14', '=?utf-8?B?c2VuZA==?= =?utf-8?B?c2VjdXJl?=', 'sendsecure'],
    ['T15 utf-16be', base64Word('utf-16be', UTF16BE), 'send secure'],
    ['T16 utf-7', '=?utf-7?Q?send_+AHM-ecure?=', 'send secure'],
    ['T17 iso-2022-jp', base64Word('iso-2022-jp', JAPANESE), '検 send secure'],
    ['T19', '=?us-ascii*en-us?Q?send_secure?=', 'send secure'],
    ['T20', 'send YourMessage secure', 'send YourMessage secure'],
    ['T21', 'Send Securemessage', 'Send Securemessage'],
    ['T22', 'resend secure', 'resend secure'],
    ['T23', 'xsend secure', 'xsend secure'],
    ['T24 raw', raw('send\u00a0secure'), 'send\u00a0secure'],
    ['T24 encoded', '=?utf-8?Q?send=C2=A0secure?=', 'send\u00a0secure'],
    ['T25', raw('send\u3000secure'), 'send\u3000secure'],
    ['T26', raw('send\u200bsecure'), 'send\u200bsecure'],
    ['T27', base64Word('utf-8', 'se\u200bnd secure'), 'se\u200bnd secure'],
    ['T28', '=?utf-8?Q?se=C2=ADnd_secure?=', 'se\u00adnd secure'],
    ['T29', raw('ｓｅｎｄ ｓｅｃｕｒｅ'), 'ｓｅｎｄ ｓｅｃｕｒｅ'],
    ['T30', raw('s\u0435nd s\u0435cure'), 's\u0435nd s\u0435cure'],
    ['T31', 'send-secure', 'send-secure'],
    ['T33 NUL', base64Word('utf-8', 'send\0secure'), 'send secure'],
    ['T33 CRLF', base64Word('utf-8', 'x\r\nBcc: a@b.c\r\nsend secure'), 'x Bcc: a@b.c send secure'],
    ['T34', '=?utf-8?Q?=3D=3Futf-8=3FQ=3Fsend=5Fsecure=3F=3D?=', '=?utf-8?Q?send_secure?='],
    ['T35 no padding', '=?utf-8?B?c2VuZA?= =?utf-8?B?IHNlY3VyZQ?=', 'send secure'],
    ['T35 lower-case b', '=?utf-8?b?c2VuZCBzZWN1cmU=?=', 'send secure'],
    ['T35 raw space in a Q word', '=?utf-8?Q?send secure?=', 'send secure'],
    ['T35 glued to text', 'a=?utf-8?Q?send_secure?=b', 'asend secureb'],
    ['T36 split inside a character', '=?utf-8?Q?f=C3?= =?utf-8?Q?=BCr?=', 'für'],
    ['T36 after 5,000 bytes', `${' x'.repeat(2500)} send secure`, `${' x'.repeat(2500)} send secure`],
    ['T38', 'Re: [EXTERNAL] send secure', 'Re: [EXTERNAL] send secure'],
    ['T40', raw('“send secure”'), '“send secure”'],
    ['T41', 'sned secure', 'sned secure'],
  ];
  for (const [id, value, text] of rows) {
    test(id, () => assert.deepEqual(decodeHeaderText(value), { text, uncertain: false }));
  }

  test('T18: an unknown charset is read as latin1 and said to be uncertain', () => {
    assert.deepEqual(decodeHeaderText('=?x-unknown?Q?send_secure?='), {
      text: 'send secure',
      uncertain: true,
    });
    assert.deepEqual(decodeHeaderText('=?x-unknown?Q?=E9?='), { text: 'é', uncertain: true });
  });

  test('bytes that do not fit their charset are uncertain', () => {
    assert.deepEqual(decodeHeaderText('=?utf-8?Q?a=FFb?='), { text: 'a\ufffdb', uncertain: true });
  });

  test('what looks like an encoded word and is none stays as it is, and is uncertain', () => {
    for (const value of ['=?utf-8?X?send?=', '=?utf-8?Q?send secure', '=?utf-8?Q'])
      assert.deepEqual(decodeHeaderText(value).text, value);
    assert.equal(decodeHeaderText('=?utf-8?X?send?=').uncertain, true);
    assert.equal(decodeHeaderText('=?utf-8?Q?send secure').uncertain, true);
  });

  test('raw bytes that are no UTF-8 are windows-1252', () => {
    assert.deepEqual(decodeHeaderText('Gr\u00fc\u00dfe \u0080'), { text: 'Grüße €', uncertain: false });
  });

  test('white space stays between a word and text, and between words with text between', () => {
    assert.equal(decodeHeaderText('a =?utf-8?q?b?= c =?utf-8?q?d?=').text, 'a b c d');
  });

  test('words of different charsets are joined without the space between', () => {
    assert.equal(decodeHeaderText('=?utf-8?q?=C3=A9?= =?iso-8859-15?q?=A4?=').text, 'é€');
  });

  test('a question mark that a mailer left inside a Q word', () => {
    assert.equal(decodeHeaderText('=?utf-8?Q?Who? me?=').text, 'Who? me');
  });

  test('many openings without an end are linear', () => {
    const started = cpuMs();
    for (const value of ['=?a?q?'.repeat(40_000), '=?'.repeat(120_000), `${'=?a?b?'.repeat(40_000)}?=`])
      assert.equal(decodeHeaderText(value).text.length > 0, true);
    assert.ok(cpuMs() - started < 2_000);
  });

  test('no input throws, and none gives CR, LF or NUL', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '=?',
        '?=',
        '=?utf-8?q?',
        '=?utf-7?b?',
        '=?gb18030?Q?',
        '\r\n',
        '\0',
        '=0D=0A',
        '*en',
        '+',
      ),
      fc.string({ unit: 'binary-ascii' }),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        assert.doesNotMatch(decodeHeaderText(pieces.join('')).text, /[\r\n\0]/u);
      }),
      { numRuns: 500 },
    );
  });
});
