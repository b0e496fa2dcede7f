/** `sendsecure announce`: texts for the roll-out, by site, audience and language, to copy from. */
import { parseArgs } from 'node:util';

import { announcementsOf, type SiteAnnouncement } from '#src/gateway/announcements.ts';
import { sitesOf } from '#src/gateway/sites.ts';
import { AUDIENCES } from '#src/notification/announcement.ts';

import type { Command } from './command.ts';
import { CommandFailed, EXIT } from './exit-codes.ts';
import { readSettings } from './read-settings.ts';

export const announceCommand: Command = {
  name: 'announce',
  summary: 'Print texts that announce protected mail to recipients, partners and staff.',
  help: [
    'sendsecure announce [--to recipients|partners|staff] [--language en|es] [--site ID] [--config FILE] [--json]',
    '',
    'Prints what to tell people before the first secure message, filled in from the configuration: what recipients will',
    'get and how they know it is real, what partners should let through, how staff send. Without --to, --language and',
    '--site: all of them. Nothing is sent.',
  ].join('\n'),
  async run(args) {
    const values = parseAnnounceArgs(args);
    const settings = await readSettings(values.config);
    const { whole, all, byId } = sitesOf(settings);
    const named = values.site === undefined ? null : byId(values.site);
    if (values.site !== undefined && named === null) {
      const known = all.map(({ setting }) => setting.id).join(', ');
      throw new CommandFailed(
        EXIT.usage,
        `There is no site "${values.site}"${known === '' ? '' : `: ${known}`}.`,
      );
    }
    const sites = named !== null ? [named] : all.length === 0 ? [whole] : all;
    const texts = sites.flatMap((site) => announcementsOf(site)).filter((text) => fits(text, values));
    process.stdout.write(values.json === true ? `${JSON.stringify(texts, null, 2)}\n` : inWords(texts));
    return EXIT.ok;
  },
};

interface Wanted {
  readonly to?: string | undefined;
  readonly language?: string | undefined;
}

function fits({ audience, locale }: SiteAnnouncement, { to, language }: Wanted): boolean {
  return (to === undefined || audience === to) && (language === undefined || locale === language);
}

function inWords(texts: readonly SiteAnnouncement[]): string {
  const line = '-'.repeat(72);
  return texts
    .map(({ site, audience, locale, subject, text }) => {
      const what = [site, audience, locale].filter((one) => one !== '').join(' · ');
      return `${line}\n${what}\n${line}\n${subject}\n\n${text}`;
    })
    .join('\n');
}

function parseAnnounceArgs(args: readonly string[]) {
  const values = parse(args);
  const isOneOf = (value: string | undefined, choices: readonly string[]): boolean =>
    value === undefined || choices.includes(value);
  if (!isOneOf(values.to, AUDIENCES) || !isOneOf(values.language, ['en', 'es']))
    throw new CommandFailed(EXIT.usage, announceCommand.help);
  return values;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        to: { type: 'string' },
        language: { type: 'string' },
        site: { type: 'string' },
        config: { type: 'string' },
        json: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new CommandFailed(
      EXIT.usage,
      `${error instanceof Error ? error.message : ''}\n\n${announceCommand.help}`,
    );
  }
}
