import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import type { NearMiss } from './facts.ts';
import { findNearMiss, nearMissName } from './near-miss.ts';
import type { NearMissFacts } from './near-miss.ts';
import { ORDINARY_NEAR_SECURE, ORDINARY_NEAR_SEND } from './ordinary-words.ts';
import { isOneSlipAway } from './subject-words.ts';
import '#test/support/seeded-properties.ts';

function factsOf(changes: Partial<NearMissFacts>): NearMissFacts {
  return {
    subjects: [],
    firstBodyLine: '',
    lastBodyLine: '',
    isAnswerOrForward: false,
    threadFromOutside: false,
    settledNearMisses: [],
    ...changes,
  };
}

function kindOf(subject: string): NearMiss['kind'] | null {
  return findNearMiss(factsOf({ subjects: [subject] }))?.kind ?? null;
}

const NEAR: Readonly<Record<NearMiss['kind'], readonly string[]>> = {
  misspelled: [
    'sned secure',
    'send secrue',
    'send secur',
    'snd secure',
    'sendd secure',
    'semd secure lab results',
    'Re: Send Scure',
    'send secuer: results',
    'sned secrue',
    'sendsecrue',
    'sedn secure',
    'ssend secure',
    'sen dsecure',
    'sends ecure',
    's e n d  s e c u r e',
    'sned-secure',
    'xsend secure',
    'send secure2',
    'ssend secrue',
  ],
  joined: [
    'Send Securemessage',
    'resend secure',
    'send secured',
    'sendsecurely',
    'send securely',
    'sendsecured',
    'resendsecure',
    'send mysecure',
    'sendit secure',
    '_send secure_ x',
    '今天请send secure',
  ],
  'words-between': [
    'send YourMessage secure',
    'send this secure',
    'Send lab results secure',
    'please send MRN 12-34 secure',
    "send Dr. O'Brien's file secure",
    'send and secure',
    'send - file - secure',
    'send the file to secure',
    'send via secure email',
    'send me a secure link',
  ],
  reversed: [
    'secure send',
    'Secure Send: labs',
    'Re: Fwd: secure send labs',
    'labs (secure send) x',
    'labs securesend',
  ],
  punctuated: [
    'send, secure',
    'send-secure',
    'send_secure',
    'send.secure',
    'send/secure',
    'Send – Secure',
    'send & secure',
    'send: secure',
  ],
  'look-alike': [
    's\u0435nd s\u0435cure',
    'ѕеnd secure',
    's3nd secure',
    '5end 5ecure',
    '$end $ecure',
    'sénd sécure',
    'send secure\u0331',
    's\u0332e\u0332n\u0332d\u0332 s\u0332e\u0332c\u0332u\u0332r\u0332e\u0332',
    'SΕΝD SΕCURΕ',
    '🅢🅔🅝🅓 🅢🅔🅒🅤🅡🅔',
    'ѕеndsecure',
    '\u202eeruces dnes\u202c',
  ],
  'vendor-tag': [
    '[encrypt]',
    '(secure)',
    '[secure] labs',
    'labs [Encrypted]',
    '#secure# labs',
    '#encrypt labs',
    '{Secure} x',
    'secure: labs',
    'Labs - secure',
    'encrypt',
    'secure',
    '[Secure Email] labs',
    'Re: [encrypt] labs',
    '[cifrado] resultados',
    '[envío seguro]',
    '[encypt] labs',
    '(Secrue)',
  ],
  'code-in-body': [],
  'further-code': [],
};

const NEITHER: readonly string[] = [
  'please do not send insecure',
  'sending the secure form',
  'Please send deposit to secure your appointment',
  'Bend, secure and lift',
  'Sent secure link for MRI upload',
  'lend secured',
  'lunch?',
  'sender secure',
  'send security question',
  'End secure session',
  'Spend securely',
  'We send mail so that the new building stays nicely secure',
  'When you use secure send in the portal',
  'Is it secure? Send a comment',
  'Secured lending: send now',
  'Townsend secure parking',
  'Sen. Secure Act vote',
  'Security update',
  'Re: encryption options',
  'a secure [draft] plan',
  'Send the form and secure your place',
  'Where to send it? The site is secure',
  'Company news - Secure Access Company',
  'Consent form - secure upload',
  'non -secure-mode',
  'Please secure (all doors)',
  '',
];

for (const [kind, subjects] of Object.entries(NEAR)) {
  for (const subject of subjects) {
    test(`near miss (${kind}): ${JSON.stringify(subject)}`, () => assert.equal(kindOf(subject), kind));
  }
}
for (const subject of NEITHER) {
  test(`neither: ${JSON.stringify(subject)}`, () => assert.equal(kindOf(subject), null));
}

