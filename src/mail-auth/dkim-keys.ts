/**
 * DKIM keys on disk: `<keysDir>/dkim/<domain>/<selector>.pem`, PKCS #8, readable by the service alone. A key that is
 * configured must be there: a gateway that silently sent unsigned mail would be found out by its bounces. Writing is
 * passed in, so that this folder knows no storage.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { CodedError, errorCode } from '#src/base/coded-error.ts';

import type { DkimAlgorithm, DkimKey } from './dkim-signer.ts';

/** Folder inside keysDir. */
export const DKIM_FOLDER = 'dkim';
const ENDING = '.pem';
const RSA_BITS = 2048;
const OTHERS = 0o077;

export interface DkimKeyName {
  /** Lower-case A-labels. */
  readonly domain: string;
  readonly selector: string;
}

/** Makes folders and files that survive a power cut, for their owner alone. */
export interface DurableFiles {
  makeFolder(folder: string): Promise<void>;
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
}

export function dkimKeyFile(keysDir: string, { domain, selector }: DkimKeyName): string {
  if (basename(domain) !== domain || basename(selector) !== selector || domain.startsWith('.'))
    throw new RangeError('a domain and a selector are names, not paths');
  return join(keysDir, DKIM_FOLDER, domain, `${selector}${ENDING}`);
}

/** Throws CodedError `dkim-key-missing`, `dkim-key-damaged`, `key-permissions`; the message names file and cure. */
export function readDkimKey(keysDir: string, name: DkimKeyName): DkimKey {
  const path = dkimKeyFile(keysDir, name);
  const pem = readPem(path, name);
  const privateKey = parsePem(path, pem);
  return { ...name, algorithm: algorithmOf(path, privateKey), privateKey };
}

/** Throws CodedError `dkim-key-exists` rather than replace a key, and what `files` throws. */
export async function makeDkimKey(
  keysDir: string,
  name: DkimKeyName,
  algorithm: 'rsa' | 'ed25519',
  files: DurableFiles,
): Promise<DkimKey> {
  const path = dkimKeyFile(keysDir, name);
  if (statSync(path, { throwIfNoEntry: false }) !== undefined)
    throw new CodedError(
      'dkim-key-exists',
      `${path} is there already. Choose another selector for a new key.`,
    );
  const { privateKey } =
    algorithm === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: RSA_BITS })
      : generateKeyPairSync('ed25519');
  await files.makeFolder(dirname(path));
  await files.writeFile(path, Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })));
  return readDkimKey(keysDir, name);
}

/** What is in the folder, by domain and selector. */
export function listDkimKeys(keysDir: string): DkimKeyName[] {
  const folder = join(keysDir, DKIM_FOLDER);
  return namesIn(folder).flatMap((domain) =>
    namesIn(join(folder, domain))
      .filter((name) => name.endsWith(ENDING))
      .map((name) => ({ domain, selector: name.slice(0, -ENDING.length) })),
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return [];
    throw error;
  }
}

function readPem(path: string, { domain, selector }: DkimKeyName): string {
  try {
    if (process.platform !== 'win32') refuseOpenToOthers(path, statSync(path).mode);
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    if (error instanceof CodedError) throw error;
    if (code === 'ENOENT')
      throw new CodedError(
        'dkim-key-missing',
        `the DKIM key of ${domain}, selector ${selector}, is missing: ${path}. Restore it, make one with ` +
          `"sendsecure dkim generate --domain ${domain} --selector ${selector}", or take its [[dkim]] out.`,
      );
    throw new CodedError(
      code === 'EACCES' ? 'key-permissions' : 'dkim-key-damaged',
      `${path} can't be read (${code}). It must belong to the user of the service.`,
    );
  }
}

function refuseOpenToOthers(path: string, mode: number): void {
  if ((mode & OTHERS) !== 0)
    throw new CodedError('key-permissions', `others may read ${path}. Cure: chmod 600 '${path}'`);
}

function parsePem(path: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new CodedError('dkim-key-damaged', `${path} holds no private key in PEM form.`);
  }
}

function algorithmOf(path: string, key: KeyObject): DkimAlgorithm {
  if (key.asymmetricKeyType === 'ed25519') return 'ed25519-sha256';
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  // RFC 8301 section 3.2: signers should use 2048 bits or more.
  if (key.asymmetricKeyType === 'rsa' && bits >= RSA_BITS) return 'rsa-sha256';
  throw new CodedError(
    'dkim-key-damaged',
    `${path} is neither an RSA key of at least ${RSA_BITS} bits nor an Ed25519 key.`,
  );
}
