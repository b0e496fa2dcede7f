/** `sendsecure dkim generate` and `list`: the keys that sign our mail, and the DNS records that belong to them. */
import { parseArgs } from 'node:util';

import { errorCode } from '#src/base/coded-error.ts';
import { hasAuthorsAt } from '#src/config/dkim-domains.ts';
import { readDomain, readSelector, type Reader } from '#src/config/readers.ts';
import type { Settings } from '#src/config/settings.ts';
import {
  dkimKeyFile,
  listDkimKeys,
  makeDkimKey,
  readDkimKey,
  type DkimKeyName,
} from '#src/mail-auth/dkim-keys.ts';
import { dnsRecord, dnsRecordName, dnsRecordText } from '#src/mail-auth/dkim-record.ts';
import type { DkimKey } from '#src/mail-auth/dkim-signer.ts';
import { makeFolderDurably, writeFileDurably } from '#src/storage/durable-file.ts';

import type { Command } from './command.ts';
import { CommandFailed, EXIT } from './exit-codes.ts';
import { readSettings } from './read-settings.ts';

/** One name for each kind of key, so that both can stand beside each other. */
const DEFAULT_SELECTORS = { rsa: 'sendsecure', ed25519: 'sendsecure-ed' } as const;
const RECORD_TTL_SECONDS = 3600;

export const dkimCommand: Command = {
  name: 'dkim',
  summary: 'Make keys that sign our mail (DKIM), and print their DNS records.',
  help: [
    'sendsecure dkim generate --config FILE --domain D [--selector S] [--algorithm rsa|ed25519] [--json]',
    'sendsecure dkim list --config FILE [--json]',
    '',
    'generate makes a key in keysDir/dkim, prints its DNS record and what to do next. It never replaces a key:',
    'to change keys, make one with another selector. Run it as the user of the service.',
    'rsa (2048 bits) is what every receiver checks; ed25519 can stand beside it.',
    'list shows every key, its record, and whether the configuration names it; it ends with 78 where a key that is',
    'named can’t be used.',
  ].join('\n'),
  async run(args) {
    const { text, exitCode } = await runDkim(args);
    process.stdout.write(text);
    return exitCode;
  },
};

export interface DkimAnswer {
  readonly text: string;
  readonly exitCode: number;
}

/** What the command prints, and its exit code. Throws CommandFailed. */
export async function runDkim(args: readonly string[]): Promise<DkimAnswer> {
  const { positionals, values } = parseDkimArgs(args);
  const settings = await readSettings(values.config);
  switch (positionals[0]) {
    case 'generate':
      return generate(settings, values);
    case 'list':
      return list(settings, values.json === true);
    default:
      throw new CommandFailed(EXIT.usage, dkimCommand.help);
  }
}

interface DkimOptions {
  readonly config?: string | undefined;
  readonly domain?: string | undefined;
  readonly selector?: string | undefined;
  readonly algorithm?: string | undefined;
  readonly json?: boolean | undefined;
}

function parseDkimArgs(args: readonly string[]): { positionals: string[]; values: DkimOptions } {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        domain: { type: 'string' },
        selector: { type: 'string' },
        algorithm: { type: 'string' },
        json: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new CommandFailed(
      EXIT.usage,
      `${error instanceof Error ? error.message : ''}\n\n${dkimCommand.help}`,
    );
  }
}

async function generate(settings: Settings, options: DkimOptions): Promise<DkimAnswer> {
  const { algorithm = 'rsa' } = options;
  if (algorithm !== 'rsa' && algorithm !== 'ed25519')
    throw new CommandFailed(EXIT.usage, '--algorithm is rsa or ed25519.');
  const name = {
    domain: read('--domain', readDomain, options.domain),
    selector: read('--selector', readSelector, options.selector ?? DEFAULT_SELECTORS[algorithm]),
  };
  const { domains } = settings.organization;
  if (!hasAuthorsAt(name.domain, domains))
    throw new CommandFailed(
      EXIT.usage,
      `${name.domain} is none of [organization] domains (${domains.join(', ')}): there is nothing to sign for it.`,
    );
  const key = await makeKey(settings.keysDir, name, algorithm);
  const text =
    options.json === true
      ? `${JSON.stringify(asJson(settings, key), null, 2)}\n`
      : whatToDo(settings, key, options.config);
  return { text, exitCode: EXIT.ok };
}

