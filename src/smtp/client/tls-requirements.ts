/**
 * What TLS a hop demands (RFC 3207, 7435, 9325, 9525). Verified means: TLS 1.2 with AEAD or 1.3, a chain to a trust
 * anchor, and a name in a subjectAltName; a common name counts for nothing. These checks end the handshake itself.
 * Where the hop brings a check of its own, node is told not to reject anything and would then go on whatever its
 * callback says, so that check is made on the finished connection, before anything but EHLO.
 */
import type { X509Certificate } from 'node:crypto';
import tls from 'node:tls';
import type {
  ConnectionOptions,
  PeerCertificate,
  DetailedPeerCertificate,
  SecureContext,
  TLSSocket,
} from 'node:tls';

import { CodedError } from '#src/base/coded-error.ts';

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

const contexts = new Map<string, SecureContext>();
let contextWithoutAnchors: SecureContext | null = null;

export function tlsOptionsOf(hop: NextHop): ConnectionOptions {
  if (hop.tls !== 'verified') return { rejectUnauthorized: false, minVersion: 'TLSv1.2' };
  if (hop.certificateCheck !== undefined) {
    contextWithoutAnchors ??= tls.createSecureContext({ minVersion: 'TLSv1.2', ciphers: AEAD_CIPHERS });
    return { rejectUnauthorized: false, secureContext: contextWithoutAnchors };
  }
  const { certificateNames } = hop;
  return {
    rejectUnauthorized: true,
    checkServerIdentity: (hostname, certificate) =>
      checkCertificateNames(certificateNames ?? [hostname], certificate),
    secureContext: verifyingContext(hop.ca ?? [], hop.clientCertificate),
  };
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
  const chain = chainOf(socket);
  const fault = hop.tls === 'verified' ? findFault(socket, chain, hop) : null;
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

function findFault(socket: TLSSocket, chain: readonly X509Certificate[], hop: NextHop): string | null {
  if (hop.certificateCheck !== undefined) return hop.certificateCheck.verify(chain.map(({ raw }) => raw));
  return socket.authorized ? null : 'the connection is not verified TLS';
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
  const problems = names.map((name) => tls.checkServerIdentity(name, certificate));
  if (problems.includes(undefined)) return undefined;
  return (
    problems[0] ?? new CodedError('ERR_TLS_CERT_ALTNAME_INVALID', 'no name to check the certificate for')
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
