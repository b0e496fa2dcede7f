/**
 * The permanent set of the key folder: which keys there are, which role reads which, how they are generated and
 * read back. A role never loads a private key that it has no use for. Knows nothing of how the keys are used.
 */
import { createPrivateKey, createPublicKey, createSecretKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { sha256 } from '#src/base/bytes.ts';
import { CodedError, errorCode } from '#src/base/coded-error.ts';
import type { RandomSource } from '#src/base/identifiers.ts';

import { missing } from './key-folder.ts';
import type { KeyFile } from './key-folder.ts';
import type { MacPurpose, PublicKeys, SigningPurpose } from './key-provider.ts';
import { wrappingPublicKey } from './wrapping-point.ts';

export type Role = 'receive' | 'deliver' | 'portal';

const SECRET_BYTES = 32;
const ALL_ROLES: readonly Role[] = ['receive', 'deliver', 'portal'];

/** Private and secret keys with the roles that read them. */
const SECRET_KEY_ROLES = {
  root: ['deliver', 'portal'],
  desk: ALL_ROLES,
  verifier: ['portal'],
  token: ALL_ROLES,
  mark: ALL_ROLES,
  thread: ALL_ROLES,
  throttle: ALL_ROLES,
} as const satisfies Record<MacPurpose | 'root' | 'desk', readonly Role[]>;

const PRIVATE_KEY_ROLES = {
  seal: ['receive', 'deliver'],
  'account-authority': ['portal'],
  enrolment: ['portal'],
} as const satisfies Record<SigningPurpose | 'enrolment', readonly Role[]>;

export type SecretKeyName = keyof typeof SECRET_KEY_ROLES;
export type PrivateKeyName = keyof typeof PRIVATE_KEY_ROLES;

export interface PermanentKeys {
  readonly publicKeys: PublicKeys;
  /** Only those of the roles in use. */
  readonly secrets: ReadonlyMap<SecretKeyName, KeyObject>;
  readonly privateKeys: ReadonlyMap<PrivateKeyName, KeyObject>;
}

/** First 16 hex digits of SHA-256 over the raw Ed25519 public key. */
export function kidOfSigningKey(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const { x } = publicKey.export({ format: 'jwk' });
  return sha256(Buffer.from(x ?? '', 'base64url')).toString('hex', 0, 8);
}

/** A new set: every key of every role, and the id of the installation. */
export function generatePermanentKeys(random: RandomSource): KeyFile[] {
  const seal = generateKeyPairSync('ed25519');
  const authority = generateKeyPairSync('ed25519');
  const enrolment = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return [
    { path: 'organization-id', bytes: line(random(16).toString('hex')) },
    ...Object.keys(SECRET_KEY_ROLES).map((name) => ({
      path: `${name}.key`,
      bytes: line(random(SECRET_BYTES).toString('hex')),
    })),
    { path: 'seal.pem', bytes: privatePem(seal.privateKey) },
    { path: 'account-authority.pem', bytes: privatePem(authority.privateKey) },
    { path: 'enrolment.pem', bytes: privatePem(enrolment.privateKey) },
    { path: `public/seal-${kidOfSigningKey(seal.publicKey)}.pem`, bytes: publicPem(seal.publicKey) },
    { path: 'public/account-authority.pem', bytes: publicPem(authority.publicKey) },
    { path: 'public/enrolment.pem', bytes: publicPem(enrolment.publicKey) },
  ];
}

/** Reads what the roles need. Throws CodedError `key-missing` or `key-damaged`, naming the file. */
export async function readPermanentKeys(folder: string, roles: ReadonlySet<Role>): Promise<PermanentKeys> {
  const publicKeys = await readPublicKeys(folder);
  const secrets = new Map<SecretKeyName, KeyObject>();
  for (const [name, readers] of entriesOf(SECRET_KEY_ROLES)) {
    if (readers.some((role) => roles.has(role))) secrets.set(name, await readSecret(folder, name));
  }
  const privateKeys = new Map<PrivateKeyName, KeyObject>();
  for (const [name, readers] of entriesOf(PRIVATE_KEY_ROLES)) {
    if (readers.some((role) => roles.has(role)))
      privateKeys.set(name, await readPrivateKey(folder, name, publicKeys));
  }
  return { publicKeys, secrets, privateKeys };
}

async function readPublicKeys(folder: string): Promise<PublicKeys> {
  const idPath = join(folder, 'organization-id');
  const organizationId = (await readKeyFile(idPath)).toString('latin1').trim();
  if (!/^[\da-f]{32}$/u.test(organizationId)) throw damaged(idPath, 'it does not hold 32 hex digits');
  const accountAuthority = await readPublicKey(join(folder, 'public/account-authority.pem'), 'ed25519');
  const enrolment = await readPublicKey(join(folder, 'public/enrolment.pem'), 'ec');
  return {
    organizationId,
    enrolment: wrappingPublicKey(enrolment),
    accountAuthority,
    sealKeys: await readSealKeys(folder),
  };
}

async function readSealKeys(folder: string): Promise<Map<string, KeyObject>> {
  const sealKeys = new Map<string, KeyObject>();
  for (const name of await readdir(join(folder, 'public'))) {
    const kid = /^seal-([\da-f]{16})\.pem$/u.exec(name)?.[1];
    if (kid === undefined) continue;
    const path = join(folder, 'public', name);
    const key = await readPublicKey(path, 'ed25519');
    if (kidOfSigningKey(key) !== kid) throw damaged(path, 'its name is not the kid of its key');
    sealKeys.set(kid, key);
  }
  return sealKeys;
}

/** The public half of a private key must be the one that the folder pins: two sets must not be mixed. */
async function readPrivateKey(folder: string, name: PrivateKeyName, pinned: PublicKeys): Promise<KeyObject> {
  const path = join(folder, `${name}.pem`);
  const key = importKey(path, await readKeyFile(path), createPrivateKey);
  if (key.asymmetricKeyType !== (name === 'enrolment' ? 'ec' : 'ed25519'))
    throw damaged(path, 'it is of another kind');
  const belongs =
    name === 'enrolment'
      ? wrappingPublicKey(key).kid === pinned.enrolment.kid
      : name === 'seal'
        ? pinned.sealKeys.has(kidOfSigningKey(key))
        : kidOfSigningKey(key) === kidOfSigningKey(pinned.accountAuthority);
  if (!belongs) throw damaged(path, 'it does not belong to the public key beside it');
  return key;
}

async function readSecret(folder: string, name: SecretKeyName): Promise<KeyObject> {
  const path = join(folder, `${name}.key`);
  const hex = (await readKeyFile(path)).toString('latin1').trim();
  if (!/^[\da-f]{64}$/u.test(hex)) throw damaged(path, 'it does not hold 64 hex digits');
  return createSecretKey(Buffer.from(hex, 'hex'));
}

async function readPublicKey(path: string, kind: 'ed25519' | 'ec'): Promise<KeyObject> {
  const key = importKey(path, await readKeyFile(path), createPublicKey);
  if (key.asymmetricKeyType !== kind) throw damaged(path, 'it is of another kind');
  return key;
}

function importKey(path: string, pem: Buffer, create: (pem: Buffer) => KeyObject): KeyObject {
  try {
    return create(pem);
  } catch {
    throw damaged(path, 'it is not a PEM key');
  }
}

async function readKeyFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw missing(path, 'although other keys are there');
    throw error;
  }
}

function damaged(path: string, detail: string): CodedError {
  return new CodedError(
    'key-damaged',
    `${path} can't be used: ${detail}. Restore the key folder from its backup.`,
  );
}

function line(text: string): Buffer {
  return Buffer.from(`${text}\n`, 'latin1');
}

function privatePem(key: KeyObject): Buffer {
  return Buffer.from(key.export({ type: 'pkcs8', format: 'pem' }));
}

function publicPem(key: KeyObject): Buffer {
  return Buffer.from(key.export({ type: 'spki', format: 'pem' }));
}

function entriesOf<Name extends string>(
  table: Readonly<Record<Name, readonly Role[]>>,
): [Name, readonly Role[]][] {
  return Object.entries(table) as [Name, readonly Role[]][];
}
