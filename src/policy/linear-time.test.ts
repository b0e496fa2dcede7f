import assert from 'node:assert/strict';
import { test } from 'node:test';

import { findNearMiss } from './near-miss.ts';
import { carriesCode } from './subject-code.ts';

const SUBJECT_BYTES = 256 * 1024;
const CODE_LIMIT_MS = 100;
const NEAR_MISS_LIMIT_MS = 250;
const MAX_TRIES = 12;

/** What a whole subject is made of; each is bad for one way of searching. None gives a subject with the code. */
const UNITS: readonly string[] = [
  'send |secure | |s|s |send x |send to secure |sendsecur|send-|secure-send-x ',
  '\u0301|a\u0301\u0316|\u0301\u0316|\u0301\uff9e|\ufdfa|\u3164|\u200b|\0|\ud83d|İ',
  "ѕеnd |3nd |\u202ea|𝓼|[|[a|(secur |#a |-- a -|re:|[ext]|> |a'",
].flatMap((line) => line.split('|'));

/** The best of several runs, so that other work on the machine does not count. */
function bestMs(limitMs: number, run: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < MAX_TRIES && best > limitMs; i++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

for (const unit of UNITS) {
  test(`S89: 256 KiB of ${JSON.stringify(unit)} in linear time`, () => {
    const subject = unit.repeat(Math.ceil(SUBJECT_BYTES / Buffer.byteLength(unit)));
    assert.equal(carriesCode(subject), false);
    const codeMs = bestMs(CODE_LIMIT_MS, () => carriesCode(subject));
    assert.ok(codeMs <= CODE_LIMIT_MS, `the code took ${codeMs.toFixed(0)} ms`);
    const facts = {
      subjects: [subject],
      firstBodyLine: subject,
      lastBodyLine: subject,
      isAnswerOrForward: false,
      threadFromOutside: false,
      settledNearMisses: [],
    };
    const nearMissMs = bestMs(NEAR_MISS_LIMIT_MS, () => findNearMiss(facts));
    assert.ok(nearMissMs <= NEAR_MISS_LIMIT_MS, `near misses took ${nearMissMs.toFixed(0)} ms`);
  });
}
