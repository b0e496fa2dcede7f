import { buildWeb } from '../../web/build.ts';
import type { Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { webFolder } from './paths.ts';

export const buildWebCommand: Command = {
  name: 'build-web',
  summary: 'Bundle the browser code (done by "serve" too, where it is out of date).',
  help: 'Writes web/dist. No options.',
  async run() {
    await buildWeb({ outDir: webFolder });
    return EXIT.ok;
  },
};
