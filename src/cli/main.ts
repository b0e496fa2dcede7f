/** The command line: `sendsecure <command>`. Every command has `--help`; exit codes are those of sysexits. */
import { adminCommand } from './admin-command.ts';
import { announceCommand } from './announce-command.ts';
import { auditCommand } from './audit-command.ts';
import { backupCommand } from './backup-command.ts';
import { buildWebCommand } from './build-web-command.ts';
import type { Command } from './command.ts';
import { configCommand } from './config-command.ts';
import { demoCommand } from './demo-command.ts';
import { dkimCommand } from './dkim-command.ts';
import { docsCommand } from './docs-command.ts';
import { CommandFailed, EXIT } from './exit-codes.ts';
import { observeCommand } from './observe-command.ts';
import { explainCommand } from './explain-command.ts';
import { partnersCommand } from './partners-command.ts';
import { startCommand, stopCommand } from './outbound-commands.ts';
import { queueCommand } from './queue-command.ts';
import { serveCommand } from './serve-command.ts';
import { statusCommand } from './status-command.ts';
import { submitterCommand } from './submitter-command.ts';
import { version } from './version.ts';

const COMMANDS: readonly Command[] = [
  serveCommand,
  statusCommand,
  queueCommand,
  partnersCommand,
  explainCommand,
  stopCommand,
  startCommand,
  adminCommand,
  announceCommand,
  demoCommand,
  configCommand,
  auditCommand,
  backupCommand,
  observeCommand,
  dkimCommand,
  submitterCommand,
  docsCommand,
  buildWebCommand,
];

function usage(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length));
  const lines = COMMANDS.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  return `Usage: sendsecure <command> [options]\n\nCommands:\n${lines.join('\n')}\n\n"sendsecure <command> --help" tells more.\n`;
}

async function main(args: readonly string[]): Promise<number> {
  const [name = '', ...rest] = args;
  if (['', '--help', '-h', 'help'].includes(name)) {
    process.stdout.write(usage());
    return name === '' ? EXIT.usage : EXIT.ok;
  }
  if (name === '--version' || name === 'version') {
    process.stdout.write(`${version}\n`);
    return EXIT.ok;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined)
    throw new CommandFailed(EXIT.usage, `There is no command "${name}".\n\n${usage()}`);
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(`${command.helpFor?.(rest) ?? `${command.summary}\n\n${command.help}`}\n`);
    return EXIT.ok;
  }
  return command.run(rest);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const failed = error instanceof CommandFailed;
  process.stderr.write(
    `${failed ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(failed ? error.exitCode : EXIT.software);
}
