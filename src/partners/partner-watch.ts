/**
 * Keeps the directory live: probes each partner's servers now and then, counts where mail goes, looks at agreements,
 * and tells an administrator before a route breaks. Every turn is short; a failure of one domain stops no other.
 */
import { createHash } from 'node:crypto';

import { DAY_MS, HOUR_MS } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import type { Log } from '#src/base/log.ts';
import type { WrittenMailStatements } from '#src/queue/written-mails.ts';
import type { TlsSetting } from '#src/routing/route-plan.ts';
import { statement, type Database, type Statement } from '#src/storage/database.ts';

import { recordProbe } from './channel-record.ts';
import type { DirectoryEntry } from './directory.ts';
import { tlsSettingOf } from './managed-partner.ts';
import { probeDomain, type ProbeResult, type ProbeTools } from './probe.ts';
import { settleWarnings, type SettledWarnings, type WarningTools } from './standing-warnings.ts';
import { countDomains, recordSuggestions } from './suggestions.ts';
import { agreementWarning, CHANNEL_WARNINGS, channelWarnings, type PartnerWarning } from './warnings.ts';

export interface PartnerWatchOptions extends WarningTools {
  readonly database: Pick<Database, 'query' | 'commit'>;
  readonly log: Log;
  /** Asked for anew each time, so that a reload takes effect. */
  readonly entries: () => readonly DirectoryEntry[];
  readonly isInternal: (domain: string) => boolean;
  readonly probeTools: () => ProbeTools;
  /** Between two probes of a domain; 0: none but those that somebody asks for. */
  readonly probeHours: () => number;
  /** The mail that tells of warnings; null where nobody is to be told. */
  readonly tell: (warnings: readonly PartnerWarning[]) => Promise<WrittenMailStatements | null>;
  /** Called after a mail was queued. */
  readonly onQueued: () => void;
}

export interface ProbeProgress {
  readonly signal?: AbortSignal;
  readonly onProbed?: (done: number, total: number) => void;
}

const PROBED_AT_ONCE = 4;
const PROBED_IN_A_TURN = 40;
/** Probes of a domain come up to a quarter of the time early, each domain at its own hour. */
const JITTER = 0.25;
const HISTORY_DAYS = 400;

export class PartnerWatch {
  readonly #options: PartnerWatchOptions;
  #countedAt = 0;

  constructor(options: PartnerWatchOptions) {
    this.#options = options;
  }

