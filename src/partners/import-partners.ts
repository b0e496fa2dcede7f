/** Looks at each domain of an imported list: which channel verifies today, and what stands in the way of the others. */
import type { DirectoryEntry } from './directory.ts';
import type { ImportedPartner } from './import-file.ts';
import { tlsSettingOf, type PartnerTls } from './managed-partner.ts';
import type { PartnerWatch, ProbeProgress } from './partner-watch.ts';
import type { ProbeResult } from './probe.ts';

export interface TriedPartner {
  readonly imported: ImportedPartner;
  /** `in-file`: the configuration names it, which wins. */
  readonly outcome: ProbeResult['outcome'] | 'in-file';
  /** The channel that verifies, or that the list asks for. */
  readonly tls: PartnerTls;
  readonly how: string | null;
  readonly why: string | null;
}

const TRIED_AT_ONCE = 4;

export async function tryPartners(
  list: readonly ImportedPartner[],
  watch: Pick<PartnerWatch, 'tryChannel'>,
  entries: readonly DirectoryEntry[],
  { signal, onProbed }: ProbeProgress = {},
): Promise<readonly TriedPartner[]> {
  const configured = new Set(entries.filter(({ source }) => source === 'file').map(({ domain }) => domain));
  const tried: TriedPartner[] = [];
  for (let start = 0; start < list.length; start += TRIED_AT_ONCE) {
    if (signal?.aborted === true) break;
    const some = list.slice(start, start + TRIED_AT_ONCE);
    const looks = some.map(async (imported) =>
      configured.has(imported.domain) ? inFile(imported) : tryOne(imported, watch),
    );
    tried.push(...(await Promise.all(looks)));
    onProbed?.(tried.length, list.length);
  }
  return tried;
}

function inFile(imported: ImportedPartner): TriedPartner {
  return { imported, outcome: 'in-file', tls: imported.tls ?? 'pkix', how: null, why: null };
}

async function tryOne(
  imported: ImportedPartner,
  watch: Pick<PartnerWatch, 'tryChannel'>,
): Promise<TriedPartner> {
  const { domain, nextHop } = imported;
  const asked = imported.tls ?? (nextHop === null ? null : 'pkix');
  if (asked !== null) {
    const result = await watch.tryChannel(domain, tlsSettingOf({ tls: asked, nextHop }));
    return { imported, tls: asked, outcome: result.outcome, how: result.how, why: result.why };
  }
  const published = await watch.tryChannel(domain, { kind: 'authenticated' });
  if (published.outcome === 'verified') {
    const tls = published.how?.startsWith('DANE') === true ? 'dane' : 'mta-sts';
    return { imported, tls, outcome: 'verified', how: published.how, why: published.why };
  }
  const byName = await watch.tryChannel(domain, { kind: 'pkix' });
  const why = byName.outcome === 'verified' ? byName.why : (published.why ?? byName.why);
  return { imported, tls: 'pkix', outcome: byName.outcome, how: byName.how, why };
}
