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

  /** Adds a partner, or says anew what holds for it. `by`: who did it, for the audit log. */
  async save(partners: readonly Partner[], by: string): Promise<void> {
    await this.#options.database.commit(partners.flatMap((partner) => this.#write(partner, 'active', by)));
    await this.refresh();
  }

  /** False where there is no such partner in the managed list. */
  async remove(domain: string, by: string): Promise<boolean> {
    const { partners, refused } = this.#snapshot;
    const partner = partners.get(domain);
    if (partner === undefined && !refused.has(domain)) return false;
    const last = partner ?? { domain, tls: 'pkix', nextHop: null };
    await this.#options.database.commit(this.#write(last, 'removed', by));
    await this.refresh();
    return true;
  }

  #write({ domain, tls, nextHop }: Partner, state: PartnersTable['state'], by: string): Statement[] {
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
    const { domain: _, ...rest } = row;
    const upsert = database.query
      .insertInto('partners')
      .values(row)
      .onConflict((conflict) => conflict.column('domain').doUpdateSet(rest));
    const facts = {
      by,
      tls,
      nextHop: nextHop === null ? null : `${nextHop.host}:${nextHop.port}`,
    };
    const event = state === 'active' ? 'partner-saved' : 'partner-removed';
    return [
      statement(upsert, exactlyOne),
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
}
