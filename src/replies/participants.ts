/**
 * Who took part in a message as one of its readers saw it: the fields To and Cc as the index holds them, each address
 * believed only where the message went there. Whoever got a blind copy is in neither, and is not written to.
 */
import type { MessageIndex } from '#src/sealing/message-index.ts';

export interface Recipient {
  readonly address: string;
  readonly canonicalAddress: string;
}

/** Those of `recipients` whose address stands in To or Cc, but for `own` (canonical addresses of the reader). */
export function visibleOthers(
  header: Pick<MessageIndex['header'], 'to' | 'cc'>,
  recipients: readonly Recipient[],
  own: readonly string[],
): readonly Recipient[] {
  const seen = `${header.to}, ${header.cc}`;
  const others = recipients.filter(
    ({ address, canonicalAddress }) => !own.includes(canonicalAddress) && namesAddress(seen, address),
  );
  return [...new Map(others.map((other) => [other.canonicalAddress, other])).values()];
}

/** The name that stands before `address` in To or Cc; null where there is none. */
export function nameOf(header: Pick<MessageIndex['header'], 'to' | 'cc'>, address: string): string | null {
  for (const field of [header.to, header.cc]) {
    const at = field.toLowerCase().indexOf(`<${address.toLowerCase()}>`);
    if (at === -1) continue;
    const before = field.slice(0, at);
    const name = before
      .slice(before.lastIndexOf('>') + 1)
      .replace(/^[\s,]+/u, '')
      .trim();
    if (name !== '') return name;
  }
  return null;
}

function namesAddress(fields: string, address: string): boolean {
  const text = fields.toLowerCase();
  const wanted = address.toLowerCase();
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) {
    const before = text[at - 1] ?? ' ';
    const after = text[at + wanted.length] ?? ',';
    if (/[\s<,]/u.test(before) && /[\s>,]/u.test(after)) return true;
  }
  return false;
}
