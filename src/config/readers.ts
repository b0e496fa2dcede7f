/** Readers of configuration values: each gives the value in the program's own form, or says what would be right. */
import { isIP } from 'node:net';

import { canonicalDomain, parseMailAddress } from '#src/base/mail-address.ts';

import { wantedOfCode } from '#src/policy/further-codes.ts';

import { isColour } from './site-colours.ts';
import type {
  ClamdSetting,
  ListenAddress,
  NextHopSetting,
  PinnedHopSetting,
  ResolverSetting,
  StaffRoleSetting,
  TlsFiles,
} from './settings.ts';

export type ReadResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly wanted: string };
export type Reader<T> = (value: unknown) => ReadResult<T>;

const ok = <T>(value: T): ReadResult<T> => ({ ok: true, value });
const wanted = (text: string): ReadResult<never> => ({ ok: false, wanted: text });

export const readFlag: Reader<boolean> = (value) =>
  typeof value === 'boolean' ? ok(value) : wanted('true or false');

export function readText(minLength: number, maxLength: number): Reader<string> {
  return (value) =>
    typeof value === 'string' &&
    value.length >= minLength &&
    value.length <= maxLength &&
    !/\p{Cc}/u.test(value)
      ? ok(value)
      : wanted(`a text of ${minLength} to ${maxLength} characters, such as "…"`);
}

export function readNumber(min: number, max: number): Reader<number> {
  return (value) => {
    const number = typeof value === 'bigint' ? Number(value) : value;
    return typeof number === 'number' && number >= min && number <= max
      ? ok(number)
      : wanted(`a number from ${min} to ${max}`);
  };
}

export function readChoice<const T extends string>(...choices: readonly T[]): Reader<T> {
  return (value) => {
    const choice = choices.find((candidate) => candidate === value);
    return choice === undefined ? wanted(`one of ${choices.map((c) => `"${c}"`).join(', ')}`) : ok(choice);
  };
}

export const readFilePath: Reader<string> = (value) =>
  typeof value === 'string' && value !== '' && !value.includes('\0')
    ? ok(value)
    : wanted('a path, such as "./data"');

export const readDomain: Reader<string> = (value) => {
  const domain = typeof value === 'string' ? canonicalDomain(value) : null;
  return domain !== null && !domain.startsWith('[')
    ? ok(domain)
    : wanted('a domain, such as "partner.example"');
};

export const readDomains: Reader<readonly string[]> = (value) => {
  const complaint = wanted('a list of domains, such as ["hospital.example", "*.hospital.example"]');
  if (!Array.isArray(value) || value.length === 0) return complaint;
  const domains: string[] = [];
  for (const item of value) {
    if (typeof item !== 'string') return complaint;
    const wildcard = item.startsWith('*.');
    const domain = canonicalDomain(wildcard ? item.slice(2) : item);
    if (domain === null || domain.startsWith('[')) return complaint;
    domains.push(wildcard ? `*.${domain}` : domain);
  }
  return ok(domains);
};

/** The same, or an empty list for no restriction. */
export const readDomainsOrNone: Reader<readonly string[]> = (value) =>
  Array.isArray(value) && value.length === 0 ? ok([]) : readDomains(value);

export const readMailbox: Reader<string> = (value) =>
  typeof value === 'string' && parseMailAddress(value) !== null
    ? ok(value)
    : wanted('a mail address, such as "send-secure@hospital.example"');

/** Canonical addresses, or `@` and a domain pattern. */
export const readAuthors: Reader<readonly string[]> = (value) => {
  const complaint = wanted(
    'a list of addresses and domains, such as ["author@hospital.example", "@dept.hospital.example"]',
  );
  if (!Array.isArray(value)) return complaint;
  const authors: string[] = [];
  for (const item of value as readonly unknown[]) {
    const text = typeof item === 'string' ? item : '';
    const domains = text.startsWith('@') ? readDomains([text.slice(1)]) : null;
    const author =
      domains === null ? parseMailAddress(text)?.canonical : domains.ok && `@${domains.value[0]}`;
    if (typeof author !== 'string') return complaint;
    authors.push(author);
  }
  return ok(authors);
};

export const readCodes: Reader<readonly string[]> = (value) => {
  if (!Array.isArray(value)) return wanted('a list of codes, such as ["[secure]", "phi mail"]');
  const codes: string[] = [];
  for (const item of value as readonly unknown[]) {
    if (typeof item !== 'string' || /\p{Cc}/u.test(item)) return wanted('codes as plain texts');
    const complaint = wantedOfCode(item);
    if (complaint !== null) return wanted(complaint);
    codes.push(item);
  }
  return ok(codes);
};

