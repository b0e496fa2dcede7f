/**
 * Sealed objects in a folder: small ones stay in memory and travel in the row of their message, larger ones become a
 * file of their own, `<folder>/<last character>/<last but one>/<id>`. An object is visible under its name only when
 * it is whole and on stable storage. Nothing here can read what it stores.
 */
import type { FileHandle } from 'node:fs/promises';
import { open, stat, statfs, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { Clock } from '#src/base/clock.ts';
import { systemClock } from '#src/base/clock.ts';
import { CodedError, errorCode } from '#src/base/coded-error.ts';
import type { Log } from '#src/base/log.ts';

import type { DurableFileWriter } from './durable-file.ts';
import { createDurableFile, makeFolderDurably, syncFolder } from './durable-file.ts';
import { listObjectFiles } from './object-files.ts';
import type { ObjectStore, ObjectWriter, StoredObject } from './objects.ts';

export interface FileObjectStoreSettings {
  readonly folder: string;
  /** Objects up to this size become `inline`; default 64 KiB. */
  readonly inlineLimitBytes?: number;
  readonly log: Log;
  /** Tells the age of files; default the system's, as the files' own times are. */
  readonly clock?: Clock;
}

const DEFAULT_INLINE_LIMIT_BYTES = 65_536;
const OBJECT_NAME = /^[0-9A-Z]{26}$/u;

/** Makes the folder where it is missing. Throws as `makeFolderDurably`. */
export async function openFileObjectStore(settings: FileObjectStoreSettings): Promise<ObjectStore> {
  await makeFolderDurably(settings.folder);
  return new FileObjectStore(settings);
}

class FileObjectStore implements ObjectStore {
  readonly #folder: string;
  readonly #inlineLimitBytes: number;
  readonly #log: Log;
  readonly #clock: Clock;
  /** Folders known to be durable since this process started. */
  readonly #durableFolders = new Set<string>();
  /** Objects being written by this process; a sweep leaves their parts alone. */
  readonly #writing = new Set<string>();

  constructor(settings: FileObjectStoreSettings) {
    this.#folder = settings.folder;
    this.#inlineLimitBytes = settings.inlineLimitBytes ?? DEFAULT_INLINE_LIMIT_BYTES;
    this.#log = settings.log;
    this.#clock = settings.clock ?? systemClock;
  }

  create(name: string): ObjectWriter {
    checkName(name);
    this.#writing.add(name);
    return new FileObjectWriter(
      name,
      this.#inlineLimitBytes,
      () => this.#startFile(name),
      () => this.#writing.delete(name),
    );
  }

  async read(object: StoredObject, offset: number, length: number): Promise<Buffer> {
    checkRange(object, offset, length);
    if (object.storage === 'inline') return readInline(object, offset, length);
    const handle = await this.#openForReading(object);
    try {
      const { size } = await handle.stat();
      if (size !== object.length) throw truncated(object.name, object.length, size);
      return await readExactly(handle, object, offset, length);
    } finally {
      await handle.close();
    }
  }

  async remove(object: StoredObject): Promise<void> {
    if (object.storage === 'inline') return;
    // A power cut may bring the file back; the sweep then removes it.
    await unlinkIfThere(this.#pathOf(object));
  }

  async sweepOrphans(isKnown: (name: string) => Promise<boolean>, olderThanMs: number): Promise<number> {
    const before = this.#clock.now() - olderThanMs;
    let removed = 0;
    for await (const file of listObjectFiles(this.#folder)) {
      if (this.#writing.has(file.name) || file.changedAt >= before) continue;
      if (!file.isPart && (await isKnown(file.name))) continue;
      if (await unlinkIfThere(file.path)) removed++;
    }
    if (removed > 0) this.#log.info('removed objects that belong to no message', { count: removed });
    return removed;
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#folder);
    return bavail * bsize;
  }

  async #startFile(name: string): Promise<DurableFileWriter> {
    const path = objectPath(this.#folder, name);
    await this.#makeDurableFolder(dirname(path));
    if (await exists(path))
      throw new CodedError('object-exists', 'an object of this name was written before');
    return createDurableFile(path);
  }

  /** Synced once by each process: one that died may have made the folder and not synced its entry. */
  async #makeDurableFolder(folder: string): Promise<void> {
    if (this.#durableFolders.has(folder)) return;
    await makeFolderDurably(folder);
    await syncFolder(dirname(folder));
    await syncFolder(this.#folder);
    this.#durableFolders.add(folder);
  }

  #pathOf(object: { readonly storage: 'file' | 's3'; readonly name: string }): string {
    if (object.storage !== 'file')
      throw new CodedError('object-missing', 'the object lies in a store that is not configured');
    checkName(object.name);
    return objectPath(this.#folder, object.name);
  }

  async #openForReading(object: {
    readonly storage: 'file' | 's3';
    readonly name: string;
  }): Promise<FileHandle> {
    const path = this.#pathOf(object);
    try {
      return await open(path, 'r');
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      throw new CodedError('object-missing', 'the object is not in the store', { cause: error });
    }
  }
}

/** So much is gathered for each write to a file: sealed pieces come by the kilobyte, and each write is a system call. */
const GATHERED_BYTES = 128 * 1024;

/** Keeps what fits the limit in memory and turns to a file with the first byte beyond it. */
class FileObjectWriter implements ObjectWriter {
  readonly #name: string;
  readonly #inlineLimitBytes: number;
  readonly #startFile: () => Promise<DurableFileWriter>;
  readonly #ended: () => void;
  #inMemory: Uint8Array[] = [];
  #inMemoryBytes = 0;
  #length = 0;
  #file: Promise<DurableFileWriter> | null = null;
  #state: 'open' | 'finished' | 'aborted' = 'open';

  constructor(
    name: string,
    inlineLimitBytes: number,
    startFile: () => Promise<DurableFileWriter>,
    ended: () => void,
  ) {
    this.#name = name;
    this.#inlineLimitBytes = inlineLimitBytes;
    this.#startFile = startFile;
    this.#ended = ended;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#checkOpen();
    this.#length += bytes.length;
    // A copy: the caller may use its buffer again.
    this.#inMemory.push(Buffer.from(bytes));
    this.#inMemoryBytes += bytes.length;
    if (this.#length <= this.#inlineLimitBytes) return;
    if (this.#file !== null && this.#inMemoryBytes < GATHERED_BYTES) return;
    await this.#writeToFile();
  }

  async finish(): Promise<StoredObject> {
    this.#checkOpen();
    this.#state = 'finished';
    if (this.#file === null) {
      this.#ended();
      return { storage: 'inline', bytes: Buffer.concat(this.#inMemory), length: this.#length };
    }
    try {
      await this.#commitFile(await this.#file);
      return { storage: 'file', name: this.#name, length: this.#length };
    } finally {
      this.#ended();
    }
  }

  async abort(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'aborted';
    this.#inMemory = [];
    const file = await this.#file?.catch(() => null);
    await file?.abort();
    this.#ended();
  }

  async #writeToFile(): Promise<void> {
    const gathered = this.#inMemory;
    this.#inMemory = [];
    this.#inMemoryBytes = 0;
    this.#file ??= this.#startFile();
    // Rejects here as well as for every later caller; nobody may be left with an unhandled rejection.
    const file = await this.#file;
    await file.write(Buffer.concat(gathered));
  }

  async #commitFile(file: DurableFileWriter): Promise<void> {
    try {
      await this.#writeToFile();
      await file.commit();
    } catch (error) {
      await file.abort();
      throw error;
    }
  }

  #checkOpen(): void {
    if (this.#state !== 'open') throw new CodedError('object-closed', `the object is ${this.#state}`);
  }
}

function objectPath(folder: string, name: string): string {
  return join(folder, name.slice(-1), name.slice(-2, -1), name);
}

function checkName(name: string): void {
  if (!OBJECT_NAME.test(name)) throw new CodedError('object-name', 'the name is not that of an object');
}

function checkRange(object: StoredObject, offset: number, length: number): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (!whole || offset + length > object.length)
    throw new CodedError(
      'object-range',
      `bytes ${offset}+${length} are not within an object of ${object.length}`,
    );
}

function readInline(
  object: { readonly bytes: Uint8Array; readonly length: number },
  offset: number,
  length: number,
): Buffer {
  if (object.bytes.length !== object.length) throw truncated('inline', object.length, object.bytes.length);
  return Buffer.from(object.bytes.subarray(offset, offset + length));
}

async function readExactly(
  handle: FileHandle,
  object: { readonly name: string; readonly length: number },
  offset: number,
  length: number,
): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) throw truncated(object.name, object.length, offset + filled);
    filled += bytesRead;
  }
  return bytes;
}

function truncated(name: string, expected: number, found: number): CodedError {
  return new CodedError('object-truncated', `object ${name} has ${found} bytes instead of ${expected}`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

async function unlinkIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
