/** `sendsecure submitter password`: the hash of a submitting server's password, for `[[submitters]]`. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';

import { submitterHashKeys } from '#src/acceptance/submitter-sign-in.ts';
import { PasswordHasher } from '#src/accounts/passwords.ts';
import { systemClock } from '#src/base/clock.ts';
import { systemRandom, type RandomSource } from '#src/base/identifiers.ts';
import { silentLog } from '#src/base/log.ts';
import { openFileKeyProvider } from '#src/keys/file-key-provider.ts';

import type { Command } from './command.ts';
import { CommandFailed, EXIT } from './exit-codes.ts';
import { readSettings } from './read-settings.ts';

const MIN_CHARACTERS = 16;
const GENERATED_BYTES = 24;

export const submitterCommand: Command = {
  name: 'submitter',
  summary: 'Make the password hash of a mail server that signs in (SMTP AUTH).',
  help: [
    'sendsecure submitter password --config FILE [--generate] [--json]',
    '',
    'Prints a line for the server’s entry in [[submitters]]. The password comes from standard input, where nothing is',
    'shown while it is typed; with --generate a new one is made and printed as well. It has at least 16 characters.',
    'The hash is made with a key of keysDir: it is of no use with other keys, and nobody can try passwords without them.',
    'Run it as the user of the service, beside the running gateway if you like.',
  ].join('\n'),
  async run(args) {
    process.stdout.write(await runSubmitter(args, readPassword, systemRandom));
    return EXIT.ok;
  },
};

/** What the command prints. Throws CommandFailed. */
export async function runSubmitter(
  args: readonly string[],
  ask: () => Promise<string>,
  random: RandomSource,
): Promise<string> {
  const { positionals, values } = parseSubmitterArgs(args);
  if (positionals[0] !== 'password' || positionals.length > 1)
    throw new CommandFailed(EXIT.usage, submitterCommand.help);
  const settings = await readSettings(values.config);
  const isMade = values.generate === true;
  const password = isMade ? random(GENERATED_BYTES).toString('base64url') : await ask();
  if ([...password].length < MIN_CHARACTERS)
    throw new CommandFailed(EXIT.dataError, `The password needs at least ${MIN_CHARACTERS} characters.`);
  const keys = await openFileKeyProvider({
    keysDir: settings.keysDir,
    dataDir: settings.dataDir,
    roles: new Set(['receive']),
    clock: systemClock,
    log: silentLog,
    random,
  });
  const passwordHash = await new PasswordHasher(submitterHashKeys(keys), random).hash(password);
  const made = isMade ? { password, passwordHash } : { passwordHash };
  if (values.json === true) return `${JSON.stringify(made, null, 2)}\n`;
  const line = `passwordHash = "${passwordHash}"\n`;
  return isMade ? `# the password, shown this once: ${password}\n${line}` : line;
}

function parseSubmitterArgs(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { config: { type: 'string' }, generate: { type: 'boolean' }, json: { type: 'boolean' } },
    });
  } catch (error) {
    throw new CommandFailed(
      EXIT.usage,
      `${error instanceof Error ? error.message : ''}\n\n${submitterCommand.help}`,
    );
  }
}

/** One line; a terminal shows nothing of it. */
async function readPassword(): Promise<string> {
  const isTerminal = process.stdin.isTTY;
  if (isTerminal) process.stderr.write('Password: ');
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: isTerminal });
  const { promise, resolve } = Promise.withResolvers<string>();
  lines.once('line', resolve).once('close', () => resolve(''));
  const password = await promise;
  lines.close();
  if (isTerminal) process.stderr.write('\n');
  return password;
}
