/** What is kept of channels, agreements and warnings, and what staff see of it, on either database. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AuditLog } from '#src/audit/audit-log.ts';
import { DAY_MS, FakeClock } from '#src/base/clock.ts';
import { silentLog } from '#src/base/log.ts';
import { noteAgreement } from '#src/partners/agreements.ts';
import { recordInbound, recordVerifiedDelivery } from '#src/partners/channel-record.ts';
import { directoryEntries } from '#src/partners/directory.ts';
import {
  channelState,
  domainHistory,
  domainStatuses,
  probedServers,
  suggestions,
} from '#src/partners/overview.ts';
import { PartnerWatch } from '#src/partners/partner-watch.ts';
import type { PartnerWarning } from '#src/partners/warnings.ts';
import { insertDeliveries } from '#src/queue/new-delivery.ts';
import { statement, type Database } from '#src/storage/database.ts';
import { messageRow } from '#test/storage/rows.ts';

import { testKeys } from './partner-list-suite.ts';

export function testDirectory(opened: () => Database): void {
  test('a channel, its agreement and its warnings are kept and shown, and counted domains suggested', async () => {
    const database = opened();
    const { query } = database;
    const clock = new FakeClock();
    const audit = new AuditLog({ database, clock });
    const partner = { domain: 'shown.example', tls: 'mta-sts', nextHop: null } as const;
    const entries = directoryEntries([partner], { partners: new Map(), refused: new Set() });
    const told: PartnerWarning[] = [];
    let answers = true;
    const watch = new PartnerWatch({
      database,
      audit,
      clock,
      log: silentLog,
      entries: () => entries,
      isInternal: () => false,
      probeHours: () => 24,
      probeTools: () => ({
        routing: {
          planRoute: (domain) =>
            Promise.resolve({
              kind: 'hosts',
              hosts: [
                {
                  host: `mx.${domain}`,
                  port: 25,
                  addresses: ['192.0.2.1'],
                  servername: `mx.${domain}`,
                  verify: { kind: 'pkix', names: [`mx.${domain}`], by: 'mta-sts' },
                  why: 'MTA-STS (enforce)',
                },
              ],
              skipped: [],
              mtaSts: null,
            }),
        },
        mtaSts: null,
        ca: [],
        clock,
        probeHop: () =>
          Promise.resolve(
            answers
              ? {
                  kind: 'fits',
                  tls: {
                    version: 'TLSv1.3',
                    cipher: 'TLS_AES_256_GCM_SHA384',
                    verified: true,
                    verifiedBy: 'mta-sts',
                    servername: 'mx',
                    fingerprint256: null,
                    certificateExpiresAt: clock.now() + 10 * DAY_MS,
                  },
                }
              : { kind: 'failed', stage: 'tls', why: 'TLS: certificate has expired' },
          ),
      }),
      tell: (warnings) => {
        told.push(...warnings);
        return Promise.resolve(null);
      },
      onQueued: () => {},
    });
    await database.commit([
      statement(query.insertInto('messages').values(messageRow('DIRECTORY'))),
      ...insertDeliveries(
        query,
        testKeys,
        clock,
        ['busy.example', 'busy.example', 'shown.example'].map((domain) => ({
          messageId: 'DIRECTORY',
          recipientId: null,
          kind: 'relay' as const,
          reversePath: '',
          recipient: `x@${domain}`,
          domain,
          route: 'outside' as const,
          range: null,
        })),
      ),
      recordVerifiedDelivery(query, 'shown.example', 5, '{"version":"TLSv1.3","cipher":"X"}'),
      recordInbound(query, 'shown.example', 6, 'none'),
      recordInbound(query, 'shown.example', 7, 'TLSv1.2 Y'),
      ...noteAgreement(
        {
          domain: 'shown.example',
          status: 'signed',
          signedOn: '2020-01-01',
          expiresOn: '2021-01-01',
          keptAt: null,
        },
        'Ann',
        { database, audit, clock },
      ),
    ]);
    clock.advance(1_000);
    await watch.turn();
    const [shown] = await domainStatuses(database, entries, clock.now());
    assert.ok(shown);
    assert.deepEqual(shown.agreement, {
      status: 'expired',
      signedOn: '2020-01-01',
      expiresOn: '2021-01-01',
      keptAt: null,
      contact: null,
    });
    const { channel } = shown;
    assert.deepEqual(
      [
        channel.outcome,
        channel.how,
        channel.verifiedAt,
        channel.verifiedTls,
        channel.inboundAt,
        channel.inboundTls,
      ],
      ['verified', 'MTA-STS (enforce)', 5, 'TLSv1.3 X', 7, 'TLSv1.2 Y'],
    );
    assert.deepEqual(shown.warnings.map(({ kind }) => kind).toSorted(), [
      'agreement-ends',
      'certificate-expires',
    ]);
    assert.deepEqual(told.map(({ kind }) => kind).toSorted(), ['agreement-ends', 'certificate-expires']);
    assert.equal((await probedServers(database, 'shown.example'))[0]?.server, 'mx.shown.example:25');
    assert.deepEqual(
      (await suggestions(database)).map(({ domain, mails, channel: { outcome } }) => [
        domain,
        mails,
        outcome,
      ]),
      [['busy.example', 2, 'verified']],
    );
    answers = false;
    clock.advance(2 * DAY_MS);
    await watch.turn();
    assert.equal((await channelState(database, 'shown.example')).outcome, 'not-verified');
    const [broken] = await domainStatuses(database, entries, clock.now());
    assert.deepEqual(broken?.warnings.map(({ kind }) => kind).toSorted(), ['agreement-ends', 'route-broken']);
    const history = await domainHistory(database, 'shown.example', 3);
    assert.equal(history.length, 3);
    assert.ok(history.some(({ kind }) => kind === 'warning-over'));
    assert.equal((await channelState(database, 'nobody.example')).outcome, null);
  });
}
