/** What is counted while mail leaves, on PostgreSQL: observed decisions, results for TLS reports. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { observeReport } from '#src/acceptance/observe-report.ts';
import { FakeClock } from '#src/base/clock.ts';
import { silentLog } from '#src/base/log.ts';
import type { TlsSession } from '#src/delivery/tls-session.ts';
import type { Database } from '#src/storage/database.ts';
import { openDatabase, openDatabaseForReading } from '#src/storage/open-database.ts';
import { TlsResults } from '#src/tls-reports/tls-results.ts';
import { startTestPostgres, type TestPostgres } from '#test/peers/postgres.ts';
import { startGatewayWithSinks } from '#test/support/gateway-with-sinks.ts';

const SESSION: TlsSession = {
  domain: 'any.test',
  policy: { type: 'no-policy-found', strings: [], domain: 'any.test', mxHosts: [] },
  result: 'success',
  mxHost: 'mx.any.test',
  receivingIp: '192.0.2.1',
};

describe('on PostgreSQL', () => {
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

  it('observed mail is relayed, and the report counts it', async (t) => {
    const world = await startGatewayWithSinks(t, {
      toml: { organization: 'mode = "observe"', storage: `database = "${server.url}"` },
    });
    await world.accept({ recipients: ['jane@outside.example'], subject: 'send secure' });
    await world.accept({ recipients: ['jane@outside.example'], subject: 'sned secure' });
    await world.accept({ recipients: ['jane@outside.example', 'kim@hospital.test'], subject: 'lunch?' });
    await world.waitFor('outside', ({ kind }) => kind === 'relay', 3);
    const reading = await openDatabaseForReading({
      setting: server.url,
      dataDir: '/nonexistent',
      log: silentLog,
    });
    t.after(() => reading.close());
    const report = await observeReport(reading.query, null);
    assert.equal(report.recipients, 4);
    assert.equal(report.changed, 2);
    assert.deepEqual(report.would, { secureMessage: 1, held: 1, returned: 0, refused: 0 });
    assert.deepEqual(report.byRecipientDomain, [{ name: 'outside.example', recipients: 2 }]);
    assert.equal((await observeReport(reading.query, Date.now() + 60_000)).recipients, 0);
  });

  it('sessions of one kind add up, over several writes', async () => {
    const results = new TlsResults({ clock: new FakeClock(), database });
    results.add(SESSION);
    results.add(SESSION);
    await results.flush();
    results.add(SESSION);
    results.add({ ...SESSION, result: 'starttls-not-supported' });
    await results.flush();
    const rows = await database.query
      .selectFrom('tls_results')
      .select(['day', 'result', 'sessions'])
      .orderBy('sessions')
      .execute();
    assert.deepEqual(rows, [
      { day: '2026-11-21', result: 'starttls-not-supported', sessions: 1 },
      { day: '2026-11-21', result: 'success', sessions: 3 },
    ]);
  });

  it('what could not be written is counted on', async () => {
    let fails = true;
    const commit: Database['commit'] = (unit) =>
      fails ? Promise.reject(new Error('the disk is full')) : database.commit(unit);
    const results = new TlsResults({ clock: new FakeClock(), database: { query: database.query, commit } });
    const session = { ...SESSION, domain: 'later.test' };
    results.add(session);
    await assert.rejects(results.flush());
    results.add(session);
    fails = false;
    await results.flush();
    const rows = await database.query
      .selectFrom('tls_results')
      .where('domain', '=', 'later.test')
      .select('sessions')
      .execute();
    assert.deepEqual(rows, [{ sessions: 2 }]);
  });
});
