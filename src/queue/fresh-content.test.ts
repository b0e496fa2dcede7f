import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeClock, MINUTE_MS } from '#src/base/clock.ts';

import { FreshContent } from './fresh-content.ts';

const STREAM = { offset: 0, length: 0, plaintextLength: 0, commitment: '' };

function message(length: number) {
  return {
    contentKey: Buffer.alloc(32, 7),
    object: { storage: 'inline' as const, bytes: new Uint8Array(0), length },
    layout: { content: STREAM, derived: STREAM, index: STREAM },
    traceFields: 'Received: here',
    body: '7bit' as const,
    smtputf8: false,
    dsnReturn: null,
    dsnEnvelopeId: null,
  };
}

test('a message is given away once, with a key of its own', () => {
  const fresh = new FreshContent(new FakeClock());
  const given = message(10);
  fresh.put('M', given);
  given.contentKey.fill(0);
  const taken = fresh.take('M');
  assert.deepEqual(taken?.contentKey, Buffer.alloc(32, 7));
  assert.equal(taken?.traceFields, 'Received: here');
  assert.equal(fresh.take('M'), null);
});

test('what was not committed is dropped', () => {
  const fresh = new FreshContent(new FakeClock());
  fresh.put('M', message(10));
  fresh.drop('M');
  fresh.drop('M');
  assert.equal(fresh.take('M'), null);
});

test('a full store takes no more, and room comes back', () => {
  const fresh = new FreshContent(new FakeClock());
  fresh.put('A', message(10_000_000));
  fresh.put('B', message(10_000_000));
  assert.equal(fresh.take('B'), null);
  assert.notEqual(fresh.take('A'), null);
  fresh.put('B', message(10_000_000));
  assert.notEqual(fresh.take('B'), null);
});

test('what nobody asks for goes after a minute', () => {
  const clock = new FakeClock();
  const fresh = new FreshContent(clock);
  fresh.put('old', message(1));
  clock.advance(MINUTE_MS);
  fresh.put('new', message(1));
  assert.equal(fresh.take('old'), null);
  assert.notEqual(fresh.take('new'), null);
});
