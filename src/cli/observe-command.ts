/** `sendsecure observe report`: what would have changed for the mail that the gateway only observed. */
import { parseArgs } from 'node:util';

import { observeReport, type Counted, type ObserveReport } from '#src/acceptance/observe-report.ts';
import { errorCode } from '#src/base/coded-error.ts';
import { silentLog } from '#src/base/log.ts';
import { explainRule } from '#src/policy/explain.ts';
import { openDatabaseForReading } from '#src/storage/open-database.ts';

import type { Command } from './command.ts';
import { CommandFailed, EXIT } from './exit-codes.ts';
import { readSettings } from './read-settings.ts';

export const observeCommand: Command = {
  name: 'observe',
  summary: 'Report what would have changed for mail that is only observed.',
  help: [
    'sendsecure observe report [--config FILE] [--since DATE] [--json]',
    '',
    'Counts recipients of the mail that was passed on because of [organization] mode = "observe" or observe = […],',
    'by the rule that would have decided. --since takes a date or time, such as 2026-11-01 or 2026-11-01T08:00Z.',
    'Works while the gateway runs; run it as the user of the service.',
  ].join('\n'),
  async run(args) {
    const { positionals, values } = parseObserveArgs(args);
    if (positionals.join(' ') !== 'report') throw new CommandFailed(EXIT.usage, observeCommand.help);
    const report = await readReport(values.config, values.since);
    process.stdout.write(values.json === true ? `${JSON.stringify(report, null, 2)}\n` : inWords(report));
    return EXIT.ok;
  },
};

function parseObserveArgs(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { config: { type: 'string' }, since: { type: 'string' }, json: { type: 'boolean' } },
    });
  } catch (error) {
    throw new CommandFailed(
      EXIT.usage,
      `${error instanceof Error ? error.message : ''}\n\n${observeCommand.help}`,
    );
  }
}

async function readReport(config: string | undefined, since: string | undefined): Promise<ObserveReport> {
  const from = since === undefined ? null : Date.parse(since);
  if (Number.isNaN(from)) throw new CommandFailed(EXIT.usage, `--since needs a date, such as 2026-11-01.`);
  const settings = await readSettings(config);
  try {
    const database = await openDatabaseForReading({
      setting: settings.storage.database,
      dataDir: settings.dataDir,
      log: silentLog,
    });
    try {
      return await observeReport(database.query, from);
    } finally {
      await database.close();
    }
  } catch (error) {
    if (errorCode(error) === 'database-missing')
      throw new CommandFailed(EXIT.noInput, 'Nothing was observed yet: the gateway has not run here.');
    throw error;
  }
}

/** The report as a person reads it. */
export function inWords(report: ObserveReport): string {
  const { recipients, changed, would } = report;
  const { overVerifiedTls, inSecuredThread } = report.protectedAllTheSame;
  const since = report.since === null ? '' : ` since ${new Date(report.since).toISOString()}`;
  if (recipients === 0) return `No mail was observed${since}.\n`;
  return [
    `Observed${since}: mail to ${count(recipients, 'recipient')}. Nothing of it was protected by this gateway, except`,
    `what a rule sends over a verified channel (${overVerifiedTls}) and answers to secured messages (${inSecuredThread}).`,
    '',
    `With mode = "protect", ${count(changed, 'recipient')} (${percent(changed, recipients)}) would have been treated otherwise:`,
    `  ${count(would.secureMessage, 'secure message')}`,
    `  ${would.held} held to ask the author about a likely slip of the code`,
    `  ${would.returned} returned to the author as too large`,
    `  ${would.refused} refused to an automatic sender`,
    ...table('By rule', report.byRule, (name) => `${name}: ${explainRule(name, 'en') ?? ''}`),
    ...table('By domain of the author', report.byAuthorDomain),
    ...table('By domain of the recipient', report.byRecipientDomain),
    ...table('Near misses of the code, by kind', report.nearMisses),
    '',
    '',
  ].join('\n');
}

function table(title: string, lines: readonly Counted[], words = (name: string): string => name): string[] {
  if (lines.length === 0) return [];
  const width = Math.max(...lines.map(({ recipients }) => String(recipients).length));
  return [
    '',
    `${title}:`,
    ...lines.map(
      ({ name, recipients }) =>
        `  ${String(recipients).padStart(width)}  ${words(name === '' ? 'unknown' : name)}`,
    ),
  ];
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}
