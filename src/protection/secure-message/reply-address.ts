/**
 * The address that a reply from the site comes from inside the organisation. Mail to it, sent by a server of the
 * organisation, goes to the person who wrote the reply, as a secure message, although nobody typed the code.
 */
import type { MailAddress } from '#src/base/mail-address.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';

import { mintAddress, recipientOfMintedAddress } from './minted-address.ts';

const REPLIES = { letter: 'r', label: 'reply address' };

/** Rule of the recipient row that is the writer's own copy of a reply. */
export const OWN_COPY_RULE = 'own-reply';

type Macs = Pick<KeyProvider, 'mac'>;

/** `recipientId`: the row of the writer's own copy of the reply. */
export function replyAddress(keys: Macs, recipientId: string, bounceDomain: string): string {
  return mintAddress(keys, REPLIES, recipientId, bounceDomain);
}

/** The writer's row that an address of ours leads to, in any case of letters; null where we did not make it. */
export function recipientOfReplyAddress(
  keys: Macs,
  address: MailAddress,
  bounceDomain: string,
): string | null {
  return recipientOfMintedAddress(keys, REPLIES, address, bounceDomain);
}
