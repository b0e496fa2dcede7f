/** Mail servers that can't prove who they are, or not well enough: each differs in one thing from a good one. */
import { makeCertificate, type ChainCertificate, type ChainRequest } from './certificate-chain.ts';
import type { OpensslServerOptions } from './openssl-server.ts';
import { makeStatus } from './stapled-status.ts';

export interface ServerCase {
  readonly what: string;
  readonly options: OpensslServerOptions;
  /** What the record of the delivery says of it. */
  readonly words: RegExp;
}

export interface ServerCases {
  /** PEM, the trust anchor. */
  readonly root: ChainCertificate;
  readonly good: readonly Omit<ServerCase, 'words'>[];
  readonly bad: readonly ServerCase[];
}

const WEAK = '@SECLEVEL=0';
const LONG_CHAIN = 30;

/** `name`: what the good certificate is for, as `DNS:…` or `IP:…`. */
export function makeServerCases(name: string): ServerCases {
  const root = makeCertificate({ subject: 'Root', ca: true });
  const issue = (request: Omit<ChainRequest, 'subject'>): ChainCertificate =>
    makeCertificate({ subject: 'mx', issuer: root, subjectAltName: name, ...request });
  const server = issue({});
  const intermediate = makeCertificate({ subject: 'Intermediate', ca: true, issuer: root });
  const below = issue({ issuer: intermediate });
  const demanding = issue({ tlsFeature: 'status_request' });
  const rsa = issue({ rsa: true });
  const of = (certificate: ChainCertificate, ...behind: ChainCertificate[]): OpensslServerOptions => ({
    chain: [certificate, ...behind].map(({ cert }) => cert),
    key: certificate.key,
  });
  const stapling = (about: ChainCertificate, status: 'good' | 'revoked' | 'unknown', minutes?: number) => ({
    ...of(about),
    stapled: makeStatus({ about, issuer: root, status, ...(minutes !== undefined && { minutes }) }),
  });
  const with12 = (...args: string[]): OpensslServerOptions => ({ ...of(rsa), args: ['-tls1_2', ...args] });
  const stranger = makeCertificate({ subject: 'Root', ca: true });
  return {
    root,
    good: [
      { what: 'its certificate alone', options: of(server) },
      { what: 'an intermediate certificate', options: of(below, intermediate) },
      { what: 'TLS 1.2 with AEAD', options: with12('-cipher', 'ECDHE-RSA-AES128-GCM-SHA256') },
      { what: 'a stapled status', options: stapling(server, 'good') },
      { what: 'the stapled status that its certificate demands', options: stapling(demanding, 'good') },
    ],
    bad: [
      { what: 'expired', options: of(issue({ expired: true })), words: /certificate has expired/u },
      { what: 'not yet valid', options: of(issue({ notYetValid: true })), words: /not yet valid/u },
      {
        what: 'another name',
        options: of(issue({ subjectAltName: 'DNS:mx.elsewhere.test' })),
        words: /does not match|not in the cert's list/u,
      },
      {
        what: 'self-signed',
        options: of(makeCertificate({ subject: 'mx', subjectAltName: name })),
        words: /self-signed certificate/u,
      },
      {
        what: 'an unknown authority of a known name',
        options: of(issue({ issuer: stranger })),
        words: /unable to (?:verify the first|get local issuer) certificate|signature failure/u,
      },
      {
        what: 'an authority that it brings itself',
        options: of(issue({ issuer: stranger }), stranger),
        words: /self-signed certificate in certificate chain/u,
      },
      {
        what: 'the name as common name only',
        options: of(makeCertificate({ subject: name.replace(/^\w+:/u, ''), issuer: root })),
        words: /no name in subjectAltName/u,
      },
      {
        what: 'a name of text where an address is meant, or the other way round',
        options: of(
          issue({ subjectAltName: name.startsWith('IP:') ? `DNS:${name.slice(3)}` : 'IP:127.0.0.1' }),
        ),
        words: /does not match|not in the cert's list/u,
      },
      {
        what: 'a wildcard two labels up',
        options: of(issue({ subjectAltName: 'DNS:*.test' })),
        words: /does not match|not in the cert's list/u,
      },
      {
        what: 'a name with a NUL in it',
        options: of(issue({ subjectAltName: nameWithNul(name.replace(/^\w+:/u, '')) })),
        words: /does not match|not in the cert's list|Invalid|no name/u,
      },
      {
        what: 'a signature with SHA-1',
        options: { ...of(issue({ digest: 'sha1' })), args: ['-cipher', `ALL:${WEAK}`] },
        words: /digest algorithm too weak/u,
      },
      {
        what: 'RSA of 1024 bits',
        options: { ...of(issue({ rsaBits: 1_024 })), args: ['-cipher', `ALL:${WEAK}`] },
        words: /key too weak/u,
      },
      {
        what: 'another purpose',
        options: of(issue({ extendedKeyUsage: 'clientAuth' })),
        words: /unsuitable certificate purpose|unsupported certificate purpose/u,
      },
      {
        what: 'an issuer that is none',
        options: of(issue({ issuer: issue({}) }), server),
        words: /invalid CA certificate|unable to (?:verify|get)/u,
      },
      { what: 'a chain of 31', options: longChain(root, name), words: /chain is too long|chain too long/u },
      {
        what: 'revoked, as its stapled status says',
        options: stapling(server, 'revoked'),
        words: /has been revoked/u,
      },
      { what: 'unknown to its authority', options: stapling(server, 'unknown'), words: /does not know it/u },
      {
        what: 'a demanded status that is missing',
        options: of(demanding),
        words: /demands a stapled status/u,
      },
      {
        what: 'TLS 1.0',
        options: { ...of(rsa), args: ['-tls1', '-cipher', `ALL:${WEAK}`] },
        words: /speaks no TLS 1\.2 or later/u,
      },
      {
        what: 'TLS 1.1',
        options: { ...of(rsa), args: ['-tls1_1', '-cipher', `ALL:${WEAK}`] },
        words: /speaks no TLS 1\.2 or later/u,
      },
      {
        what: 'CBC only',
        options: with12('-cipher', `ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES128-SHA:AES128-SHA:${WEAK}`),
        words: /no cipher that is accepted/u,
      },
      {
        what: 'a cipher without forward secrecy',
        options: with12('-cipher', `AES128-GCM-SHA256:${WEAK}`),
        words: /no cipher that is accepted/u,
      },
      {
        what: 'no certificate at all',
        options: { args: ['-tls1_2', '-nocert', '-cipher', `aNULL:${WEAK}`] },
        words: /no cipher that is accepted/u,
      },
    ],
  };
}

/** A dNSName that a C program reads as the right one, by its octets. */
function nameWithNul(name: string): string {
  const octets = Buffer.from(`${name}\0.elsewhere.test`, 'latin1');
  const element = Buffer.concat([Buffer.from([0x82, octets.length]), octets]);
  return `DER:${Buffer.concat([Buffer.from([0x30, element.length]), element]).toString('hex')}`;
}

function longChain(root: ChainCertificate, name: string): OpensslServerOptions {
  const authorities: ChainCertificate[] = [];
  for (let i = 0; i < LONG_CHAIN; i++) {
    const issuer = authorities[0] ?? root;
    authorities.unshift(makeCertificate({ subject: `Authority ${i}`, ca: true, issuer }));
  }
  const [issuer = root] = authorities;
  const server = makeCertificate({ subject: 'mx', issuer, subjectAltName: name });
  return { chain: [server, ...authorities].map(({ cert }) => cert), key: server.key };
}
