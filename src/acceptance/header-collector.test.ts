import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { HeaderCollector } from './header-collector.ts';

function collect(mail: string, pieceLength: number): { block: string; rest: string } {
  const collector = new HeaderCollector();
  const bytes = Buffer.from(mail, 'latin1');
  for (let at = 0; at < bytes.length; at += pieceLength) {
    const found = collector.take(bytes.subarray(at, at + pieceLength));
    if (found === null) continue;
    const unread = bytes.subarray(at + pieceLength);
    return {
      block: found.block.toString('latin1'),
      rest: Buffer.concat([found.rest, unread]).toString('latin1'),
    };
  }
  const { block, rest } = collector.end();
  return { block: block.toString('latin1'), rest: rest.toString('latin1') };
}

suite('header collector', () => {
  for (const [name, block, rest] of [
    ['header and body', 'A: 1\r\nB: 2\r\n\r\n', 'body\r\n\r\nmore\r\n'],
    ['no body', 'A: 1\r\n\r\n', ''],
    ['no empty line', 'A: 1\r\nB: 2\r\n', ''],
    ['empty header', '\r\n', 'body\r\n\r\n'],
    ['nothing', '', ''],
    ['a line of white space is no end', 'A: 1\r\n \r\nB: 2\r\n\r\n', 'x'],
  ] as const) {
    for (const pieceLength of [1, 2, 3, 4, 5, 7, 1_000]) {
      test(`${name}, in pieces of ${pieceLength}`, () => {
        assert.deepEqual(collect(block + rest, pieceLength), { block, rest });
      });
    }
  }

  test('one octet at a time costs no more than all at once', () => {
    const collector = new HeaderCollector();
    const octet = Buffer.from('x');
    for (let i = 0; i < 200_000; i++) assert.equal(collector.take(octet), null);
    assert.equal(collector.length, 200_000);
  });
});
