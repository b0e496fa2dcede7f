/**
 * Whether a mail from outside says that somebody inside wrote it. What is passed on comes to the organisation's
 * servers from a gateway that they know, so a forged author would look more trustworthy than it is.
 */
import { parseMailAddress } from '#src/base/mail-address.ts';
import { parseAddressList } from '#src/mime/address-list.ts';
import { fieldValues } from '#src/mime/header-fields.ts';
import type { HeaderField } from '#src/mime/scan-result.ts';
import { isInternalDomain } from '#src/policy/domains.ts';

const AUTHOR_FIELDS = ['from', 'sender', 'resent-from', 'resent-sender'];

export function claimsToBeOurs(fields: readonly HeaderField[], internalDomains: readonly string[]): boolean {
  return AUTHOR_FIELDS.flatMap((name) => fieldValues(fields, name)).some((value) =>
    parseAddressList(value).some(
      ({ displayName, address }) =>
        namesOurs(address, internalDomains) || namesOurs(displayName, internalDomains),
    ),
  );
}

/** Also an address inside a display name, or one that isn't clearly one: that is what a reader sees. */
function namesOurs(text: string, internalDomains: readonly string[]): boolean {
  return (text.match(/[^\s<>"(),;:@]+@[^\s<>"(),;:@]+/gu) ?? []).some((found) => {
    const address = parseMailAddress(found.replace(/[.'\]]+$/u, ''));
    return address !== null && isInternalDomain(address.domain, internalDomains);
  });
}
