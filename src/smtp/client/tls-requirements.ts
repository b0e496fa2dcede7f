/**
 * What TLS a hop demands (RFC 3207, 7435, 9325, 9525). Verified means: TLS 1.2 with AEAD or 1.3, a chain to a trust
 * anchor, and a name in a subjectAltName; a common name counts for nothing. These checks end the handshake itself.
 * Where the hop brings a check of its own, node is told not to reject anything and would then go on whatever its
 * callback says, so that check is made on the finished connection, before anything but EHLO; and so is that of a status
 * which the server brought along, except for such hops: what DANE says of a certificate holds whatever its issuer says.
 *
 * No session is ever resumed: each connection begins with a certificate, and each is checked.
 */
import { constants, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import tls from 'node:tls';
import type {
  ConnectionOptions,
  PeerCertificate,
  DetailedPeerCertificate,
  SecureContext,
  TLSSocket,
} from 'node:tls';

import { systemClock } from '#src/base/clock.ts';
import { CodedError } from '#src/base/coded-error.ts';

import { findStatusFault } from './stapled-status.ts';
import type { NextHop, TlsFacts } from './transmit.ts';

// Level 2 refuses RSA under 2,048 bits and signatures with SHA-1.
const AEAD_CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_AES_128_GCM_SHA256',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE+AESGCM',
  'ECDHE+CHACHA20',
  '!aNULL',
  '@SECLEVEL=2',
].join(':');
const MAX_CHAIN = 10;
/** RFC 9525 section 6.3: a wildcard is a whole label, the leftmost one; node would take `m*.partner.example` too. */
const HOST_CHECK = {
  subject: 'never',
  wildcards: true,
  partialWildcards: false,
  multiLabelWildcards: false,
  singleLabelSubdomains: false,
} as const;
/** A peer could show another certificate in a second handshake of the same connection. */
const secureOptions = constants.SSL_OP_NO_RENEGOTIATION;

const contexts = new Map<string, SecureContext>();
let contextWithoutAnchors: SecureContext | null = null;

export function tlsOptionsOf(hop: NextHop): ConnectionOptions {
  if (hop.tls !== 'verified') return { rejectUnauthorized: false, minVersion: 'TLSv1.2' };
  if (hop.certificateCheck !== undefined) {
    contextWithoutAnchors ??= tls.createSecureContext({
      minVersion: 'TLSv1.2',
      ciphers: AEAD_CIPHERS,
      secureOptions,
    });
    return { rejectUnauthorized: false, secureContext: contextWithoutAnchors };
  }
  const { certificateNames } = hop;
  return {
    rejectUnauthorized: true,
    requestOCSP: true,
    checkServerIdentity: (hostname, certificate) =>
      checkCertificateNames(certificateNames ?? [hostname], certificate),
    secureContext: verifyingContext(hop.ca ?? [], hop.clientCertificate),
  };
}

/** Of OpenSSL's reasons those that a mail server's administrator would have to look up. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /alert protocol version|unsupported protocol|wrong version number/u,
    'the server speaks no TLS 1.2 or later',
  ],
  [
    /handshake failure|no shared cipher|insufficient security/u,
    'the server has no cipher that is accepted here',
  ],
];

/** What OpenSSL or node say of a failed handshake, without thread, file and line. */
export function handshakeFaultInWords(message: string): string {
  const reason = /:SSL routines:[^:]*:([^:]+):/u.exec(message)?.[1];
  if (reason === undefined) return message;
  return REASONS.find(([pattern]) => pattern.test(reason))?.[1] ?? reason;
}

const stapledStatuses = new WeakMap<TLSSocket, Buffer>();

/** Node tells of a stapled status during the handshake and keeps it nowhere. To be called before it. */
export function keepStapledStatus(socket: unknown): void {
  if (!(socket instanceof tls.TLSSocket)) return;
  socket.once('OCSPResponse', (response: Buffer | null) => {
    if (response !== null && response.length > 0) stapledStatuses.set(socket, response);
  });
}

/** What a connection has (`facts`: null without TLS), and what is missing from what the hop demands. */
export interface TlsInspection {
  readonly facts: TlsFacts | null;
  readonly fault: string | null;
}

