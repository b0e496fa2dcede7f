import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { WireReader } from './wire-reader.ts';
import '#test/support/seeded-properties.ts';

const CONTENT = { maxMessageBytes: 200, maxLineOctets: 40 };

/** What a session made of the stream: commands, messages or why there was none, and where it broke off. */
async function readCut(
  stream: string,
  cuts: readonly number[],
  lineEndings: 'refuse' | 'normalise',
): Promise<readonly string[]> {
  const events: string[] = [];
  const close = (event: string): void => {
    events.push(event);
    reader.isClosed = true;
  };
  const reader = new WireReader(
    { lineEndings, maxCommandOctets: 30, content: CONTENT },
    {
      forbiddenOctet: () => close('forbidden octet'),
      commandTooLong: () => close('command too long'),
      contentOverrun: () => close('overrun'),
    },
  );
  reader.oncommand = (line, next) => {
    events.push(`command ${line.toString('latin1')}`);
    if (line.toString('latin1') === 'DATA') {
      const feed = reader.startContent(() => {
        void collected.then((text) => {
          events.push(text);
          return reader.continue();
        });
      });
      const collected = collect(feed);
    }
    next?.();
  };
  let start = 0;
  for (const end of [...cuts, stream.length]) {
    reader.write(Buffer.from(stream.slice(start, end), 'latin1'));
    start = end;
  }
  // Messages settle in microtasks; more than a hundred commands take further turns.
  for (let turn = 0; turn < 2 + stream.length / 500; turn++)
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  return events;
}

async function collect(feed: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of feed) pieces.push(piece);
    return `message ${Buffer.concat(pieces).toString('latin1')}`;
  } catch (error) {
    return `no message: ${String(error)}`;
  }
}

const streams = fc
  .array(
    fc.constantFrom(
      'DATA\r\n',
      'DATA\r\n',
      'NOOP\r\n',
      'NOOP\n',
      'x',
      '.',
      '..',
      '\r\n',
      '\r\n',
      '\r\n.\r\n',
      '\r\n.\r\n',
      '\n.\n',
      '\r',
      '\n',
      '\0',
      '.\r\n',
      ' ',
      'a line of some length in here\r\n',
    ),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(''));

for (const lineEndings of ['refuse', 'normalise'] as const)
  test(`the same stream is read the same way in every cut (${lineEndings})`, async () => {
    await fc.assert(
      fc.asyncProperty(streams, fc.array(fc.nat(200), { maxLength: 8 }), async (stream, places) => {
        const cuts = places.map((place) => Math.min(place, stream.length)).sort((a, b) => a - b);
        assert.deepEqual(await readCut(stream, cuts, lineEndings), await readCut(stream, [], lineEndings));
      }),
      { numRuns: 300, seed: 21 },
    );
  });

test('a thousand commands in one segment are all read, in order', async () => {
  const stream = Array.from({ length: 1_000 }, (_, index) => `NOOP ${index}\r\n`).join('');
  const events = await readCut(stream, [], 'refuse');
  assert.deepEqual(
    events,
    Array.from({ length: 1_000 }, (_, index) => `command NOOP ${index}`),
  );
});

test('a command is not read before the one ahead of it is answered', async () => {
  const lines: string[] = [];
  const answers: (() => void)[] = [];
  const reader = new WireReader(
    { lineEndings: 'refuse', maxCommandOctets: 30, content: CONTENT },
    { forbiddenOctet() {}, commandTooLong() {}, contentOverrun() {} },
  );
  reader.oncommand = (line, next) => {
    lines.push(line.toString());
    if (next !== undefined) answers.push(next);
  };
  reader.write('A\r\nB\r\n');
  reader.write('C\r\n');
  assert.deepEqual(lines, ['A']);
  for (let count = 1; count <= 3; count++) {
    answers[count - 1]?.();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(lines.length, Math.min(count + 1, 3));
  }
});
