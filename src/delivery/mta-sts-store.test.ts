import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, suite, test } from 'node:test';

import type { Log } from '#src/base/log.ts';
import { silentLog } from '#src/base/log.ts';
import type { MtaStsPolicy } from '#src/routing/mta-sts-policy.ts';
import { statement } from '#src/storage/database.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/test-database.ts';

import { forgetEndedPolicies, mtaStsStore } from './mta-sts-store.ts';

const keys = {
  mac: (purpose: string, data: Uint8Array) => createHmac('sha256', purpose).update(data).digest(),
};
const POLICY: MtaStsPolicy = {
  id: '20260101',
  mode: 'enforce',
  mx: ['mx.partner.test', '*.mail.partner.test'],
  fetchedMs: 1_000,
  expiresMs: 90_000,
};

suite('kept MTA-STS policies', () => {
  let fixture: TestDatabase;
  beforeEach(async () => {
    fixture = await openTestDatabase();
  });
  afterEach(() => fixture.dispose());

  const store = (log: Log = silentLog) => mtaStsStore({ database: fixture.database, keys, log });

  test('outlive the process that fetched them; a newer one takes the place', async () => {
    await store().put('partner.test', POLICY);
    assert.deepEqual(await store().get('partner.test'), POLICY);
    assert.equal(await store().get('other.test'), null);
    const newer = { ...POLICY, id: '20260202', mode: 'none', mx: [] } as const;
    await store().put('partner.test', newer);
    assert.deepEqual(await store().get('partner.test'), newer);
  });

  for (const [what, change] of [
    ['another server', { mx: '["mx.evil.test"]' }],
    ['no promise', { mode: 'none' as const }],
    ['another domain', { domain: 'other.test' }],
    ['no end', { expiresAt: 9_000_000_000_000 }],
  ] as const) {
    test(`that were changed in the database (${what}) are not believed, and it is said`, async () => {
      await store().put('partner.test', POLICY);
      const { database } = fixture;
      await database.commit([statement(database.query.updateTable('mta_sts_policies').set(change))]);
      const errors: string[] = [];
      const log = { ...silentLog, error: (message: string) => void errors.push(message) };
      const domain = 'domain' in change ? change.domain : 'partner.test';
      assert.equal(await store(log).get(domain), null);
      assert.equal(errors.length, 1);
    });
  }

  test('are forgotten when they have ended, not before', async () => {
    await store().put('partner.test', POLICY);
    await forgetEndedPolicies(fixture.database, POLICY.expiresMs);
    assert.notEqual(await store().get('partner.test'), null);
    await forgetEndedPolicies(fixture.database, POLICY.expiresMs + 1);
    assert.equal(await store().get('partner.test'), null);
  });
});
