/** Our own reverse-path, one per recipient, on the bounce domain: to it comes what a notice caused. */
import type { MailAddress } from '#src/base/mail-address.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';

import { mintAddress, recipientOfMintedAddress } from './minted-address.ts';

const BOUNCES = { letter: 'b', label: 'bounce address' };

type Macs = Pick<KeyProvider, 'mac'>;

export function bounceAddress(keys: Macs, recipientId: string, bounceDomain: string): string {
  return mintAddress(keys, BOUNCES, recipientId, bounceDomain);
}

/** The recipient row that an address of ours is about, in any case of letters; null where we did not make it. */
export function recipientOfBounceAddress(
  keys: Macs,
  address: MailAddress,
  bounceDomain: string,
): string | null {
  return recipientOfMintedAddress(keys, BOUNCES, address, bounceDomain);
}
