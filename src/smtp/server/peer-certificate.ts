/**
 * The certificate that a client showed in the TLS handshake. Asked for, never demanded: who has none is known
 * otherwise or not at all. Whether it belongs to somebody is for others to say.
 */
import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';

export interface ClientCertificate {
  /** SHA-256 of the certificate, lower-case hex digits. */
  readonly sha256: string;
  /** It and those above it, in order, as the client sent them or as our trust anchors complete them. */
  readonly chain: readonly X509Certificate[];
  /** It leads to one of the trust anchors given to the server, and is valid now for a client. */
  readonly trusted: boolean;
}

const MAX_CHAIN = 10;

export function clientCertificateOf(socket: TLSSocket): ClientCertificate | null {
  const peer = socket.getPeerCertificate(true) as DetailedPeerCertificate | undefined;
  if (peer?.raw === undefined) return null;
  const chain: X509Certificate[] = [];
  for (let one: DetailedPeerCertificate | undefined = peer; one?.raw !== undefined;) {
    chain.push(new X509Certificate(one.raw));
    const above: DetailedPeerCertificate | undefined = one.issuerCertificate;
    one = above === one || chain.length >= MAX_CHAIN ? undefined : above;
  }
  const sha256 = fingerprintOf(chain[0]);
  return sha256 === null ? null : { sha256, chain, trusted: socket.authorized };
}

/** True where the chain leads by valid signatures to a certificate with one of these fingerprints (lower-case hex). */
export function leadsTo(certificate: ClientCertificate, anchors: ReadonlySet<string>): boolean {
  for (const [index, one] of certificate.chain.entries()) {
    if (index > 0 && anchors.has(fingerprintOf(one) ?? '')) return true;
    const above = certificate.chain[index + 1];
    if (above === undefined || !one.verify(above.publicKey)) return false;
  }
  return false;
}

export function fingerprintOf(certificate: X509Certificate | undefined): string | null {
  return certificate === undefined ? null : certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}
