import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeClock, SECOND_MS } from '#src/base/clock.ts';

import type { DnsClient, DnsResult } from './dns-answer.ts';
import { withDnsCache } from './dns-cache.ts';

function counting(result: DnsResult<never>): DnsClient & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    query: (name, type) => {
      asked.push(`${name} ${type}`);
      return Promise.resolve(result);
    },
  };
}

const found = { kind: 'answer', records: [], name: 'x', secure: true, ttlSeconds: 60 } as const;

test('an answer is kept as long as it says, by name and type', async () => {
  const clock = new FakeClock();
  const client = counting(found);
  const cached = withDnsCache(client, clock);
  await Promise.all([
    cached.query('mx.test', 'A'),
    cached.query('MX.test', 'A'),
    cached.query('mx.test', 'MX'),
  ]);
  assert.deepEqual(client.asked, ['mx.test A', 'mx.test MX']);
  clock.advance(59 * SECOND_MS);
  assert.equal(await cached.query('mx.test', 'A'), found);
  assert.equal(client.asked.length, 2);
  clock.advance(SECOND_MS);
  await cached.query('mx.test', 'A');
  assert.equal(client.asked.length, 3);
});

test('a failure is kept for moments, an answer never for more than an hour', async () => {
  for (const [result, seconds] of [
    [{ kind: 'failed', why: 'SERVFAIL' }, 5],
    [{ ...found, ttlSeconds: 1e9 }, 3_600],
    [{ kind: 'none', reason: 'no-data', secure: false, ttlSeconds: 30 }, 30],
  ] as const) {
    const clock = new FakeClock();
    const client = counting(result);
    const cached = withDnsCache(client, clock);
    await cached.query('mx.test', 'A');
    clock.advance(seconds * SECOND_MS - 1);
    await cached.query('mx.test', 'A');
    assert.equal(client.asked.length, 1);
    clock.advance(1);
    await cached.query('mx.test', 'A');
    assert.equal(client.asked.length, 2);
  }
});

test('memory is bounded: the oldest go first', async () => {
  const client = counting(found);
  const cached = withDnsCache(client, new FakeClock(), 2);
  for (const name of ['a', 'b', 'c', 'c', 'b', 'a']) await cached.query(name, 'A');
  assert.deepEqual(client.asked, ['a A', 'b A', 'c A', 'a A']);
});
