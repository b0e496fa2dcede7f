import { parseArgs } from 'node:util';

import { leafHash } from '#src/audit/audit-log.ts';
import { equalBytes } from '#src/base/bytes.ts';
import { errorCode } from '#src/base/coded-error.ts';
import { silentLog } from '#src/base/log.ts';
import type { Settings } from '#src/config/settings.ts';
import { openDatabaseForReading, type ReadingDatabase } from '#src/storage/open-database.ts';

import type { Command } from './command.ts';
import { CommandFailed, EXIT } from './exit-codes.ts';
import { readSettings } from './read-settings.ts';

const PAGE = 1_000;

export const auditCommand: Command = {
  name: 'audit',
  summary: 'Print the audit log, and check that every entry is what its leaf says.',
  help:
    'sendsecure audit [--config FILE] [--message ID] [--json]\n\nEnds with 65 where an entry does not fit its leaf. ' +
    'Works beside the running gateway.',
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: { config: { type: 'string' }, message: { type: 'string' }, json: { type: 'boolean' } },
    });
    const settings = await readSettings(values.config);
    const database = await openForReading(settings);
    try {
      return await printEntries(database.query, values.message, values.json === true);
    } finally {
      await database.close();
    }
  },
};

async function openForReading({ storage, dataDir }: Settings): Promise<ReadingDatabase> {
  try {
    return await openDatabaseForReading({ setting: storage.database, dataDir, log: silentLog });
  } catch (error) {
    if (errorCode(error) !== 'database-missing') throw error;
    throw new CommandFailed(
      EXIT.noInput,
      `There is no audit log at ${dataDir}: the gateway has not run there.`,
    );
  }
}

async function printEntries(
  query: ReadingDatabase['query'],
  messageId: string | undefined,
  asJson: boolean,
): Promise<number> {
  let after = 0;
  let altered = 0;
  for (;;) {
    const rows = await query
      .selectFrom('audit_entries')
      .selectAll()
      .where('sequence', '>', after)
      .$if(messageId !== undefined, (select) => select.where('messageId', '=', messageId ?? ''))
      .orderBy('sequence')
      .limit(PAGE)
      .execute();
    if (rows.length === 0) break;
    for (const row of rows) {
      const intact = equalBytes(leafHash(row.salt, row.entry), row.leaf);
      if (!intact) altered += 1;
      const line = asJson
        ? row.entry
        : `${new Date(row.at).toISOString()} ${row.event.padEnd(24)} ${row.entry}`;
      process.stdout.write(`${intact ? '' : 'ALTERED '}${line}\n`);
      after = row.sequence;
    }
  }
  if (altered > 0) throw new CommandFailed(EXIT.dataError, `${altered} entries do not fit their leaves.`);
  return EXIT.ok;
}
