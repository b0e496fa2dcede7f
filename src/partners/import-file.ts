/**
 * Lists of partners from elsewhere: our own CSV, and the destination controls that a Cisco mail appliance exports. Gives
 * what the file says, with what can't be used and why; whether a domain verifies, the caller finds out.
 */
import { isIP } from 'node:net';

import { CsvError, parse } from 'csv-parse/sync';

import { readDomain, readPinnedHop } from '#src/config/readers.ts';
import type { PinnedHop } from '#src/routing/route-plan.ts';

import { parseDay } from './agreements.ts';
import type { PartnerTls } from './managed-partner.ts';

export interface ImportedPartner {
  readonly domain: string;
  /** Null: to be found out. */
  readonly tls: PartnerTls | null;
  readonly nextHop: PinnedHop | null;
  readonly baaSigned: string | null;
  readonly baaExpires: string | null;
}

export interface ImportProblem {
  readonly line: number;
  readonly message: string;
}

export interface ImportedFile {
  readonly format: 'csv' | 'cisco';
  readonly partners: readonly ImportedPartner[];
  /** Nothing is imported while there are any. */
  readonly problems: readonly ImportProblem[];
  /** Domains that are left out, and why. */
  readonly leftOut: readonly { readonly domain: string; readonly why: string }[];
}

/** The text of a file: UTF-8, or UTF-16 as its first two octets say (spreadsheets write that as "Unicode text"). */
export function decodeImportFile(octets: Buffer): string {
  const mark = octets.subarray(0, 2).toString('hex');
  const encoding = mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(octets);
}

