/** Stapled OCSP responses for tests, made by the openssl of the machine from a list of what an authority has issued. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ChainCertificate } from './certificate-chain.ts';

export interface StatusRequest {
  readonly about: ChainCertificate;
  readonly issuer: ChainCertificate;
  readonly status: 'good' | 'revoked' | 'unknown';
  /** Default: the issuer. */
  readonly signer?: ChainCertificate;
  /** Minutes until the next one is due; negative: overdue. Null: none is announced. */
  readonly minutes?: number | null;
  readonly digest?: 'sha1' | 'sha256';
}

/** DER of an OCSPResponse. */
export function makeStatus(request: StatusRequest): Buffer {
  const { about, issuer, status, signer = issuer, minutes = 60, digest = 'sha256' } = request;
  const folder = mkdtempSync(join(tmpdir(), 'status-'));
  const openssl = (args: readonly string[]): string =>
    execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    for (const [name, { cert, key }] of Object.entries({ about, issuer, signer })) {
      writeFileSync(join(folder, `${name}.pem`), cert);
      writeFileSync(join(folder, `${name}.key`), key, { mode: 0o600 });
    }
    const serial = openssl(['x509', '-in', 'about.pem', '-noout', '-serial']).trim().replace('serial=', '');
    writeFileSync(join(folder, 'index.txt'), status === 'unknown' ? '' : indexLine(serial, status));
    const next = minutes === null ? [] : ['-nmin', String(Math.max(minutes, 1))];
    openssl(['ocsp', '-issuer', 'issuer.pem', '-cert', 'about.pem', '-no_nonce', '-reqout', 'request.der']);
    const answering =
      '-index index.txt -CA issuer.pem -rsigner signer.pem -rkey signer.key -reqin request.der';
    openssl(['ocsp', ...answering.split(' '), '-respout', 'response.der', '-rmd', digest, ...next]);
    return readFileSync(join(folder, 'response.der'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** As `openssl ca` keeps it: state, end, revocation, serial number, file, subject. */
function indexLine(serial: string, status: 'good' | 'revoked'): string {
  const [state, revoked] = status === 'good' ? ['V', ''] : ['R', '260101000000Z,keyCompromise'];
  return `${state}\t400101000000Z\t${revoked}\t${serial}\tunknown\t/CN=x\n`;
}
