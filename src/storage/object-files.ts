/** Walks the folder of objects: what lies there, whole or as a part, and since when. */
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { errorCode } from '#src/base/coded-error.ts';

import { PART_ENDING } from './durable-file.ts';

export interface ObjectFile {
  readonly path: string;
  /** The object's name, without the ending of a part. */
  readonly name: string;
  /** A temporary file: its writer died, or is still at work. */
  readonly isPart: boolean;
  /** Milliseconds since 1970. */
  readonly changedAt: number;
}

const LEVEL = /^[0-9A-Z]$/u;
const FILE = /^([0-9A-Z]{26})(\.part)?$/u;

/** Files of other names are passed over: they are not ours to touch. */
export async function* listObjectFiles(folder: string): AsyncGenerator<ObjectFile> {
  for await (const first of entriesOf(folder, LEVEL))
    for await (const second of entriesOf(join(folder, first), LEVEL))
      for await (const file of entriesOf(join(folder, first, second), FILE)) {
        const found = await describe(join(folder, first, second, file), file);
        if (found !== null) yield found;
      }
}

async function describe(path: string, file: string): Promise<ObjectFile | null> {
  const isPart = file.endsWith(PART_ENDING);
  const name = isPart ? file.slice(0, -PART_ENDING.length) : file;
  try {
    return { path, name, isPart, changedAt: (await stat(path)).mtimeMs };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function* entriesOf(folder: string, pattern: RegExp): AsyncGenerator<string> {
  for await (const entry of await opendir(folder)) if (pattern.test(entry.name)) yield entry.name;
}
