/** What the managed list must do on either database. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { beforeEach, test } from 'node:test';

import { AuditLog } from '#src/audit/audit-log.ts';
import { FakeClock } from '#src/base/clock.ts';
import { silentLog } from '#src/base/log.ts';
import { PartnerList } from '#src/partners/partner-list.ts';
import { statement, type Database } from '#src/storage/database.ts';

export const testKeys = {
  mac: (purpose: string, data: Uint8Array) => createHmac('sha256', purpose).update(data).digest(),
};

const CLINIC = {
  domain: 'clinic.example',
  tls: 'pkix',
  nextHop: { host: 'mx.clinic.example', port: 25 },
} as const;
const LAB = { domain: 'lab.example', tls: 'dane', nextHop: null } as const;

export function testPartnerList(database: () => Database): void {
  const clock = new FakeClock();
  let list: PartnerList;

  function openList(): PartnerList {
    const audit = new AuditLog({ database: database(), clock });
    return new PartnerList({ database: database(), keys: testKeys, audit, clock, log: silentLog });
  }

  beforeEach(async () => {
    const { query } = database();
    await database().commit([
      statement(query.deleteFrom('partners')),
      statement(query.deleteFrom('partner_events')),
      statement(query.deleteFrom('audit_entries')),
    ]);
    clock.advance(1_000);
    list = openList();
    await list.save([CLINIC, LAB], 'Ann');
  });

  async function events(): Promise<string[]> {
    const rows = await database()
      .query.selectFrom('audit_entries')
      .select(['event', 'entry'])
      .orderBy('sequence')
      .execute();
    return rows.map(({ event }) => event);
  }

  /** As somebody who can only write to the database. */
  function change(values: Record<string, string | number | null>, domain: string): Promise<unknown> {
    const { query } = database();
    return database().commit([
      statement(query.updateTable('partners').set(values).where('domain', '=', domain)),
    ]);
  }

  test('what was saved holds in another process, with an audit entry and a line of history each', async () => {
    const other = openList();
    await other.refresh();
    assert.deepEqual([...other.snapshot.partners.values()], [CLINIC, LAB]);
    assert.equal(other.snapshot.refused.size, 0);
    assert.deepEqual(await events(), ['partner-saved', 'partner-saved']);
    const history = await database()
      .query.selectFrom('partner_events')
      .selectAll()
      .orderBy('domain')
      .execute();
    assert.deepEqual(
      history.map(({ domain, kind }) => `${domain} ${kind}`),
      ['clinic.example saved', 'lab.example saved'],
    );
  });

  test('a removed one is gone everywhere, and is no alarm', async () => {
    const other = openList();
    await other.refresh();
    assert.equal(await list.remove('lab.example', 'Ann'), true);
    assert.equal(await list.remove('lab.example', 'Ann'), false);
    await other.refresh();
    assert.deepEqual([...other.snapshot.partners.keys()], ['clinic.example']);
    assert.equal(other.snapshot.refused.size, 0);
  });

  for (const [what, values] of [
    ['a weaker channel', { tls: 'pkix' }],
    ['another server', { nextHopHost: 'mx.evil.example', nextHopPort: 25 }],
    ['another state', { state: 'removed' }],
    ['a later time', { changedAt: 9_999_999_999_999 }],
  ] as const) {
    test(`a row with ${what} is refused, and alarmed once`, async () => {
      await change(values, 'lab.example');
      await list.refresh();
      await list.refresh();
      assert.deepEqual([...list.snapshot.partners.keys()], ['clinic.example']);
      assert.deepEqual([...list.snapshot.refused], ['lab.example']);
      assert.equal((await events()).filter((event) => event === 'tamper-detected').length, 1);
    });
  }

  test('a planted row is refused also by a process that never saw another', async () => {
    const { query } = database();
    const [row] = await query
      .selectFrom('partners')
      .selectAll()
      .where('domain', '=', 'lab.example')
      .execute();
    assert.ok(row);
    await database().commit([
      statement(query.insertInto('partners').values({ ...row, domain: 'bank.example' })),
    ]);
    const other = openList();
    await other.refresh();
    assert.deepEqual([...other.snapshot.refused], ['bank.example']);
  });

  test('a row that vanishes, and an older one that is put back, are refused while somebody looks on', async () => {
    const { query } = database();
    const [old] = await query
      .selectFrom('partners')
      .selectAll()
      .where('domain', '=', 'lab.example')
      .execute();
    assert.ok(old);
    await database().commit([statement(query.deleteFrom('partners').where('domain', '=', 'lab.example'))]);
    await list.refresh();
    assert.deepEqual([...list.snapshot.refused], ['lab.example']);
    await list.save([{ ...LAB, tls: 'mta-sts' }], 'Ann');
    assert.equal(list.snapshot.refused.size, 0);
    await change({ ...old, mac: old.mac } as never, 'lab.example');
    await list.refresh();
    assert.deepEqual([...list.snapshot.refused], ['lab.example']);
    await list.remove('lab.example', 'Ann');
    assert.equal(list.snapshot.refused.size, 0);
    assert.deepEqual([...list.snapshot.partners.keys()], ['clinic.example']);
  });

  test('refreshes and changes at once raise no alarm', async () => {
    await Promise.all([
      list.refresh(),
      list.save([{ ...LAB, tls: 'pkix' }], 'Ann'),
      list.refresh(),
      list.refresh(),
      list.save([{ ...LAB, tls: 'dane' }], 'Ann'),
      list.refresh(),
    ]);
    assert.equal(list.snapshot.refused.size, 0);
  });
}
