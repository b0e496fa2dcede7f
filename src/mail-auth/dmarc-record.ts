/**
 * The DMARC record of a domain, as far as it says what becomes of mail that somebody else sends in its name: RFC 7489
 * section 6.3. Where a domain has none, the nearest one above it counts, found by walking up the tree of names.
 */
export type DmarcPolicy = 'none' | 'quarantine' | 'reject';

export interface DmarcRecord {
  readonly policy: DmarcPolicy;
  /** For domains below the one that has the record. */
  readonly belowPolicy: DmarcPolicy;
  /** Of the mails that fail, how many the policy is for, in per cent; 0 in a test (`t=y`). */
  readonly percent: number;
}

const MAX_LABELS_WALKED = 7;

/** Null: no DMARC record, or one that receivers ignore. */
export function parseDmarcRecord(text: string): DmarcRecord | null {
  const tags = new Map<string, string>();
  for (const [index, tag] of text.split(';').entries()) {
    const [name = '', ...value] = tag.split('=');
    const key = name.trim().toLowerCase();
    if (index === 0 && (key !== 'v' || value.join('=').trim() !== 'DMARC1')) return null;
    if (!tags.has(key)) tags.set(key, value.join('=').trim().toLowerCase());
  }
  const policy = readPolicy(tags.get('p'));
  if (policy === null) return null;
  const percent = Number.parseInt(tags.get('pct') ?? '100', 10);
  return {
    policy,
    belowPolicy: readPolicy(tags.get('sp')) ?? policy,
    percent: tags.get('t') === 'y' ? 0 : Number.isNaN(percent) ? 100 : Math.min(100, Math.max(0, percent)),
  };
}

/** The one record among the texts at `_dmarc.<domain>`; null where there is none, or more than one. */
export function oneDmarcRecord(texts: readonly string[]): DmarcRecord | null {
  const records = texts.filter((text) => /^v\s*=\s*DMARC1\s*(?:;|$)/u.test(text.trimStart()));
  return records.length === 1 ? parseDmarcRecord(records[0] ?? '') : null;
}

/** The domain and those above it, nearest first, without the top one: where a record is looked for. */
export function dmarcDomains(domain: string): readonly string[] {
  const labels = domain.split('.');
  const walked = labels.map((_, index) => labels.slice(index)).filter((rest) => rest.length >= 2);
  return [labels, ...walked.slice(1).filter((rest) => rest.length <= MAX_LABELS_WALKED)].map((rest) =>
    rest.join('.'),
  );
}

function readPolicy(text: string | undefined): DmarcPolicy | null {
  return text === 'none' || text === 'quarantine' || text === 'reject' ? text : null;
}
