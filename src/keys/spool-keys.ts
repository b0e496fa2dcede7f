/**
 * The spool pairs: one P-256 pair for each UTC day, made on first use, shared by all processes of the folder, and
 * destroyed when its last message is done. A day's pair is two files, `2026-11-21.pem` and `2026-11-21.pub.pem`;
 * the private one is written first, so that nothing can be sealed to a pair whose private half is not durable.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { DAY_MS, HOUR_MS } from '#src/base/clock.ts';
import type { Clock } from '#src/base/clock.ts';
import { CodedError, errorCode } from '#src/base/coded-error.ts';
import { writeFileDurably } from '#src/storage/durable-file.ts';

import { listFolder } from './key-folder.ts';
import type { WrappingPublicKey } from './key-provider.ts';
import { wrappingPublicKey } from './wrapping-point.ts';

/** A message that was being received when the day ended may still be committed for this long. */
const GRACE_MS = 2 * HOUR_MS;
const DAY_FILE = /^(\d{4}-\d{2}-\d{2})\.pub\.pem$/u;

let asideCount = 0;

interface SpoolPair extends WrappingPublicKey {
  readonly day: string;
}

export class SpoolKeys {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #readPrivate: boolean;
  readonly #pairs = new Map<string, SpoolPair>();
  readonly #privateKeys = new Map<string, KeyObject>();
  #today: SpoolPair | null = null;
  #making: Promise<SpoolPair> | null = null;

  /** `readPrivate`: false in a process that only seals. */
  constructor(folder: string, clock: Clock, readPrivate: boolean) {
    this.#folder = folder;
    this.#clock = clock;
    this.#readPrivate = readPrivate;
  }

  /** Today's public half; made where it is missing. */
  async current(): Promise<WrappingPublicKey> {
    const day = dayOf(this.#clock.now());
    if (this.#today?.day === day) return this.#today;
    this.#making ??= this.#findOrMake(day).finally(() => {
      this.#making = null;
    });
    const pair = await this.#making;
    this.#today = pair;
    return pair;
  }

  /** Throws CodedError `key-unavailable`. */
  async publicHalf(kid: string): Promise<WrappingPublicKey> {
    return this.#find(kid);
  }

  /** Throws CodedError `key-unavailable`. */
  async privateHalf(kid: string): Promise<KeyObject> {
    const known = this.#privateKeys.get(kid);
    if (known !== undefined) return known;
    if (!this.#readPrivate) throw unavailable();
    const { day } = await this.#find(kid);
    try {
      const key = createPrivateKey(await readFile(this.#privatePath(day)));
      this.#privateKeys.set(kid, key);
      return key;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') throw unavailable();
      throw error;
    }
  }

  /** Destroys the pairs of past days that `inUse` denies; returns their kids. */
  async destroyUnused(inUse: (kid: string) => Promise<boolean>): Promise<string[]> {
    const today = dayOf(this.#clock.now());
    const destroyed: string[] = [];
    await this.#removeLeftovers(today);
    await this.#readFolder();
    for (const { kid, day } of this.#pairs.values()) {
      const ended = Date.parse(`${day}T00:00:00Z`) + DAY_MS;
      if (day >= today || this.#clock.now() < ended + GRACE_MS || (await inUse(kid))) continue;
      await overwrite(this.#privatePath(day));
      await rm(this.#privatePath(day), { force: true });
      await rm(this.#publicPath(day), { force: true });
      this.#pairs.delete(kid);
      this.#privateKeys.delete(kid);
      // A clock that was ahead may come back to that day: then nothing may be sealed to what is gone.
      if (this.#today?.kid === kid) this.#today = null;
      destroyed.push(kid);
    }
    return destroyed;
  }

  /** What a crash between writing aside and linking left; nothing was ever sealed to it. */
  async #removeLeftovers(today: string): Promise<void> {
    for (const name of await listFolder(this.#folder)) {
      if (/^\.\d{4}-/u.test(name) && name.slice(1, 11) < today)
        await rm(join(this.#folder, name), { force: true });
    }
  }

  async #find(kid: string): Promise<SpoolPair> {
    const known = this.#pairs.get(kid);
    if (known !== undefined) return known;
    await this.#readFolder();
    const found = this.#pairs.get(kid);
    if (found === undefined) throw unavailable();
    return found;
  }

  async #readFolder(): Promise<void> {
    const days = new Set([...this.#pairs.values()].map((pair) => pair.day));
    for (const name of await listFolder(this.#folder)) {
      const day = DAY_FILE.exec(name)?.[1];
      if (day !== undefined && !days.has(day)) await this.#readPublic(day);
    }
  }

  async #readPublic(day: string): Promise<SpoolPair> {
    const pair = { ...wrappingPublicKey(createPublicKey(await readFile(this.#publicPath(day)))), day };
    this.#pairs.set(pair.kid, pair);
    return pair;
  }

  async #findOrMake(day: string): Promise<SpoolPair> {
    try {
      return await this.#readPublic(day);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await this.#putOnce(this.#privatePath(day), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    // Whoever made the private half, the public one is derived from the file that is there.
    const key = createPublicKey(await readFile(this.#privatePath(day)));
    await this.#putOnce(this.#publicPath(day), key.export({ type: 'spki', format: 'pem' }));
    return this.#readPublic(day);
  }

  /** Written aside and linked into place: of several that make the day's key at once, one wins for all. */
  async #putOnce(path: string, pem: string | Buffer): Promise<void> {
    const aside = join(this.#folder, `.${basename(path)}-${process.pid}-${asideCount++}`);
    await writeFileDurably(aside, Buffer.from(pem), { mode: 0o600 });
    try {
      await link(aside, path);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    } finally {
      await rm(aside, { force: true });
    }
  }

  #privatePath(day: string): string {
    return join(this.#folder, `${day}.pem`);
  }

  #publicPath(day: string): string {
    return join(this.#folder, `${day}.pub.pem`);
  }
}

/** Best effort: journals and flash keep copies that no program can reach (docs/formats/key-folder.md). */
async function overwrite(path: string): Promise<void> {
  try {
    const file = await open(path, 'r+');
    try {
      const { size } = await file.stat();
      await file.write(Buffer.alloc(size), 0, size, 0);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

function dayOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 10);
}

function unavailable(): CodedError {
  return new CodedError('key-unavailable', 'this process has no such private key');
}
