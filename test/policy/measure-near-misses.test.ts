/**
 * How often the near-miss rule holds a mail that needs no question, on subjects that were not written to fit it,
 * and a control that shows that the rule was awake while it was measured.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { findNearMiss } from '#src/policy/near-miss.ts';
import { carriesCode } from '#src/policy/subject-code.ts';

import { kernelListSubjects, mailCorpusSubjects } from './measured-subjects.ts';

const FETCH_TIMEOUT_MS = 400_000;

/** Every form that must be held, to be put behind an ordinary subject. */
const SLIPS: readonly string[] = [
  'send YourMessage secure|send, secure|send-secure|send_secure|Send Securemessage|resend secure|send secured',
  'sendsecurely|sned secure|send secrue|secure send|(secure)|[encrypt]',
].flatMap((line) => line.split('|'));

interface Measured {
  readonly subjects: number;
  readonly held: readonly string[];
  readonly coded: number;
}

function isHeld(subject: string): boolean {
  const facts = { isAnswerOrForward: false, threadFromOutside: false, settledNearMisses: [] };
  return findNearMiss({ subjects: [subject], firstBodyLine: '', lastBodyLine: '', ...facts }) !== null;
}

function measure(t: TestContext, name: string, subjects: readonly string[]): Measured {
  const held = subjects.filter((subject) => !carriesCode(subject) && isHeld(subject));
  const coded = subjects.filter((subject) => carriesCode(subject)).length;
  const related = subjects.filter((subject) => /send|sent|secur|encrypt/iu.test(subject)).length;
  t.diagnostic(
    `${name}: ${held.length} of ${subjects.length} subjects held, ${coded} carry the code; ` +
      `${related} speak of sending, security or encryption`,
  );
  for (const subject of held.slice(0, 20)) t.diagnostic(`  held: ${subject}`);
  return { subjects: subjects.length, held, coded };
}

function assertAwake(subjects: readonly string[]): void {
  const tried = subjects.filter((subject) => !carriesCode(subject)).slice(0, 1300);
  for (const [index, subject] of tried.entries()) {
    const slip = SLIPS[index % SLIPS.length] ?? '';
    assert.ok(isHeld(`${subject} ${slip}`), `"${slip}" is not found behind "${subject}"`);
  }
}

test('mails of the SpamAssassin corpus: at most 1 in 5,000 held', { timeout: FETCH_TIMEOUT_MS }, (t) => {
  const subjects = mailCorpusSubjects();
  assert.ok(subjects.length > 6000, `only ${subjects.length} subjects`);
  const { held, coded } = measure(t, 'SpamAssassin corpus', subjects);
  assert.ok(held.length * 5000 <= subjects.length);
  assert.equal(coded, 0);
  assertAwake(subjects);
});

test('patches on the kernel lists: at most 1 in 5,000 held', { timeout: FETCH_TIMEOUT_MS }, (t) => {
  const subjects = kernelListSubjects();
  assert.ok(subjects.length > 20_000, `only ${subjects.length} subjects`);
  const { held } = measure(t, 'kernel lists', subjects);
  assert.ok(held.length * 5000 <= subjects.length);
  assertAwake(subjects);
});

test('300 subjects about sending and security: at most 1 in 10 held', (t) => {
  const file = new URL('fixtures/sending-and-security.txt', import.meta.url);
  const subjects = readFileSync(file, 'utf8').trim().split('\n');
  assert.equal(new Set(subjects).size, 300);
  const { held } = measure(t, 'about sending and security', subjects);
  assert.ok(held.length * 10 <= subjects.length);
});
