/**
 * Access for others to an address: asked for, given, refused, over. To the owner or to the reader. The link leads to the
 * site and gives nobody anything: whoever follows it signs in.
 */
import { catalogs } from './catalog/catalogs.ts';
import { action, facts, paragraph, title } from './compose/block.ts';
import { cleanName, shownAddress } from './compose/clean-text.ts';
import { formatDay } from './compose/local-date.ts';
import { alternative, writeAutomaticMail } from './compose/mail.ts';
import type { Locale, MailFrame, MailSite } from './mail-site.ts';
import { helpBlocks, shownUrl } from './shared-blocks.ts';
import type { AccessNews } from './words.ts';
import type { WrittenMail } from './written-mail.ts';

export interface AccessData extends MailFrame {
  readonly news: AccessNews;
  /** The address whose messages may be read. */
  readonly address: string;
  /** Who reads them, or asks to. */
  readonly reader: string;
  /** Null: until it is taken back. */
  readonly untilMs: number | null;
  /** Path of the page that goes on from here. */
  readonly page: string;
  readonly locale: Locale;
}

export function renderAccess(site: MailSite, data: AccessData): WrittenMail {
  const catalog = catalogs[data.locale];
  const words = catalog.access[data.news];
  const organization = cleanName(site.organization);
  const subject = words.subject({ organization });
  const blocks = [
    title(words.title),
    paragraph(words.text({ organization })),
    facts(
      [catalog.access.address, shownAddress(data.address)],
      [catalog.access.reader, shownAddress(data.reader)],
      ...(data.untilMs === null
        ? []
        : [[catalog.access.until, formatDay(data.untilMs, data.locale, site.timeZone)] as const]),
    ),
    action(words.button, shownUrl(`${site.publicUrl}${data.page}`)),
    paragraph(words.after),
    ...helpBlocks(catalog, site.recipientHelp),
  ];
  return writeAutomaticMail(site, {
    kind: 'access',
    frame: data,
    original: null,
    subject,
    content: alternative(subject, [{ locale: data.locale, blocks }]),
    autoSubmitted: 'auto-generated',
  });
}
