import { parseArgs } from 'node:util';

import { startupNotices } from '#src/config/startup-notices.ts';

import type { Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { readSettings } from './read-settings.ts';

export const configCommand: Command = {
  name: 'config',
  summary: 'Check a configuration file without starting anything.',
  help: 'sendsecure config --config FILE [--json]\n\nEnds with 78 and every problem where the file is wrong.',
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: { config: { type: 'string' }, json: { type: 'boolean' } },
    });
    const settings = await readSettings(values.config);
    const notices = startupNotices(settings);
    if (values.json === true) process.stdout.write(`${JSON.stringify({ ok: true, notices }, null, 2)}\n`);
    else
      process.stdout.write(
        `The configuration is good.\n${notices.map(({ level, text }) => `  ${level}: ${text}\n`).join('')}`,
      );
    return EXIT.ok;
  },
};
