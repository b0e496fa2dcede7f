/** Where a domain wants its TLS reports: the TXT record of `_smtp._tls` (RFC 8460 section 3). */
import { parseMailAddress } from '#src/base/mail-address.ts';
import type { DnsClient } from '#src/routing/dns-answer.ts';

export type ReportAddress =
  | { readonly kind: 'mail'; readonly address: string }
  | { readonly kind: 'https'; readonly url: string };

/** Followed for one domain; who names more is not owed them all. */
const MAX_ADDRESSES = 4;

/** Empty: the domain wants none. null: can't be told now. */
export async function findReportAddresses(
  dns: DnsClient,
  domain: string,
): Promise<readonly ReportAddress[] | null> {
  const answer = await dns.query(`_smtp._tls.${domain}`, 'TXT');
  if (answer.kind === 'failed') return null;
  return answer.kind === 'none' ? [] : parseReportAddresses(answer.records);
}

/** Several records, or one of another version, are as good as none. */
export function parseReportAddresses(records: readonly string[]): readonly ReportAddress[] {
  const [record, second] = records.filter((text) => /^v=TLSRPTv1\s*(?:;|$)/u.test(text));
  if (record === undefined || second !== undefined) return [];
  const [rua = ''] = record
    .split(';')
    .map((field) => /^\s*rua\s*=\s*(.*?)\s*$/u.exec(field)?.[1])
    .filter((value) => value !== undefined);
  return rua
    .split(',')
    .map((uri) => addressOf(uri.trim()))
    .filter((address) => address !== null)
    .slice(0, MAX_ADDRESSES);
}

function addressOf(uri: string): ReportAddress | null {
  const url = URL.parse(uri);
  if (url?.protocol === 'mailto:') {
    const address = decoded(url.pathname);
    return address === null || parseMailAddress(address) === null ? null : { kind: 'mail', address };
  }
  const isPlain = url?.protocol === 'https:' && url.username === '' && url.password === '';
  return isPlain ? { kind: 'https', url: url.href } : null;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