export const readSelector: Reader<string> = (value) =>
  typeof value === 'string' &&
  value.length <= 128 &&
  /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)*$/iu.test(value)
    ? ok(value.toLowerCase())
    : wanted('a DKIM selector, such as "sendsecure"');

export const readHeaderName: Reader<string> = (value) =>
  typeof value === 'string' && /^[\x21-\x39\x3b-\x7e]{1,76}$/u.test(value)
    ? ok(value.toLowerCase())
    : wanted('the name of a header field, such as "Sensitivity"');

export const readListen: Reader<ListenAddress> = (value) => {
  const match = typeof value === 'string' ? /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/u.exec(value) : null;
  const port = Number(match?.[2]);
  const host = match?.[1]?.replaceAll(/[[\]]/gu, '') ?? '';
  return match !== null && port <= 65_535
    ? ok({ host, port })
    : wanted('host and port, such as "127.0.0.1:2525"');
};

export const readNetworks: Reader<readonly string[]> = (value) => {
  const complaint = wanted('a list of networks, such as ["10.1.0.0/16", "192.0.2.7"]');
  if (!Array.isArray(value)) return complaint;
  const networks: string[] = [];
  for (const item of value) {
    if (typeof item !== 'string') return complaint;
    const [address = '', bits] = item.split('/');
    const family = isIP(address);
    const maxBits = family === 4 ? 32 : 128;
    const prefix = bits === undefined ? maxBits : Number(bits);
    if (family === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > maxBits) return complaint;
    networks.push(`${address}/${prefix}`);
  }
  return ok(networks);
};

export const readPublicUrl: Reader<string> = (value) => {
  const complaint = wanted('"https://…" without a path, or "http://localhost:port" for a trial');
  const url = typeof value === 'string' ? URL.parse(value) : null;
  if (url === null || url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '')
    return complaint;
  const trial = url.protocol === 'http:' && url.hostname === 'localhost';
  return url.protocol === 'https:' || trial ? ok(url.origin) : complaint;
};

/** An identity provider, exactly as it names itself; plain http for one on this machine. */
export const readIssuer: Reader<string> = (value) => {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  const trial = url?.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  const isIssuer = (url?.protocol === 'https:' || trial) && url?.search === '' && url.hash === '';
  return isIssuer && typeof value === 'string'
    ? ok(value)
    : wanted('"https://…", as the provider names itself');
};

/** Words without spaces, each once. */
export const readWords: Reader<readonly string[]> = (value) =>
  Array.isArray(value) &&
  value.every((word) => typeof word === 'string' && /^[\x21-\x7e]{1,200}$/u.test(word))
    ? ok([...new Set(value as string[])])
    : wanted('a list of words, such as ["openid", "email"]');

const ROLE_NAMES: readonly StaffRoleSetting[] = [
  'help-desk',
  'security-officer',
  'privacy-officer',
  'administrator',
];

export const readGroupRoles: Reader<Readonly<Record<string, StaffRoleSetting>>> = (value) => {
  const complaint = wanted(`{ "group" = "role", … } with roles ${ROLE_NAMES.join(', ')}`);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return complaint;
  const roles: [string, StaffRoleSetting][] = [];
  for (const [group, given] of Object.entries(value)) {
    const role = ROLE_NAMES.find((name) => name === given);
    if (role === undefined) return complaint;
    roles.push([group, role]);
  }
  return ok(Object.fromEntries(roles));
};

/** `#rrggbb`, lower case. */
export const readColour: Reader<string> = (value) => {
  const colour = typeof value === 'string' ? value.toLowerCase() : '';
  return isColour(colour) ? ok(colour) : wanted('a colour such as "#0a5a76"');
};

export const readSiteId: Reader<string> = (value) =>
  typeof value === 'string' && /^[a-z\d](?:[a-z\d-]{0,28}[a-z\d])?$/u.test(value)
    ? ok(value)
    : wanted('a short name of small letters, digits and hyphens, such as "north"');

export const readLanguages: Reader<readonly ('en' | 'es')[]> = (value) => {
  const complaint = wanted('a list of "en" and "es"');
  if (!Array.isArray(value) || value.length === 0) return complaint;
  const known = (['en', 'es'] as const).filter((language) => value.includes(language));
  return known.length === value.length ? ok(known) : complaint;
};

/** A page elsewhere that help pages link to; empty: none. */
export const readLink: Reader<string> = (value) => {
  const url = typeof value === 'string' && value !== '' ? URL.parse(value) : null;
  if (value === '') return ok('');
  return url?.protocol === 'https:' ? ok(url.href) : wanted('"https://…", or "" for none');
};

export const readTimeZone: Reader<string> = (value) => {
  try {
    if (typeof value !== 'string') throw new RangeError('not a text');
    return ok(new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone);
  } catch {
    return wanted('an IANA time zone, such as "America/New_York"');
  }
};

