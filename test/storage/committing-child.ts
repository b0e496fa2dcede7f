/**
 * A process to be killed: commits one numbered row after another, twenty at a time, and prints each number when
 * `commit` has answered. Argument: the data folder.
 */
import { writeSync } from 'node:fs';

import { silentLog } from '#src/base/log.ts';
import { exactlyOne, statement } from '#src/storage/database.ts';
import { openDatabase } from '#src/storage/open-database.ts';

const database = await openDatabase({ setting: 'sqlite', dataDir: process.argv[2] ?? '', log: silentLog });
let last = 0;

async function commitForever(): Promise<never> {
  for (;;) {
    const number = ++last;
    const values = { key: Buffer.from(`${number}`), windowStart: number, count: 1 };
    await database.commit([statement(database.query.insertInto('throttles').values(values), exactlyOne)]);
    writeSync(1, `${number}\n`);
  }
}

await Promise.all(Array.from({ length: 20 }, commitForever));
