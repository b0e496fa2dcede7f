/**
 * The key pair of a recipient's account. The private half never leaves this module in clear: the key provider
 * wraps it with the account and kid as context, and whoever uses it names both from the session it serves.
 */
import { createPrivateKey, diffieHellman, generateKeyPairSync } from 'node:crypto';

import type { Clock } from '#src/base/clock.ts';
import { CodedError } from '#src/base/coded-error.ts';

import { accountPrivateKeyContext } from './context.ts';
import type { AccountKeyIds } from './context.ts';
import type { KeyProvider, WrappingPublicKey } from './key-provider.ts';
import { signKeyRecord } from './key-record.ts';
import { importWrappingPoint, wrappingPublicKey } from './wrapping-point.ts';

/** What is stored of a new pair, as the columns of `account_keys` name it. */
export interface NewAccountKeyPair {
  readonly key: WrappingPublicKey;
  /** Signed key record, JSON. */
  readonly record: string;
  /** Private half, PKCS #8, wrapped by the key provider. */
  readonly wrappedPrivateKey: Buffer;
}

export async function makeAccountKeyPair(
  keys: Pick<KeyProvider, 'wrap' | 'sign' | 'publicKeys'>,
  accountId: string,
  clock: Clock,
): Promise<NewAccountKeyPair> {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = wrappingPublicKey(pair.publicKey);
  const { organizationId } = keys.publicKeys();
  const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'der' });
  const context = accountPrivateKeyContext({ organizationId, accountId, kid: key.kid });
  const wrappedPrivateKey = await keys.wrap(privateKey, context);
  privateKey.fill(0);
  return { key, record: signKeyRecord({ accountId, key, from: clock.now() }, keys), wrappedPrivateKey };
}

/**
 * ECDH of an account's private half with a peer's point: the raw shared secret, 32 bytes. Throws CodedError
 * `unwrap-failed` where the wrapped half is not of this account and kid, `point-invalid` for a bad point.
 */
export async function agreeWithAccountKey(
  keys: Pick<KeyProvider, 'unwrap'>,
  wrappedPrivateKey: Uint8Array,
  ids: AccountKeyIds,
  peerPoint: Uint8Array,
): Promise<Buffer> {
  const der = await keys.unwrap(wrappedPrivateKey, accountPrivateKeyContext(ids));
  try {
    const privateKey = createPrivateKey({ key: der, type: 'pkcs8', format: 'der' });
    return diffieHellman({ privateKey, publicKey: importPeer(peerPoint) });
  } finally {
    der.fill(0);
  }
}

function importPeer(point: Uint8Array): ReturnType<typeof importWrappingPoint> {
  try {
    return importWrappingPoint(point);
  } catch {
    throw new CodedError('point-invalid', 'the peer point is not on P-256');
  }
}
