import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wantedOfCode } from './further-codes.ts';
import { findNearMiss } from './near-miss.ts';
import { carriesCode, parseSubjectCode } from './subject-code.ts';

const CODES = ['phi mail', '[secure]', '#cifrar', 'envío protegido', 'medcrypt'].map((code) =>
  parseSubjectCode(code),
);

test('a further code counts as the built-in one does: case, gaps, compatibility forms, invisible characters', () => {
  for (const subject of [
    'PHI Mail: labs',
    'Re: phi   mail',
    'phimail',
    'phi\u200bmail',
    'ｐｈｉ　ｍａｉｌ',
    'labs [SECURE]',
    'labs[secure]now',
    '#cifrar resultados',
    'Envío Protegido',
    'Envi\u0301o protegido',
    'medcrypt',
    'x\0phi mail',
  ])
    assert.equal(carriesCode(subject, CODES), true, subject);
});

test('words that only contain it do not', () => {
  for (const subject of [
    'graphi mail',
    'phi mailer',
    'secure',
    '#cifrarlo',
    'medcrypts',
    'phi, mail',
    'lunch?',
  ])
    assert.equal(carriesCode(subject, CODES), false, subject);
});

test('without being configured it means nothing, and the built-in code always counts', () => {
  assert.equal(carriesCode('phi mail'), false);
  assert.equal(carriesCode('send secure', CODES), true);
});

test('a code that begins inside itself is found', () => {
  assert.equal(carriesCode('### x', [['##', 'x']]), true);
});

function near(subject: string, line = ''): string | null {
  const facts = {
    subjects: [subject],
    firstBodyLine: line,
    lastBodyLine: '',
    isAnswerOrForward: false,
    threadFromOutside: false,
    settledNearMisses: [],
  };
  return findNearMiss(facts, CODES)?.kind ?? null;
}

test('mistyped it is a near miss', () => {
  for (const subject of [
    'phi mial',
    'phi, mail',
    'phi-mail labs',
    'phimial',
    'phimails',
    'envio protegido',
    'medcrytp',
  ])
    assert.equal(near(subject), 'further-code', subject);
  assert.equal(near('labs', 'PHI mail'), 'further-code');
});

test('ordinary subjects are none', () => {
  for (const subject of ['phi beta kappa mail', 'Why mail? phi. Mail', 'about mail', 'lunch?', 'decrypt it'])
    assert.equal(near(subject), null, subject);
});

test('what may be a code', () => {
  for (const code of ['phi mail', '[secure]', '#enc1', 'medcrypt', 'envío protegido', 'zixit'])
    assert.equal(wantedOfCode(code), null, code);
  for (const bad of [
    '',
    'abc',
    '[x]',
    'secure',
    'Encrypt',
    'CONFIDENTIAL',
    'seguro',
    'send secure',
    'Send  Secure',
    'x'.repeat(41),
  ])
    assert.equal(typeof wantedOfCode(bad), 'string', bad);
});
