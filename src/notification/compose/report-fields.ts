/**
 * The fields of reports that machines read (RFC 3464, RFC 8098): printable ASCII, one line each, folded only where
 * they would be too long. What a remote server said passes through here and can start no field of its own.
 */
import { cleanAscii, isPrintableAscii } from './clean-text.ts';

const MAX_VALUE_CHARACTERS = 900;

/** One group of fields; a null value leaves its field out. */
export function machineFields(fields: readonly (readonly [name: string, value: string | null])[]): string {
  let text = '';
  for (const [name, value] of fields) {
    if (value === null) continue;
    const clean = cleanAscii(value, MAX_VALUE_CHARACTERS);
    if (clean !== '') text += `${name}: ${clean}\r\n`;
  }
  return text;
}

/** `rfc822;address`, or the 7bit form of an address beyond ASCII (RFC 6533 section 3). */
export function typedAddress(address: string): string {
  if (isPrintableAscii(address)) return `rfc822; ${address}`;
  const escaped = address.replaceAll(/[^\x21-\x7e]|[\\+=]/gu, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
    return String.raw`\x{${hex}}`;
  });
  return `utf-8; ${escaped}`;
}
