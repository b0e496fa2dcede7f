/**
 * Keeps a second process away from a SQLite data folder: two writers starve each other, and each would deliver what
 * the other has in hand. The lock is SQLite's own exclusive lock on an empty file beside the database; the operating
 * system drops it with the process, however that ended, so nothing stale can stay behind.
 */
import { DatabaseSync } from 'node:sqlite';

import { CodedError } from '#src/base/coded-error.ts';

import { sqliteCode } from './errors.ts';

export interface FolderLock {
  release(): void;
}

const SQLITE_BUSY = 5;

/** Throws CodedError `database-in-use` where another process, or this one, holds the lock. */
export function takeFolderLock(lockFile: string): FolderLock {
  const lock = new DatabaseSync(lockFile);
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (((sqliteCode(error) ?? 0) & 0xff) !== SQLITE_BUSY) throw error;
    throw new CodedError(
      'database-in-use',
      'another process of Send Secure uses this data folder: stop it, or give this one a dataDir of its own; ' +
        'several processes on one database need PostgreSQL',
    );
  }
  return {
    release() {
      if (lock.isOpen) lock.close();
    },
  };
}
