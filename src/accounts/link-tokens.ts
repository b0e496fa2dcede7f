/**
 * What we keep of the tokens that we mail: keyed hashes, so that neither a copy of the database nor a guess at
 * another one's token gives a link.
 */
import { lengthPrefixed } from '#src/base/bytes.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';

const TOKEN = /^[\w-]{22}$/u;

const TOKEN_BYTES = 16;

/**
 * The token in the links to one copy: 22 characters of base64url, 128 bits that only the token key makes. Every mail
 * about the copy has the same link, so that an old one never dies of a new one.
 */
export function linkTokenOf(keys: Pick<KeyProvider, 'mac'>, recipientId: string): string {
  return keys
    .mac('token', lengthPrefixed('link of', recipientId))
    .subarray(0, TOKEN_BYTES)
    .toString('base64url');
}

/** For `recipients.linkTokenHash`. `token`: 22 characters of base64url, as base's `newToken` makes it. */
export function hashLinkToken(keys: Pick<KeyProvider, 'mac'>, token: string): Buffer {
  return keys.mac('token', lengthPrefixed('link', token));
}

/** For `recipients.messageCodeHash`. `code`: nine characters, unformatted, as base's `parseMessageCode` gives it. */
export function hashMessageCode(keys: Pick<KeyProvider, 'mac'>, code: string): Buffer {
  return keys.mac('token', lengthPrefixed('message-code', code));
}

/** Whether a text can be a link token at all. */
export function isLinkToken(text: string): boolean {
  return TOKEN.test(text);
}
