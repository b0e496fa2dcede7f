import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { LineEndingGuard, LineEndingNormaliser } from './line-endings.ts';
import '#test/support/seeded-properties.ts';

const OCTETS = ['\r', '\n', '\0', '.', 'a', '\r\n'];
const streams = fc.array(fc.constantFrom(...OCTETS), { maxLength: 12 }).map((parts) => parts.join(''));

/** Where the guard stops when the text comes cut at these places; -1 for nowhere, counted from the start. */
function inspectCut(text: string, cuts: readonly number[]): number {
  const guard = new LineEndingGuard();
  let start = 0;
  for (const end of [...cuts, text.length]) {
    const found = guard.inspect(Buffer.from(text.slice(start, end), 'latin1'));
    if (found >= 0) return start + found;
    start = end;
  }
  return guard.endedInCr ? text.length : -1;
}

function isClean(text: string): boolean {
  return text.replaceAll('\r\n', '').search(/[\r\n\0]/u) < 0;
}

test('text with CR LF alone is clean in every cut', () => {
  const text = 'Subject: x\r\n\r\n.\r\n..\r\n\r\n';
  for (let first = 0; first <= text.length; first++)
    for (let second = first; second <= text.length; second++)
      assert.equal(inspectCut(text, [first, second]), -1, `cut at ${first} and ${second}`);
});

test('a bare CR, LF or NUL is found in every cut, at the same place or one octet later', () => {
  for (const bad of ['a\rb', 'a\nb', 'a\0b', 'a\r\r\nb', 'a\n\r\nb', '\r\n\n', '\n', 'a\r']) {
    const expected = inspectCut(bad, []);
    assert.notEqual(expected, -1, JSON.stringify(bad));
    for (let cut = 0; cut <= bad.length; cut++) {
      const found = inspectCut(bad, [cut]);
      // A CR that ended a chunk was let through before its successor was known.
      assert.ok(
        found === expected || found === expected + 1,
        `${JSON.stringify(bad)} cut at ${cut}: ${found}`,
      );
    }
  }
});

test('the guard agrees with a plain reading, however the stream is cut', () => {
  fc.assert(
    fc.property(streams, fc.array(fc.nat(24), { maxLength: 5 }), (text, places) => {
      const cuts = places.map((place) => Math.min(place, text.length)).sort((a, b) => a - b);
      assert.equal(inspectCut(text, cuts) < 0, isClean(text));
    }),
    { numRuns: 2_000, seed: 7 },
  );
});

test('normalised text is clean and the same in every cut', () => {
  fc.assert(
    fc.property(streams, fc.array(fc.nat(24), { maxLength: 5 }), (text, places) => {
      const cuts = places.map((place) => Math.min(place, text.length)).sort((a, b) => a - b);
      const whole = normaliseCut(text, []);
      assert.ok(isClean(whole));
      assert.equal(normaliseCut(text, cuts), whole);
    }),
    { numRuns: 2_000, seed: 8 },
  );
});

test('clean text is normalised to itself', () => {
  fc.assert(
    fc.property(streams, (text) => {
      if (isClean(text)) assert.equal(normaliseCut(text, []), text);
    }),
    { numRuns: 1_000, seed: 9 },
  );
});

test('lines that ended in a bare LF lose their stuffed dot, a lone dot stays', () => {
  assert.equal(normaliseCut('a\n..b\n.\nc\r..d', []), 'a\r\n.b\r\n.\r\nc\r\n.d');
});

function normaliseCut(text: string, cuts: readonly number[]): string {
  const normaliser = new LineEndingNormaliser();
  let start = 0;
  let result = '';
  for (const end of [...cuts, text.length]) {
    result += normaliser.normalise(Buffer.from(text.slice(start, end), 'latin1')).toString('latin1');
    start = end;
  }
  return result + normaliser.finish().toString('latin1');
}
