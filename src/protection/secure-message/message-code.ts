/**
 * The message code: nine characters that a person can type at the organisation's own site, or read to the help line,
 * to learn whether a notice is real. Each recipient of a message has another one, so that nobody learns by a code of
 * their own who else got the message. Derived by a keyed hash, so that it need not be stored.
 */
import { lengthPrefixed } from '#src/base/bytes.ts';
import { newMessageCode } from '#src/base/identifiers.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';

/** `recipientId`: of the recipient's row. Unformatted, nine characters. */
export function messageCodeOf(keys: Pick<KeyProvider, 'mac'>, recipientId: string): string {
  return newMessageCode((length) =>
    keys.mac('token', lengthPrefixed('message code', recipientId)).subarray(0, length),
  );
}

/** The code in *Secured*: where several got secure messages, none of their codes is that of the mail as a whole. */
export function messageCodeForAuthor(
  keys: Pick<KeyProvider, 'mac'>,
  securedRecipientIds: readonly string[],
): string | null {
  const [id] = securedRecipientIds;
  return id !== undefined && securedRecipientIds.length === 1 ? messageCodeOf(keys, id) : null;
}

/** Codes that stand in a text, as `7K4-2QF-9XM`; at most eight are looked at. */
export function findMessageCodes(text: string): readonly string[] {
  const found = text
    .toUpperCase()
    .matchAll(
      /(?<![0-9A-Z])([0-9A-HJKMNP-TV-Z]{3})-([0-9A-HJKMNP-TV-Z]{3})-([0-9A-HJKMNP-TV-Z]{3})(?![0-9A-Z])/gu,
    );
  return [...found].slice(0, 8).map(([, first = '', second = '', third = '']) => first + second + third);
}