function read(option: string, reader: Reader<string>, value: string | undefined): string {
  const result = reader(value);
  if (result.ok) return result.value;
  throw new CommandFailed(EXIT.usage, `${option} needs ${result.wanted}.\n\n${dkimCommand.help}`);
}

async function makeKey(keysDir: string, name: DkimKeyName, algorithm: 'rsa' | 'ed25519'): Promise<DkimKey> {
  try {
    const files = { makeFolder: makeFolderDurably, writeFile: writeFileDurably };
    return await makeDkimKey(keysDir, name, algorithm, files);
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    if (['dkim-key-exists', 'file-write-failed', 'storage-full'].includes(errorCode(error)))
      throw new CommandFailed(EXIT.cantCreate, `No key was made: ${message}`);
    throw error;
  }
}

function whatToDo(settings: Settings, key: DkimKey, configFile: string | undefined): string {
  const { domain, selector } = key;
  const name = dnsRecordName(key);
  const isNamed = isConfigured(settings, key);
  return [
    `Made a DKIM key (${key.algorithm}) for ${domain}:`,
    `  ${dkimKeyFile(settings.keysDir, key)}`,
    'Back it up with the other keys.',
    '',
    '1. Publish this TXT record. In a zone file:',
    '',
    `${name}. ${RECORD_TTL_SECONDS} IN TXT ( ${dnsRecord(key.privateKey)} )`,
    '',
    '   Where a form asks for name and text:',
    '',
    `   ${name}`,
    `   ${dnsRecordText(key.privateKey)}`,
    '',
    `2. Wait until it answers everywhere: dig +short TXT ${name}`,
    isNamed
      ? `3. ${configFile ?? 'The configuration'} names it already: start, or reload with SIGHUP.`
      : `3. Add this to ${configFile ?? 'the configuration'}, and start, or reload with SIGHUP:`,
    ...(isNamed ? [] : ['', '[[dkim]]', `domain = "${domain}"`, `selector = "${selector}"`]),
    '',
    '',
  ].join('\n');
}

function isConfigured({ dkim }: Settings, { domain, selector }: DkimKeyName): boolean {
  return dkim.some((entry) => entry.domain === domain && entry.selector === selector);
}

function asJson(settings: Settings, key: DkimKey) {
  const { domain, selector, algorithm, privateKey } = key;
  return {
    domain,
    selector,
    algorithm,
    configured: isConfigured(settings, key),
    recordName: dnsRecordName(key),
    recordText: dnsRecordText(privateKey),
  };
}

function list(settings: Settings, json: boolean): DkimAnswer {
  const { keysDir, dkim } = settings;
  const present = listDkimKeys(keysDir);
  const lost = dkim.filter(
    ({ domain, selector }) => !present.some((key) => key.domain === domain && key.selector === selector),
  );
  const keys = [...present, ...lost].map((name) => lookAt(settings, name));
  const words = keys.length === 0 ? 'There are no DKIM keys.\n' : keys.map(describe).join('\n');
  return {
    text: json ? `${JSON.stringify(keys, null, 2)}\n` : words,
    exitCode: keys.some((key) => key.configured && 'problem' in key) ? EXIT.config : EXIT.ok,
  };
}

type ListedKey =
  | ReturnType<typeof asJson>
  | (DkimKeyName & { readonly configured: boolean; readonly problem: string });

function lookAt(settings: Settings, name: DkimKeyName): ListedKey {
  try {
    return asJson(settings, readDkimKey(settings.keysDir, name));
  } catch (error) {
    const problem = error instanceof Error ? error.message : '';
    return {
      domain: name.domain,
      selector: name.selector,
      configured: isConfigured(settings, name),
      problem,
    };
  }
}

function describe(key: ListedKey): string {
  const use = key.configured ? 'signs' : 'not in the configuration';
  if ('problem' in key) return `${key.domain}, selector ${key.selector}: ${key.problem}\n`;
  return `${key.domain}, selector ${key.selector}, ${key.algorithm}: ${use}\n  ${key.recordName}\n  ${key.recordText}\n`;
}
