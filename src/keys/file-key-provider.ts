/**
 * The default key provider: files in `keysDir` (docs/formats/key-folder.md). Makes the keys at first start, refuses
 * a folder that others may read, that lies in the data folder, or that lost a part; loads only what the roles of
 * this process need. Knows nothing of messages or accounts: contexts are bytes to it.
 */
import { createCipheriv, createDecipheriv, createHmac, diffieHellman, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';

import type { Clock } from '#src/base/clock.ts';
import { CodedError } from '#src/base/coded-error.ts';
import { systemRandom } from '#src/base/identifiers.ts';
import type { RandomSource } from '#src/base/identifiers.ts';
import type { Log } from '#src/base/log.ts';

import {
  checkPermissions,
  findKeySet,
  makeKeySet,
  PERMANENT_FOLDER,
  refuseNestedFolders,
  removeUnfinishedSets,
  SPOOL_FOLDER,
} from './key-folder.ts';
import type {
  DecapsulationKey,
  KeyProvider,
  MacPurpose,
  PublicKeys,
  SigningPurpose,
  WrappingPublicKey,
} from './key-provider.ts';
import { generatePermanentKeys, kidOfSigningKey, readPermanentKeys } from './permanent-keys.ts';
import type { PermanentKeys, PrivateKeyName, Role, SecretKeyName } from './permanent-keys.ts';
import { SpoolKeys } from './spool-keys.ts';
import { importWrappingPoint } from './wrapping-point.ts';

export interface FileKeyProviderOptions {
  readonly keysDir: string;
  /** Keys must not lie in it, nor it in the keys. */
  readonly dataDir: string;
  readonly roles: ReadonlySet<Role>;
  readonly clock: Clock;
  readonly log: Log;
  readonly random?: RandomSource;
  /** True where there is data already: an empty key folder is then refused instead of filled. */
  readonly expectExisting?: boolean;
}

/**
 * Opens the key folder, at first start makes it. Throws CodedError `keys-inside-data`, `key-permissions`,
 * `key-missing`, `key-damaged`; each message names the path and the cure.
 */
export async function openFileKeyProvider(options: FileKeyProviderOptions): Promise<KeyProvider> {
  const { keysDir, roles, clock, log } = options;
  const random = options.random ?? systemRandom;
  await refuseNestedFolders(keysDir, options.dataDir);
  if ((await findKeySet(keysDir)) === 'none') {
    if (options.expectExisting === true) throw noKeysForData(keysDir);
    await makeKeySet(keysDir, generatePermanentKeys(random));
    log.info('made the keys of this installation; back them up apart from the data', { file: keysDir });
  }
  await removeUnfinishedSets(keysDir);
  await checkPermissions(keysDir);
  const permanent = await readPermanentKeys(join(keysDir, PERMANENT_FOLDER), roles);
  const spool = new SpoolKeys(join(keysDir, SPOOL_FOLDER), clock, roles.has('deliver'));
  return new FileKeyProvider(permanent, spool, random);
}

function noKeysForData(keysDir: string): CodedError {
  return new CodedError(
    'key-missing',
    `${keysDir} holds no keys although there is data that was sealed with some. No new keys are made. ` +
      'Restore the key folder from its backup.',
  );
}

const WRAP_VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NONCE_OFFSET = 1;
const CIPHERTEXT_OFFSET = NONCE_OFFSET + NONCE_BYTES;

class FileKeyProvider implements KeyProvider {
  readonly #permanent: PermanentKeys;
  readonly #spool: SpoolKeys;
  readonly #random: RandomSource;
  readonly #kids = new Map<SigningPurpose, string>();

  constructor(permanent: PermanentKeys, spool: SpoolKeys, random: RandomSource) {
    this.#permanent = permanent;
    this.#spool = spool;
    this.#random = random;
  }

  publicKeys(): PublicKeys {
    return this.#permanent.publicKeys;
  }

  currentSpoolKey(): Promise<WrappingPublicKey> {
    return this.#spool.current();
  }

  async wrappingKey(key: DecapsulationKey): Promise<WrappingPublicKey> {
    return key.kind === 'enrolment' ? this.publicKeys().enrolment : this.#spool.publicHalf(key.kid);
  }

  async agree(key: DecapsulationKey, peerPoint: Uint8Array): Promise<Buffer> {
    const privateKey =
      key.kind === 'enrolment' ? this.#privateKey('enrolment') : await this.#spool.privateHalf(key.kid);
    return diffieHellman({ privateKey, publicKey: importWrappingPoint(peerPoint) });
  }

  async destroySpoolKeys(inUse: (kid: string) => Promise<boolean>): Promise<readonly string[]> {
    return this.#spool.destroyUnused(inUse);
  }

  /** version 1 ‖ nonce 12 ‖ ciphertext ‖ tag 16. */
  async wrap(secret: Uint8Array, context: Uint8Array): Promise<Buffer> {
    const nonce = this.#random(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#secret('root'), nonce);
    cipher.setAAD(context);
    const sealed = cipher.update(secret);
    cipher.final();
    return Buffer.concat([Buffer.of(WRAP_VERSION), nonce, sealed, cipher.getAuthTag()]);
  }

  async unwrap(blob: Uint8Array, context: Uint8Array): Promise<Buffer> {
    const root = this.#secret('root');
    const tagStart = blob.length - TAG_BYTES;
    if (tagStart < CIPHERTEXT_OFFSET || blob[0] !== WRAP_VERSION) throw unwrapFailed();
    const nonce = blob.subarray(NONCE_OFFSET, CIPHERTEXT_OFFSET);
    const decipher = createDecipheriv('aes-256-gcm', root, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(context);
    decipher.setAuthTag(blob.subarray(tagStart));
    const secret = decipher.update(blob.subarray(CIPHERTEXT_OFFSET, tagStart));
    try {
      decipher.final();
    } catch {
      secret.fill(0);
      throw unwrapFailed();
    }
    return secret;
  }

  sign(purpose: SigningPurpose, data: Uint8Array): { readonly kid: string; readonly signature: Buffer } {
    const key = this.#privateKey(purpose);
    const kid = this.#kids.get(purpose) ?? kidOfSigningKey(key);
    this.#kids.set(purpose, kid);
    return { kid, signature: sign(null, data, key) };
  }

  mac(purpose: MacPurpose, data: Uint8Array): Buffer {
    return createHmac('sha256', this.#secret(purpose)).update(data).digest();
  }

  deskKey(): Buffer {
    return this.#secret('desk').export();
  }

  #secret(name: SecretKeyName): KeyObject {
    return this.#permanent.secrets.get(name) ?? refuseRole(name);
  }

  #privateKey(name: PrivateKeyName): KeyObject {
    return this.#permanent.privateKeys.get(name) ?? refuseRole(name);
  }
}

function refuseRole(name: string): never {
  throw new CodedError('key-unavailable', `the roles of this process do not hold the ${name} key`);
}

function unwrapFailed(): CodedError {
  return new CodedError('unwrap-failed', 'the wrapped secret does not authenticate');
}
