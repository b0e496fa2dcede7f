/**
 * The audit log. Every state change and its entry share a transaction: callers put the statement that `entry`
 * returns into the unit of work that changes the state. The leaf hashes 32 random bytes before the entry, so that
 * retention may delete an entry and its salt while the leaf stays verifiable and tells nothing (RFC 6962 leaves).
 */
import { canonicalJson } from '#src/base/canonical-json.ts';
import { sha256 } from '#src/base/bytes.ts';
import type { Clock } from '#src/base/clock.ts';
import { newId, systemRandom, type RandomSource } from '#src/base/identifiers.ts';
import type { Database, Statement } from '#src/storage/database.ts';
import { insertRow } from '#src/storage/prepared.ts';

import type { AuditEvent } from './audit-event.ts';

const SALT_BYTES = 32;

export class AuditLog {
  readonly #database: Pick<Database, 'query' | 'commit'>;
  readonly #clock: Clock;
  readonly #random: RandomSource;

  constructor(options: {
    database: Pick<Database, 'query' | 'commit'>;
    clock: Clock;
    random?: RandomSource;
  }) {
    this.#database = options.database;
    this.#clock = options.clock;
    this.#random = options.random ?? systemRandom;
  }

  /** The statement that records `event`; part of the unit of work that makes it true. */
  entry(event: AuditEvent): Statement {
    const at = this.#clock.now();
    const id = newId(this.#clock, this.#random);
    const entry = canonicalJson({
      at,
      event: event.event,
      id,
      ...(event.messageId != null && { message: event.messageId }),
      ...(event.recipientId != null && { recipient: event.recipientId }),
      ...(event.accountId != null && { account: event.accountId }),
      ...(event.facts !== undefined && { facts: canonicalFacts(event.facts) }),
    });
    const salt = this.#random(SALT_BYTES);
    const row = {
      id,
      at,
      event: event.event,
      messageId: event.messageId ?? null,
      recipientId: event.recipientId ?? null,
      accountId: event.accountId ?? null,
      entry,
      salt,
      leaf: leafHash(salt, entry),
    };
    return insertRow(this.#database.query, 'audit_entries', row);
  }

  /** Records an event that changes no other state. */
  async record(event: AuditEvent): Promise<void> {
    await this.#database.commit([this.entry(event)]);
  }
}

/** SHA-256(salt ‖ canonical entry). */
export function leafHash(salt: Uint8Array, entry: string): Buffer {
  return sha256(salt, entry);
}

/** Canonical JSON has strings and integers only: what is yes or no is written as a word. */
function canonicalFacts(facts: NonNullable<AuditEvent['facts']>): Record<string, string | number> {
  const known = Object.entries(facts).filter(([, value]) => value !== null);
  return Object.fromEntries(
    known.map(([name, value]) => [name, typeof value === 'number' ? value : String(value).toWellFormed()]),
  );
}
