/**
 * What a certificate's authority says of it now, where the server brings that along: a stapled OCSP response (RFC 6066
 * section 8, RFC 6960). It counts only where the certificate's own issuer signed it, or somebody whom that issuer named
 * for it. A server that brings none is believed by its certificate alone, unless the certificate demands one (RFC 7633);
 * nobody is asked over the network.
 */
import { createHash, verify, X509Certificate } from 'node:crypto';

import { publicKeyBits, readCertificate, type CertificateOutline } from '#src/base/certificate-outline.ts';
import { DER, readElements, readInside, type DerElement } from '#src/base/der.ts';

export interface StapledStatusQuestion {
  /** DER. */
  readonly certificate: Buffer;
  /** DER; null where it is not known, and nothing can be checked. */
  readonly issuer: Buffer | null;
  /** DER of an OCSPResponse; null where the server brought none. */
  readonly stapled: Buffer | null;
  readonly nowMs: number;
}

interface SignedStatus {
  readonly signed: Buffer;
  readonly signature: Buffer;
  readonly digest: string | null;
  readonly certificates: readonly Buffer[];
  readonly answers: readonly DerElement[];
}

const CLOCK_SKEW_MS = 300_000;
/** An answer that names no end is from now, so it must be young. */
const AGE_WITHOUT_END_MS = 86_400_000;
const SUCCESSFUL = '00';
const BASIC_RESPONSE = '2b0601050507300101';
const TLS_FEATURE = '2b06010505070118';
/** TLS feature 5, status_request. */
const DEMANDS_STATUS = Buffer.from([DER.integer, 1, 5]);
const EXTENDED_KEY_USAGE = '551d25';
const OCSP_SIGNING = '2b06010505070309';
const HASHES: Readonly<Record<string, string>> = {
  '2b0e03021a': 'sha1',
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
};
/** Of the signature, none with SHA-1. Ed25519 names its own. */
const SIGNATURES: Readonly<Record<string, string | null>> = {
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  '2b6570': null,
};

/** null where nothing speaks against the certificate, else what does, in words. */
export function findStatusFault(question: StapledStatusQuestion): string | null {
  const certificate = readCertificate(question.certificate);
  if (certificate === null) return 'the certificate can’t be read';
  if (question.stapled === null)
    return demandsStatus(certificate)
      ? 'the certificate demands a stapled status, and the server sent none'
      : null;
  const status = readStatus(question.stapled);
  if (status === 'none') return demandsStatus(certificate) ? 'the stapled status says nothing' : null;
  const issuer = question.issuer === null ? null : readCertificate(question.issuer);
  if (status === null || question.issuer === null || issuer === null)
    return 'the stapled status of the certificate can’t be read';
  if (!isSignedFor(status, new X509Certificate(question.issuer), question.nowMs))
    return 'the stapled status is not signed by the authority of the certificate';
  const answer = status.answers.find((each) => isAbout(each, certificate, issuer));
  return answer === undefined
    ? 'the stapled status is about another certificate'
    : judgeAnswer(answer, question.nowMs);
}

function demandsStatus({ extensions }: CertificateOutline): boolean {
  return extensions.get(TLS_FEATURE)?.includes(DEMANDS_STATUS) === true;
}

/** `none`: the authority had no answer for the server (try later, …). null: this is no response. */
function readStatus(der: Buffer): SignedStatus | 'none' | null {
  const [outcome, response] = readInside(der, DER.sequence) ?? [];
  if (outcome?.tag !== DER.enumerated) return null;
  if (outcome.content.toString('hex') !== SUCCESSFUL) return 'none';
  const [type, octets] = readInside(response?.content ?? der.subarray(0, 0), DER.sequence) ?? [];
  if (type?.content.toString('hex') !== BASIC_RESPONSE || octets?.tag !== DER.octetString) return null;
  const [signed, algorithm, signature, certificates] = readInside(octets.content, DER.sequence) ?? [];
  if (signed === undefined || algorithm === undefined || signature?.tag !== DER.bitString) return null;
  const digest = SIGNATURES[readElements(algorithm.content)?.[0]?.content.toString('hex') ?? ''];
  const answers = answersIn(signed);
  if (digest === undefined || answers === null || signature.content[0] !== 0) return null;
  const list = certificates === undefined ? [] : readInside(certificates.content, DER.sequence);
  return {
    signed: signed.whole,
    signature: signature.content.subarray(1),
    digest,
    certificates: (list ?? []).map(({ whole }) => whole),
    answers,
  };
}

