/** `sendsecure queue`: what waits, and what a person may do with it. */
import { parseArgs } from 'node:util';

import { canonicalDomain, parseMailAddress } from '#src/base/mail-address.ts';
import type { Settings } from '#src/config/settings.ts';
import { DELIVERY_STATES } from '#src/gateway/commands/queue-view.ts';
import { queueChangeCommand, queueListCommand, queueShowCommand } from '#src/gateway/commands/queue.ts';

import type { Command } from './command.ts';
import { CommandFailed, EXIT } from './exit-codes.ts';
import { changedWords, listWords, messageWords } from './queue-words.ts';
import { readSettings } from './read-settings.ts';
import { runOnGateway } from './run-on-gateway.ts';

const FILTERS = '[--domain D] [--recipient ADDRESS] [--author ADDRESS] [--state STATE]';
const COMMON = '[--config FILE] [--json]';

const SUBCOMMANDS = {
  list: [
    `sendsecure queue list ${FILTERS} [--limit N] [--after PLACE] ${COMMON}`,
    '',
    'Lists deliveries, one for each recipient: held ones first, then by the time of the next attempt.',
    `--state: ${DELIVERY_STATES.join(', ')}; may be given several times; without it, what waits (held and queued).`,
    '--limit: 50 at a time without it; the last line says how to see the next ones.',
  ],
  show: [
    `sendsecure queue show ID ${COMMON}`,
    '',
    'Shows a message, its recipients and all deliveries of it and of the mails about it: attempts, what the other',
    'server said last, next attempt, end, TLS. ID is the queue id of the SMTP reply, or the id of a delivery.',
  ],
  retry: [
    `sendsecure queue retry ID | --domain D | --recipient ADDRESS | --author ADDRESS | --all ${COMMON} [--reason TEXT]`,
    '',
    'Makes the next attempt now. The number of attempts and the end stay as they are.',
  ],
  hold: [
    `sendsecure queue hold ID | --domain D | --recipient ADDRESS | --author ADDRESS | --all ${COMMON} [--reason TEXT]`,
    '',
    'Sets deliveries aside until they are released. The five days until a delivery is given up stand still meanwhile;',
    'its author is told after four hours that it waits.',
  ],
  release: [
    `sendsecure queue release ID | --domain D | --recipient ADDRESS | --author ADDRESS | --all ${COMMON} [--reason TEXT]`,
    '',
    'Puts held deliveries back into the queue; they are tried at once.',
  ],
  cancel: [
    `sendsecure queue cancel ID | (--domain D | --recipient ADDRESS | --author ADDRESS | --all) --yes ${COMMON} [--reason TEXT]`,
    '',
    'Ends deliveries that wait: nothing more is sent, and the author gets a mail that says so.',
    'A message that is named is cancelled for all recipients that it has not reached yet.',
  ],
} as const;
type Subcommand = keyof typeof SUBCOMMANDS;
type Action = Exclude<Subcommand, 'list' | 'show'>;

export const queueCommand: Command = {
  name: 'queue',
  summary: 'Look at the queue, and try, hold, release or cancel what waits in it.',
  help: [
    'sendsecure queue list | show | retry | hold | release | cancel   ("sendsecure queue list --help" tells more)',
    '',
    ...Object.values(SUBCOMMANDS).flatMap((lines) => [...lines, '']),
    'Each change is written to the audit log with your user name; --reason stands there too.',
    'Works beside a running gateway, and without one. Ends with 66 where nothing is like that, 75 where nothing could',
    'be done because it is being sent now.',
  ].join('\n'),
  helpFor: (args) => {
    const [name] = args;
    return name !== undefined && Object.hasOwn(SUBCOMMANDS, name)
      ? SUBCOMMANDS[name as Subcommand].join('\n')
      : null;
  },
  async run(args) {
    const { text, exitCode } = await runQueue(args);
    process.stdout.write(text);
    return exitCode;
  },
};

export interface QueueAnswer {
  readonly text: string;
  readonly exitCode: number;
}

/** What the command prints, and its exit code. Throws CommandFailed. */
export async function runQueue(args: readonly string[]): Promise<QueueAnswer> {
  const [name, ...rest] = args;
  if (name === undefined || !Object.hasOwn(SUBCOMMANDS, name))
    throw new CommandFailed(EXIT.usage, queueCommand.help);
  const subcommand = name as Subcommand;
  const options = readOptions(subcommand, rest);
  const settings = await readSettings(options.config);
  if (subcommand === 'list') return list(settings, options);
  if (subcommand === 'show') return show(settings, options);
  return change(settings, subcommand, options);
}

