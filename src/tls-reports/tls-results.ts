/**
 * Counts connections by day, domain, policy and result. Counted in memory and written every minute: a crash loses
 * what a minute counted, which is a statistic, and no delivery waits for a write.
 */
import type { Clock } from '#src/base/clock.ts';
import { sha256 } from '#src/base/bytes.ts';
import type { PublishedPolicy, TlsSession } from '#src/delivery/tls-session.ts';
import type { Database, Statement } from '#src/storage/database.ts';
import { preparedStatement } from '#src/storage/prepared.ts';
import type { TlsResultsTable } from '#src/storage/tables.ts';

/** Different results held at most; a flood of names is not worth more memory. */
const MAX_HELD = 20_000;

export class TlsResults {
  readonly #clock: Clock;
  readonly #database: Pick<Database, 'query' | 'commit'>;
  #held = new Map<string, TlsResultsTable>();

  constructor(options: { readonly clock: Clock; readonly database: Pick<Database, 'query' | 'commit'> }) {
    this.#clock = options.clock;
    this.#database = options.database;
  }

  add(session: TlsSession): void {
    const row = rowOf(session, utcDay(this.#clock.now()));
    const known = this.#held.get(row.id);
    if (known !== undefined) known.sessions += 1;
    else if (this.#held.size < MAX_HELD) this.#held.set(row.id, row);
  }

  /** Writes what was counted; what can't be written is counted on. */
  async flush(): Promise<void> {
    const held = this.#held;
    if (held.size === 0) return;
    this.#held = new Map();
    try {
      await this.#database.commit([...held.values()].map((row) => this.#count(row)));
    } catch (error) {
      for (const row of held.values()) {
        const newer = this.#held.get(row.id);
        this.#held.set(row.id, { ...row, sessions: row.sessions + (newer?.sessions ?? 0) });
      }
      throw error;
    }
  }

  #count(row: TlsResultsTable): Statement {
    return addSessions(this.#database.query, row);
  }
}

const addSessions = preparedStatement<TlsResultsTable>((query, value) =>
  query
    .insertInto('tls_results')
    .values({
      id: value('id'),
      day: value('day'),
      domain: value('domain'),
      policy: value('policy'),
      result: value('result'),
      mxHost: value('mxHost'),
      receivingIp: value('receivingIp'),
      sessions: value('sessions'),
    })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({
        sessions: eb('tls_results.sessions', '+', eb.ref('excluded.sessions')),
      })),
    ),
);

function rowOf({ domain, policy, result, mxHost, receivingIp }: TlsSession, day: string): TlsResultsTable {
  const written = JSON.stringify(policy satisfies PublishedPolicy);
  const counted = { day, domain, policy: written, result, mxHost, receivingIp };
  return { id: sha256(JSON.stringify(counted)).toString('hex'), ...counted, sessions: 1 };
}

/** `2026-11-21`. */
export function utcDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
