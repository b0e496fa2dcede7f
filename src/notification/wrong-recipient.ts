/**
 * The privacy officer learns that an author sent a message to the wrong recipient, what the log says of it so far, and
 * where the incident sheet is. No subject: who assesses the incident asks the author what was in it.
 */
import { formatMessageCode } from '#src/base/identifiers.ts';
import { catalogs } from './catalog/catalogs.ts';
import { facts, link, paragraph, title } from './compose/block.ts';
import { shownAddress } from './compose/clean-text.ts';
import { formatMoment } from './compose/local-date.ts';
import { alternative, writeAutomaticMail } from './compose/mail.ts';
import type { MailFrame, MailSite } from './mail-site.ts';
import { shownRecipients, shownUrl } from './shared-blocks.ts';
import type { WrittenMail } from './written-mail.ts';

export interface WrongRecipientData extends MailFrame {
  readonly author: string;
  readonly recipient: string;
  readonly sentMs: number;
  readonly reportedMs: number;
  /** False: it was relayed, and no lock reaches it. */
  readonly locked: boolean;
  /** Null: never opened, as far as we can know. */
  readonly firstOpenedMs: number | null;
  readonly copyKept: boolean;
  /** Unformatted; null: the mail was not a secure message. */
  readonly messageCode: string | null;
  readonly sheetUrl: string;
}

export function renderWrongRecipient(site: MailSite, data: WrongRecipientData): WrittenMail {
  const catalog = catalogs[site.locale];
  const words = catalog.wrongRecipient;
  const moment = (ms: number): string => formatMoment(ms, site.locale, site.timeZone);
  const who = shownAddress(data.recipient);
  const subject = words.subject({ who: shownRecipients(catalog, [data.recipient]) });
  const code: readonly [string, string][] =
    data.messageCode === null ? [] : [[catalog.fact.messageCode, formatMessageCode(data.messageCode)]];
  const blocks = [
    title(words.title),
    paragraph(words.intro({ author: shownAddress(data.author), moment: moment(data.reportedMs) })),
    paragraph(whatHappened(data, words, moment)),
    facts([catalog.fact.recipient, who], [catalog.fact.sent, moment(data.sentMs)], ...code),
    link(words.sheet, shownUrl(data.sheetUrl)),
  ];
  return writeAutomaticMail(site, {
    kind: 'wrong-recipient',
    frame: data,
    original: null,
    subject,
    content: alternative(subject, [{ locale: site.locale, blocks }]),
    autoSubmitted: 'auto-generated',
  });
}

function whatHappened(
  { locked, firstOpenedMs, copyKept }: WrongRecipientData,
  words: (typeof catalogs)['en']['wrongRecipient'],
  moment: (ms: number) => string,
): string {
  if (!locked) return words.relayed;
  const opened = firstOpenedMs === null ? words.notOpened : words.opened({ moment: moment(firstOpenedMs) });
  return [words.locked, opened, ...(copyKept ? [words.kept] : [])].join(' ');
}
