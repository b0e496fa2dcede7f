/**
 * Whether a certificate chain is what TLSA records demand (RFC 6698, 7671, 7672). DANE-EE(3) pins the server's own
 * certificate or key: names and dates in it count for nothing. DANE-TA(2) names an authority: the chain must lead to
 * it, be valid now, and carry one of the server's names. PKIX-TA(0) and PKIX-EE(1) are not for SMTP. Pure: whoever
 * holds the connection asks before it sends anything, because node's own checks don't end a connection whose
 * certificate it was told not to reject.
 */
import { X509Certificate, createHash, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { equalBytes } from '#src/base/bytes.ts';

import { publicKeyInfoOf } from './certificate-key.ts';
import type { TlsaRecord } from './dns-answer.ts';

export type DaneResult =
  | {
      readonly kind: 'verified';
      /** For example `3 1 1`. */
      readonly record: string;
      /** What the record fits: 0 is the server's certificate. */
      readonly depth: number;
    }
  | { readonly kind: 'mismatch'; readonly why: string }
  | { readonly kind: 'no-usable-records' };

const DANE_TA = 2;
const DANE_EE = 3;
const WHOLE_CERTIFICATE = 0;
const PUBLIC_KEY = 1;
const EXACT = 0;
/** Matching type → hash and its octets. */
const DIGESTS = new Map<number, readonly [string, number]>([
  [1, ['sha256', 32]],
  [2, ['sha512', 64]],
]);
const MAX_CHAIN = 10;
const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1';
const HOST_CHECK = {
  subject: 'never',
  wildcards: true,
  partialWildcards: false,
  multiLabelWildcards: false,
} as const;

interface Link {
  readonly der: Buffer;
  readonly certificate: X509Certificate;
}

export function isUsableRecord({ usage, selector, matchingType, data }: TlsaRecord): boolean {
  if (usage !== DANE_TA && usage !== DANE_EE) return false;
  if (selector !== WHOLE_CERTIFICATE && selector !== PUBLIC_KEY) return false;
  if (matchingType === EXACT) return data.length > 0 && parseTrusted(selector, data) !== null;
  return DIGESTS.get(matchingType)?.[1] === data.length;
}

/** `chain`: DER, the server's certificate first, as the server sent it. `names`: any one fits; for DANE-TA only. */
export function verifyDane(
  records: readonly TlsaRecord[],
  chain: readonly Uint8Array[],
  names: readonly string[],
  nowMs: number,
): DaneResult {
  const usable = records.filter(isUsableRecord);
  if (usable.length === 0) return { kind: 'no-usable-records' };
  const links = parseChain(chain);
  const [leaf] = links ?? [];
  if (links === null || leaf === undefined)
    return { kind: 'mismatch', why: 'no certificate that can be read' };
  const pinned = usable.find((record) => record.usage === DANE_EE && fits(record, leaf));
  if (pinned !== undefined) return { kind: 'verified', record: recordName(pinned), depth: 0 };
  const authorities = usable.filter((record) => record.usage === DANE_TA);
  if (authorities.length === 0) return { kind: 'mismatch', why: 'the certificate fits no TLSA record' };
  return verifyAuthority(authorities, links, names, nowMs);
}

function verifyAuthority(
  records: readonly TlsaRecord[],
  links: readonly Link[],
  names: readonly string[],
  nowMs: number,
): DaneResult {
  const path = buildPath(links);
  const found = findAuthority(records, path);
  if (found === null)
    return { kind: 'mismatch', why: 'the certificate chain leads to no authority of the TLSA records' };
  const why = findFault(path.slice(0, found.depth + 1), names, nowMs);
  return why === null ? { kind: 'verified', ...found } : { kind: 'mismatch', why };
}

/** From the server's certificate up, each signed by the next; servers send them in any order. */
function buildPath(links: readonly Link[]): readonly Link[] {
  const path = links.slice(0, 1);
  for (let last = path[0]; last !== undefined && path.length < MAX_CHAIN;) {
    const { certificate } = last;
    const issuer: Link | undefined = links.find(
      (link) => !path.includes(link) && link.certificate.ca && isIssuedBy(certificate, link.certificate),
    );
    if (issuer !== undefined) path.push(issuer);
    last = issuer;
  }
  return path;
}

function findAuthority(
  records: readonly TlsaRecord[],
  path: readonly Link[],
): { record: string; depth: number } | null {
  for (const [depth, link] of path.entries()) {
    // The server's own certificate is no authority.
    const match = depth === 0 ? undefined : records.find((record) => fits(record, link));
    if (match !== undefined) return { record: recordName(match), depth };
  }
  const last = path.at(-1);
  const signer = records.find((record) => last !== undefined && hasSigned(record, last.certificate));
  return signer === undefined ? null : { record: recordName(signer), depth: path.length - 1 };
}

/** A record may hold the authority itself, which the server then need not send. */
function hasSigned({ selector, matchingType, data }: TlsaRecord, certificate: X509Certificate): boolean {
  if (matchingType !== EXACT) return false;
  const trusted = parseTrusted(selector, data);
  if (trusted === null) return false;
  if (trusted instanceof X509Certificate) return trusted.ca && isIssuedBy(certificate, trusted);
  return isSignedWith(certificate, trusted);
}

/** null where nothing is wrong. Whether each is signed by the next is known already. */
function findFault(path: readonly Link[], names: readonly string[], nowMs: number): string | null {
  const [leaf] = path;
  for (const { certificate } of path) {
    if (nowMs > certificate.validToDate.getTime()) return 'a certificate of the chain has expired';
    if (nowMs < certificate.validFromDate.getTime()) return 'a certificate of the chain is not valid yet';
  }
  const purposes = leaf?.certificate.keyUsage as readonly string[] | undefined;
  if (purposes !== undefined && !purposes.includes(SERVER_AUTHENTICATION))
    return 'the certificate is not for servers';
  if (!names.some((name) => leaf?.certificate.checkHost(name, HOST_CHECK) !== undefined))
    return `the certificate is for none of ${names.join(', ')}`;
  return null;
}

function fits({ selector, matchingType, data }: TlsaRecord, { der }: Link): boolean {
  const selected = selector === WHOLE_CERTIFICATE ? der : publicKeyInfoOf(der);
  if (selected === null) return false;
  if (matchingType === EXACT) return equalBytes(selected, data);
  const algorithm = DIGESTS.get(matchingType)?.[0];
  return algorithm !== undefined && equalBytes(createHash(algorithm).update(selected).digest(), data);
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && isSignedWith(certificate, issuer.publicKey);
  } catch {
    return false;
  }
}

function isSignedWith(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.verify(key);
  } catch {
    return false;
  }
}

function parseTrusted(selector: number, data: Buffer): X509Certificate | KeyObject | null {
  try {
    return selector === WHOLE_CERTIFICATE
      ? new X509Certificate(data)
      : createPublicKey({ key: data, format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}

function parseChain(chain: readonly Uint8Array[]): readonly Link[] | null {
  try {
    return chain.slice(0, MAX_CHAIN).map((octets) => {
      const certificate = new X509Certificate(octets);
      return { der: certificate.raw, certificate };
    });
  } catch {
    return null;
  }
}

function recordName({ usage, selector, matchingType }: TlsaRecord): string {
  return `${usage} ${selector} ${matchingType}`;
}
