/**
 * The switch that stops handing over to the outside: kept in the database with its keyed hash, so that it outlives a
 * restart and holds for every process. Mail is taken and queued all the same, and the inside goes on. Whatever in the
 * database is not ours counts as stopped; so does a row that is gone while this process knows of a stop.
 */
import { equalBytes, lengthPrefixed } from '#src/base/bytes.ts';
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { Clock } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import type { Log } from '#src/base/log.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { exactlyOne, statement, type Database, type Statement } from '#src/storage/database.ts';
import type { OutboundSwitchTable } from '#src/storage/tables.ts';

export interface OutboundState {
  readonly state: 'running' | 'stopped';
  /** Milliseconds since 1970; null where it was never changed. */
  readonly changedAt: number | null;
  readonly changedBy: string | null;
  readonly reason: string | null;
}

export interface OutboundSwitchOptions {
  readonly database: Database;
  readonly keys: Pick<KeyProvider, 'mac'>;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: Log;
}

type Row = OutboundSwitchTable;

const NEVER_CHANGED: OutboundState = { state: 'running', changedAt: null, changedBy: null, reason: null };
const TAMPERED: OutboundState = {
  state: 'stopped',
  changedAt: null,
  changedBy: null,
  reason: 'the row of this switch in the database was not written by this gateway',
};

export class OutboundSwitch {
  readonly #options: OutboundSwitchOptions;
  #current: OutboundState = NEVER_CHANGED;

  constructor(options: OutboundSwitchOptions) {
    this.#options = options;
  }

  /** As it was last read. */
  get current(): OutboundState {
    return this.#current;
  }

  get isStopped(): boolean {
    return this.#current.state === 'stopped';
  }

  /** Reads it anew: another process may have changed it. Throws what the database throws; then the last state stays. */
  async refresh(): Promise<OutboundState> {
    const { keys, log } = this.#options;
    const row = await this.#read();
    const isOurs = row === undefined ? !this.isStopped : isOwnRow(keys, row) && !this.#isOlder(row);
    if (isOurs) {
      this.#current = row === undefined ? NEVER_CHANGED : stateOf(row);
    } else if (this.#current !== TAMPERED) {
      log.error('the switch of outgoing mail was changed in the database; nothing is handed over outside');
      this.#current = TAMPERED;
      await this.#options.audit.record({ event: 'tamper-detected', facts: { table: 'outbound_switch' } });
    }
    return this.#current;
  }

  /** False where it was so already. Who was first of two counts; the other one is told how it is. */
  async change(state: 'running' | 'stopped', actor: string, reason: string): Promise<boolean> {
    const { audit, clock, database, keys } = this.#options;
    const before = await this.#read();
    if ((await this.refresh()).state === state && this.#current !== TAMPERED) return false;
    const values = {
      name: 'outbound' as const,
      state,
      changedAt: Math.max(clock.now(), (before?.changedAt ?? 0) + 1),
      changedBy: actor,
      reason,
    };
    const row = { ...values, mac: rowMac(keys, values) };
    try {
      await database.commit([
        before === undefined ? this.#insert(row) : this.#replace(before, row),
        audit.entry({
          event: state === 'stopped' ? 'outbound-stopped' : 'outbound-started',
          facts: { by: actor, why: reason },
        }),
      ]);
    } catch (error) {
      if (!['expectation-failed', 'unique-violation'].includes(errorCode(error))) throw error;
      await this.refresh();
      return false;
    }
    this.#current = stateOf(row);
    return true;
  }

  #read(): Promise<Row | undefined> {
    return this.#options.database.query
      .selectFrom('outbound_switch')
      .selectAll()
      .where('name', '=', 'outbound')
      .executeTakeFirst();
  }

  #isOlder(row: Row): boolean {
    return this.#current.changedAt !== null && row.changedAt < this.#current.changedAt;
  }

  #insert(row: Row): Statement {
    return statement(this.#options.database.query.insertInto('outbound_switch').values(row), exactlyOne);
  }

  #replace(before: Row, row: Row): Statement {
    return statement(
      this.#options.database.query
        .updateTable('outbound_switch')
        .set(row)
        .where('name', '=', 'outbound')
        .where('changedAt', '=', before.changedAt)
        .where('state', '=', before.state),
      exactlyOne,
    );
  }
}

function stateOf({ state, changedAt, changedBy, reason }: Row): OutboundState {
  return { state, changedAt, changedBy, reason };
}

function rowMac(keys: Pick<KeyProvider, 'mac'>, row: Omit<Row, 'mac'>): Buffer {
  const { name, state, changedAt, changedBy, reason } = row;
  return keys.mac(
    'token',
    lengthPrefixed('outbound-switch', name, state, String(changedAt), changedBy, reason),
  );
}

function isOwnRow(keys: Pick<KeyProvider, 'mac'>, row: Row): boolean {
  return equalBytes(rowMac(keys, row), row.mac);
}
