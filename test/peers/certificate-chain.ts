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
  /** Valid from the year 2099. */
  readonly notYetValid?: boolean;
  readonly rsa?: boolean;
  /** Default 2048; makes the key one of RSA. */
  readonly rsaBits?: number;
  /** Default sha256. */
  readonly digest?: 'sha1' | 'sha256';
}

export function makeCertificate(request: ChainRequest): ChainCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'chain-'));
  try {
    const { rsaBits = 2_048, digest = 'sha256' } = request;
    const isRsa = request.rsa === true || request.rsaBits !== undefined;
    const newKey = isRsa ? [`rsa:${rsaBits}`] : ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
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
    if (request.notYetValid === true) signForTheFuture(folder);
    else
      openssl(folder, [
        'x509',
        '-req',
        '-in',
        'own.csr',
        ...signer,
        `-${digest}`,
        '-extfile',
        'own.ext',
        '-days',
        request.expired === true ? '-1' : '365',
        '-out',
        'own.pem',
      ]);
    const cert = readFileSync(join(folder, 'own.pem'), 'utf8');
    return {
      cert,
      key: readFileSync(join(folder, 'own.key'), 'utf8'),
      der: new X509Certificate(cert).raw,
      get publicKeyInfo() {
        return writePublicKey(cert);
      },
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writePublicKey(cert: string): Buffer {
  const pem = execFileSync('openssl', ['x509', '-pubkey', '-noout'], { input: cert });
  return execFileSync('openssl', ['pkey', '-pubin', '-outform', 'DER'], { input: pem });
}

/** `openssl x509` can't date a beginning; `openssl ca` can, and wants its files. */
function signForTheFuture(folder: string): void {
  writeFileSync(
    join(folder, 'ca.cnf'),
    '[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n',
  );
  writeFileSync(join(folder, 'index.txt'), '');
  const dates = ['-startdate', '20990101000000Z', '-enddate', '20991231000000Z'];
  const files =
    '-config ca.cnf -in own.csr -out own.pem -extfile own.ext -cert issuer.pem -keyfile issuer.key';
  openssl(folder, ['ca', '-batch', '-notext', ...files.split(' '), ...dates]);
}

function openssl(folder: string, args: readonly string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
}
