import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Statement } from '../database.ts';
import { packOutcome, UnitPacker, unpackOutcome, UnitUnpacker } from './writer-messages.ts';

/** As it arrives in the other thread. */
function sent(packer: UnitPacker, unpacker: UnitUnpacker, units: readonly (readonly Statement[])[]) {
  const message = packer.pack(units.map((statements, id) => ({ id, statements })));
  return unpacker.unpack(structuredClone(message, { transfer: [message.bytes.buffer] }));
}

test('units arrive as they were, byte strings too, and SQL goes once', () => {
  const packer = new UnitPacker();
  const unpacker = new UnitUnpacker();
  const blob = (text: string) => new Uint8Array(Buffer.from(text));
  const units: Statement[][] = [
    [{ sql: 'a', parameters: ['x', 1, null, blob('first'), 2n, blob('')] }],
    [
      { sql: 'b', parameters: [], expect: { exactly: 1 } },
      { sql: 'a', parameters: [blob('second'), 'y', null, blob('third'), 3n, null], expect: { atLeast: 1 } },
    ],
    [],
  ];
  assert.deepEqual(sent(packer, unpacker, units), units);
  assert.deepEqual(packer.pack([{ id: 1, statements: units[1] ?? [] }]).newSql, []);
  assert.deepEqual(sent(packer, unpacker, units), units);
});

test('a byte string that lies in a pool is cut out of it, and stays with its owner', () => {
  const pool = Buffer.from('secret before|value|secret behind');
  const value = pool.subarray(14, 19);
  const message = new UnitPacker().pack([{ id: 1, statements: [{ sql: 'a', parameters: [value] }] }]);
  assert.equal(Buffer.from(message.bytes.buffer).toString(), 'value');
  structuredClone(message, { transfer: [message.bytes.buffer] });
  assert.equal(value.toString(), 'value');
});

test('so many different statements that not all get a number arrive all the same', () => {
  const packer = new UnitPacker();
  const unpacker = new UnitUnpacker();
  const units = Array.from({ length: 1_200 }, (_, n) => [{ sql: `statement ${n}`, parameters: [n] }]);
  assert.deepEqual(sent(packer, unpacker, units), units);
  assert.deepEqual(sent(packer, unpacker, units.toReversed()), units.toReversed());
});

test('outcomes come back as they were', () => {
  const row = { rowCount: 1, rows: [{ id: 'x' }] };
  const nothing = { rowCount: 0, rows: [] };
  for (const outcome of [
    { ok: true as const, results: [{ rowCount: 3, rows: [] }, nothing] },
    { ok: true as const, results: [nothing, row] },
    { ok: true as const, results: [] },
    { ok: false as const, failure: { kind: 'unique' as const } },
  ]) {
    assert.deepEqual(unpackOutcome(structuredClone(packOutcome(outcome))), outcome);
  }
});
