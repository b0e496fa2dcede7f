import assert from 'node:assert/strict';
import { test } from 'node:test';

import { findNearMiss } from './near-miss.ts';
import { carriesCode, parseSubjectCode } from './subject-code.ts';

const SUBJECT_BYTES = 256 * 1024;
/** Processor time, so that a busy machine does not count; a search that is not linear needs minutes. */
const LIMIT_MS = 2_000;

const CODES = ['phi mail', '[secure]', 'a a a', 'medcrypt'].map((code) => parseSubjectCode(code));

/** What a whole subject is made of; each is bad for one way of searching. None gives a subject with the code. */
const UNITS: readonly string[] = [
  'send |secure | |s|s |send x |send to secure |sendsecur|send-|secure-send-x ',
  '\u0301|a\u0301\u0316|\u0301\u0316|\u0301\uff9e|\ufdfa|\u3164|\u200b|\0|\ud83d|İ',
  "ѕеnd |3nd |\u202ea|𝓼|[|[a|(secur |#a |-- a -|re:|[ext]|> |a'",
].flatMap((line) => line.split('|'));

function processorMs(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

for (const unit of UNITS) {
  test(`S89: 256 KiB of ${JSON.stringify(unit)} in linear time`, () => {
    const subject = unit.repeat(Math.ceil(SUBJECT_BYTES / Buffer.byteLength(unit)));
    assert.equal(carriesCode(subject), false);
    const codeMs = processorMs(() => carriesCode(subject, CODES));
    assert.ok(codeMs <= LIMIT_MS, `the code took ${codeMs.toFixed(0)} ms`);
    const facts = {
      subjects: [subject],
      firstBodyLine: subject,
      lastBodyLine: subject,
      isAnswerOrForward: false,
      threadFromOutside: false,
      settledNearMisses: [],
    };
    const nearMissMs = processorMs(() => findNearMiss(facts, CODES));
    assert.ok(nearMissMs <= LIMIT_MS, `near misses took ${nearMissMs.toFixed(0)} ms`);
  });
}
