/** Reads the configuration file that a command was given; without one, the settings of a trial. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { ConfigInvalid } from '#src/config/config-problems.ts';
import { loadSettings, trialSettings } from '#src/config/load.ts';
import type { Settings } from '#src/config/settings.ts';

import { CommandFailed, EXIT } from './exit-codes.ts';

/** Throws CommandFailed with every problem, its line, and what would be right. */
export async function readSettings(file: string | undefined): Promise<Settings> {
  if (file === undefined) return trialSettings(process.cwd());
  const path = resolve(file);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new CommandFailed(
      EXIT.config,
      `The configuration file can't be read: ${error instanceof Error ? error.message : ''}`,
    );
  });
  try {
    return loadSettings(text, dirname(path));
  } catch (error) {
    if (error instanceof ConfigInvalid) throw new CommandFailed(EXIT.config, describeProblems(path, error));
    throw error;
  }
}

export function describeProblems(path: string, { problems }: ConfigInvalid): string {
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  const lines = problems.map(
    ({ key, line, message }) => `  ${line === null ? '' : `line ${line}: `}${key} ${message}`,
  );
  return `${path} has ${count}; nothing was started.\n${lines.join('\n')}\nEvery key is described in docs/configuration.md.`;
}