interface Options {
  readonly config: string | undefined;
  readonly json: boolean;
  readonly yes: boolean;
  readonly all: boolean;
  readonly limit: number;
  readonly after: string | undefined;
  readonly reason: string | null;
  readonly id: string | undefined;
  readonly filter: {
    readonly domain?: string;
    readonly recipient?: string;
    readonly author?: string;
    readonly states?: (typeof DELIVERY_STATES)[number][];
  };
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const DEFAULT_LIMIT = '50';

function readOptions(subcommand: Subcommand, args: readonly string[]): Options {
  const { positionals, values } = parse(subcommand, args);
  if (positionals.length > 1) throw usage(subcommand, 'Give one id.');
  const limit = Number(values.limit ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000)
    throw usage(subcommand, '--limit is from 1 to 1000.');
  const unknown = values.state?.find((state) => !isState(state));
  if (unknown !== undefined) throw usage(subcommand, `There is no state "${unknown}".`);
  return {
    config: values.config,
    json: values.json === true,
    yes: values.yes === true,
    all: values.all === true,
    limit,
    after: values.after,
    reason: values.reason ?? null,
    id: positionals[0],
    filter: readFilter(subcommand, values),
  };
}

/** An empty text is no address: mail that has no author would fit it, all notices among them. */
function readFilter(
  subcommand: Subcommand,
  { domain, recipient, author, state }: ReturnType<typeof parse>['values'],
): Options['filter'] {
  for (const [option, address] of Object.entries({ recipient, author }))
    if (address !== undefined && parseMailAddress(address) === null)
      throw usage(subcommand, `--${option} needs a mail address.`);
  const inDns = domain === undefined ? undefined : canonicalDomain(domain.replace(/\.$/u, ''));
  if (inDns === null) throw usage(subcommand, '--domain needs a domain, such as partner.example.');
  return {
    ...(inDns !== undefined && { domain: inDns }),
    ...(recipient !== undefined && { recipient }),
    ...(author !== undefined && { author }),
    ...(state !== undefined && { states: state.filter(isState) }),
  };
}

function parse(subcommand: Subcommand, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: subcommand !== 'list',
      options: {
        config: text,
        json: flag,
        domain: text,
        recipient: text,
        author: text,
        state: { type: 'string', multiple: true },
        limit: text,
        after: text,
        reason: text,
        all: flag,
        yes: flag,
      },
    });
  } catch (error) {
    throw usage(subcommand, error instanceof Error ? error.message : '');
  }
}

function isState(word: string): word is (typeof DELIVERY_STATES)[number] {
  return (DELIVERY_STATES as readonly string[]).includes(word);
}

function usage(subcommand: Subcommand, problem: string): CommandFailed {
  return new CommandFailed(EXIT.usage, `${problem}\n\n${SUBCOMMANDS[subcommand].join('\n')}`);
}

async function list(settings: Settings, { filter, limit, after, json }: Options): Promise<QueueAnswer> {
  const page = await runOnGateway(settings, queueListCommand, {
    filter,
    limit,
    ...(after !== undefined && { after }),
  });
  return { text: json ? asJson(page) : listWords(page, Date.now()), exitCode: EXIT.ok };
}

async function show(settings: Settings, { id, json }: Options): Promise<QueueAnswer> {
  if (id === undefined) throw usage('show', 'Give the id of a message or delivery.');
  const answer = await runOnGateway(settings, queueShowCommand, { id });
  const words = answer.messages.map((message) => messageWords(message, Date.now())).join('\n');
  return { text: json ? asJson(answer) : words, exitCode: EXIT.ok };
}

async function change(settings: Settings, action: Action, options: Options): Promise<QueueAnswer> {
  const { id, filter, all, reason } = options;
  const isFiltered = Object.keys(filter).length > 0;
  if ([id !== undefined, isFiltered, all].filter(Boolean).length !== 1)
    throw usage(action, 'Give either one id, or what to look for, or --all.');
  if (action === 'cancel' && id === undefined && !options.yes)
    throw usage(action, 'This may end many deliveries: look with "queue list" first, then add --yes.');
  const changed = await runOnGateway(settings, queueChangeCommand, {
    action,
    filter: id === undefined ? filter : { id },
    reason,
  });
  return {
    text: options.json ? asJson(changed) : changedWords(action, changed),
    exitCode: changed.done === 0 && changed.sending > 0 ? EXIT.temporary : EXIT.ok,
  };
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