/** Once for each connection: node gives the peer's chain away and does not have it a second time. */
export function inspectTls(socket: unknown, hop: NextHop): TlsInspection {
  const demanded = hop.tls === 'verified' || hop.tls === 'encrypted';
  if (!(socket instanceof tls.TLSSocket))
    return { facts: null, fault: demanded ? 'the connection is not encrypted' : null };
  // Before the chain is taken: this one ends in the trust anchor, also where the server did not send it.
  const { issuerCertificate } = socket.getPeerCertificate(true);
  const chain = chainOf(socket);
  const fault = hop.tls === 'verified' ? findFault(socket, chain, issuerCertificate?.raw ?? null, hop) : null;
  const facts = {
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    verified: hop.tls === 'verified' && fault === null,
    verifiedBy: hop.tls === 'verified' && fault === null ? (hop.verifiedBy ?? 'pkix-pinned') : null,
    servername: hop.servername ?? hop.host,
    fingerprint256: chain[0]?.fingerprint256 ?? null,
    certificateExpiresAt: chain[0]?.validToDate.getTime() ?? null,
  };
  return { facts, fault };
}

function findFault(
  socket: TLSSocket,
  chain: readonly X509Certificate[],
  issuer: Buffer | null,
  hop: NextHop,
): string | null {
  if (hop.certificateCheck !== undefined) return hop.certificateCheck.verify(chain.map(({ raw }) => raw));
  const [certificate] = chain;
  if (!socket.authorized || certificate === undefined) return 'the connection is not verified TLS';
  return findStatusFault({
    certificate: certificate.raw,
    issuer,
    stapled: stapledStatuses.get(socket) ?? null,
    // By the same clock as OpenSSL's when it verified the chain.
    nowMs: systemClock.now(),
  });
}

/** Reading the system's trust anchors takes milliseconds; hops share them. */
function verifyingContext(
  ca: readonly string[],
  clientCertificate: NextHop['clientCertificate'],
): SecureContext {
  const name = JSON.stringify([ca, clientCertificate]);
  let context = contexts.get(name);
  if (context === undefined) {
    context = tls.createSecureContext({
      ca: [...tls.getCACertificates('default'), ...ca],
      minVersion: 'TLSv1.2',
      ciphers: AEAD_CIPHERS,
      secureOptions,
      ...clientCertificate,
    });
    contexts.set(name, context);
  }
  return context;
}

function checkCertificateNames(names: readonly string[], certificate: PeerCertificate): Error | undefined {
  if (!/(?:^|, )(?:DNS|IP Address):/u.test(certificate.subjectaltname ?? ''))
    return new CodedError('ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate has no name in subjectAltName');
  if (chainLength(certificate) > MAX_CHAIN)
    return new CodedError('CERT_CHAIN_TOO_LONG', 'the certificate chain is too long');
  const problems = names.map((name) => checkName(name, certificate));
  if (problems.includes(undefined)) return undefined;
  return (
    problems[0] ?? new CodedError('ERR_TLS_CERT_ALTNAME_INVALID', 'no name to check the certificate for')
  );
}

/** Node's check for its words, OpenSSL's for its rules: a name has to pass both. */
function checkName(name: string, certificate: PeerCertificate): Error | undefined {
  const problem = tls.checkServerIdentity(name, certificate);
  if (problem !== undefined) return problem;
  const parsed = new X509Certificate(certificate.raw);
  const found = isIP(name) === 0 ? parsed.checkHost(name, HOST_CHECK) : parsed.checkIP(name);
  if (found !== undefined) return undefined;
  return new CodedError(
    'ERR_TLS_CERT_ALTNAME_INVALID',
    `the certificate does not match ${name}: a wildcard in it is not a whole label`,
  );
}

/** As the server sent it, its own certificate first. */
function chainOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let certificate = socket.getPeerX509Certificate();
  while (certificate !== undefined && chain.length <= MAX_CHAIN) {
    chain.push(certificate);
    certificate = certificate.issuerCertificate;
  }
  return chain;
}

function chainLength(certificate: PeerCertificate): number {
  let length = 1;
  let current = certificate as DetailedPeerCertificate;
  while (
    current.issuerCertificate !== undefined &&
    current.issuerCertificate.fingerprint256 !== current.fingerprint256 &&
    length <= MAX_CHAIN
  ) {
    current = current.issuerCertificate;
    length += 1;
  }
  return length;
}