/** The first SEQUENCE in ResponseData: version and responder carry tags of their own, the time is no SEQUENCE. */
function answersIn(signed: DerElement): readonly DerElement[] | null {
  const list = readElements(signed.content)?.find(({ tag }) => tag === DER.sequence);
  return list === undefined ? null : readElements(list.content);
}

function isSignedFor(status: SignedStatus, issuer: X509Certificate, nowMs: number): boolean {
  if (isSignedBy(status, issuer)) return true;
  return status.certificates.some((der) => {
    const responder = parseCertificate(der);
    return responder !== null && isNamedBy(responder, issuer, nowMs) && isSignedBy(status, responder);
  });
}

function isSignedBy({ signed, signature, digest }: SignedStatus, signer: X509Certificate): boolean {
  try {
    return verify(digest, signed, signer.publicKey, signature);
  } catch {
    // The signature is of another kind than the key.
    return false;
  }
}

function isNamedBy(responder: X509Certificate, issuer: X509Certificate, nowMs: number): boolean {
  return (
    responder.checkIssued(issuer) &&
    responder.verify(issuer.publicKey) &&
    maySignStatus(responder.raw) &&
    responder.validFromDate.getTime() <= nowMs + CLOCK_SKEW_MS &&
    responder.validToDate.getTime() >= nowMs
  );
}

function maySignStatus(der: Buffer): boolean {
  const usages = readCertificate(der)?.extensions.get(EXTENDED_KEY_USAGE);
  const named = usages === undefined ? null : readInside(usages, DER.sequence);
  return named !== null && named.some(({ content }) => content.toString('hex') === OCSP_SIGNING);
}

function parseCertificate(der: Buffer): X509Certificate | null {
  try {
    return new X509Certificate(der);
  } catch {
    return null;
  }
}

/** CertID: hashes of the issuer's name and key, and the serial number. */
function isAbout(answer: DerElement, certificate: CertificateOutline, issuer: CertificateOutline): boolean {
  const [about] = readElements(answer.content) ?? [];
  const [algorithm, nameHash, keyHash, serialNumber] = readElements(about?.content ?? Buffer.alloc(0)) ?? [];
  if (algorithm === undefined || nameHash === undefined || keyHash === undefined) return false;
  const hash = HASHES[readElements(algorithm.content)?.[0]?.content.toString('hex') ?? ''];
  const key = publicKeyBits(issuer.publicKeyInfo);
  if (hash === undefined || key === null || serialNumber === undefined) return false;
  const digestOf = (octets: Buffer): Buffer => createHash(hash).update(octets).digest();
  return (
    serialNumber.content.equals(certificate.serialNumber) &&
    nameHash.content.equals(digestOf(certificate.issuer)) &&
    keyHash.content.equals(digestOf(key))
  );
}

const GOOD = 0x80;
const REVOKED = 0xa1;
const NEXT_UPDATE = 0xa0;

function judgeAnswer(answer: DerElement, nowMs: number): string | null {
  const [, status, thisUpdate, ...rest] = readElements(answer.content) ?? [];
  if (status?.tag === REVOKED) return 'the certificate has been revoked';
  if (status?.tag !== GOOD) return 'the authority of the certificate does not know it';
  const next = rest.find(({ tag }) => tag === NEXT_UPDATE);
  const from = timeOf(thisUpdate);
  const until =
    next === undefined ? (from ?? 0) + AGE_WITHOUT_END_MS : timeOf(readElements(next.content)?.[0]);
  if (from === null || until === null) return 'the stapled status of the certificate can’t be read';
  if (from > nowMs + CLOCK_SKEW_MS) return 'the stapled status of the certificate is from the future';
  return until < nowMs - CLOCK_SKEW_MS ? 'the stapled status of the certificate is out of date' : null;
}

/** GeneralizedTime as DER has it, in UTC without fractions; milliseconds, or null. */
function timeOf(element: DerElement | undefined): number | null {
  if (element?.tag !== DER.generalizedTime) return null;
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/u.exec(element.content.toString('latin1'));
  if (match === null) return null;
  const [, year, month, day, hour, minute, second] = match.map(Number);
  return Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second);
}
