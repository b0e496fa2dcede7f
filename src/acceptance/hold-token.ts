/** The token in the author's "Needs you" mail: derived by a keyed hash from the message's id, found by a second one. */
import { lengthPrefixed } from '#src/base/bytes.ts';
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
