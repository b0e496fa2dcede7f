/**
 * Which domain a setting means. A plain entry is that domain alone; `*.hospital.example` is what lies below it at
 * any depth, and never the domain itself: whoever wants both writes both. Everything is lower-case A-labels.
 */

const WILDCARD = '*.';

export function matchesDomain(domain: string, pattern: string): boolean {
  const wanted = pattern.toLowerCase();
  const given = domain.toLowerCase();
  if (!wanted.startsWith(WILDCARD)) return given === wanted;
  const parent = wanted.slice(WILDCARD.length - 1);
  return parent.length > 1 && given.length > parent.length && given.endsWith(parent);
}

export function isInternalDomain(domain: string, internalDomains: readonly string[]): boolean {
  return internalDomains.some((pattern) => matchesDomain(domain, pattern));
}
