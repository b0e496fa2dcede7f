/**
 * Tokens of links that are mailed to an author about one message: they name the message and are made from the token key,
 * so that there is nothing to store. What a link is good for is in its token: none opens the page of another kind.
 */
import { equalBytes, lengthPrefixed } from '#src/base/bytes.ts';

import type { KeyProvider } from './key-provider.ts';

export type MessageTokenPurpose = 'undo token' | 'mail choice token';

const TOKEN_BYTES = 16;
/** As base's `newId` makes it, then 22 characters of base64url. */
const TOKEN = /^([0-9A-Z]{26})([\w-]{22})$/u;

export function messageTokenOf(
  keys: Pick<KeyProvider, 'mac'>,
  purpose: MessageTokenPurpose,
  messageId: string,
): string {
  return `${messageId}${proofOf(keys, purpose, messageId)}`;
}

/** The id of the message; null for a token that we did not mail for this purpose. */
export function messageOfToken(
  keys: Pick<KeyProvider, 'mac'>,
  purpose: MessageTokenPurpose,
  token: string,
): string | null {
  const [, messageId = '', proof = ''] = TOKEN.exec(token) ?? [];
  if (messageId === '') return null;
  return equalBytes(Buffer.from(proof), Buffer.from(proofOf(keys, purpose, messageId))) ? messageId : null;
}

function proofOf(keys: Pick<KeyProvider, 'mac'>, purpose: MessageTokenPurpose, messageId: string): string {
  return keys.mac('token', lengthPrefixed(purpose, messageId)).subarray(0, TOKEN_BYTES).toString('base64url');
}
