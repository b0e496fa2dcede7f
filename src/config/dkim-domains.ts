/** Which of the configured DKIM domains signs for an author's domain. */

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
