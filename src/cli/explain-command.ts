/** `sendsecure explain`: what would happen to a message, without sending one. */
import { parseArgs } from 'node:util';

import type { Static } from 'typebox';

import { explainCommand as askExplain } from '#src/gateway/commands/explain.ts';

import type { Command } from './command.ts';
import { CommandFailed, EXIT } from './exit-codes.ts';
import { readSettings } from './read-settings.ts';
import { runOnGateway } from './run-on-gateway.ts';

export const explainCommand: Command = {
  name: 'explain',
  summary: 'Tell what would happen to a message: decision, rule, route, state.',
  help:
    'sendsecure explain --from ADDRESS --to ADDRESS [--subject TEXT] [--config FILE] [--json]\n\n' +
    'For a small text mail that answers no other; nothing is sent, nobody is asked. Ends with 64 where an address can’t be one.',
  async run(args) {
    const { text, exitCode } = await runExplain(args);
    process.stdout.write(text);
    return exitCode;
  },
};

/** What the command prints, and its exit code. Throws CommandFailed. */
export async function runExplain(args: readonly string[]): Promise<{ text: string; exitCode: number }> {
  const { values } = parse(args);
  const { from, to, subject = '' } = values;
  if (from === undefined || to === undefined) throw new CommandFailed(EXIT.usage, explainCommand.help);
  const settings = await readSettings(values.config);
  const answer = await runOnGateway(settings, askExplain, { from, to, subject });
  if (answer.action === 'invalid') throw new CommandFailed(EXIT.usage, answer.decision);
  const text = values.json === true ? `${JSON.stringify(answer, null, 2)}\n` : asText(answer);
  return { text, exitCode: EXIT.ok };
}

function asText({ decision, why, rule, route, state }: Static<(typeof askExplain)['answer']>): string {
  return [
    ['What happens', decision],
    ['Why', why],
    ['Rule', rule ?? ''],
    ['Route', route],
    ['State', state ?? ''],
  ]
    .filter(([, text]) => text !== '')
    .map(([name, text = '']) => `${`${name}:`.padEnd(14)}${text}\n`)
    .join('');
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        config: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        subject: { type: 'string' },
        json: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new CommandFailed(
      EXIT.usage,
      `${error instanceof Error ? error.message : ''}\n\n${explainCommand.help}`,
    );
  }
}
