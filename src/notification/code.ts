/**
 * The mail with the six-digit code that proves a mailbox. The code stands in the subject too: on a phone it is then
 * read from the notification without leaving the page. That gives nothing away, because whoever sees the subject
 * list sees the mailbox, and the code works only in the browser and for the link that asked for it.
 */
import { catalogs } from './catalog/catalogs.ts';
import { action, digits, paragraph, title } from './compose/block.ts';
import { cleanName } from './compose/clean-text.ts';
import { formatClock } from './compose/local-date.ts';
import { alternative, writeAutomaticMail } from './compose/mail.ts';
import type { Locale, MailFrame, MailSite } from './mail-site.ts';
import { helpBlocks, shownUrl } from './shared-blocks.ts';
import type { WrittenMail } from './written-mail.ts';

const MINUTE_MS = 60_000;

export interface CodeData extends MailFrame {
  /** Six digits. */
  readonly code: string;
  /** End of its validity; the mail tells the minutes from `dateMs`. */
  readonly validUntilMs: number;
  /** The page that waits for the code. */
  readonly continueUrl: string;
  /** True: for an address that somebody adds to their account. */
  readonly addsAddress?: boolean;
  /** Language of the page on which it was asked for. */
  readonly locale: Locale;
}

export function renderCode(site: MailSite, data: CodeData): WrittenMail {
  const catalog = catalogs[data.locale];
  const words = catalog.code;
  const organization = cleanName(site.organization);
  const subject = words.subject({ code: data.code, organization });
  const minutes = Math.max(1, Math.round((data.validUntilMs - data.dateMs) / MINUTE_MS));
  const clock = formatClock(data.validUntilMs, data.locale, site.timeZone);
  const blocks = [
    title(words.title),
    paragraph((data.addsAddress === true ? words.introAddress : words.intro)({ organization })),
    digits(data.code),
    paragraph(words.validUntil({ minutes, clock })),
    paragraph(words.closed),
    action(words.button, shownUrl(data.continueUrl)),
    paragraph(words.never),
    paragraph(words.notAsked),
    ...helpBlocks(catalog, site.recipientHelp),
  ];
  return writeAutomaticMail(site, {
    kind: 'code',
    frame: data,
    original: null,
    subject,
    content: alternative(subject, [{ locale: data.locale, blocks }]),
    autoSubmitted: 'auto-generated',
  });
}
