/** `sendsecure status`: whether a gateway runs on the data folder, and what it says of itself. */
import { parseArgs } from 'node:util';

import type { Static } from 'typebox';

import { statusCommand as askStatus } from '#src/gateway/commands/status.ts';

import type { Command } from './command.ts';
import { CommandFailed, EXIT } from './exit-codes.ts';
import { readSettings } from './read-settings.ts';
import { askRunningGateway } from './run-on-gateway.ts';

export const statusCommand: Command = {
  name: 'status',
  summary: 'Tell whether the gateway runs, and what it says of itself.',
  help: 'sendsecure status [--config FILE] [--json]\n\nEnds with 69 where no gateway runs on the data folder, and with 75 where one runs and can’t do its work.',
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: { config: { type: 'string' }, json: { type: 'boolean' } },
    });
    const settings = await readSettings(values.config);
    const asked = await askRunningGateway(settings, askStatus, {});
    if (asked === null)
      throw new CommandFailed(
        EXIT.unavailable,
        `No gateway runs on ${settings.dataDir}. Start one with "sendsecure serve".`,
      );
    const { answer } = asked;
    process.stdout.write(values.json === true ? `${JSON.stringify(answer, null, 2)}\n` : statusWords(answer));
    return answer.failing.length === 0 ? EXIT.ok : EXIT.temporary;
  },
};

export type Status = Static<(typeof askStatus)['answer']>;

export function statusWords({ version, pid, startedAt, failing, warnings }: Status): string {
  const listed = (title: string, findings: Status['failing']): readonly string[] =>
    findings.length === 0 ? [] : ['', title, ...findings.map(({ text }) => `  - ${text}`)];
  const lines = [
    `Send Secure ${version} runs as process ${pid} since ${new Date(startedAt).toISOString()}.`,
    ...listed('It can’t do its work:', failing),
    ...listed('Please look at:', warnings),
  ];
  return `${lines.join('\n')}\n`;
}
