/** The address of the recipient that a report is about, compared with what reports say (RFC 3464 section 2.3.1). */
import { parseMailAddress } from '#src/base/mail-address.ts';
import { decodeXtext } from '#src/smtp/xtext.ts';

/**
 * The addresses that an `Original-Recipient` or `Final-Recipient` field may mean, canonical: as it stands, and with
 * xtext undone, which some servers leave in place. Empty where it holds none.
 */
export function reportedAddresses(value: string): string[] {
  const text = value.slice(value.indexOf(';') + 1).trim();
  const bare = text.replace(/^<(.*)>$/u, '$1');
  const readings = [bare, decodeXtext(bare), withoutEscapes(bare)];
  const addresses = readings.map((reading) => (reading === null ? null : parseMailAddress(reading)));
  return [...new Set(addresses.flatMap((address) => (address === null ? [] : [address.canonical])))];
}

/** `\x{FC}` of RFC 6533 section 3. */
function withoutEscapes(text: string): string {
  return text.replaceAll(/\\x\{([0-9A-Fa-f]{1,6})\}/gu, (whole, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code > 0x10ffff ? whole : String.fromCodePoint(code);
  });
}

/** Where `canonicalAddress` stands in a text, and not as a piece of a longer one; -1 where it doesn't. */
export function findAddress(text: string, canonicalAddress: string): number {
  const lower = text.toLowerCase();
  for (let at = lower.indexOf(canonicalAddress); at >= 0; at = lower.indexOf(canonicalAddress, at + 1)) {
    const before = lower.charAt(at - 1);
    const after = lower.slice(at + canonicalAddress.length, at + canonicalAddress.length + 2);
    if (!/[\w.+'=-]/u.test(before) && !/^(?:[\w-]|\.\w)/u.test(after)) return at;
  }
  return -1;
}
