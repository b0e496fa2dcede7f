/**
 * A recipient who can't or won't read on the site chose another way: a call, a letter, or somebody who reads it to them.
 * Their author is told at once. Whoever has the link could have asked, so the mail says to make sure first, and what was
 * written stands as a quotation in which nothing can be followed.
 */
import { formatMessageCode } from '#src/base/identifiers.ts';

import { catalogs } from './catalog/catalogs.ts';
import { action, facts, heading, paragraph, title } from './compose/block.ts';
import { cleanName, shownAddress } from './compose/clean-text.ts';
import { formatMoment } from './compose/local-date.ts';
import { alternative, writeAutomaticMail } from './compose/mail.ts';
import type { MailFrame, MailSite, OriginalMail } from './mail-site.ts';
import { helpBlocks, quotation, shownRecipients, shownUrl, withoutLinks } from './shared-blocks.ts';
import type { OtherWayKind } from './words.ts';
import type { WrittenMail } from './written-mail.ts';

const MAX_CONTACT_CHARACTERS = 300;

export interface OtherWayData extends MailFrame {
  readonly original: OriginalMail;
  readonly sentMs: number;
  readonly recipient: string;
  readonly way: OtherWayKind;
  /** Who reads it to them; empty but for `somebody`. */
  readonly name: string;
  /** Telephone number or postal address as they wrote it; empty: none. */
  readonly contact: string;
  readonly chosenMs: number;
  /** Where its author says that it is done; null: nobody can sign in to the staff pages. */
  readonly messageUrl: string | null;
  /** Unformatted. */
  readonly messageCode: string;
}

export function renderOtherWay(site: MailSite, data: OtherWayData): WrittenMail {
  const catalog = catalogs[site.locale];
  const words = catalog.otherWay;
  const who = shownAddress(data.recipient);
  const moment = (ms: number): string => formatMoment(ms, site.locale, site.timeZone);
  const subject = words.subject[data.way]({ who: shownRecipients(catalog, [data.recipient]) });
  const name = withoutLinks(cleanName(data.name));
  const blocks = [
    title(words.title),
    paragraph(words.intro({ who, moment: moment(data.sentMs), chosen: moment(data.chosenMs) })),
    paragraph(words.way[data.way]({ name })),
    ...quotation(words.wrote, data.contact, MAX_CONTACT_CHARACTERS),
    facts(
      [catalog.fact.recipient, who],
      [catalog.fact.sent, moment(data.sentMs)],
      [catalog.fact.messageCode, formatMessageCode(data.messageCode)],
    ),
    heading(catalog.bounce.nextTitle),
    paragraph(words.makeSure),
    paragraph(words.stillThere),
    ...(data.messageUrl === null
      ? []
      : [paragraph(words.thenDone), action(words.button, shownUrl(data.messageUrl))]),
    ...helpBlocks(catalog, site.senderHelp),
  ];
  return writeAutomaticMail(site, {
    kind: 'other-way',
    frame: data,
    original: data.original,
    subject,
    content: alternative(subject, [{ locale: site.locale, blocks }]),
    autoSubmitted: 'auto-generated',
  });
}
