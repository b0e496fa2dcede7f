/**
 * The key folder on disk (docs/formats/key-folder.md): where it may lie, who may read it, and how its permanent set
 * is made at first start. The set is written beside its place and renamed into it, so that a crash leaves either no
 * set or a whole one. Knows what the files are called, not what is done with the keys.
 */
import { mkdir, mkdtemp, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';

import { CodedError, errorCode } from '#src/base/coded-error.ts';
import { writeFileDurably } from '#src/storage/durable-file.ts';

export const PERMANENT_FOLDER = 'permanent';
export const SPOOL_FOLDER = 'spool';
/** No part of the set: a file system's own folder, and DKIM keys, which may be made before the first start. */
const MAY_STAND_ALONE = new Set(['lost+found', 'dkim']);
const MAKING_PREFIX = '.making-';
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const OTHERS = 0o077;

/** A file of the permanent set, by its path inside it. */
export interface KeyFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/**
 * Refuses a key folder inside the data folder, or the reverse: a backup of the data must never hold the keys.
 * Follows links as far as the paths exist. Throws CodedError `keys-inside-data`.
 */
export async function refuseNestedFolders(keysDir: string, dataDir: string): Promise<void> {
  const keys = await realPathOf(keysDir);
  const data = await realPathOf(dataDir);
  if (contains(data, keys) || contains(keys, data))
    throw new CodedError(
      'keys-inside-data',
      `keysDir (${keysDir}) and dataDir (${dataDir}) must not lie inside each other: a backup of the data would ` +
        'hold the keys. Move the keys beside the data.',
    );
}

function contains(outer: string, inner: string): boolean {
  const path = relative(outer, inner);
  return path === '' || (!path.startsWith('..') && !isAbsolute(path));
}

async function realPathOf(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(absolute) === absolute) throw error;
    return join(await realPathOf(dirname(absolute)), basename(absolute));
  }
}

/** What is in the folder: nothing yet, or a permanent set. Throws CodedError `key-missing` for anything between. */
export async function findKeySet(keysDir: string): Promise<'none' | 'present'> {
  const names = await listFolder(keysDir);
  if (names.includes(PERMANENT_FOLDER)) return 'present';
  const others = names.filter((name) => !name.startsWith('.') && !MAY_STAND_ALONE.has(name));
  if (others.length > 0)
    throw missing(join(keysDir, PERMANENT_FOLDER), `although the folder holds ${others[0]}`);
  return 'none';
}

/** Code `key-missing`: some keys are there and this one is not; new ones would not open what the old ones sealed. */
export function missing(path: string, detail: string): CodedError {
  return new CodedError(
    'key-missing',
    `${path} is missing ${detail}. No new keys are made, because they could not open what is sealed already. ` +
      'Restore the key folder from its backup.',
  );
}

/** Makes the folder where it is missing and writes the permanent set. Safe when two processes do so at once. */
export async function makeKeySet(keysDir: string, files: readonly KeyFile[]): Promise<void> {
  await mkdir(keysDir, { recursive: true, mode: FOLDER_MODE });
  await checkPrivate(keysDir);
  const making = await mkdtemp(join(keysDir, MAKING_PREFIX));
  try {
    for (const file of files) {
      const path = join(making, file.path);
      await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
      await writeFileDurably(path, file.bytes, { mode: FILE_MODE });
    }
    await rename(making, join(keysDir, PERMANENT_FOLDER));
    // Syncs the folder, and with it the rename: both are entries of the same folder.
    await writeFileDurably(join(keysDir, READ_ME), READ_ME_TEXT, { mode: FILE_MODE });
  } catch (error) {
    await removeFolder(making);
    // Another process that started at the same time was first: its set is the one.
    if ((await findKeySet(keysDir)) !== 'present') throw error;
  }
}

const READ_ME = '.read-me';
const READ_ME_TEXT = Buffer.from(
  'Keys of Send Secure. Without them nothing that is sealed can be opened again.\n' +
    'Back this folder up apart from the data, and give nobody but the service access to it.\n',
);

/** Removes what an interrupted first start left behind; it never held a key that anything was sealed with. */
export async function removeUnfinishedSets(keysDir: string): Promise<void> {
  for (const name of await listFolder(keysDir)) {
    if (name.startsWith(MAKING_PREFIX)) await removeFolder(join(keysDir, name));
  }
}

/** Another process may be writing into it, or removing it as well: then it is not empty at first, or gone. */
async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 10 });
}

/** Checks folder and every file below it. Throws CodedError `key-permissions`, naming the path and the cure. */
export async function checkPermissions(keysDir: string): Promise<void> {
  await checkPrivate(keysDir);
  for (const entry of await readdir(keysDir, { withFileTypes: true, recursive: true }))
    await checkPrivate(join(entry.parentPath, entry.name));
}

async function checkPrivate(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const found = await statIfThere(path);
  if (found === null) return;
  const mode = found.mode & 0o777;
  if ((mode & OTHERS) !== 0) {
    const wanted = found.isDirectory() ? '700' : '600';
    throw new CodedError(
      'key-permissions',
      `others may read ${path} (mode 0${mode.toString(8)}). Cure: chmod ${wanted} '${path}'`,
    );
  }
  const user = process.getuid?.() ?? found.uid;
  if (found.uid !== user && found.uid !== 0)
    throw new CodedError(
      'key-permissions',
      `${path} belongs to another user. Cure: chown it to the user of the service`,
    );
}

async function statIfThere(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    // Another process may destroy a spool key while this one looks around.
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Names in a folder; empty where the folder is missing. */
export async function listFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
