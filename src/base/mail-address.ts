/**
 * Mail addresses as policy, accounts and storage compare them. The address that SMTP gave is what SMTP gets back
 * (`raw`); what is compared is `canonical`: the local part as it is but for ASCII case, the domain as A-labels.
 * Nothing here parses header fields: header addresses are text and decide nothing (RFC 5321 section 3.6).
 */
import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

export interface MailAddress {
  /** As given on the wire, without angle brackets. */
  readonly raw: string;
  readonly localPart: string;
  /** Lower-case A-labels, or an address literal in brackets. */
  readonly domain: string;
  /** `localPart@domain`, ASCII lower case; the key under which addresses are compared and stored. */
  readonly canonical: string;
}

// RFC 5321 section 4.5.3.1: local part 64 octets, domain 255, path 256 with its brackets.
const MAX_LOCAL_PART_OCTETS = 64;
const MAX_DOMAIN_OCTETS = 255;
const MAX_ADDRESS_OCTETS = 254;

const ATOM = /^[\w!#$%&'*+/=?^`{|}~\u0080-\u{10ffff}-]+(?:\.[\w!#$%&'*+/=?^`{|}~\u0080-\u{10ffff}-]+)*$/u;
const QUOTED = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e\u0080-\u{10ffff}]|\\[\x20-\x7e])*"$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/u;
// Control, format, bidirectional, private-use, unassigned and separator characters have no place in an address, and of
// spaces only the ASCII one, which must be quoted: another one looks like it, or like nothing.
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

/**
 * Parses `local@domain` (no brackets, no display name). The domain is what follows the last `@` that is not
 * inside quotes. Returns null for anything that RFC 5321 section 4.1.2 or RFC 6531 section 3.3 does not allow.
 */
export function parseMailAddress(raw: string): MailAddress | null {
  if (FORBIDDEN.test(raw) || Buffer.byteLength(raw) > MAX_ADDRESS_OCTETS) return null;
  const at = raw.lastIndexOf('@');
  if (at < 1) return null;
  const localPart = raw.slice(0, at);
  if (Buffer.byteLength(localPart) > MAX_LOCAL_PART_OCTETS) return null;
  if (!ATOM.test(localPart) && !QUOTED.test(localPart)) return null;
  const domain = canonicalDomain(raw.slice(at + 1));
  if (domain === null) return null;
  const canonical = `${asciiLowerCase(localPart)}@${domain}`;
  // A domain can grow when it is written in ASCII; what is compared and stored must be an address too.
  if (Buffer.byteLength(canonical) > MAX_ADDRESS_OCTETS) return null;
  return { raw, localPart, domain, canonical };
}

/**
 * A domain as lower-case A-labels (IDNA, UTS 46), or an address literal as it is; null where it is neither. A
 * trailing dot is refused: RFC 5321 has none.
 */
export function canonicalDomain(domain: string): string | null {
  if (domain.startsWith('[')) return isAddressLiteral(domain) ? asciiLowerCase(domain) : null;
  if (domain === '' || domain.endsWith('.') || FORBIDDEN.test(domain)) return null;
  // The URL parser would decode percent signs and cut off a path, query or fragment; a mail domain has none.
  if (/[%/\\?#]/u.test(domain)) return null;
  const ascii = domainToASCII(domain);
  if (ascii === '' || ascii.length > MAX_DOMAIN_OCTETS) return null;
  // The URL parser reads 0x7f.1 and 2130706433 as IPv4 addresses; a mail domain is no number, and an address has brackets.
  if (/^[\d.]+$/u.test(ascii)) return null;
  const labels = ascii.split('.');
  return labels.every((label) => LABEL.test(label)) ? ascii : null;
}

/** `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 section 4.1.3); no other kind of literal has been registered. */
function isAddressLiteral(domain: string): boolean {
  const [, isTagged, address = ''] = /^\[(IPv6:)?([\da-f.:]+)\]$/iu.exec(domain) ?? [];
  return isTagged === undefined ? isIPv4(address) : isIPv6(address);
}

/** `jane.doe@mail.example` → `j•••••••@mail.example`: enough for its owner to know it, too little for others. */
export function maskMailAddress(address: MailAddress): string {
  const first = [...address.localPart].at(0) ?? '';
  return `${first}•••@${address.domain}`;
}

function asciiLowerCase(text: string): string {
  return text.replaceAll(/[A-Z]/gu, (letter) => letter.toLowerCase());
}
