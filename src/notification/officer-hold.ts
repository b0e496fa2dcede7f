/**
 * A message waits for the security officer because its author passed a limit: the question to the officer, with links
 * to a page that asks once more, and the word to the author that it waits and why. Neither says what is in it.
 */
import { catalogs } from './catalog/catalogs.ts';
import { action, list, note, paragraph, title } from './compose/block.ts';
import { shownAddress } from './compose/clean-text.ts';
import { formatMoment } from './compose/local-date.ts';
import { alternative, writeAutomaticMail } from './compose/mail.ts';
import type { MailFrame, MailSite, OriginalMail } from './mail-site.ts';
import { helpBlocks, shownRecipients, shownUrl } from './shared-blocks.ts';
import type { WrittenMail } from './written-mail.ts';

export interface OfficerHoldData extends MailFrame {
  readonly original: OriginalMail;
  readonly sentMs: number;
  readonly author: string;
  readonly limit: 'recipients-an-hour' | 'new-recipients-a-day';
  readonly recipients: readonly string[];
  readonly untilMs: number;
}

/** Addresses that are named; of more only the number is told. */
const NAMED = 50;

export function renderOfficerQuestion(
  site: MailSite,
  data: OfficerHoldData & { readonly releaseUrl: string; readonly stopUrl: string },
): WrittenMail {
  const catalog = catalogs[site.locale];
  const words = catalog.officerHold;
  const subject = words.officerSubject({ author: shownAddress(data.author) });
  const moment = formatMoment(data.sentMs, site.locale, site.timeZone);
  const blocks = [
    title(words.officerTitle),
    paragraph(
      words.officerIntro({ author: shownAddress(data.author), moment, count: data.recipients.length }),
    ),
    paragraph(words.limit[data.limit]),
    list(data.recipients.slice(0, NAMED).map(shownAddress)),
    paragraph(words.officerChoose),
    action(words.stop, shownUrl(data.stopUrl), 'first'),
    action(words.release, shownUrl(data.releaseUrl), 'second'),
    note(words.returnedAt({ moment: formatMoment(data.untilMs, site.locale, site.timeZone) })),
  ];
  return writeAutomaticMail(site, {
    kind: 'held',
    frame: data,
    original: { messageIdField: null, references: [] },
    subject,
    content: alternative(subject, [{ locale: site.locale, blocks }]),
    autoSubmitted: 'auto-generated',
  });
}

export function renderWaitsForOfficer(site: MailSite, data: OfficerHoldData): WrittenMail {
  const catalog = catalogs[site.locale];
  const words = catalog.officerHold;
  const subject = words.authorSubject({ who: shownRecipients(catalog, data.recipients) });
  const moment = formatMoment(data.sentMs, site.locale, site.timeZone);
  const blocks = [
    title(words.authorTitle),
    paragraph(words.authorIntro({ moment })),
    list(data.recipients.slice(0, NAMED).map(shownAddress)),
    paragraph(words.limit[data.limit]),
    paragraph(words.authorNext({ moment: formatMoment(data.untilMs, site.locale, site.timeZone) })),
    note(words.notYou),
    ...helpBlocks(catalog, site.senderHelp),
  ];
  return writeAutomaticMail(site, {
    kind: 'held',
    frame: data,
    original: data.original,
    subject,
    content: alternative(subject, [{ locale: site.locale, blocks }]),
    autoSubmitted: 'auto-generated',
  });
}
