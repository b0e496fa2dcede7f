/**
 * Where the links of a text lead, as a browser would follow them. What mail systems put around a link to look at it
 * first is taken off. Linear in the text, whatever it is; what a browser would not follow is left out.
 */
import type { SuspectText } from './suspect-mail.ts';

const MAX_LINKS = 500;
const MAX_WRAPPINGS = 3;
/** Where relative links lead: nowhere, in a mail. */
const NOWHERE = 'https://relative.invalid/';

const ATTRIBUTE =
  /\b(?:href|src|srcset|action|formaction|background|poster|data)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/giu;
const WRITTEN = /(?:https?:[/\\]{2}|\bwww\.)[^\s<>"'`|^{}()[\]]+/giu;
const ENTITY = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,8}));?/giu;
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  quot: '"',
  apos: "'",
  lt: '<',
  gt: '>',
  colon: ':',
  sol: '/',
  bsol: '\\',
  period: '.',
  commat: '@',
  num: '#',
  quest: '?',
  equals: '=',
  percnt: '%',
  hyphen: '\u2010',
  lowbar: '_',
  tab: '\t',
  newline: '\n',
  nbsp: ' ',
};

/** Each address once, in order. */
export function linksOf({ kind, text }: SuspectText): readonly URL[] {
  const found = kind === 'html' ? [...attributes(text), ...written(visible(text))] : written(text);
  const byHref = new Map<string, URL>();
  for (const address of found) {
    const url = URL.parse(address, NOWHERE);
    if (url === null || byHref.size >= MAX_LINKS) continue;
    const target = unwrap(url);
    if (leadsSomewhere(target)) byHref.set(target.href, target);
  }
  return [...byHref.values()];
}

function leadsSomewhere({ protocol, hostname }: URL): boolean {
  if (protocol === 'http:' || protocol === 'https:') return hostname !== 'relative.invalid';
  return (
    protocol === 'javascript:' || protocol === 'vbscript:' || protocol === 'file:' || protocol === 'ftp:'
  );
}

function attributes(html: string): string[] {
  const found: string[] = [];
  for (const [, double, single, bare] of html.matchAll(ATTRIBUTE)) {
    found.push(decodeEntities(double ?? single ?? bare ?? '').trim());
    if (found.length >= MAX_LINKS) break;
  }
  return found;
}

function written(text: string): string[] {
  const found: string[] = [];
  for (const [match] of text.matchAll(WRITTEN)) {
    const address = match.replace(/[.,;:!?]{1,20}$/u, '');
    found.push(address.toLowerCase().startsWith('www.') ? `https://${address}` : address);
    if (found.length >= MAX_LINKS) break;
  }
  return found;
}

/** The words between the tags. */
function visible(html: string): string {
  return decodeEntities(html.replaceAll(/<[^<>]*>/gu, ' '));
}

function decodeEntities(text: string): string {
  return text.replaceAll(ENTITY, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
    const point = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return point > 0 && point <= 0x10_ffff ? String.fromCodePoint(point) : '';
  });
}

/** The address behind what a mail system put around it: Microsoft, Proofpoint, Google. */
function unwrap(url: URL): URL {
  let inner = url;
  for (let depth = 0; depth < MAX_WRAPPINGS; depth++) {
    const target = wrappedBy(inner);
    const next = target === null ? null : URL.parse(target);
    if (next === null) return inner;
    inner = next;
  }
  return inner;
}

function wrappedBy({ hostname, pathname, searchParams, href }: URL): string | null {
  if (hostname.endsWith('.safelinks.protection.outlook.com')) return searchParams.get('url');
  if (hostname === 'urldefense.proofpoint.com' && pathname === '/v2/url') {
    const coded = searchParams.get('u');
    return coded === null ? null : decodeQuietly(coded.replaceAll('-', '%').replaceAll('_', '/'));
  }
  if (hostname === 'urldefense.com') return /\/v3\/__(.+?)__;/u.exec(href)?.[1] ?? null;
  if (hostname === 'www.google.com' && pathname === '/url') return searchParams.get('q');
  return null;
}

function decodeQuietly(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
