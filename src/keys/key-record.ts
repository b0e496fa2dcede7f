/**
 * The key record: which public key an account has, signed by the account authority. Senders' side wraps only to a
 * key whose record verifies, so a key that somebody wrote into the database is never sealed to. The signature
 * covers length-prefixed fields, not the JSON, which is only how the record is stored.
 */
import { verify, type KeyObject } from 'node:crypto';

import { CodedError } from '#src/base/coded-error.ts';

import { bindContext } from './context.ts';
import type { KeyProvider, PublicKeys, WrappingPublicKey } from './key-provider.ts';
import { importWrappingPoint, kidOfPoint } from './wrapping-point.ts';

/** HPKE suite 1: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. */
const SUITE_P256 = 1;

export interface KeyRecord {
  readonly organizationId: string;
  readonly accountId: string;
  readonly suite: number;
  readonly key: WrappingPublicKey;
  /** Milliseconds since 1970: the key is used for what is sealed from then on. */
  readonly from: number;
}

/** Signs a record; returns the JSON that `account_keys.record` holds. */
export function signKeyRecord(
  record: Omit<KeyRecord, 'suite' | 'organizationId'>,
  keys: Pick<KeyProvider, 'sign' | 'publicKeys'>,
): string {
  const full = { ...record, organizationId: keys.publicKeys().organizationId, suite: SUITE_P256 };
  const { signature } = keys.sign('account-authority', signedBytes(full));
  return JSON.stringify({
    version: 1,
    organizationId: full.organizationId,
    accountId: full.accountId,
    kid: full.key.kid,
    suite: full.suite,
    publicKey: full.key.point.toString('base64url'),
    from: full.from,
    signature: signature.toString('base64url'),
  });
}

/**
 * Verifies a stored record for the account that the caller means. Throws CodedError `key-record-invalid`, the same
 * for every cause: not JSON, another account, organisation or suite, a forged signature, a point off the curve.
 */
export function verifyKeyRecord(
  stored: string,
  publicKeys: Pick<PublicKeys, 'organizationId' | 'accountAuthority'>,
  accountId: string,
): KeyRecord {
  const record = signedRecord(stored, publicKeys.accountAuthority);
  if (record.organizationId !== publicKeys.organizationId || record.accountId !== accountId) throw invalid();
  return record;
}

/** By the authority that signed them, then by the record's own text: one that says anything else is checked anew. */
const checked = new WeakMap<KeyObject, Map<string, KeyRecord>>();
const MOST_REMEMBERED = 1_000;

function signedRecord(stored: string, authority: KeyObject): KeyRecord {
  const known = checked.get(authority) ?? new Map<string, KeyRecord>();
  checked.set(authority, known);
  const record = known.get(stored) ?? checkRecord(stored, authority);
  known.delete(stored);
  known.set(stored, record);
  const [oldest] = known.keys();
  if (known.size > MOST_REMEMBERED && oldest !== undefined) known.delete(oldest);
  return record;
}

function checkRecord(stored: string, authority: KeyObject): KeyRecord {
  const parsed = parseRecord(stored);
  if (parsed === null) throw invalid();
  const { record, signature } = parsed;
  if (record.suite !== SUITE_P256 || kidOfPoint(record.key.point) !== record.key.kid) throw invalid();
  if (!verify(null, signedBytes(record), authority, signature)) throw invalid();
  try {
    importWrappingPoint(record.key.point);
  } catch {
    throw invalid();
  }
  return record;
}

function signedBytes(record: KeyRecord): Buffer {
  return bindContext(
    'key-record',
    record.organizationId,
    record.accountId,
    record.key.kid,
    String(record.suite),
    record.key.point.toString('hex'),
    String(record.from),
  );
}

function parseRecord(stored: string): { readonly record: KeyRecord; readonly signature: Buffer } | null {
  let value: unknown;
  try {
    value = JSON.parse(stored);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const fields = value as Record<string, unknown>;
  const { organizationId, accountId, kid, suite, publicKey, from, signature } = fields;
  if (fields['version'] !== 1 || typeof organizationId !== 'string' || typeof accountId !== 'string')
    return null;
  if (typeof kid !== 'string' || typeof publicKey !== 'string' || typeof signature !== 'string') return null;
  if (!Number.isSafeInteger(suite) || !Number.isSafeInteger(from)) return null;
  const point = Buffer.from(publicKey, 'base64url');
  return {
    record: { organizationId, accountId, suite: Number(suite), key: { kid, point }, from: Number(from) },
    signature: Buffer.from(signature, 'base64url'),
  };
}

function invalid(): CodedError {
  return new CodedError('key-record-invalid', 'the key record of an account does not verify');
}
