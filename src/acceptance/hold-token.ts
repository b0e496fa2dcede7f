/**
 * The token in the mail that asks whether a held message goes out: derived by a keyed hash from the message's id, found
 * by a second one. Each question has its own: that of another message, or of the author, answers nothing.
 */
import { equalBytes, lengthPrefixed } from '#src/base/bytes.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';

const TOKEN_BYTES = 16;

/** 22 characters of base64url. */
export function holdTokenOf(keys: Pick<KeyProvider, 'mac'>, messageId: string): string {
  return keys
    .mac('token', lengthPrefixed('hold token', messageId))
    .subarray(0, TOKEN_BYTES)
    .toString('base64url');
}

/** The token in the security officer's mail: the author's own does not open this question. */
export function officerTokenOf(keys: Pick<KeyProvider, 'mac'>, messageId: string): string {
  return keys
    .mac('token', lengthPrefixed('officer hold token', messageId))
    .subarray(0, TOKEN_BYTES)
    .toString('base64url');
}

export function hashHoldToken(keys: Pick<KeyProvider, 'mac'>, token: string): Buffer {
  return keys.mac('token', lengthPrefixed('hold token hash', token));
}

export function isTokenOfHold(
  keys: Pick<KeyProvider, 'mac'>,
  token: string,
  message: { readonly id: string; readonly holdFor: string | null },
): boolean {
  const own =
    message.holdFor === 'officer' ? officerTokenOf(keys, message.id) : holdTokenOf(keys, message.id);
  return equalBytes(Buffer.from(token), Buffer.from(own));
}
