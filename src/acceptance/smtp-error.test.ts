import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CodedError } from '#src/base/coded-error.ts';

import { isFaultOfTheClient, mayBeTheContent, Refused, replyForError } from './smtp-error.ts';

test('an unknown error is temporary and says nothing of what it was', () => {
  const reply = replyForError(new Error('SELECT secret FROM somewhere'));
  assert.equal(reply.code, 451);
  assert.equal(reply.enhanced, '4.3.0');
  assert.doesNotMatch(reply.text, /SELECT|secret/u);
});

test('a full disk is 452, whoever noticed it', () => {
  for (const code of ['storage-full', 'ENOSPC', 'EDQUOT']) {
    assert.deepEqual(
      [
        replyForError(new CodedError(code, 'no room')).code,
        replyForError(new CodedError(code, 'no room')).enhanced,
      ],
      [452, '4.3.1'],
    );
  }
});

test('a refusal is answered as it was meant', () => {
  const reply = { code: 550, enhanced: '5.7.1', text: 'Not ours' };
  assert.equal(replyForError(new Refused('author-not-ours', reply)), reply);
});

test('what the client did wrong is no alarm of ours', () => {
  assert.equal(isFaultOfTheClient(new CodedError('line-too-long', 'x')), true);
  assert.equal(isFaultOfTheClient(new Refused('loop', { code: 554, enhanced: '5.4.6', text: 'x' })), true);
  assert.equal(isFaultOfTheClient(new CodedError('database-unavailable', 'x')), false);
  assert.equal(isFaultOfTheClient(new Error('x')), false);
});

test('only what nobody expected may be the content’s: never the database, the disk, the keys or the memory', () => {
  const coded = (code: string): Error => new CodedError(code, 'x');
  const ofSystem = (code: string): Error => Object.assign(new Error('x'), { code });
  for (const error of [
    new Error('x'),
    new TypeError('x'),
    new RangeError('Maximum call stack size exceeded'),
    ofSystem('ERR_OUT_OF_RANGE'),
    coded('scanner-broke'),
    coded('statement-refused'),
  ])
    assert.equal(mayBeTheContent(error), true, String(error));
  for (const error of [
    new Refused('loop', { code: 554, enhanced: '5.4.6', text: 'x' }),
    coded('connection-lost'),
    coded('database-unavailable'),
    coded('storage-full'),
    coded('key-unavailable'),
    coded('file-write-failed'),
    coded('author-limits-busy'),
    new RangeError('Array buffer allocation failed'),
    ...['ENOSPC', 'EIO', 'EMFILE', 'ECONNRESET', 'ERR_SQLITE_ERROR', '57P01'].map((code) => ofSystem(code)),
  ])
    assert.equal(mayBeTheContent(error), false, String(error));
});
