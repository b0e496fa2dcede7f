/**
 * Our own reverse-path, one per recipient, on the bounce domain: what comes back to it says by itself which recipient
 * it is about. The keyed hash keeps others from making one.
 */
import { lengthPrefixed } from '#src/base/bytes.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';

const HASH_CHARACTERS = 24;

export function bounceAddress(
  keys: Pick<KeyProvider, 'mac'>,
  recipientId: string,
  bounceDomain: string,
): string {
  const hash = keys
    .mac('token', lengthPrefixed('bounce address', recipientId))
    .toString('hex')
    .slice(0, HASH_CHARACTERS);
  return `b-${recipientId.toLowerCase()}-${hash}@${bounceDomain}`;
}
