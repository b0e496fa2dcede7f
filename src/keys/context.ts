/**
 * How every context, `info` string and signed prefix of the product is built: product label, format version,
 * purpose, then the ids that it binds, each length-prefixed. Two purposes or two lists of ids never give the same
 * bytes. What `keys` itself binds is here; the contexts of the formats are in `sealing/contexts.ts`.
 */
import { lengthPrefixed } from '#src/base/bytes.ts';

const PRODUCT_LABEL = 'sendsecure';
const FORMAT_VERSION = '1';

export function bindContext(purpose: string, ...ids: readonly string[]): Buffer {
  return lengthPrefixed(PRODUCT_LABEL, FORMAT_VERSION, purpose, ...ids);
}

/** An account's key pair, as whoever uses it knows it from the session, never from the record. */
export interface AccountKeyIds {
  readonly organizationId: string;
  readonly accountId: string;
  readonly kid: string;
}

/** Authenticated with the wrapped private half of an account. */
export function accountPrivateKeyContext(ids: AccountKeyIds): Buffer {
  return bindContext('account-private-key', ids.organizationId, ids.accountId, ids.kid);
}
