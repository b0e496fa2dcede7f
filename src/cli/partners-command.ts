/** `sendsecure partners`: the managed list of partners, their agreements, import, and a look at their servers. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { readDomain, readPinnedHop, type Reader } from '#src/config/readers.ts';
import type { Settings } from '#src/config/settings.ts';
import {
  partnersAgreement,
  partnersImport,
  partnersList,
  partnersProbe,
  partnersRemove,
  partnersSave,
} from '#src/gateway/commands/partners.ts';
import { parseDay } from '#src/partners/agreements.ts';
import { decodeImportFile, readImportFile } from '#src/partners/import-file.ts';
import type { PartnerTls } from '#src/partners/managed-partner.ts';

import type { Command } from './command.ts';
import { CommandFailed, EXIT } from './exit-codes.ts';
import { importText, listText, probeText } from './partners-text.ts';
import { readSettings } from './read-settings.ts';
import { runOnGateway } from './run-on-gateway.ts';

export const partnersCommand: Command = {
  name: 'partners',
  summary: 'List, add, import and look at partners that get mail over a verified channel.',
  help: [
    'sendsecure partners list [--json]',
    'sendsecure partners add DOMAIN [--tls pkix|dane|mta-sts] [--next-hop smtp://HOST:PORT]',
    'sendsecure partners remove DOMAIN',
    'sendsecure partners baa DOMAIN --signed DAY [--expires DAY] [--kept WHERE]   or   --none',
    'sendsecure partners import FILE [--all] [--dry-run] [--json]',
    'sendsecure partners probe [DOMAIN] [--suggestions] [--json]',
    '',
    'Each takes --config FILE. Days are written 2027-12-31.',
    'add also changes what holds for a partner; --tls is pkix where it is left out.',
    'import takes CSV with the columns domain,tls,nextHop,baaSigned,baaExpires (the first one is needed), or the',
    'destination controls that a Cisco appliance exports. It looks at each domain and adds those that verify;',
    '--all adds the others too. It ends with 65, and changes nothing, where the file has problems.',
    'probe looks at the servers of one domain or of all partners, without a mail, and ends with 69 where one does',
    'not verify; --suggestions counts first where mail goes, and looks at those domains too.',
  ].join('\n'),
  async run(args) {
    const { text, exitCode } = await runPartners(args);
    process.stdout.write(text);
    return exitCode;
  },
};

export interface PartnersAnswer {
  readonly text: string;
  readonly exitCode: number;
}

const OPTIONS = {
  config: { type: 'string' },
  json: { type: 'boolean' },
  tls: { type: 'string' },
  'next-hop': { type: 'string' },
  signed: { type: 'string' },
  expires: { type: 'string' },
  kept: { type: 'string' },
  none: { type: 'boolean' },
  all: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  suggestions: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parse>['values'];

interface Call {
  readonly settings: Settings;
  readonly argument: string | undefined;
  readonly values: Values;
}

const SUBCOMMANDS: Readonly<Record<string, (call: Call) => Promise<PartnersAnswer>>> = {
  list,
  add,
  remove,
  baa: noteBaa,
  import: importFile,
  probe,
};

/** What the command prints, and its exit code. Throws CommandFailed. */
export async function runPartners(args: readonly string[]): Promise<PartnersAnswer> {
  const { positionals, values } = parse(args);
  const [name = '', argument, ...more] = positionals;
  const subcommand = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined;
  if (subcommand === undefined || more.length > 0) throw new CommandFailed(EXIT.usage, partnersCommand.help);
  return subcommand({ settings: await readSettings(values.config), argument, values });
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw new CommandFailed(
      EXIT.usage,
      `${error instanceof Error ? error.message : ''}\n\n${partnersCommand.help}`,
    );
  }
}

async function list({ settings, values }: Call): Promise<PartnersAnswer> {
  const answer = await runOnGateway(settings, partnersList, {});
  return answerOf(values, answer, listText(answer));
}

