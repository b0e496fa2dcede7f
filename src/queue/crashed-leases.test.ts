import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { after, afterEach, beforeEach, suite, test } from 'node:test';

import { AuditLog } from '#src/audit/audit-log.ts';
import { FakeClock, MINUTE_MS } from '#src/base/clock.ts';
import { silentLog } from '#src/base/log.ts';
import { statement } from '#src/storage/database.ts';
import { openDatabase } from '#src/storage/open-database.ts';
import { startTestPostgres, type TestPostgres } from '#test/peers/postgres.ts';
import { messageRow } from '#test/storage/rows.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/test-database.ts';

import { endDeadLeases } from './crashed-leases.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import {
  isDeadOnThisHost,
  LEASE_MS,
  leaseOwnerOfThisProcess,
  nameOfEnded,
  type LeaseOwner,
} from './lease.ts';
import { insertDeliveries } from './new-delivery.ts';
import { identityOf, isGone } from './process-identity.ts';

const keys = {
  mac: (purpose: string, data: Uint8Array) => createHmac('sha256', purpose).update(data).digest(),
};

/** Names of runs of a process on this host that is gone: its number belongs to another now. */
function deadRun(run: number): string {
  const [host, boot, namespace, pid, start] = leaseOwnerOfThisProcess(1).name.split('/');
  return [host, boot, namespace, pid, `${Number(start) + 1}`, run].join('/');
}

const next = leaseOwnerOfThisProcess(2);
let server: TestPostgres | null = null;
let databases = 0;

async function openOnPostgres(): Promise<Pick<TestDatabase, 'database' | 'dispose'>> {
  server ??= await startTestPostgres();
  const setting = await server.createDatabase(`crashes_${++databases}`);
  const database = await openDatabase({ setting, dataDir: '/nonexistent', log: silentLog });
  return { database, dispose: () => database.close() };
}

async function stopPostgres(): Promise<void> {
  await server?.stop();
}

for (const [kind, open, end] of [
  ['SQLite', openTestDatabase, () => Promise.resolve()],
  ['PostgreSQL', openOnPostgres, stopPostgres],
] as const)
  suite(`leases of processes that died, on ${kind}`, () => {
    let fixture: Pick<TestDatabase, 'database' | 'dispose'>;
    let clock: FakeClock;
    after(() => end());
    beforeEach(async () => {
      fixture = await open();
      clock = new FakeClock();
      const { database } = fixture;
      await database.commit([statement(database.query.insertInto('messages').values(messageRow('M')))]);
      const delivery = {
        messageId: 'M',
        recipientId: null,
        kind: 'relay',
        reversePath: 'ann@hospital.test',
        recipient: 'jane@outside.example',
        domain: 'outside.example',
        route: 'outside',
        range: null,
      } as const;
      await database.commit(insertDeliveries(database.query, keys, clock, [delivery]));
    });
    afterEach(() => fixture.dispose());

    const queueOf = (owner: LeaseOwner) => new DeliveryQueue({ database: fixture.database, clock, owner });
    const endDead = (owner: LeaseOwner) =>
      endDeadLeases({
        database: fixture.database,
        audit: new AuditLog({ database: fixture.database, clock }),
        clock,
        log: silentLog,
        owner,
      });
    const row = () => fixture.database.query.selectFrom('deliveries').selectAll().executeTakeFirstOrThrow();

    test('R22: freed after one death, tried alone after two, set aside after three, with an audit entry', async () => {
      const claims: (number | null)[] = [];
      for (const run of [1, 2]) {
        const queue = queueOf({ name: deadRun(run) });
        assert.equal((await queue.claim(10)).length, 1, `run ${run}`);
        assert.deepEqual(await endDead(next), { freed: 1, setAside: 0 });
        claims.push((await row()).crashes);
      }
      assert.deepEqual(claims, [1, 2]);
      const third = queueOf({ name: deadRun(3) });
      assert.deepEqual(await third.claim(10), [], 'not beside others');
      assert.equal(await third.nextDueAt(), null);
      assert.equal((await third.claimSuspect())?.recipient, 'jane@outside.example');
      assert.equal(await third.claimSuspect(), null);
      assert.deepEqual(await endDead(next), { freed: 0, setAside: 1 });
      const held = await row();
      assert.deepEqual(
        [held.state, held.heldReason, held.crashes, held.leaseOwner],
        ['held', 'crashes', 3, null],
      );
      const entries = await fixture.database.query
        .selectFrom('audit_entries')
        .select('event')
        .where('event', '=', 'delivery-set-aside')
        .execute();
      assert.equal(entries.length, 1);
    });

    test('an attempt that killed nobody clears the count; an orderly end counts nothing', async () => {
      await queueOf({ name: deadRun(1) }).claim(1);
      await endDead(next);
      const queue = queueOf(next);
      const [claimed] = await queue.claim(1);
      assert.equal(claimed?.crashes, 1);
      const facts = { reply: '450 later', enhancedStatus: null, tlsFacts: null };
      await fixture.database.commit([queue.defer(claimed ?? assert.fail(), facts)]);
      assert.equal((await row()).crashes, null);
      clock.advance(10 * MINUTE_MS);
      await queue.claim(1);
      await queue.leaveLeases();
      assert.deepEqual(await endDead(leaseOwnerOfThisProcess(3)), { freed: 1, setAside: 0 });
      assert.equal((await row()).crashes, null);
    });

    test('a lease that ran out elsewhere counts as a death when it is claimed, ones own does not', async () => {
      const queue = queueOf({ name: 'here' });
      await queue.claim(1);
      clock.advance(LEASE_MS + 1);
      assert.equal((await queue.claim(1))[0]?.crashes, null);
      clock.advance(LEASE_MS + 1);
      assert.equal((await queueOf({ name: 'there' }).claim(1))[0]?.crashes, 1);
    });
  });

test('a process is known by boot, process id and the time it started', () => {
  const self = identityOf(process.pid) ?? assert.fail();
  const [host, boot, namespace, pid, start] = self.split('/') as [string, string, string, string, string];
  assert.equal(isGone(self), false);
  assert.equal(
    isGone([host, boot, namespace, pid, `${Number(start) + 1}`].join('/')),
    true,
    'same id, another run',
  );
  assert.equal(isGone([host, 'other-boot', namespace, pid, start].join('/')), true);
  assert.equal(
    isGone([host, boot, 'pid:[1]', pid, start].join('/')),
    false,
    'another container is not judged',
  );
  assert.equal(isGone(['elsewhere', 'other-boot', namespace, pid, start].join('/')), false);
  const { pid: deadPid } = spawnSync(process.execPath, ['-e', '']);
  assert.equal(isGone([host, boot, namespace, `${deadPid}`, start].join('/')), true);
  assert.equal(identityOf(4_194_303), null);
});

test('an earlier run in this process counts as dead only once it has ended in order', () => {
  const earlier = leaseOwnerOfThisProcess(1);
  const self = leaseOwnerOfThisProcess(2);
  assert.equal(isDeadOnThisHost(earlier.name, self), false);
  assert.equal(isDeadOnThisHost(nameOfEnded(earlier), self), true);
  assert.equal(isDeadOnThisHost(self.name, self), false);
});
