/** Which DKIM domains sign for which authors. */

/**
 * The domain itself or the nearest one above it, which DMARC takes as aligned by default (RFC 7489 section 3.1.1);
 * null where none is configured. `domain`: lower-case A-labels.
 */
export function signingDomainOf(dkim: readonly { readonly domain: string }[], domain: string): string | null {
  let nearest: string | null = null;
  for (const { domain: candidate } of dkim) {
    if (candidate !== domain && !domain.endsWith(`.${candidate}`)) continue;
    if (nearest === null || candidate.length > nearest.length) nearest = candidate;
  }
  return nearest;
}

/** True where a key of `dkimDomain` has something to sign at our domains (`*.` stands for what is below). */
export function hasAuthorsAt(dkimDomain: string, ourDomains: readonly string[]): boolean {
  return ourDomains.some((ours) => {
    const base = ours.replace('*.', '');
    const isAbove = signingDomainOf([{ domain: dkimDomain }], base) !== null;
    return isAbove || (base !== ours && dkimDomain.endsWith(`.${base}`));
  });
}
