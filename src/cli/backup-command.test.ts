import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, suite, test } from 'node:test';

import { trialSettings } from '#src/config/load.ts';
import type { Settings } from '#src/config/settings.ts';

import { backUp } from './backup-command.ts';
import { EXIT } from './exit-codes.ts';

const OBJECT = 'objects/0/1/01ARZ3NDEKTSV4RRFFQ69G5FAV';

suite('sendsecure backup', () => {
  let folder = '';
  let settings: Settings;
  const at = (...names: readonly string[]): string => join(folder, ...names);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backup-command-'));
    settings = { ...trialSettings(folder), dataDir: at('data'), keysDir: at('keys') };
    await mkdir(at('data/objects/0/1'), { recursive: true });
    await mkdir(at('keys/dkim'), { recursive: true });
    await writeFile(at('data', OBJECT), 'sealed');
    await writeFile(at('data', `${OBJECT.slice(0, -1)}W.part`), 'half');
    await writeFile(at('keys/dkim/a.pem'), 'key', { mode: 0o644 });
  });
  after(() => rm(folder, { recursive: true }));

  const refusal = (exitCode: number, words: RegExp) => (error: unknown) => {
    assert.ok(error instanceof Error && 'exitCode' in error);
    assert.equal(error.exitCode, exitCode);
    assert.match(error.message, words);
    return true;
  };

  test('says that there is nothing to copy where no gateway has run', async () => {
    await assert.rejects(backUp(settings, at('b0'), null), refusal(EXIT.noInput, /nothing to copy/u));
  });

  test('copies what is committed beside a writer with an open transaction, whole objects and keys', async () => {
    const database = new DatabaseSync(join(settings.dataDir, 'send-secure.sqlite'));
    database.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (a TEXT) STRICT; INSERT INTO t VALUES (1)');
    database.exec('BEGIN; INSERT INTO t VALUES (2)');
    const words = await backUp(settings, at('b1'), at('k1'));
    database.exec('COMMIT');
    database.close();

    assert.match(words, /1 file, /u);
    assert.deepEqual((await readdir(at('b1'))).toSorted(), ['objects', 'send-secure.sqlite']);
    const copy = new DatabaseSync(at('b1/send-secure.sqlite'), { readOnly: true });
    assert.deepEqual({ ...copy.prepare('SELECT group_concat(a) AS all_ FROM t').get() }, { all_: '1' });
    copy.close();
    assert.equal(await readFile(at('b1', OBJECT), 'utf8'), 'sealed');
    assert.deepEqual(await readdir(at('b1/objects/0/1')), ['01ARZ3NDEKTSV4RRFFQ69G5FAV']);
    assert.equal(await readFile(at('k1/dkim/a.pem'), 'utf8'), 'key');
    for (const file of ['b1/send-secure.sqlite', join('b1', OBJECT), 'k1/dkim/a.pem'])
      assert.equal((await stat(at(file))).mode & 0o777, 0o600, file);
    assert.equal((await stat(at('b1'))).mode & 0o777, 0o700);
  });

  test('leaves the keys out unless they are asked for, and says so', async () => {
    const words = await backUp(settings, at('b2'), null);
    assert.match(words, /keys were not copied/u);
  });

  test('spoils no former backup, and puts keys and data into no common folder', async () => {
    const refuse = (data: string, keys: string | null, code: number, words: RegExp) =>
      assert.rejects(backUp(settings, at(data), keys && at(keys)), refusal(code, words));
    await refuse('b1', null, EXIT.cantCreate, /b1 is not empty/u);
    await refuse('b3', 'k1', EXIT.cantCreate, /k1 is not empty/u);
    await refuse('b3', 'b3', EXIT.usage, /must not lie in one folder/u);
    await refuse('b3', 'b3/keys', EXIT.usage, /must not lie in one folder/u);
    await refuse('data/backup', null, EXIT.usage, /side by side/u);
    await refuse('b3', 'keys/backup', EXIT.usage, /side by side/u);
    await assert.rejects(stat(at('b3')));
  });

  test('a damaged database makes no backup that looks whole', async () => {
    const file = join(settings.dataDir, 'send-secure.sqlite');
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, bytes.length - 4096));
    await assert.rejects(backUp(settings, at('b4'), null), refusal(EXIT.ioError, /not complete/u));
    assert.deepEqual(await readdir(at('b4')), []);
    await writeFile(file, bytes);
  });
});
