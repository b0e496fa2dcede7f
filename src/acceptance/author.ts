/**
 * Who the author of a mail is, who is told about it, and in whose name we may write. Header addresses never say who
 * receives; they only say who wrote (RFC 5322 section 3.6.2), and only addresses at our domains are believed.
 */
import { parseMailAddress, type MailAddress } from '#src/base/mail-address.ts';
import { isInternalDomain } from '#src/policy/domains.ts';

export interface Mailbox {
  readonly displayName: string;
  readonly address: string;
}

export interface Author {
  /** The From mailbox if there is exactly one; shown to recipients. */
  readonly from: Mailbox | null;
  /** The From mailbox is at one of our domains. */
  readonly isOurs: boolean;
  /** Somebody else wrote it (forwarded mail): From has addresses, and none of them is at our domains. */
  readonly isOutside: boolean;
  /** Who is told (secured, opened, held): From if exactly one and ours, else Sender, else reverse-path; null: the audit log only. */
  readonly told: MailAddress | null;
}

export interface AuthorFields {
  readonly from: readonly Mailbox[];
  readonly sender: readonly Mailbox[];
  readonly reversePath: string;
}

export function findAuthor(fields: AuthorFields, internalDomains: readonly string[]): Author {
  const ours = (address: string | undefined): MailAddress | null => {
    const parsed = address === undefined ? null : parseMailAddress(address);
    return parsed !== null && isInternalDomain(parsed.domain, internalDomains) ? parsed : null;
  };
  const from = fields.from.length === 1 ? (fields.from[0] ?? null) : null;
  const ourFrom = ours(from?.address);
  const sender = fields.sender.length === 1 ? fields.sender[0] : undefined;
  return {
    from,
    isOurs: ourFrom !== null,
    isOutside: isOutside(fields.from, internalDomains),
    told: ourFrom ?? ours(sender?.address) ?? ours(fields.reversePath),
  };
}

function isOutside(from: readonly Mailbox[], internalDomains: readonly string[]): boolean {
  const addresses = from.map(({ address }) => parseMailAddress(address)).filter((parsed) => parsed !== null);
  return addresses.length > 0 && !addresses.some(({ domain }) => isInternalDomain(domain, internalDomains));
}

/** Every address at our domains that the mail names as its author; which of them wrote it nobody can tell. */
export function ourAuthors(fields: AuthorFields, internalDomains: readonly string[]): readonly MailAddress[] {
  const named = [...fields.from, ...fields.sender].map(({ address }) => address);
  return [...named, fields.reversePath]
    .map((address) => parseMailAddress(address))
    .filter((parsed) => parsed !== null)
    .filter(({ domain }) => isInternalDomain(domain, internalDomains));
}

/** A mail may leave through us only if its reverse-path or its From is at our domains. */
export function maySubmit(fields: AuthorFields, internalDomains: readonly string[]): boolean {
  return [fields.reversePath, ...fields.from.map((mailbox) => mailbox.address)].some((address) => {
    const parsed = parseMailAddress(address);
    return parsed !== null && isInternalDomain(parsed.domain, internalDomains);
  });
}
