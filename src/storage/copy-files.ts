/** Durable copies of folders whose files are whole from the moment they have their name: objects, keys. */
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

import { errorCode } from '#src/base/coded-error.ts';

import { createDurableFile, makeFolderDurably } from './durable-file.ts';
import { listObjectFiles } from './object-files.ts';

/** What was copied. */
export interface Copied {
  readonly files: number;
  readonly bytes: number;
}

/** Objects that are whole; one that is deleted meanwhile is passed over, its row says so too. */
export async function copyObjects(from: string, to: string): Promise<Copied> {
  let copied: Copied = { files: 0, bytes: 0 };
  for await (const { path, isPart } of listObjectFiles(from)) {
    if (isPart) continue;
    const bytes = await copyFile(path, join(to, relative(from, path)));
    if (bytes !== null) copied = { files: copied.files + 1, bytes: copied.bytes + bytes };
  }
  return copied;
}

/** Every file of a folder and of the folders in it. */
export async function copyFolder(from: string, to: string): Promise<Copied> {
  let copied: Copied = { files: 0, bytes: 0 };
  for (const entry of await readdir(from, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await copyFile(path, join(to, relative(from, path)));
    if (bytes !== null) copied = { files: copied.files + 1, bytes: copied.bytes + bytes };
  }
  return copied;
}

/** Octets; null where the file is no longer there. */
async function copyFile(from: string, to: string): Promise<number | null> {
  await makeFolderDurably(dirname(to));
  const file = await createDurableFile(to);
  let bytes = 0;
  try {
    for await (const piece of createReadStream(from) as AsyncIterable<Uint8Array>) {
      await file.write(piece);
      bytes += piece.length;
    }
    await file.commit();
    return bytes;
  } catch (error) {
    await file.abort();
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
