/**
 * Hashes of passwords: Argon2id (RFC 9106) over a keyed step, so that a copy of the database alone allows no
 * guessing. The password is normalised to NFC (NIST SP 800-63B-4 section 3.1.1.2) and goes through HMAC first,
 * therefore its length, NUL bytes and encoding never reach a hash that could cut it short.
 */
import { argon2 } from 'node:crypto';

import { equalBytes, lengthPrefixed } from '#src/base/bytes.ts';
import { CodedError } from '#src/base/coded-error.ts';
import { systemRandom, type RandomSource } from '#src/base/identifiers.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';

// OWASP's and RFC 9106's second choice: 19 MiB, two passes, one lane; about 30 to 90 ms here.
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const SALT_BYTES = 16;
const TAG_BYTES = 32;
/** Hashing takes a core and 19 MiB each; more at once would only stall the mail beside it. */
const AT_ONCE = 2;
const MAX_WAITING = 200;

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([\w+/]{1,128})\$([\w+/]{1,128})$/u;

interface Argon2Hash {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

export class PasswordHasher {
  readonly #keys: Pick<KeyProvider, 'mac'>;
  readonly #random: RandomSource;
  readonly #maxWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(keys: Pick<KeyProvider, 'mac'>, random: RandomSource = systemRandom, maxWaiting = MAX_WAITING) {
    this.#keys = keys;
    this.#random = random;
    this.#maxWaiting = maxWaiting;
  }

  /** PHC string. Throws CodedError `busy` where too many wait already. */
  async hash(password: string): Promise<string> {
    const salt = this.#random(SALT_BYTES);
    const tag = await this.#derive(
      password,
      { memory: MEMORY_KIB, passes: PASSES, parallelism: LANES, salt },
      TAG_BYTES,
    );
    return writePhc(salt, tag);
  }

  /** Whether `password` gives `phc`; false for a string that is no Argon2id hash. */
  async verify(password: string, phc: string): Promise<boolean> {
    const stored = parsePhc(phc);
    if (stored === null) return false;
    return equalBytes(await this.#derive(password, stored, stored.tag.length), stored.tag);
  }

  /** Takes as long as `verify` and is always false: for addresses without an account. */
  async verifyNothing(password: string): Promise<false> {
    await this.verify(password, writePhc(this.#random(SALT_BYTES), this.#random(TAG_BYTES)));
    return false;
  }

  async #derive(password: string, parameters: Omit<Argon2Hash, 'tag'>, tagLength: number): Promise<Buffer> {
    const message = this.#keys.mac('verifier', lengthPrefixed('password', password.normalize('NFC')));
    await this.#takeTurn();
    try {
      return await argon2id({
        message,
        nonce: parameters.salt,
        memory: parameters.memory,
        passes: parameters.passes,
        parallelism: parameters.parallelism,
        tagLength,
      });
    } finally {
      this.#endTurn();
    }
  }

  async #takeTurn(): Promise<void> {
    if (this.#running < AT_ONCE) {
      this.#running++;
      return;
    }
    if (this.#waiting.length >= this.#maxWaiting)
      throw new CodedError('busy', 'too many passwords wait to be hashed');
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** The turn goes to the one who waited longest; the count stays. */
  #endTurn(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running--;
    else next();
  }
}

function argon2id(parameters: Parameters<typeof argon2>[1]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (error, tag) => {
      if (error === null) resolve(tag);
      else reject(error);
    });
  });
}

function writePhc(salt: Buffer, tag: Buffer): string {
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${unpadded(salt)}$${unpadded(tag)}`;
}

function parsePhc(phc: string): Argon2Hash | null {
  const match = PHC.exec(phc);
  if (match === null) return null;
  const [, memory, passes, parallelism, salt, tag] = match;
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt ?? '', 'base64'),
    tag: Buffer.from(tag ?? '', 'base64'),
  };
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