  /** What is due now. */
  async turn(): Promise<void> {
    const { clock, probeHours } = this.#options;
    await this.lookAtAgreements();
    if (probeHours() === 0) return;
    await this.probe(await this.#dueDomains());
    if (clock.now() - (await this.#lastCount()) < DAY_MS) return;
    await this.suggest();
    await this.#forgetOldHistory();
  }

  /** Probes these domains now, records what came of it, and tells of it; in the order of `domains`. */
  async probe(domains: readonly string[], progress: ProbeProgress = {}): Promise<readonly ProbeResult[]> {
    const results: ProbeResult[] = [];
    const fresh: SettledWarnings[] = [];
    for (let start = 0; start < domains.length; start += PROBED_AT_ONCE) {
      if (progress.signal?.aborted === true) break;
      const some = domains.slice(start, start + PROBED_AT_ONCE);
      for (const probed of await Promise.all(some.map((domain) => this.#probeOne(domain)))) {
        if (probed === null) continue;
        results.push(probed.result);
        fresh.push(probed.settled);
      }
      progress.onProbed?.(Math.min(start + PROBED_AT_ONCE, domains.length), domains.length);
    }
    await this.#commitWarnings(fresh);
    return results;
  }

  /** Looks at a domain with a setting that is not in the directory yet; records nothing. */
  tryChannel(domain: string, setting: TlsSetting): Promise<ProbeResult> {
    return probeDomain(domain, setting, this.#options.probeTools());
  }

  /** Counts where mail goes, and probes those domains that are no partners. */
  async suggest(progress: ProbeProgress = {}): Promise<void> {
    const { clock, database, entries, isInternal } = this.#options;
    this.#countedAt = clock.now();
    const known = new Set(entries().map(({ domain }) => domain));
    const volumes = (await countDomains(database, clock, known)).filter(({ domain }) => !isInternal(domain));
    await database.commit(recordSuggestions(database.query, clock.now(), volumes));
    await this.probe(
      volumes.map(({ domain }) => domain),
      progress,
    );
  }

  async #probeOne(domain: string): Promise<{ result: ProbeResult; settled: SettledWarnings } | null> {
    const { clock, database, entries, log, probeTools } = this.#options;
    try {
      const entry = entries().find((candidate) => candidate.domain === domain);
      const isPartner = entry !== undefined && entry.source !== 'refused';
      const setting: TlsSetting = isPartner ? tlsSettingOf(entry) : { kind: 'authenticated' };
      const before = await database.query
        .selectFrom('domain_channels')
        .select('outcome')
        .where('domain', '=', domain)
        .executeTakeFirst();
      const result = await probeDomain(domain, setting, probeTools());
      await database.commit(recordProbe(database.query, clock, result));
      const found = isPartner ? channelWarnings(result, before ?? null) : [];
      return { result, settled: await settleWarnings(domain, CHANNEL_WARNINGS, found, this.#options) };
    } catch (error) {
      log.warn('a partner could not be probed', { step: 'partners', code: errorCode(error), error });
      return null;
    }
  }

  /** Reminds of agreements that end. */
  async lookAtAgreements(): Promise<void> {
    const { clock, database, entries } = this.#options;
    const agreements = await database.query.selectFrom('partner_agreements').selectAll().execute();
    const partners = new Set(entries().map(({ domain }) => domain));
    const settled: SettledWarnings[] = [];
    for (const agreement of agreements) {
      const warning = partners.has(agreement.domain) ? agreementWarning(agreement, clock.now()) : null;
      const found = warning === null ? [] : [warning];
      settled.push(await settleWarnings(agreement.domain, ['agreement-ends'], found, this.#options));
    }
    await this.#commitWarnings(settled);
  }

  /** One mail for all; warnings, audit entries and mail are one unit. */
  async #commitWarnings(settled: readonly SettledWarnings[]): Promise<void> {
    const { database, log, onQueued, tell } = this.#options;
    const statements: Statement[] = settled.flatMap((one) => one.statements);
    if (statements.length === 0) return;
    const fresh = settled.flatMap((one) => one.fresh);
    for (const { kind } of fresh)
      log.warn('a partner needs attention; see /domains', { step: 'partners', code: kind });
    const mail = fresh.length === 0 ? null : await tell(fresh);
    try {
      await database.commit([...statements, ...(mail?.statements ?? [])]);
    } catch (error) {
      await mail?.abandon(error);
      throw error;
    }
    if (mail !== null) onQueued();
  }

  async #dueDomains(): Promise<readonly string[]> {
    const { clock, database, entries, probeHours } = this.#options;
    const rows = await database.query.selectFrom('domain_channels').select(['domain', 'probedAt']).execute();
    const probed = new Map(rows.map(({ domain, probedAt }) => [domain, probedAt]));
    const everyMs = probeHours() * HOUR_MS;
    return entries()
      .filter(({ source }) => source !== 'refused')
      .map(({ domain }) => domain)
      .filter((domain) => (probed.get(domain) ?? 0) + everyMs * shareOf(domain) <= clock.now())
      .slice(0, PROBED_IN_A_TURN);
  }

  async #lastCount(): Promise<number> {
    const row = await this.#options.database.query
      .selectFrom('partner_suggestions')
      .select(({ fn }) => fn.max('countedAt').as('countedAt'))
      .executeTakeFirst();
    return Math.max(this.#countedAt, row?.countedAt ?? 0);
  }

  async #forgetOldHistory(): Promise<void> {
    const { clock, database } = this.#options;
    const before = clock.now() - HISTORY_DAYS * DAY_MS;
    await database.commit([statement(database.query.deleteFrom('partner_events').where('at', '<', before))]);
  }
}

/** Between 1 - JITTER and 1, always the same for a domain. */
function shareOf(domain: string): number {
  const first = createHash('sha256').update(domain).digest()[0] ?? 0;
  return 1 - (JITTER * first) / 256;
}
