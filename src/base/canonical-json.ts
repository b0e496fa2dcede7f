/**
 * Canonical JSON for what is signed: a subset of RFC 8785. Objects, arrays, strings and integers; members sorted by
 * the UTF-16 code units of their names; no white space; strings escaped as ECMAScript's JSON.stringify does.
 * Everything else (fractions, true, false, null, unpaired surrogates) is refused rather than given a form.
 */
export type CanonicalValue =
  | string
  | number
  | readonly CanonicalValue[]
  | { readonly [name: string]: CanonicalValue };

/** Throws TypeError for a value outside the subset. */
export function canonicalJson(value: CanonicalValue): string {
  if (typeof value === 'string') return canonicalString(value);
  if (typeof value === 'number') return canonicalInteger(value);
  if (Array.isArray(value)) return `[${value.map((item: CanonicalValue) => canonicalJson(item)).join(',')}]`;
  if (typeof value !== 'object' || value === null)
    throw new TypeError('no canonical form for this kind of value');
  const members = Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${canonicalString(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

function canonicalString(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('a string with an unpaired surrogate has no canonical form');
  return JSON.stringify(text);
}

function canonicalInteger(value: number): string {
  // Negative zero would be read back as zero.
  if (!Number.isSafeInteger(value) || Object.is(value, -0))
    throw new TypeError('only safe integers are canonical');
  return String(value);
}
