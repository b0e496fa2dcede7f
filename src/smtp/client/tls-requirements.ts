/**
 * What TLS a hop demands (RFC 3207, 7435, 9325, 9525). Verified means: TLS 1.2 with AEAD or 1.3, a chain to a trust
 * anchor, and the name in a subjectAltName; a common name counts for nothing. The checks end the handshake itself,
 * so that no command can be sent before them.
 */
import tls from 'node:tls';
import type { ConnectionOptions, PeerCertificate, DetailedPeerCertificate, SecureContext } from 'node:tls';

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

export function tlsOptionsOf(hop: NextHop): ConnectionOptions {
  if (hop.tls !== 'verified') return { rejectUnauthorized: false, minVersion: 'TLSv1.2' };
  return {
    rejectUnauthorized: true,
    checkServerIdentity: checkCertificateName,
    secureContext: verifyingContext(hop.ca ?? []),
  };
}

/** What the connection has; null without TLS. */
export function tlsFactsOf(socket: unknown, hop: NextHop): TlsFacts | null {
  if (!(socket instanceof tls.TLSSocket)) return null;
  const certificate = socket.getPeerCertificate();
  return {
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    verified: hop.tls === 'verified' && socket.authorized,
    servername: hop.servername ?? hop.host,
    fingerprint256: certificate.fingerprint256 ?? null,
  };
}

/** Reading the system's trust anchors takes milliseconds; hops share them. */
function verifyingContext(ca: readonly string[]): SecureContext {
  const name = ca.join('\n');
  let context = contexts.get(name);
  if (context === undefined) {
    context = tls.createSecureContext({
      ca: [...tls.getCACertificates('default'), ...ca],
      minVersion: 'TLSv1.2',
      ciphers: AEAD_CIPHERS,
    });
    contexts.set(name, context);
  }
  return context;
}

function checkCertificateName(hostname: string, certificate: PeerCertificate): Error | undefined {
  if (!/(?:^|, )(?:DNS|IP Address):/u.test(certificate.subjectaltname ?? ''))
    return new CodedError('ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate has no name in subjectAltName');
  if (chainLength(certificate) > MAX_CHAIN)
    return new CodedError('CERT_CHAIN_TOO_LONG', 'the certificate chain is too long');
  return tls.checkServerIdentity(hostname, certificate);
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
