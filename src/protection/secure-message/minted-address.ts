/**
 * Addresses that we make for one recipient of one message: what comes to them says by itself which recipient it is
 * about. The keyed hash keeps others from making one; each use has a letter and a label of its own, so that an
 * address made for one thing is no address for another.
 */
import { equalBytes, lengthPrefixed } from '#src/base/bytes.ts';
import type { MailAddress } from '#src/base/mail-address.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';

const HASH_CHARACTERS = 24;
const FORM = /^([a-z])-([0-9a-hjkmnp-tv-z]{26})-([0-9a-f]{24})$/u;

export interface AddressUse {
  /** First character of the local part. */
  readonly letter: string;
  /** Bound into the hash. */
  readonly label: string;
}

type Macs = Pick<KeyProvider, 'mac'>;

export function mintAddress(keys: Macs, use: AddressUse, recipientId: string, domain: string): string {
  return `${use.letter}-${recipientId.toLowerCase()}-${hashOf(keys, use, recipientId)}@${domain}`;
}

/** The recipient row that an address of ours is about, in any case of letters; null where we did not make it. */
export function recipientOfMintedAddress(
  keys: Macs,
  use: AddressUse,
  address: MailAddress,
  domain: string,
): string | null {
  if (address.domain !== domain) return null;
  const localPart = address.canonical.slice(0, -(address.domain.length + 1));
  const [, letter = '', id = '', hash = ''] = FORM.exec(localPart) ?? [];
  if (letter !== use.letter) return null;
  const recipientId = id.toUpperCase();
  return equalBytes(Buffer.from(hashOf(keys, use, recipientId)), Buffer.from(hash)) ? recipientId : null;
}

function hashOf(keys: Macs, use: AddressUse, recipientId: string): string {
  const hash = keys.mac('token', lengthPrefixed(use.label, recipientId));
  return hash.toString('hex').slice(0, HASH_CHARACTERS);
}
