import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { configurationReference } from '#src/config/reference.ts';

import type { Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { projectFolder } from './paths.ts';

export const docsCommand: Command = {
  name: 'docs',
  summary: 'Write docs/configuration.md from the configuration schema.',
  help: 'A test fails when the page is out of date. No options.',
  async run() {
    await writeFile(join(projectFolder, 'docs', 'configuration.md'), configurationReference());
    return EXIT.ok;
  },
};
