import assert from 'node:assert/strict';
import { test } from 'node:test';

import { outerSubjectOf } from './outer-subject.ts';

const message = { subject: 'send secure: Results', author: 'ann@hospital.test', recipient: 'jane@mail.test' };

test('a subject is shown where it may be, of nobody else’s message', () => {
  const asked: string[][] = [];
  const settings = (may: boolean) => ({
    policy: { furtherCodes: [] },
    showsSubject: (...who: readonly string[]) => {
      asked.push([...who]);
      return may;
    },
  });
  assert.equal(outerSubjectOf(settings(true), { ...message, authorIsOurs: true }), 'Results');
  assert.equal(outerSubjectOf(settings(false), { ...message, authorIsOurs: true }), undefined);
  assert.deepEqual(asked, [
    ['ann@hospital.test', 'jane@mail.test'],
    ['ann@hospital.test', 'jane@mail.test'],
  ]);
  assert.equal(outerSubjectOf(settings(true), { ...message, authorIsOurs: false }), undefined);
});
