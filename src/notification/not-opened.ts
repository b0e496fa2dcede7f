/**
 * The author learns that a message stays unread, once for each recipient and in time to act: by telephone, or by
 * sending it to another address.
 */
import { formatMessageCode } from '#src/base/identifiers.ts';

import { catalogs } from './catalog/catalogs.ts';
import { facts, heading, paragraph, title } from './compose/block.ts';
import { shownAddress } from './compose/clean-text.ts';
import { formatDay, formatMoment } from './compose/local-date.ts';
import { alternative, writeAutomaticMail } from './compose/mail.ts';
import type { MailFrame, MailSite, OriginalMail } from './mail-site.ts';
import { helpBlocks, shownRecipients } from './shared-blocks.ts';
import type { WrittenMail } from './written-mail.ts';

export interface NotOpenedData extends MailFrame {
  readonly original: OriginalMail;
  readonly sentMs: number;
  readonly recipient: string;
  /** The recipient was reminded. */
  readonly reminded: boolean;
  readonly keptUntilMs: number;
  /** Unformatted. */
  readonly messageCode: string;
}

export function renderNotOpened(site: MailSite, data: NotOpenedData): WrittenMail {
  const catalog = catalogs[site.locale];
  const words = catalog.notOpened;
  const who = shownAddress(data.recipient);
  const moment = formatMoment(data.sentMs, site.locale, site.timeZone);
  const subject = words.subject({ who: shownRecipients(catalog, [data.recipient]) });
  const intro = words.intro({ who, moment });
  const blocks = [
    title(words.title),
    paragraph(data.reminded ? `${intro} ${words.reminded}` : intro),
    facts(
      [catalog.fact.recipient, who],
      [catalog.fact.sent, moment],
      [catalog.fact.messageCode, formatMessageCode(data.messageCode)],
    ),
    heading(catalog.bounce.nextTitle),
    paragraph(words.next),
    paragraph(
      `${words.stillReadable({ day: formatDay(data.keptUntilMs - 1, site.locale, site.timeZone) })} ${words.once}`,
    ),
    ...helpBlocks(catalog, site.senderHelp),
  ];
  return writeAutomaticMail(site, {
    kind: 'not-opened',
    frame: data,
    original: data.original,
    subject,
    content: alternative(subject, [{ locale: site.locale, blocks }]),
    autoSubmitted: 'auto-generated',
  });
}
