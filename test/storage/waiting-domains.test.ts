/** The queue by domain on PostgreSQL: the walk from domain to domain is written in SQL of both databases. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';

import { FakeClock, MINUTE_MS } from '#src/base/clock.ts';
import { silentLog } from '#src/base/log.ts';
import { insertDeliveries } from '#src/queue/new-delivery.ts';
import { WaitingDomains } from '#src/queue/waiting-domains.ts';
import { statement, type Database } from '#src/storage/database.ts';
import { openDatabase } from '#src/storage/open-database.ts';
import { startTestPostgres, type TestPostgres } from '#test/peers/postgres.ts';

import { messageRow } from './rows.ts';

const keys = {
  mac: (purpose: string, data: Uint8Array) => createHmac('sha256', purpose).update(data).digest(),
};
let server: TestPostgres;
let database: Database;
before(async () => {
  server = await startTestPostgres();
  database = await openDatabase({ setting: server.url, dataDir: '/nonexistent', log: silentLog });
});
after(async () => {
  await database.close();
  await server.stop();
});

test('domains are listed by what waits longest, claimed by one process alone, and given back', async () => {
  const clock = new FakeClock();
  const started = clock.now();
  await database.commit([statement(database.query.insertInto('messages').values(messageRow('M')))]);
  for (const domain of ['z.test', 'a.test', 'z.test', 'z.test']) {
    const delivery = { messageId: 'M', recipientId: null, kind: 'relay', route: 'outside' } as const;
    const rest = { reversePath: '', recipient: `x@${domain}`, domain, range: null };
    await database.commit(insertDeliveries(database.query, keys, clock, [{ ...delivery, ...rest }]));
    clock.advance(MINUTE_MS);
  }
  const ours = new WaitingDomains({ database, clock, owner: { name: 'host-a/1/1' } });
  const other = new WaitingDomains({ database, clock, owner: { name: 'host-b/1/1' } });
  assert.deepEqual(await ours.list(), [
    { domain: 'z.test', dueAt: started },
    { domain: 'a.test', dueAt: started + MINUTE_MS },
  ]);
  const claimed = await ours.claim([
    { domain: 'z.test', limit: 2 },
    { domain: 'a.test', limit: 2 },
  ]);
  assert.deepEqual(
    claimed.map(({ domain }) => domain),
    ['z.test', 'z.test', 'a.test'],
  );
  assert.deepEqual(await other.list(), [{ domain: 'z.test', dueAt: started + 3 * MINUTE_MS }]);
  assert.equal((await other.claim([{ domain: 'z.test', limit: 9 }])).length, 1);
  await other.release(claimed);
  assert.deepEqual(await other.list(), [], 'what another process has is not given back');
  await ours.release(claimed);
  assert.equal((await other.list()).length, 2);
});
