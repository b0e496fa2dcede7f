/** What SQLite's part of the storage does when threads and processes die, and when two want the same folder. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';

import { silentLog } from '#src/base/log.ts';
import type { Database } from '#src/storage/database.ts';
import { exactlyOne, statement } from '#src/storage/database.ts';
import { openDatabase } from '#src/storage/open-database.ts';

const CHILD = fileURLToPath(new URL('committing-child.ts', import.meta.url));

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'send-secure-crash-'));
});

after(async () => {
  await rm(folder, { recursive: true, force: true });
});

const open = (name: string) =>
  openDatabase({ setting: 'sqlite', dataDir: join(folder, name), log: silentLog });

function insert(database: Database, key: string) {
  const values = { key: Buffer.from(key), windowStart: 0, count: 1 };
  return database.commit([statement(database.query.insertInto('throttles').values(values), exactlyOne)]);
}

async function keys(database: Database): Promise<Set<string>> {
  const rows = await database.query.selectFrom('throttles').select('key').execute();
  return new Set(rows.map((row) => Buffer.from(row.key).toString()));
}

/** Starts the child and resolves when it has acknowledged `enough` rows; `acknowledged` goes on growing. */
async function startChild(
  name: string,
  enough: number,
): Promise<{ child: ChildProcess; acknowledged(): string[] }> {
  const child = spawn(process.execPath, [CHILD, join(folder, name)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const acknowledged = () => output.split('\n').slice(0, -1);
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the child ended by itself')));
    child.stdout.on('data', (text: Buffer) => {
      output += text.toString();
      if (acknowledged().length >= enough) resolve();
    });
  });
  return { child, acknowledged };
}

test('kill -9 loses nothing that was acknowledged, and the next start is not blocked (R01)', async () => {
  for (const enough of [1, 500]) {
    const { child, acknowledged } = await startChild('killed', enough);
    child.kill('SIGKILL');
    await once(child, 'close');
    const database = await open('killed');
    const kept = await keys(database);
    assert.deepEqual(
      acknowledged().filter((number) => !kept.has(number)),
      [],
    );
    const [check] = await database.commit([{ sql: 'pragma integrity_check', parameters: [] }]);
    assert.deepEqual(check?.rows, [{ integrity_check: 'ok' }]);
    await database.commit([statement(database.query.deleteFrom('throttles'))]);
    await database.close();
  }
});

test('a second process on the same folder is refused and told what to do', async () => {
  const { child } = await startChild('shared', 1);
  await assert.rejects(open('shared'), { code: 'database-in-use', message: /dataDir/u });
  child.kill('SIGKILL');
  await once(child, 'close');
  await (await open('shared')).close();
});

test('a writer thread that dies rejects what waits and is replaced by the next unit', async () => {
  const workers: Worker[] = [];
  const remember = (worker: Worker) => workers.push(worker);
  process.on('worker', remember);
  const database = await open('thread');
  await insert(database, 'before');
  const pending = Array.from({ length: 50 }, (_, i) => insert(database, `pending-${i}`));
  const ended = Promise.allSettled(pending);
  await workers[0]?.terminate();
  const outcomes = await ended;
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'database-unavailable');
  assert.ok(outcomes.some((outcome) => outcome.status === 'rejected'));
  await insert(database, 'after');
  const kept = await keys(database);
  assert.ok(kept.has('before') && kept.has('after'));
  outcomes.forEach((outcome, i) => {
    if (outcome.status === 'fulfilled') assert.ok(kept.has(`pending-${i}`));
  });
  assert.equal(workers.length, 2);
  await database.close();
  process.off('worker', remember);
});

test('the files are for their owner only, and closing leaves one database file without a log', async () => {
  const database = await open('files');
  await insert(database, 'x');
  const file = join(folder, 'files', 'send-secure.sqlite');
  for (const ending of ['', '-wal', '-shm', '.lock'])
    assert.equal((await stat(file + ending)).mode & 0o777, 0o600);
  await database.close();
  await assert.rejects(stat(`${file}-wal`), { code: 'ENOENT' });
});

test('a deleted row is overwritten in the file', async () => {
  const database = await open('erased');
  const mark = Buffer.from('a wrap that is to be destroyed for good');
  await insert(database, mark.toString());
  await database.commit([
    statement(database.query.deleteFrom('throttles').where('key', '=', mark), exactlyOne),
  ]);
  await database.close();
  const bytes = await readFile(join(folder, 'erased', 'send-secure.sqlite'));
  assert.equal(bytes.indexOf(mark), -1);
});

test('a process may end while a database is open and nothing waits', async () => {
  const script = `
    import { openDatabase } from '#src/storage/open-database.ts';
    import { silentLog } from '#src/base/log.ts';
    const database = await openDatabase({ setting: 'sqlite', dataDir: process.argv[1], log: silentLog });
    await database.commit([{ sql: 'select 1', parameters: [] }]);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, join(folder, 'ends')], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
});