export function readImportFile(text: string): ImportedFile {
  const clean = text.replace(/^\uFEFF/u, '');
  const first = clean
    .split(/\r\n?|\n/u)
    .map((line) => line.trim())
    .find((line) => line !== '' && !/^[#;]/u.test(line));
  const isSectioned = /^\[[^\]]+\]$/u.test(first ?? '');
  return isSectioned ? readDestinationControls(clean) : readCsv(clean);
}

const COLUMNS = ['domain', 'tls', 'nextHop', 'baaSigned', 'baaExpires'] as const;
const CHANNELS: readonly PartnerTls[] = ['pkix', 'dane', 'mta-sts'];

type CsvRecord = Readonly<Record<(typeof COLUMNS)[number], string | undefined>>;

function readCsv(text: string): ImportedFile {
  const problems: ImportProblem[] = [];
  const partners: ImportedPartner[] = [];
  let rows: readonly { readonly record: CsvRecord; readonly info: { readonly lines: number } }[] = [];
  try {
    rows = parse(text, {
      columns: columnsOf,
      // Spreadsheets of many countries write semicolons, and tabs as "Unicode text".
      delimiter: [',', ';', '\t'],
      comment: '#',
      comment_no_infix: true,
      info: true,
      skip_empty_lines: true,
      trim: true,
      relax_column_count_less: true,
    }) as unknown as typeof rows;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    problems.push({ line: Number(error['lines'] ?? 1), message: error.message });
  }
  if (rows.length === 0 && problems.length === 0) problems.push({ line: 1, message: 'names no domain' });
  const seen = new Set<string>();
  for (const { record, info } of rows) {
    const read = readRecord(record);
    if ('message' in read) problems.push({ line: info.lines, message: read.message });
    else if (seen.has(read.domain))
      problems.push({ line: info.lines, message: `${read.domain} stands there twice` });
    else {
      seen.add(read.domain);
      partners.push(read);
    }
  }
  return { format: 'csv', partners, problems, leftOut: [] };
}

/** Capital letters in the names of columns do not matter; a file without the first one is none of ours. */
function columnsOf(header: readonly string[]): (string | undefined)[] {
  const names = header.map((name) =>
    COLUMNS.find((column) => column.toLowerCase() === name.trim().toLowerCase()),
  );
  if (!names.includes('domain'))
    throw new CsvError(
      'CSV_INVALID_COLUMN_MAPPING',
      `the first line must name the columns: ${COLUMNS.join(',')}`,
      {
        lines: 1,
      } as never,
    );
  return names;
}

function readRecord(record: CsvRecord): ImportedPartner | { readonly message: string } {
  const domain = readDomain(record.domain);
  if (!domain.ok) return { message: `domain needs ${domain.wanted}` };
  const tls = CHANNELS.find((channel) => channel === record.tls?.toLowerCase()) ?? null;
  if (tls === null && record.tls !== undefined && record.tls !== '')
    return { message: `tls needs one of ${CHANNELS.join(', ')}, or nothing` };
  const hop = record.nextHop === undefined || record.nextHop === '' ? null : readPinnedHop(record.nextHop);
  if (hop !== null && !hop.ok) return { message: `nextHop needs ${hop.wanted}` };
  const days = { baaSigned: dayOf(record.baaSigned), baaExpires: dayOf(record.baaExpires) };
  for (const name of ['baaSigned', 'baaExpires'] as const)
    if (days[name] === undefined) return { message: `${name} needs a day, such as 2027-12-31` };
  return {
    domain: domain.value,
    tls,
    nextHop: hop?.value ?? null,
    baaSigned: days.baaSigned ?? null,
    baaExpires: days.baaExpires ?? null,
  };
}

/** Undefined: no day of the calendar. */
function dayOf(text: string | undefined): string | null | undefined {
  return text === undefined || text === '' ? null : (parseDay(text) ?? undefined);
}

/** What `table_tls` may be: names, or the numbers of older versions. */
const DEMANDS_TLS = new Set(['2', '4', 'required', 'require', 'require_verify', 'required_verify']);

/** Sections `[domain]` of `name = value`; what a domain does not say holds as `[DEFAULT]` says it. */
function readDestinationControls(text: string): ImportedFile {
  const sections = new Map<string, { readonly line: number; tls: string | null }>();
  const problems: ImportProblem[] = [];
  let section: { tls: string | null } | null = null;
  for (const [index, raw] of text.split(/\r\n?|\n/u).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const name = /^\[([^\]]+)\]$/u.exec(line)?.[1]?.trim();
    const value = /^([\w-]+)\s*[=:]\s*(.*)$/u.exec(line);
    if (name !== undefined) {
      const opened = { line: index + 1, tls: null };
      sections.set(name, opened);
      section = opened;
    } else if (value === null || section === null)
      problems.push({ line: index + 1, message: 'neither [domain] nor "name = value"' });
    else if (/^(?:table_tls|tls_support)$/iu.test(value[1] ?? ''))
      section.tls = (value[2] ?? '').trim().toLowerCase();
  }
  const ordinary = sections.get('DEFAULT')?.tls ?? 'off';
  sections.delete('DEFAULT');
  const partners: ImportedPartner[] = [];
  const leftOut: { domain: string; why: string }[] = [];
  for (const [name, { line, tls }] of sections) {
    const domain = readDomain(name);
    if (name.startsWith('.')) leftOut.push({ domain: name, why: 'covers domains below it: name each one' });
    else if (isIP(name.replace(/^\[?(?:ipv6:)?/iu, '').replace(/\]$/u, '')) !== 0)
      leftOut.push({ domain: name, why: 'is an address, and partners are domains' });
    else if (!domain.ok) problems.push({ line, message: `${name} is no domain` });
    else if (!DEMANDS_TLS.has(tls ?? ordinary))
      leftOut.push({ domain: domain.value, why: `TLS is not demanded there (${tls ?? ordinary})` });
    else if (!partners.some((partner) => partner.domain === domain.value))
      partners.push({ domain: domain.value, tls: null, nextHop: null, baaSigned: null, baaExpires: null });
  }
  return { format: 'cisco', partners, problems, leftOut };
}
