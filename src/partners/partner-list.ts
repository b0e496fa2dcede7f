/**
 * The managed list of partners: kept in the database, believed only where a row carries our keyed hash, and read by
 * policy and delivery from memory. A row that was changed, put back, or deleted while we look on is refused and alarmed;
 * mail to its domain then goes as secure messages until an administrator says what holds.
 */
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { Clock } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import { newId } from '#src/base/identifiers.ts';
import type { Log } from '#src/base/log.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { exactlyOne, statement, type Database, type Statement } from '#src/storage/database.ts';
import { insertRow } from '#src/storage/prepared.ts';
import type { PartnersTable } from '#src/storage/tables.ts';

import { isOwnPartner, partnerMac, partnerOfRow, type Partner } from './managed-partner.ts';

/** What holds now. A new object whenever something has changed. */
export interface PartnerSnapshot {
  readonly partners: ReadonlyMap<string, Partner>;
  /** Domains whose row can't be believed. */
  readonly refused: ReadonlySet<string>;
}

/** A partner as it is to be, and the row that it replaces. */
export interface PartnerWrite {
  readonly partner: Partner;
  readonly state: PartnersTable['state'];
  /** `changedAt` of the row that is replaced; null: there is none. Left out: whatever is there. */
  readonly version?: number | null;
}

export interface PartnerListOptions {
  readonly database: Pick<Database, 'query' | 'commit'>;
  readonly keys: Pick<KeyProvider, 'mac'>;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: Log;
}

export class PartnerList {
  readonly #options: PartnerListOptions;
  /** Every row that was believed, removed ones too: what vanishes or grows older was tampered with. */
  #believed: ReadonlyMap<string, PartnersTable> = new Map();
  #snapshot: PartnerSnapshot = { partners: new Map(), refused: new Set() };
  /** `changedAt` of each row as it was last read, believed or not. */
  #versions: ReadonlyMap<string, number> = new Map();
  #reading: Promise<void> = Promise.resolve();

  constructor(options: PartnerListOptions) {
    this.#options = options;
  }

  get snapshot(): PartnerSnapshot {
    return this.#snapshot;
  }

  /** Reads the list again. Throws what the database throws; then the last one stays in force. */
  refresh(): Promise<void> {
    // One after the other: rows that were read before others must not be taken for rows that somebody put back.
    const read = this.#reading.then(() => this.#refresh());
    this.#reading = read.catch(() => {});
    return read;
  }

  async #refresh(): Promise<void> {
    const rows = await this.#options.database.query.selectFrom('partners').selectAll().execute();
    const believed = new Map(this.#believed);
    const refused = new Set<string>();
    for (const row of rows) {
      const known = believed.get(row.domain);
      const isOlder = known !== undefined && row.changedAt < known.changedAt;
      if (isOlder || !isOwnPartner(this.#options.keys, row)) refused.add(row.domain);
      else believed.set(row.domain, row);
    }
    const present = new Set(rows.map(({ domain }) => domain));
    for (const domain of believed.keys()) if (!present.has(domain)) refused.add(domain);
    this.#versions = new Map(rows.map(({ domain, changedAt }) => [domain, changedAt]));
    await this.#alarm([...refused].filter((domain) => !this.#snapshot.refused.has(domain)));
    this.#believed = believed;
    this.#take(believed, refused);
  }

  #take(believed: ReadonlyMap<string, PartnersTable>, refused: ReadonlySet<string>): void {
    const active = [...believed.values()].filter(
      ({ domain, state }) => state === 'active' && !refused.has(domain),
    );
    const partners = new Map(active.map((row) => [row.domain, partnerOfRow(row)]));
    const isSame =
      JSON.stringify([[...partners], [...refused]]) ===
      JSON.stringify([[...this.#snapshot.partners], [...this.#snapshot.refused]]);
    if (!isSame) this.#snapshot = { partners, refused };
  }

  /** The refusal does not depend on whether it can be recorded. */
  async #alarm(domains: readonly string[]): Promise<void> {
    for (const domain of domains) {
      this.#options.log.error('a partner was changed in the database; its mail goes as secure messages', {
        step: 'partners',
        code: 'row-forged',
      });
      try {
        await this.#options.audit.record({
          event: 'tamper-detected',
          facts: { table: 'partners', row: domain },
        });
      } catch (error) {
        this.#options.log.error('an alarm could not be recorded', { code: errorCode(error), error });
      }
    }
  }

  /** Of the row of a domain as it was last read; null: there is none. Goes on with every change. */
  versionOf(domain: string): number | null {
    return this.#versions.get(domain) ?? null;
  }

  /** Adds a partner, or says anew what holds for it. `by`: who did it, for the audit log. */
  async save(partners: readonly Partner[], by: string): Promise<void> {
    const writes = partners.map((partner) => ({ partner, state: 'active' }) as const);
    await this.#options.database.commit(this.statementsFor(writes, by));
    await this.refresh();
  }

  /**
   * The same for a unit of somebody else's, who calls `refresh` afterwards. The unit fails (`expectation-failed`,
   * `unique-violation`) where a row is of another version than the one that was asked for.
   */
  statementsFor(writes: readonly PartnerWrite[], by: string): Statement[] {
    return writes.flatMap((write) => this.#write(write, by));
  }

  /** False where there is no such partner in the managed list. */
  async remove(domain: string, by: string): Promise<boolean> {
    const { partners, refused } = this.#snapshot;
    const partner = partners.get(domain);
    if (partner === undefined && !refused.has(domain)) return false;
    const last: Partner = partner ?? { domain, tls: 'pkix', nextHop: null };
    await this.#options.database.commit(this.#write({ partner: last, state: 'removed' }, by));
    await this.refresh();
    return true;
  }

  #write({ partner, state, version }: PartnerWrite, by: string): Statement[] {
    const { domain, tls, nextHop } = partner;
    const { database, keys, audit, clock } = this.#options;
    // Never older than what was believed, whatever the clock says.
    const changedAt = Math.max(clock.now(), (this.#believed.get(domain)?.changedAt ?? 0) + 1);
    const values = {
      domain,
      tls,
      nextHopHost: nextHop?.host ?? null,
      nextHopPort: nextHop?.port ?? null,
      state,
      changedAt,
      changedBy: by,
    };
    const row = { ...values, mac: partnerMac(keys, values) };
    const facts = {
      by,
      tls,
      nextHop: nextHop === null ? null : `${nextHop.host}:${nextHop.port}`,
    };
    const event = state === 'active' ? 'partner-saved' : 'partner-removed';
    return [
      this.#put(row, version),
      audit.entry({ event, facts: { domain, ...facts } }),
      insertRow(database.query, 'partner_events', {
        id: newId(clock),
        domain,
        at: clock.now(),
        kind: state === 'active' ? 'saved' : 'removed',
        facts: JSON.stringify(facts),
      }),
    ];
  }

  #put(row: PartnersTable, version: number | null | undefined): Statement {
    const { query } = this.#options.database;
    const { domain, ...rest } = row;
    const insert = query.insertInto('partners').values(row);
    if (version === null) return statement(insert, exactlyOne);
    if (version === undefined)
      return statement(
        insert.onConflict((conflict) => conflict.column('domain').doUpdateSet(rest)),
        exactlyOne,
      );
    const update = query.updateTable('partners').set(rest).where('domain', '=', domain);
    return statement(update.where('changedAt', '=', version), exactlyOne);
  }
}
