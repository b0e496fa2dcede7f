/**
 * Files that are there whole or not at all, also after a power cut: a temporary file in the same folder, written,
 * synced and closed, then renamed, then the folder synced. A failed sync is never tried again on the same descriptor:
 * the system may have thrown away what it could not write and would answer "done" the second time.
 */
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

import { CodedError, errorCode } from '#src/base/coded-error.ts';

/** Ending of the temporary file beside the final one. */
export const PART_ENDING = '.part';

const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

export interface DurableFileOptions {
  /** Permissions of the file; default 0o600. */
  readonly mode?: number;
}

export interface DurableFileWriter {
  /** Appends; calls may overlap and keep their order. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when the file is on stable storage under its name, replacing what was there. */
  commit(): Promise<void>;
  /** Removes the temporary file; safe at any time, also twice and after a failure. */
  abort(): Promise<void>;
}

/** Writes a whole file. Throws as `createDurableFile` does; the former file stays as it was then. */
export async function writeFileDurably(
  path: string,
  bytes: Uint8Array,
  options: DurableFileOptions = {},
): Promise<void> {
  const file = await createDurableFile(path, options);
  try {
    await file.write(bytes);
    await file.commit();
  } catch (error) {
    await file.abort();
    throw error;
  }
}

/**
 * Starts `<path>.part`. Every method throws CodedError `storage-full` where there is no room, `file-write-failed` for
 * every other error of the system; after a failure only `abort` is left. A part left by a process that died is
 * replaced.
 */
export async function createDurableFile(
  path: string,
  options: DurableFileOptions = {},
): Promise<DurableFileWriter> {
  const part = `${path}${PART_ENDING}`;
  const handle = await attempt(() => openPart(part, options.mode ?? OWNER_ONLY_FILE));
  return new PartFile(path, part, handle);
}

/** Makes a folder (0o700) and what is missing above it, each durable in the folder that holds it. */
export async function makeFolderDurably(folder: string): Promise<void> {
  await attempt(async () => {
    const firstMade = await mkdir(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
    if (firstMade === undefined) return;
    for (let made = folder; ; made = dirname(made)) {
      await syncFolder(dirname(made));
      if (made === firstMade || made === dirname(made)) return;
    }
  });
}

/** Makes the entries of a folder durable. Windows has no such call; there the file system's journal has to do. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

class PartFile implements DurableFileWriter {
  readonly #path: string;
  readonly #part: string;
  readonly #handle: FileHandle;
  #tail: Promise<void> = Promise.resolve();
  #state: 'open' | 'failed' | 'committed' | 'aborted' = 'open';

  constructor(path: string, part: string, handle: FileHandle) {
    this.#path = path;
    this.#part = part;
    this.#handle = handle;
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#inTurn(() => writeAll(this.#handle, bytes));
  }

  commit(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#handle.sync();
      await this.#handle.close();
      await rename(this.#part, this.#path);
      await syncFolder(dirname(this.#path));
      this.#state = 'committed';
    });
  }

  async abort(): Promise<void> {
    if (this.#state === 'committed' || this.#state === 'aborted') return;
    this.#state = 'aborted';
    // What waits in turn fails by the state; what is running has to end before the descriptor is closed.
    await this.#tail.catch(() => {});
    await this.#handle.close().catch(() => {});
    await unlink(this.#part).catch(() => {});
  }

  #inTurn(step: () => Promise<void>): Promise<void> {
    const turn = this.#after(this.#tail, step);
    this.#tail = turn.catch(() => {});
    return turn;
  }

  async #after(before: Promise<void>, step: () => Promise<void>): Promise<void> {
    await before;
    if (this.#state !== 'open')
      throw new CodedError('file-write-failed', `nothing more can be written (${this.#state})`);
    try {
      await attempt(step);
    } catch (error) {
      if (this.#state === 'open') this.#state = 'failed';
      throw error;
    }
  }
}

async function openPart(part: string, mode: number): Promise<FileHandle> {
  try {
    return await open(part, 'wx', mode);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    await unlink(part);
    return await open(part, 'wx', mode);
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, offset, bytes.length - offset, null);
    offset += bytesWritten;
  }
}

async function attempt<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof CodedError) throw error;
    const code = errorCode(error);
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new CodedError('storage-full', 'the disk is full', { cause: error });
    throw new CodedError('file-write-failed', `the file could not be written (${code})`, { cause: error });
  }
}