test('a subject that carries the code is passed over', () => {
  assert.equal(kindOf('send secure, or rather sned secure'), null);
  assert.equal(findNearMiss(factsOf({ subjects: ['send secure [encrypt]', 'hello'] })), null);
});

test('every Subject field is looked at', () => {
  assert.equal(findNearMiss(factsOf({ subjects: ['hello', 'sned secure'] }))?.kind, 'misspelled');
});

test('a vendor tag in an answer to mail from outside is that side’s tag; anywhere else it is the author’s', () => {
  const tagged = { subjects: ['Re: [secure] labs'] };
  assert.equal(findNearMiss(factsOf({ ...tagged, isAnswerOrForward: true, threadFromOutside: true })), null);
  assert.equal(findNearMiss(factsOf({ ...tagged, isAnswerOrForward: true }))?.kind, 'vendor-tag');
  assert.equal(findNearMiss(factsOf({ ...tagged, threadFromOutside: true }))?.kind, 'vendor-tag');
  const slip = factsOf({ subjects: ['Re: sned secure'], isAnswerOrForward: true, threadFromOutside: true });
  assert.equal(findNearMiss(slip)?.kind, 'misspelled');
});

test('a settled vendor tag is not asked about again, another one is', () => {
  const first = findNearMiss(factsOf({ subjects: ['[Encrypt] labs'] }));
  assert.ok(first);
  assert.equal(nearMissName(first), 'vendor-tag:encrypt');
  const settledNearMisses = [nearMissName(first)];
  assert.equal(findNearMiss(factsOf({ subjects: ['Re: [Encrypt] labs'], settledNearMisses })), null);
  assert.equal(
    findNearMiss(factsOf({ subjects: ['Re: [Encrypt] [secure] labs'], settledNearMisses }))?.tag,
    'secure',
  );
  assert.equal(
    findNearMiss(factsOf({ subjects: ['sned secure'], settledNearMisses: ['misspelled'] }))?.kind,
    'misspelled',
  );
});

for (const line of [
  'send secure',
  'Send Secure.',
  '[SENDSECURE]',
  '** send secure **',
  'send-secure',
  'sned secure',
]) {
  test(`the code alone on the first or last line: ${line}`, () => {
    assert.equal(findNearMiss(factsOf({ subjects: ['labs'], firstBodyLine: line }))?.kind, 'code-in-body');
    assert.equal(findNearMiss(factsOf({ subjects: ['labs'], lastBodyLine: line }))?.kind, 'code-in-body');
  });
}

for (const line of ['> send secure', 'I will send secure mail', 'Sent secure', 'send', '']) {
  test(`no code alone on a line: ${line}`, () => {
    assert.equal(
      findNearMiss(factsOf({ subjects: ['labs'], firstBodyLine: line, lastBodyLine: line })),
      null,
    );
  });
}

test('what is shown of a subject is short', () => {
  const found = findNearMiss(factsOf({ subjects: [`send ${'x'.repeat(5000)} secure`] }));
  assert.ok(found && found.text.length <= 121);
});

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** Every word that one slip makes of a key word. */
function slipsOf(key: string): Set<string> {
  const slips = new Set<string>();
  for (let at = 0; at <= key.length; at++) {
    const [head, tail] = [key.slice(0, at), key.slice(at)];
    for (const letter of LETTERS) slips.add(head + letter + tail).add(head + letter + tail.slice(1));
    slips.add(head + tail.slice(1)).add(head + tail.slice(1, 2) + tail.slice(0, 1) + tail.slice(2));
  }
  slips.delete(key);
  return slips;
}

test('every slip in the first word is held but for ordinary words', () => {
  for (const slip of slipsOf('send')) {
    const kind = kindOf(`${slip} secure labs`);
    if (ORDINARY_NEAR_SEND.has(slip)) assert.equal(kind, null, slip);
    else assert.notEqual(kind, null, slip);
  }
});

test('every slip in the second word is held, also the ordinary ones: the first word is the key word', () => {
  for (const slip of slipsOf('secure')) assert.notEqual(kindOf(`send ${slip} labs`), null, slip);
  for (const word of ORDINARY_NEAR_SECURE) assert.equal(kindOf(`lend ${word}`), null, word);
});

test('every ordinary word in the list is one slip away', () => {
  for (const word of ORDINARY_NEAR_SEND) assert.ok(isOneSlipAway(word, 'send'), word);
  for (const word of ORDINARY_NEAR_SECURE) assert.ok(isOneSlipAway(word, 'secure'), word);
});

test('a subject of any characters with the code in it is passed over, without it gives an answer', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (head, tail) => {
      assert.equal(kindOf(`${head} send secure ${tail}`), null);
      assert.doesNotThrow(() => kindOf(head));
    }),
  );
});
