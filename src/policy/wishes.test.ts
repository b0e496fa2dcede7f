import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { parseSubjectCode } from './subject-code.ts';
import { readFieldWishes } from './wish-fields.ts';
import { readSubjectWishes } from './wish-words.ts';
import { resolveWishes, type Wishes } from './wishes.ts';

const DAYS = { today: '2026-11-21', lastDay: '2027-11-21' };
const NOTHING = { expiresOn: null, readByDay: null, noReply: false, verify: false, unmet: [] };

/** Subject → what is asked for, beside nothing, and the subject that is shown. */
const UNDERSTOOD: readonly (readonly [string, Partial<Wishes>, string])[] = [
  ['send secure expires 14d', { expiresOn: '2026-12-05' }, 'send secure'],
  ['send secure expires 14d Labs', { expiresOn: '2026-12-05' }, 'send secure Labs'],
  ['Send Secure Expires: 2 weeks - Labs', { expiresOn: '2026-12-05' }, 'Send Secure - Labs'],
  ['send secure expires in 3 months: Labs', { expiresOn: '2027-02-21' }, 'send secure: Labs'],
  ['send secure expires on 2026-12-31', { expiresOn: '2026-12-31' }, 'send secure'],
  ['Labs send secure expires tomorrow', { expiresOn: '2026-11-22' }, 'Labs send secure'],
  ['send secure expires today', { expiresOn: '2026-11-21' }, 'send secure'],
  ['send secure expires friday x', { expiresOn: '2026-11-27' }, 'send secure x'],
  ['send secure expires saturday', { expiresOn: '2026-11-28' }, 'send secure'],
  ['send secure read by 1 Dec Labs', { readByDay: '2026-12-01' }, 'send secure Labs'],
  ['send secure read by Dec 1st, 2026 Labs', { readByDay: '2026-12-01' }, 'send secure Labs'],
  ['send secure read by 3 February', { readByDay: '2027-02-03' }, 'send secure'],
  ['send secure no reply Labs', { noReply: true }, 'send secure Labs'],
  ['send secure no-reply: Labs', { noReply: true }, 'send secure: Labs'],
  ['send secure: no reply', { noReply: true }, 'send secure:'],
  ['send secure: verify, no reply - Labs', { verify: true, noReply: true }, 'send secure: - Labs'],
  ['send secure no reply needed', { noReply: true }, 'send secure'],
  ['[send secure] verify Labs', { verify: true }, '[send secure] Labs'],
  ['(send secure verify) Labs', { verify: true }, '(send secure) Labs'],
  ['SEND SECURE VERIFY', { verify: true }, 'SEND SECURE'],
  ['send secure ｖｅｒｉｆｙ x', { verify: true }, 'send secure x'],
  ['send secure ver\u200bify x', { verify: true }, 'send secure x'],
  [
    'send secure expires 14d, read by 1 Dec, no reply and verify Labs',
    { expiresOn: '2026-12-05', readByDay: '2026-12-01', noReply: true, verify: true },
    'send secure Labs',
  ],
  ['send secure caduca en 14 días Análisis', { expiresOn: '2026-12-05' }, 'send secure Análisis'],
  ['send secure vence el 1 de diciembre de 2026', { expiresOn: '2026-12-01' }, 'send secure'],
  ['send secure leer hasta 1 dic y sin respuesta', { readByDay: '2026-12-01', noReply: true }, 'send secure'],
  ['send secure expira man\u0303ana Hola', { expiresOn: '2026-11-22' }, 'send secure Hola'],
  ['send secure verificar Hola', { verify: true }, 'send secure Hola'],
];

/** Subject → nothing is asked for. */
const LEFT: readonly string[] = [
  'send secure Labs expires 14d',
  'send secure Labs',
  'send secure',
  'verify send secure',
  'expires 14d',
  'send secure: no reply from the lab yet',
  'send secure: verify your insurance',
  'send secure: sin respuesta del laboratorio',
  'send secure verification of benefits',
  'send secure expired licence',
  'send secure very late',
  'send secure no replying machine',
  'send secured verify',
];

