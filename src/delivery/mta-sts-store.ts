/**
 * MTA-STS policies in the database, so that what a domain has promised once holds over restarts while an attacker
 * keeps us from asking again (RFC 8461 section 10.2). Each row carries a keyed hash: whoever can write to the database
 * must not be able to say which servers a partner's mail goes to. Deleting a row only takes us back to first contact.
 */
import { equalBytes, lengthPrefixed } from '#src/base/bytes.ts';
import type { Log } from '#src/base/log.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import type { MtaStsCache, MtaStsPolicy } from '#src/routing/mta-sts-policy.ts';
import { statement, type Database } from '#src/storage/database.ts';
import type { MtaStsPoliciesTable } from '#src/storage/tables.ts';

export interface MtaStsStoreOptions {
  readonly database: Pick<Database, 'query' | 'commit'>;
  readonly keys: Pick<KeyProvider, 'mac'>;
  readonly log: Log;
}

/** Rejects with what the database throws: then nothing is decided, and the mail waits. */
export function mtaStsStore({ database, keys, log }: MtaStsStoreOptions): MtaStsCache {
  const { query } = database;
  return {
    async get(domain) {
      const row = await query
        .selectFrom('mta_sts_policies')
        .selectAll()
        .where('domain', '=', domain)
        .executeTakeFirst();
      if (row === undefined) return null;
      if (equalBytes(policyMac(keys, row), row.mac)) return policyOfRow(row);
      log.error('an MTA-STS policy was changed in the database; it is asked for anew', {
        step: 'mta-sts',
        code: 'row-forged',
      });
      return null;
    },
    async put(domain, policy) {
      const unsigned = rowOfPolicy(domain, policy);
      const row = { ...unsigned, mac: policyMac(keys, unsigned) };
      const upsert = query
        .insertInto('mta_sts_policies')
        .values(row)
        .onConflict((conflict) => conflict.column('domain').doUpdateSet(row));
      await database.commit([statement(upsert)]);
    },
  };
}

/** Policies that ended serve nobody. */
export async function forgetEndedPolicies(
  database: Pick<Database, 'query' | 'commit'>,
  nowMs: number,
): Promise<void> {
  const ended = database.query.deleteFrom('mta_sts_policies').where('expiresAt', '<', nowMs);
  await database.commit([statement(ended)]);
}

type UnsignedRow = Omit<MtaStsPoliciesTable, 'mac'>;

function rowOfPolicy(domain: string, policy: MtaStsPolicy): UnsignedRow {
  const { id, mode, mx, fetchedMs, expiresMs } = policy;
  return {
    domain,
    policyId: id,
    mode,
    mx: JSON.stringify(mx),
    fetchedAt: fetchedMs,
    expiresAt: expiresMs,
  };
}

function policyOfRow(row: UnsignedRow): MtaStsPolicy {
  return {
    id: row.policyId,
    mode: row.mode,
    mx: JSON.parse(row.mx) as readonly string[],
    fetchedMs: row.fetchedAt,
    expiresMs: row.expiresAt,
  };
}

function policyMac(keys: Pick<KeyProvider, 'mac'>, row: UnsignedRow): Buffer {
  const fields = [row.domain, row.policyId, row.mode, row.mx, row.fetchedAt, row.expiresAt];
  return keys.mac('token', lengthPrefixed('mta-sts-policy', ...fields.map(String)));
}