async function add({ settings, argument, values }: Call): Promise<PartnersAnswer> {
  const domain = read('DOMAIN', readDomain, argument);
  const tls = channelOf(values.tls ?? 'pkix');
  const given = values['next-hop'];
  const nextHop = given === undefined ? null : read('--next-hop', readPinnedHop, given);
  const answer = await runOnGateway(settings, partnersSave, { domain, tls, nextHop });
  return answerOf(
    values,
    answer,
    `${domain} is a partner now (${tls}). See whether it verifies: sendsecure partners probe ${domain}\n`,
  );
}

async function remove({ settings, argument, values }: Call): Promise<PartnersAnswer> {
  const domain = read('DOMAIN', readDomain, argument);
  const answer = await runOnGateway(settings, partnersRemove, { domain });
  return answerOf(values, answer, `${domain} is no partner any more; its mail is decided like any other.\n`);
}

async function noteBaa({ settings, argument, values }: Call): Promise<PartnersAnswer> {
  const domain = read('DOMAIN', readDomain, argument);
  if ((values.none === true) === (values.signed !== undefined))
    throw new CommandFailed(EXIT.usage, 'Say either --signed DAY or --none.');
  const note =
    values.none === true
      ? { domain, status: 'none' as const, signedOn: null, expiresOn: null, keptAt: null }
      : {
          domain,
          status: 'signed' as const,
          signedOn: readDay('--signed', values.signed),
          expiresOn: readDay('--expires', values.expires),
          keptAt: values.kept ?? null,
        };
  const answer = await runOnGateway(settings, partnersAgreement, note);
  return answerOf(values, answer, `Noted for ${domain}.\n`);
}

async function importFile({ settings, argument, values }: Call): Promise<PartnersAnswer> {
  if (argument === undefined) throw new CommandFailed(EXIT.usage, partnersCommand.help);
  const octets = await readFile(argument).catch((error: unknown) => {
    throw new CommandFailed(
      EXIT.noInput,
      `The file can't be read: ${error instanceof Error ? error.message : ''}`,
    );
  });
  const { partners, problems, leftOut } = readImportFile(decodeImportFile(octets));
  if (problems.length > 0)
    throw new CommandFailed(
      EXIT.dataError,
      `Nothing was imported.\n${problems.map(({ line, message }) => `  line ${line}: ${message}`).join('\n')}`,
    );
  const options = { all: values.all === true, dryRun: values['dry-run'] === true };
  const { rows } = await runOnGateway(settings, partnersImport, { rows: [...partners], ...options });
  return answerOf(values, { rows, leftOut }, importText(rows, leftOut, options));
}

async function probe({ settings, argument, values }: Call): Promise<PartnersAnswer> {
  const domain = argument === undefined ? null : read('DOMAIN', readDomain, argument);
  const answer = await runOnGateway(settings, partnersProbe, {
    domain,
    suggestions: values.suggestions === true,
  });
  const allVerified = answer.probed.every(({ outcome }) => outcome === 'verified');
  return {
    ...answerOf(values, answer, probeText(answer.probed)),
    exitCode: allVerified ? EXIT.ok : EXIT.unavailable,
  };
}

function answerOf({ json }: Values, answer: unknown, text: string): PartnersAnswer {
  return { text: json === true ? `${JSON.stringify(answer, null, 2)}\n` : text, exitCode: EXIT.ok };
}

function read<T>(name: string, reader: Reader<T>, value: string | undefined): T {
  const result = reader(value);
  if (result.ok) return result.value;
  throw new CommandFailed(EXIT.usage, `${name} needs ${result.wanted}.\n\n${partnersCommand.help}`);
}

function channelOf(text: string): PartnerTls {
  if (text === 'pkix' || text === 'dane' || text === 'mta-sts') return text;
  throw new CommandFailed(EXIT.usage, '--tls is pkix, dane or mta-sts.');
}

function readDay(option: string, text: string | undefined): string | null {
  const day = text === undefined ? null : parseDay(text);
  if (text !== undefined && day === null)
    throw new CommandFailed(EXIT.usage, `${option} needs a day, such as 2027-12-31.`);
  return day;
}
