/**
 * Our own reverse-path, one per recipient, on the bounce domain: what comes back to it says by itself which recipient
 * it is about. The keyed hash keeps others from making one.
 */
import { equalBytes, lengthPrefixed } from '#src/base/bytes.ts';
import type { MailAddress } from '#src/base/mail-address.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';

const HASH_CHARACTERS = 24;

const FORM = /^b-([0-9a-hjkmnp-tv-z]{26})-([0-9a-f]{24})$/u;

type Macs = Pick<KeyProvider, 'mac'>;

export function bounceAddress(keys: Macs, recipientId: string, bounceDomain: string): string {
  return `b-${recipientId.toLowerCase()}-${hashOf(keys, recipientId)}@${bounceDomain}`;
}

/** The recipient row that an address of ours is about, in any case of letters; null where we did not make it. */
export function recipientOfBounceAddress(
  keys: Macs,
  address: MailAddress,
  bounceDomain: string,
): string | null {
  if (address.domain !== bounceDomain) return null;
  const [, id = '', hash = ''] = FORM.exec(address.canonical.slice(0, -(address.domain.length + 1))) ?? [];
  if (id === '') return null;
  const recipientId = id.toUpperCase();
  return equalBytes(Buffer.from(hashOf(keys, recipientId)), Buffer.from(hash)) ? recipientId : null;
}

function hashOf(keys: Macs, recipientId: string): string {
  const hash = keys.mac('token', lengthPrefixed('bounce address', recipientId));
  return hash.toString('hex').slice(0, HASH_CHARACTERS);
}