export const readTls: Reader<TlsFiles> = (value) => {
  const complaint = wanted('{ cert = "/path/chain.pem", key = "/path/key.pem" }');
  if (typeof value !== 'object' || value === null || !('cert' in value) || !('key' in value))
    return complaint;
  const { cert, key } = value;
  return typeof cert === 'string' && typeof key === 'string' ? ok({ cert, key }) : complaint;
};

/** An IPv6 address stands in brackets. */
export const readClamd: Reader<ClamdSetting> = (value) => {
  const complaint = wanted('"tcp://127.0.0.1:3310" or "unix:/run/clamav/clamd.ctl"');
  if (typeof value !== 'string') return complaint;
  const path = /^unix:(\/[^\0]+)$/u.exec(value)?.[1];
  if (path !== undefined) return ok({ kind: 'unix', path });
  const url = /^tcp:\/\/[^/?#@]+:\d+$/u.test(value) ? URL.parse(value) : null;
  if (url === null || url.hostname === '' || url.port === '') return complaint;
  return ok({ kind: 'tcp', host: url.hostname.replaceAll(/[[\]]/gu, ''), port: Number(url.port) });
};

export const readNextHop: Reader<NextHopSetting> = (value) => {
  const complaint = wanted('"smtp://host:port", "smtps://user:password@host:port", "mx" or "capture"');
  if (value === 'capture' || value === 'mx') return ok({ kind: value });
  const url = typeof value === 'string' ? URL.parse(value) : null;
  if (url === null || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') return complaint;
  if (!['', '/'].includes(url.pathname) || url.search !== '') return complaint;
  const implicitTls = url.protocol === 'smtps:';
  return ok({
    kind: 'smarthost',
    host: url.hostname.replaceAll(/[[\]]/gu, ''),
    port: url.port === '' ? (implicitTls ? 465 : 25) : Number(url.port),
    implicitTls,
    user: url.username === '' ? null : decodeURIComponent(url.username),
    password: url.password === '' ? null : decodeURIComponent(url.password),
  });
};

/** A server named for one partner: where its mail goes instead of to its own MX. */
export const readPinnedHop: Reader<PinnedHopSetting> = (value) => {
  const hop = readNextHop(value);
  const plain = hop.ok && hop.value.kind === 'smarthost' && !hop.value.implicitTls && hop.value.user === null;
  return plain && hop.value.kind === 'smarthost'
    ? ok({ host: hop.value.host.toLowerCase(), port: hop.value.port })
    : wanted('"smtp://host:port"');
};

/** Addresses of DNS resolvers; the port is 53 where none is given. */
export const readResolvers: Reader<readonly ResolverSetting[]> = (value) => {
  const complaint = wanted('a list of resolver addresses, such as ["127.0.0.1"] or ["127.0.0.1:5353"]');
  if (!Array.isArray(value)) return complaint;
  const resolvers: ResolverSetting[] = [];
  for (const item of value as readonly unknown[]) {
    const match = typeof item === 'string' ? /^\[?([\da-fA-F.:]+?)\]?(?::(\d{1,5}))?$/u.exec(item) : null;
    const plainIpv6 = typeof item === 'string' && isIP(item) === 6;
    const address = plainIpv6 ? item : (match?.[1] ?? '');
    const port = plainIpv6 || match?.[2] === undefined ? 53 : Number(match[2]);
    if (isIP(address) === 0 || port > 65_535) return complaint;
    resolvers.push({ address, port });
  }
  return ok(resolvers);
};

export const readFingerprints: Reader<readonly string[]> = (value) => {
  const complaint = wanted('a list of SHA-256 fingerprints of 64 hex digits, with or without colons');
  if (!Array.isArray(value)) return complaint;
  const fingerprints: string[] = [];
  for (const item of value as readonly unknown[]) {
    const digits = typeof item === 'string' ? item.replaceAll(':', '').toLowerCase() : '';
    if (!/^[\da-f]{64}$/u.test(digits)) return complaint;
    fingerprints.push(digits);
  }
  return ok(fingerprints);
};

export const readPasswordHash: Reader<string> = (value) =>
  typeof value === 'string' && /^\$argon2id\$v=19\$[\w+/=,$]+$/u.test(value)
    ? ok(value)
    : wanted('what "sendsecure submitter password" prints: "$argon2id$…"');

export const readDatabase: Reader<string> = (value) =>
  typeof value === 'string' && (value === 'sqlite' || /^postgres(?:ql)?:\/\/\S+$/u.test(value))
    ? ok(value)
    : wanted('"sqlite" or "postgres://user@host/database"');

export const readObjects: Reader<string> = (value) =>
  value === 'files' ? ok(value) : wanted('"files" (an S3 store is not in this release)');
