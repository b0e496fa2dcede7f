/** `sendsecure stop --outbound` and `sendsecure start --outbound`: the emergency switch of outgoing mail. */
import { parseArgs } from 'node:util';

import { outboundCommand } from '#src/gateway/commands/outbound.ts';

import type { Command } from './command.ts';
import { CommandFailed, EXIT } from './exit-codes.ts';
import { readSettings } from './read-settings.ts';
import { runOnGateway } from './run-on-gateway.ts';

export const stopCommand: Command = {
  name: 'stop',
  summary: 'Stop handing mail over to the outside, at once and until it is started again.',
  help: [
    'sendsecure stop --outbound [--reason TEXT] [--config FILE] [--json]',
    '',
    'Nothing more is handed over to the outside, also after a restart, until "sendsecure start --outbound". What is',
    'being sent at this moment ends before its final dot. Mail is taken and queued; the inside, the web site and',
    'receipts go on; authors are told after four hours that their mail waits. Who stopped it and why is kept.',
    'It does not end the gateway: for that, send SIGTERM, or use your service manager.',
  ].join('\n'),
  run: (args) => change('stopped', args),
};

export const startCommand: Command = {
  name: 'start',
  summary: 'Hand mail over to the outside again, after "sendsecure stop --outbound".',
  help: [
    'sendsecure start --outbound [--reason TEXT] [--config FILE] [--json]',
    '',
    'What waited is tried at once. It does not start the gateway: for that, "sendsecure serve".',
  ].join('\n'),
  run: (args) => change('running', args),
};

async function change(state: 'running' | 'stopped', args: readonly string[]): Promise<number> {
  const { help } = state === 'stopped' ? stopCommand : startCommand;
  const values = parse(args, help);
  if (values.outbound !== true) throw new CommandFailed(EXIT.usage, help);
  const answer = await runOnGateway(await readSettings(values.config), outboundCommand, {
    state,
    reason: values.reason ?? '',
  });
  const { now, waiting, changed } = answer;
  const since = now.changedAt === null ? '' : ` since ${new Date(now.changedAt).toISOString()}`;
  const by = now.changedBy === null ? '' : `, by ${now.changedBy}`;
  const why = now.reason === null || now.reason === '' ? '' : ` (${now.reason})`;
  const what = now.state === 'stopped' ? 'stopped' : 'running';
  const words =
    `Outgoing mail is ${what}${changed ? '' : ' already'}${since}${by}${why}.\n` +
    `${waiting} ${waiting === 1 ? 'delivery waits' : 'deliveries wait'} for the outside.\n`;
  process.stdout.write(values.json === true ? `${JSON.stringify(answer, null, 2)}\n` : words);
  return now.state === state ? EXIT.ok : EXIT.temporary;
}

function parse(args: readonly string[], help: string) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        config: { type: 'string' },
        reason: { type: 'string' },
        outbound: { type: 'boolean' },
        json: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new CommandFailed(EXIT.usage, `${error instanceof Error ? error.message : ''}\n\n${help}`);
  }
}
