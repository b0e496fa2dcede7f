/**
 * A copy of the SQLite database as it is at one moment, also while a gateway writes to it: one reading transaction sees
 * one state, and in WAL mode it keeps no writer waiting. The copy is written anew, page by page: nothing that was
 * deleted is in it, and no `-wal` belongs to it.
 */
import { chmod, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { CodedError } from '#src/base/coded-error.ts';

import { PART_ENDING, syncFolder } from '../durable-file.ts';

const BUSY_TIMEOUT_MS = 10_000;
const OWNER_ONLY = 0o600;

/**
 * Resolves when the copy is on stable storage under `target`, replacing what was there. Throws CodedError
 * `copy-damaged` where SQLite finds a fault in it (the former copy stays), and what SQLite and the system throw.
 */
export async function copySqliteDatabase(file: string, target: string): Promise<void> {
  const part = `${target}${PART_ENDING}`;
  await rm(part, { force: true });
  try {
    vacuumInto(file, part);
    await chmod(part, OWNER_ONLY);
    checkCopy(part);
    await syncFile(part);
    await rename(part, target);
    await syncFolder(dirname(target));
  } finally {
    await rm(part, { force: true });
  }
}

function vacuumInto(file: string, part: string): void {
  const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    database.prepare('VACUUM INTO ?').run(part);
  } finally {
    database.close();
  }
}

function checkCopy(part: string): void {
  const database = new DatabaseSync(part, { readOnly: true });
  try {
    const [finding] = database.prepare('PRAGMA quick_check(1)').all();
    if (finding?.['quick_check'] !== 'ok')
      throw new CodedError('copy-damaged', 'SQLite finds the copy damaged: the database itself may be');
  } finally {
    database.close();
  }
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
