/** A database that fails at a unit of work of the test's choice, before it is kept or after. */
import { DatabaseUnavailable, type Database } from '#src/storage/database.ts';
import { openDatabase } from '#src/storage/open-database.ts';

export type DatabaseFault =
  /** The unit is not kept. */
  | 'refused'
  /** The unit is kept, and whoever waits is told that the database is gone. */
  | 'answer-lost'
  /** The unit is not kept for want of room. */
  | 'full';

export class FailingDatabase {
  #left = Infinity;
  #fault: DatabaseFault = 'refused';
  /** Units asked for since the last `failAt`. */
  units = 0;
  /** Faults that came about since then. */
  faults = 0;

  /** The n-th unit from now on fails; the others don't. */
  failAt(n: number, fault: DatabaseFault): void {
    this.#left = n;
    this.#fault = fault;
    this.units = 0;
    this.faults = 0;
  }

  readonly open: typeof openDatabase = async (settings) => {
    const database = await openDatabase(settings);
    return { ...database, commit: (statements) => this.#commit(database, statements) };
  };

  readonly #commit = async (
    database: Database,
    statements: Parameters<Database['commit']>[0],
  ): ReturnType<Database['commit']> => {
    this.units += 1;
    this.#left -= 1;
    if (this.#left !== 0) return database.commit(statements);
    this.faults += 1;
    if (this.#fault === 'answer-lost') await database.commit(statements);
    throw this.#fault === 'full'
      ? new DatabaseUnavailable('no room (put in by a test)', {}, 'storage-full')
      : new DatabaseUnavailable('gone (put in by a test)');
  };
}
