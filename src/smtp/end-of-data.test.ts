import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { DataReader, DataWriter } from './end-of-data.ts';
import '#test/support/seeded-properties.ts';

const lines = fc
  .array(fc.constantFrom('', '.', '..', '.x', 'x', 'x.', '.\x0b', ' .'), { maxLength: 8 })
  .map((parts) => parts.map((line) => `${line}\r\n`).join(''));

function readCut(stream: string, cuts: readonly number[]): { content: string; rest: string | null } {
  const reader = new DataReader();
  let content = '';
  let start = 0;
  for (const end of [...cuts, stream.length]) {
    const chunk = Buffer.from(stream.slice(start, end), 'latin1');
    const part = reader.read(chunk);
    content += Buffer.concat([...part.pieces]).toString('latin1');
    if (part.ended) return { content, rest: stream.slice(start + part.consumed) };
    assert.equal(part.consumed, chunk.length);
    start = end;
  }
  return { content, rest: null };
}

function writeCut(content: string, cuts: readonly number[]): string {
  const writer = new DataWriter();
  let wire = '';
  let start = 0;
  for (const end of [...cuts, content.length]) {
    wire += Buffer.concat([...writer.write(Buffer.from(content.slice(start, end), 'latin1'))]).toString(
      'latin1',
    );
    start = end;
  }
  return `${wire + writer.missingLineEnd}.\r\n`;
}

test('S20: content comes back octet for octet, however both streams are cut', () => {
  const cuts = fc.array(fc.nat(60), { maxLength: 6 }).map((places) => places.sort((a, b) => a - b));
  fc.assert(
    fc.property(lines, cuts, cuts, (content, writerCuts, readerCuts) => {
      const wire = writeCut(content, within(writerCuts, content));
      assert.ok(!wire.slice(0, -3).includes('\r\n.\r\n'), 'the end of data appears once');
      const read = readCut(`${wire}QUIT\r\n`, within(readerCuts, wire));
      assert.deepEqual(read, { content, rest: 'QUIT\r\n' });
    }),
    { numRuns: 3_000, seed: 11 },
  );
});

test('a last line without CR LF gets one', () => {
  assert.equal(writeCut('a\r\n.b', []), 'a\r\n..b\r\n.\r\n');
  assert.equal(writeCut('', []), '.\r\n');
  assert.equal(writeCut('.', []), '..\r\n.\r\n');
});

test('a dot before other text is taken away even if it was not doubled', () => {
  assert.deepEqual(readCut('.a\r\n. \r\n.\r\n', []), { content: 'a\r\n \r\n', rest: '' });
});

test('only CR LF . CR LF ends the data, in every cut', () => {
  for (const form of ['\n.\n', '\r.\r', '\r\n.\r', '\n.\r\n', '\r\n.\n', '\r\n. \r\n', '\r\n.\r\r\n']) {
    const stream = `a${form}b\r\n`;
    for (let cut = 0; cut <= stream.length; cut++)
      assert.equal(readCut(stream, [cut]).rest, null, `${JSON.stringify(form)} cut at ${cut}`);
  }
});

test('the end of data is found in every pair of cuts', () => {
  const stream = 'a\r\n..\r\n.\r\nQUIT\r\n';
  for (let first = 0; first <= stream.length; first++)
    for (let second = first; second <= stream.length; second++)
      assert.deepEqual(readCut(stream, [first, second]), { content: 'a\r\n.\r\n', rest: 'QUIT\r\n' });
});

function within(cuts: readonly number[], text: string): number[] {
  return cuts.map((cut) => Math.min(cut, text.length));
}
