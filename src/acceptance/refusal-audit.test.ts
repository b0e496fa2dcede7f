import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { AuditEvent } from '#src/audit/audit-event.ts';
import { FakeClock, HOUR_MS } from '#src/base/clock.ts';
import { silentLog } from '#src/base/log.ts';

import { RefusalAudit } from './refusal-audit.ts';

test('a network that is refused again and again does not fill the audit log, and the rest is counted', async () => {
  const recorded: AuditEvent[] = [];
  const clock = new FakeClock();
  const refusals = new RefusalAudit({
    audit: { record: (event) => Promise.resolve(void recorded.push(event)) },
    clock,
    log: silentLog,
  });
  const refuse = (from: string): Promise<void> =>
    refusals.record(from, { event: 'submission-refused', facts: { why: 'submitter-unknown' } });
  for (let count = 0; count < 500; count++) await refuse(`192.0.2.${count % 250}`);
  assert.equal(recorded.length, 60);
  await refuse('198.51.100.7');
  assert.equal(recorded.length, 61);
  assert.equal(recorded.at(-1)?.facts?.['notRecorded'], 440);
  for (let network = 0; network < 2_000; network++) await refuse(`10.${network >> 8}.${network & 255}.1`);
  assert.equal(recorded.length, 1_000);
  clock.advance(HOUR_MS);
  await refuse('192.0.2.1');
  assert.equal(recorded.length, 1_001);
  assert.equal(recorded.at(-1)?.facts?.['notRecorded'], 1_061);
});

test('a refusal that can’t be recorded stays a refusal', async () => {
  const errors: string[] = [];
  const refusals = new RefusalAudit({
    audit: { record: () => Promise.reject(new Error('no database')) },
    clock: new FakeClock(),
    log: { ...silentLog, error: (message) => void errors.push(message) },
  });
  await refusals.record('192.0.2.1', { event: 'submission-refused' });
  assert.equal(errors.length, 1);
});
