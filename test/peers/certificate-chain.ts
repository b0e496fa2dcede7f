/** Chains for tests, made by the openssl of the machine: root → intermediate → server, each also by another's hand. */
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ChainCertificate {
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  readonly der: Buffer;
  /** SubjectPublicKeyInfo as openssl writes it. */
  readonly publicKeyInfo: Buffer;
}

export interface ChainRequest {
  readonly subject: string;
  /** Self-signed where there is none. */
  readonly issuer?: ChainCertificate;
  /** May sign others; default false. */
  readonly ca?: boolean;
  /** `DNS:…`. */
  readonly subjectAltName?: string;
  readonly extendedKeyUsage?: string;
  /** RFC 7633: `status_request` demands a stapled status. */
  readonly tlsFeature?: string;
  readonly expired?: boolean;
  readonly rsa?: boolean;
}

export function makeCertificate(request: ChainRequest): ChainCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'chain-'));
  try {
    const newKey = request.rsa === true ? ['rsa:2048'] : ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    openssl(folder, [
      'req',
      '-new',
      '-newkey',
      ...newKey,
      '-nodes',
      '-subj',
      `/CN=${request.subject}`,
      '-keyout',
      'own.key',
      '-out',
      'own.csr',
    ]);
    const extensions = [
      `basicConstraints=critical,CA:${request.ca === true ? 'TRUE' : 'FALSE'}`,
      ...(request.subjectAltName === undefined ? [] : [`subjectAltName=${request.subjectAltName}`]),
      ...(request.extendedKeyUsage === undefined ? [] : [`extendedKeyUsage=${request.extendedKeyUsage}`]),
      ...(request.tlsFeature === undefined ? [] : [`tlsfeature=${request.tlsFeature}`]),
    ];
    writeFileSync(join(folder, 'own.ext'), `${extensions.join('\n')}\n`);
    writeFileSync(join(folder, 'issuer.pem'), request.issuer?.cert ?? '');
    writeFileSync(join(folder, 'issuer.key'), request.issuer?.key ?? '', { mode: 0o600 });
    const signer =
      request.issuer === undefined
        ? ['-signkey', 'own.key']
        : ['-CA', 'issuer.pem', '-CAkey', 'issuer.key', '-CAcreateserial'];
    openssl(folder, [
      'x509',
      '-req',
      '-in',
      'own.csr',
      ...signer,
      '-sha256',
      '-extfile',
      'own.ext',
      '-days',
      request.expired === true ? '-1' : '365',
      '-out',
      'own.pem',
    ]);
    openssl(folder, ['x509', '-in', 'own.pem', '-pubkey', '-noout', '-out', 'public.pem']);
    openssl(folder, ['pkey', '-pubin', '-in', 'public.pem', '-outform', 'DER', '-out', 'public.der']);
    const cert = readFileSync(join(folder, 'own.pem'), 'utf8');
    return {
      cert,
      key: readFileSync(join(folder, 'own.key'), 'utf8'),
      der: new X509Certificate(cert).raw,
      publicKeyInfo: readFileSync(join(folder, 'public.der')),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function openssl(folder: string, args: readonly string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
}
