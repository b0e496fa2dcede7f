/** Octets from the network, changed and made up: reading them never throws, and never takes long. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encode } from 'dns-packet';
import type { Answer } from 'dns-packet';
import fc from 'fast-check';

import { isDnsName, readResponse } from './dns-message.ts';
import '#test/support/seeded-properties.ts';

const KINDS = new Set(['answer', 'none', 'failed', 'foreign', 'truncated']);
const RUNS = 1_500;

const answers: Answer[] = [
  { type: 'CNAME', name: 'mx.test', ttl: 60, data: 'a.test' },
  { type: 'A', name: 'a.test', ttl: 30, data: '192.0.2.1' },
  { type: 'AAAA', name: 'a.test', ttl: 30, data: '2001:db8::1' },
  { type: 'MX', name: 'a.test', ttl: 30, data: { preference: 1, exchange: 'B.test' } },
  { type: 'TXT', name: 'a.test', ttl: 30, data: ['one', 'two'] },
  {
    type: 'TLSA',
    name: 'a.test',
    ttl: 30,
    data: { usage: 3, selector: 1, matchingType: 1, certificate: Buffer.alloc(32) },
  },
];

function responseTo(type: 'A' | 'AAAA' | 'MX' | 'TXT' | 'TLSA'): Buffer {
  return encode({ type: 'response', id: 7, questions: [{ name: 'mx.test', type, class: 'IN' }], answers });
}

const types = fc.constantFrom('A', 'AAAA', 'MX', 'TXT', 'TLSA');

test('each type is read, through an alias', () => {
  const read = (type: 'A' | 'AAAA' | 'MX' | 'TXT' | 'TLSA') => {
    const result = readResponse(responseTo(type), { id: 7, name: 'mx.test', type });
    return result.kind === 'answer' ? [result.name, result.ttlSeconds, ...result.records] : result.kind;
  };
  assert.deepEqual(read('A'), ['a.test', 30, '192.0.2.1']);
  assert.deepEqual(read('AAAA'), ['a.test', 30, '2001:db8::1']);
  assert.deepEqual(read('MX'), ['a.test', 30, { preference: 1, exchange: 'b.test' }]);
  assert.deepEqual(read('TXT'), ['a.test', 30, 'onetwo']);
  assert.deepEqual(read('TLSA'), [
    'a.test',
    30,
    { usage: 3, selector: 1, matchingType: 1, data: Buffer.alloc(32) },
  ]);
});

test('a response with octets changed or cut is a value', () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(types, changes, fc.nat(), (type, octets, length) => {
      const message = responseTo(type);
      // The first three octets get it past the door.
      for (const [at, value] of octets) message[3 + (at % (message.length - 3))] = value;
      const cut = message.subarray(0, Math.max(12, message.length - (length % 64)));
      const result = readResponse(cut, { id: 7, name: 'mx.test', type });
      assert.ok(KINDS.has(result.kind));
      if (result.kind === 'answer') assert.ok(isDnsName(result.name));
    }),
    { numRuns: RUNS },
  );
});

test('an alias that leads to what is no name is malformed', () => {
  const message = responseTo('A');
  const target = message.indexOf(Buffer.from([1, 0x61]), 25);
  message[target + 1] = 0x80;
  const result = readResponse(message, { id: 7, name: 'mx.test', type: 'A' });
  assert.deepEqual(result, { kind: 'failed', why: 'malformed answer' });
});

test('made-up octets are a value', () => {
  fc.assert(
    fc.property(types, fc.uint8Array({ maxLength: 600 }), (type, body) => {
      const head = responseTo(type).subarray(0, 25);
      const result = readResponse(Buffer.concat([head, body]), { id: 7, name: 'mx.test', type });
      assert.ok(KINDS.has(result.kind));
    }),
    { numRuns: RUNS },
  );
});

test('the largest message full of pointers is read at once', () => {
  const head = Buffer.from(responseTo('A').subarray(0, 25));
  head.writeUInt16BE(0xffff, 6);
  // Records of the root without data, each twelve octets, as many as fit.
  const record = Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 0, 0, 0]);
  const message = Buffer.concat([head, ...Array<Buffer>(5_458).fill(record)]).subarray(0, 65_535);
  const startedMs = performance.now();
  assert.equal(readResponse(message, { id: 7, name: 'mx.test', type: 'A' }).kind, 'failed');
  assert.ok(performance.now() - startedMs < 5_000);
});
