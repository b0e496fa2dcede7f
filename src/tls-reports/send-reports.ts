/**
 * The reports of past days, each sent once: row, mail and audit entry are one unit. A domain's reports leave within
 * four hours after midnight UTC, each domain at a time of its own (RFC 8460 section 4.1); what could not be sent is tried
 * again for two days and then dropped.
 */
import { gzipSync } from 'node:zlib';

import type { AuditLog } from '#src/audit/audit-log.ts';
import { sha256 } from '#src/base/bytes.ts';
import { DAY_MS, HOUR_MS, type Clock } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import type { RandomSource } from '#src/base/identifiers.ts';
import type { Log } from '#src/base/log.ts';
import { newMessageIdField } from '#src/notification/compose/mail.ts';
import type { MailSite } from '#src/notification/mail-site.ts';
import type { WrittenMailSealer } from '#src/queue/written-mails.ts';
import { statement, type Database, type Statement } from '#src/storage/database.ts';
import { insertRow } from '#src/storage/prepared.ts';

import { postReport, type PostTools } from './post-report.ts';
import { findReportAddresses, type ReportAddress } from './report-addresses.ts';
import { reportJson } from './report-json.ts';
import { writeReportMail } from './report-mail.ts';
import { utcDay } from './tls-results.ts';

export interface SendReportsOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly sealer: WrittenMailSealer;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  readonly post: PostTools;
  readonly site: MailSite;
  /** Ours: the submitter of the report, and where its Message-IDs are made. */
  readonly mainDomain: string;
  /** Called when a mail was queued. */
  readonly onQueued: () => void;
}

const SPREAD_MS = 4 * HOUR_MS;
const GIVE_UP_AFTER_MS = 3 * DAY_MS;
const KEPT_MS = 7 * DAY_MS;

interface DayOfDomain {
  readonly day: string;
  readonly domain: string;
}

/** Sends what is due, and forgets what is old. */
export async function sendTlsReports(options: SendReportsOptions): Promise<void> {
  const { database, clock, log } = options;
  const now = clock.now();
  const past = await database.query
    .selectFrom('tls_results')
    .where('day', '<', utcDay(now))
    .where('day', '>=', utcDay(now - GIVE_UP_AFTER_MS))
    .select(['day', 'domain'])
    .distinct()
    .orderBy('day')
    .orderBy('domain')
    .execute();
  for (const one of past) {
    if (now < dueAt(one)) continue;
    try {
      await sendReportsOf(one, options);
    } catch (error) {
      log.warn('a TLS report is tried again later', { code: errorCode(error) });
    }
  }
  const old = utcDay(now - KEPT_MS);
  await database.commit([
    statement(database.query.deleteFrom('tls_results').where('day', '<', old)),
    statement(database.query.deleteFrom('tls_reports').where('day', '<', old)),
  ]);
}

/** Midnight after the day, and a delay that is the domain's own. */
function dueAt({ day, domain }: DayOfDomain): number {
  const share = sha256(domain).readUInt32BE(0) / 0x1_0000_0000;
  return Date.parse(`${day}T00:00:00Z`) + DAY_MS + Math.floor(share * SPREAD_MS);
}

async function sendReportsOf(one: DayOfDomain, options: SendReportsOptions): Promise<void> {
  const { database, log } = options;
  const done = await database.query
    .selectFrom('tls_reports')
    .where('day', '=', one.day)
    .where('domain', '=', one.domain)
    .select(['id', 'state'])
    .execute();
  if (done.some(({ state }) => state === 'unwanted')) return;
  const addresses = await findReportAddresses(options.post.dns, one.domain);
  if (addresses === null) return;
  if (addresses.length === 0) await database.commit([reportRow(one, '', 'unwanted', options)]);
  for (const address of addresses) {
    if (done.some(({ id }) => id === rowId(one, targetOf(address)))) continue;
    try {
      await (address.kind === 'mail' ? mailReport : postedReport)(one, targetOf(address), options);
    } catch (error) {
      // Sent by another process meanwhile.
      if (errorCode(error) === 'unique-violation') continue;
      log.warn('a TLS report is tried again later', { code: errorCode(error) });
    }
  }
}

function targetOf(address: ReportAddress): string {
  return address.kind === 'mail' ? address.address : address.url;
}

async function mailReport(one: DayOfDomain, to: string, options: SendReportsOptions): Promise<void> {
  const { database, clock, random, mainDomain, sealer, site } = options;
  const { reportId, gzipped } = await makeReport(one, options);
  const mail = writeReportMail(site, {
    messageIdField: newMessageIdField(mainDomain, random),
    dateMs: clock.now(),
    to,
    domain: one.domain,
    submitter: mainDomain,
    reportId,
    fileName: fileName(one, mainDomain),
    gzipped,
  });
  const sealed = await sealer.seal([{ kind: 'tls-report', mail, recipientId: null, reversePath: '' }], null);
  try {
    await database.commit([
      reportRow(one, to, 'queued', options),
      ...sealed.statements,
      auditEntry(one, 'mail', options),
    ]);
  } catch (error) {
    await sealed.abandon(error);
    throw error;
  }
  options.onQueued();
}

/** Recorded after the server took it: where we die in between, it gets the same report, by its id, a second time. */
async function postedReport(one: DayOfDomain, url: string, options: SendReportsOptions): Promise<void> {
  const { gzipped } = await makeReport(one, options);
  await postReport(url, gzipped, options.post);
  await options.database.commit([reportRow(one, url, 'posted', options), auditEntry(one, 'https', options)]);
}

async function makeReport(
  { day, domain }: DayOfDomain,
  { database, site, mainDomain }: SendReportsOptions,
): Promise<{ readonly reportId: string; readonly gzipped: Buffer }> {
  const results = await database.query
    .selectFrom('tls_results')
    .where('day', '=', day)
    .where('domain', '=', domain)
    .select(['policy', 'result', 'mxHost', 'receivingIp', 'sessions'])
    .orderBy('policy')
    .orderBy('id')
    .execute();
  const reportId = `${day}.${domain}@${mainDomain}`;
  const identity = { organization: site.organization, contact: site.serviceAddress, reportId };
  return { reportId, gzipped: gzipSync(JSON.stringify(reportJson(day, results, identity))) };
}

/** RFC 8460 section 5.1: submitter, domain, first and last second. */
function fileName({ day, domain }: DayOfDomain, submitter: string): string {
  const start = Date.parse(`${day}T00:00:00Z`) / 1_000;
  return `${submitter}!${domain}!${start}!${start + DAY_MS / 1_000 - 1}.json.gz`;
}

function rowId({ day, domain }: DayOfDomain, target: string): string {
  return `${day} ${domain} ${target}`;
}

function reportRow(
  one: DayOfDomain,
  target: string,
  state: 'queued' | 'posted' | 'unwanted',
  { database, clock }: SendReportsOptions,
): Statement {
  const row = { id: rowId(one, target), ...one, state, at: clock.now() };
  return insertRow(database.query, 'tls_reports', row);
}

function auditEntry({ day, domain }: DayOfDomain, by: 'mail' | 'https', { audit }: SendReportsOptions) {
  return audit.entry({ event: 'tls-report-sent', facts: { day, domain, by } });
}