const NOT_UNDERSTOOD: readonly (readonly [string, Partial<Wishes>])[] = [
  ['send secure expires soon', { unmet: [{ name: 'expires', why: 'no-day' }] }],
  ['send secure expires 1/12 Labs', { unmet: [{ name: 'expires', why: 'no-day' }] }],
  ['send secure expires 14 Labs', { unmet: [{ name: 'expires', why: 'no-day' }] }],
  ['send secure read by', { unmet: [{ name: 'read-by', why: 'no-day' }] }],
  ['send secure exipres 14d Labs', { unmet: [{ name: 'expires', why: 'misspelled' }] }],
  ['send secure verfy Labs', { verify: true, unmet: [{ name: 'verify', why: 'misspelled' }] }],
];

describe('words behind the code', () => {
  for (const [subject, wishes, shown] of UNDERSTOOD) {
    it(`R72: are understood and taken out: ${JSON.stringify(subject)}`, () => {
      const found = readSubjectWishes(subject);
      assert.deepEqual(resolveWishes(found.stated, DAYS), { ...NOTHING, ...wishes });
      assert.equal(found.shownSubject, shown);
    });
  }

  for (const subject of LEFT) {
    it(`ask for nothing: ${JSON.stringify(subject)}`, () => {
      const found = readSubjectWishes(subject);
      assert.deepEqual(resolveWishes(found.stated, DAYS), NOTHING);
      assert.equal(found.shownSubject, subject);
    });
  }

  for (const [subject, wishes] of NOT_UNDERSTOOD) {
    it(`stay where they are not understood: ${JSON.stringify(subject)}`, () => {
      const found = readSubjectWishes(subject);
      assert.deepEqual(resolveWishes(found.stated, DAYS), { ...NOTHING, ...wishes });
      assert.equal(found.shownSubject, subject);
    });
  }

  it('keep what was understood before one that was not', () => {
    const found = readSubjectWishes('send secure verify, expires whenever Labs');
    assert.equal(found.shownSubject, 'send secure, expires whenever Labs');
    assert.deepEqual(resolveWishes(found.stated, DAYS), {
      ...NOTHING,
      verify: true,
      unmet: [{ name: 'expires', why: 'no-day' }],
    });
  });

  it('stand behind a code of the organisation as well', () => {
    const codes = [parseSubjectCode('[secure]')];
    const { stated, shownSubject } = readSubjectWishes('[secure] no reply Labs', codes);
    assert.deepEqual([stated.noReply, shownSubject], [true, '[secure] Labs']);
    assert.equal(readSubjectWishes('[secure] no reply Labs').stated.noReply, false);
  });

  it('name a day that is over, or too far away, or none', () => {
    const why = (subject: string) => resolveWishes(readSubjectWishes(subject).stated, DAYS).unmet;
    assert.deepEqual(why('send secure expires 2026-11-20'), [{ name: 'expires', why: 'day-past' }]);
    assert.deepEqual(why('send secure expires 2027-11-22'), [{ name: 'expires', why: 'day-too-late' }]);
    assert.deepEqual(why('send secure read by 31 feb'), [{ name: 'read-by', why: 'no-day' }]);
    assert.deepEqual(why('send secure expires 9999 months'), [{ name: 'expires', why: 'day-too-late' }]);
  });

  it('take time in the length of the subject', () => {
    for (const long of [
      'send secure '.repeat(20_000),
      `send secure ${'verify '.repeat(20_000)}`,
      '\u0301'.repeat(99_999),
    ])
      assert.ok(readSubjectWishes(long).shownSubject.length > 0);
  });
});

describe('fields of applications', () => {
  const read = (...fields: readonly (readonly [string, string])[]): Wishes =>
    resolveWishes(readFieldWishes(fields.map(([lowerName, value]) => ({ lowerName, value }))), DAYS);

  it('R72: say the same as the words', () => {
    const all = read(
      ['x-sendsecure-expires', ' 2026-12-31 '],
      ['x-sendsecure-read-by', '7d'],
      ['x-sendsecure-no-reply', 'yes'],
      ['x-sendsecure-verify', ''],
      ['subject', 'verify'],
    );
    const wanted = { expiresOn: '2026-12-31', readByDay: '2026-11-28', noReply: true, verify: true };
    assert.deepEqual(all, { ...NOTHING, ...wanted });
  });

  it('may say no, and are not understood half', () => {
    assert.deepEqual(read(['x-sendsecure-verify', 'No'], ['x-sendsecure-no-reply', 'false']), NOTHING);
    const unmet = [{ name: 'expires', why: 'no-day' }];
    assert.deepEqual(read(['x-sendsecure-expires', '14d or so']), { ...NOTHING, unmet });
  });
});
