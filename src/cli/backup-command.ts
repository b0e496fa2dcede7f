/** `sendsecure backup`: the data as they are now into a folder, beside a running gateway; the keys into another one. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { CodedError, errorCode } from '#src/base/coded-error.ts';
import { isWithin } from '#src/base/folders.ts';
import type { Settings } from '#src/config/settings.ts';
import { copyFolder, copyObjects, type Copied } from '#src/storage/copy-files.ts';
import { makeFolderDurably } from '#src/storage/durable-file.ts';
import { copySqliteDatabase } from '#src/storage/sqlite/copy.ts';

import type { Command } from './command.ts';
import { CommandFailed, EXIT } from './exit-codes.ts';
import { readSettings } from './read-settings.ts';

const DATABASE = 'send-secure.sqlite';

export const backupCommand: Command = {
  name: 'backup',
  summary: 'Copy the data, and the keys to another place; beside a running gateway.',
  help: [
    'sendsecure backup FOLDER [--keys FOLDER] [--config FILE]',
    '',
    'Copies the database as it is at one moment, then the content of messages. Each folder must be new or empty, so',
    'that no backup is spoilt by the next one: name it by the date.',
    '--keys: copies the keys there. Keep the two apart: whoever has both can read everything.',
    'With PostgreSQL make the copy of the database with pg_dump first; this command then copies the content.',
    'To restore: docs/operations.md, "Backup and restore".',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { config: { type: 'string' }, keys: { type: 'string' } },
      allowPositionals: true,
    });
    const [folder] = positionals;
    if (folder === undefined || positionals.length > 1)
      throw new CommandFailed(EXIT.usage, 'Name one folder: sendsecure backup FOLDER [--keys FOLDER]');
    const settings = await readSettings(values.config);
    process.stdout.write(await backUp(settings, resolve(folder), values.keys ?? null));
    return EXIT.ok;
  },
};

/** What to tell the person. Throws CommandFailed where nothing, or not all, could be copied. */
export async function backUp(settings: Settings, folder: string, keys: string | null): Promise<string> {
  const keysFolder = keys === null ? null : resolve(keys);
  await checkPlaces(settings, folder, keysFolder);
  try {
    return await copyAll(settings, folder, keysFolder);
  } catch (error) {
    const why = error instanceof CodedError ? error.message : errorCode(error);
    throw new CommandFailed(EXIT.ioError, `The backup is not complete: ${why}. Don't keep ${folder}.`);
  }
}

async function copyAll(settings: Settings, folder: string, keys: string | null): Promise<string> {
  await makeFolderDurably(folder);
  const inFile = settings.storage.database === 'sqlite';
  // The database first: an object is there before the row that names it.
  if (inFile) await copySqliteDatabase(join(settings.dataDir, DATABASE), join(folder, DATABASE));
  const objects = await copyObjects(join(settings.dataDir, 'objects'), join(folder, 'objects'));
  const copiedKeys = keys === null ? null : await copyFolder(settings.keysDir, keys);
  return [
    `${inFile ? 'Database and content' : 'Content'} copied to ${folder}: ${filesWords(objects)}.`,
    ...(inFile ? [] : ['The database is PostgreSQL: the copy of pg_dump belongs to it.']),
    copiedKeys === null
      ? 'The keys were not copied (--keys FOLDER): without them nobody can read the data, you neither.'
      : `Keys copied to ${keys ?? ''}: ${filesWords(copiedKeys)}. Keep them apart from the data.`,
    '',
  ].join('\n');
}

async function checkPlaces({ dataDir, keysDir, storage }: Settings, folder: string, keys: string | null) {
  if (storage.database === 'sqlite' && !existsSync(join(dataDir, DATABASE)))
    throw new CommandFailed(
      EXIT.noInput,
      `There is nothing to copy in ${dataDir}: the gateway has not run there.`,
    );
  for (const target of [folder, ...(keys === null ? [] : [keys])]) {
    if (!(await isEmpty(target)))
      throw new CommandFailed(EXIT.cantCreate, `${target} is not empty. Name a new folder for each backup.`);
    for (const source of [dataDir, keysDir])
      if (isWithin(target, source) || isWithin(source, target))
        throw new CommandFailed(
          EXIT.usage,
          `${target} and ${source} must lie side by side, on different disks at best.`,
        );
  }
  if (keys !== null && (isWithin(keys, folder) || isWithin(folder, keys)))
    throw new CommandFailed(
      EXIT.usage,
      'Keys and data must not lie in one folder: whoever has both can read everything.',
    );
}

async function isEmpty(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return true;
    throw new CommandFailed(EXIT.cantCreate, `${folder} can't be used: ${errorCode(error)}`);
  }
}

function filesWords({ files, bytes }: Copied): string {
  return `${files} ${files === 1 ? 'file' : 'files'}, ${(bytes / 1_000_000).toFixed(1)} MB`;
}
