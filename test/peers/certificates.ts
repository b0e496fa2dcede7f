/** Certificates for tests, made by the openssl of the machine: a CA and what it signs. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}

export interface CertificateRequest {
  /** For example `DNS:mx.test` or `IP:127.0.0.1`; null for none, with the common name only. */
  readonly subjectAltName: string | null;
  readonly commonName?: string;
  readonly expired?: boolean;
  readonly rsaBits?: number;
  readonly digest?: 'sha256' | 'sha1';
}

export class CertificateAuthority {
  readonly cert: string;
  readonly #key: string;

  constructor(name = 'Test CA') {
    [this.cert, this.#key] = inFolder((folder) => {
      openssl(folder, [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-days',
        '3650',
        '-subj',
        `/CN=${name}`,
        '-keyout',
        'ca.key',
        '-out',
        'ca.pem',
      ]);
      return [read(folder, 'ca.pem'), read(folder, 'ca.key')] as const;
    });
  }

  issue(request: CertificateRequest): Certificate {
    return inFolder((folder) => {
      writeFileSync(path.join(folder, 'ca.pem'), this.cert);
      writeFileSync(path.join(folder, 'ca.key'), this.#key, { mode: 0o600 });
      const keyOptions =
        request.rsaBits === undefined
          ? ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
          : ['-newkey', `rsa:${request.rsaBits}`];
      openssl(folder, [
        'req',
        '-new',
        ...keyOptions,
        '-nodes',
        '-subj',
        `/CN=${request.commonName ?? 'test'}`,
        '-keyout',
        'leaf.key',
        '-out',
        'leaf.csr',
      ]);
      const { subjectAltName } = request;
      writeFileSync(
        path.join(folder, 'leaf.ext'),
        `basicConstraints=CA:FALSE\n${subjectAltName === null ? '' : `subjectAltName=${subjectAltName}\n`}`,
      );
      openssl(folder, [
        'x509',
        '-req',
        '-in',
        'leaf.csr',
        '-CA',
        'ca.pem',
        '-CAkey',
        'ca.key',
        '-CAcreateserial',
        '-days',
        request.expired === true ? '-1' : '365',
        `-${request.digest ?? 'sha256'}`,
        '-extfile',
        'leaf.ext',
        '-out',
        'leaf.pem',
      ]);
      return { cert: read(folder, 'leaf.pem'), key: read(folder, 'leaf.key') };
    });
  }
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(path.join(tmpdir(), 'certificates-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function openssl(folder: string, args: readonly string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
}

function read(folder: string, name: string): string {
  return readFileSync(path.join(folder, name), 'utf8');
}
