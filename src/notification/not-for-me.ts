/**
 * The author learns that somebody at the recipient's address says the message is not for them, that this copy is
 * locked, and whether it had been opened: if it had, somebody may have to act on it.
 */
import { formatMessageCode } from '#src/base/identifiers.ts';
import { catalogs } from './catalog/catalogs.ts';
import { facts, heading, paragraph, title } from './compose/block.ts';
import { shownAddress } from './compose/clean-text.ts';
import { formatMoment } from './compose/local-date.ts';
import { alternative, writeAutomaticMail } from './compose/mail.ts';
import type { MailFrame, MailSite, OriginalMail } from './mail-site.ts';
import { helpBlocks, shownRecipients } from './shared-blocks.ts';
import type { WrittenMail } from './written-mail.ts';

export interface NotForMeData extends MailFrame {
  readonly original: OriginalMail;
  readonly sentMs: number;
  readonly recipient: string;
  readonly reportedMs: number;
  /** First opening before the lock; null: never opened. */
  readonly firstOpenedMs: number | null;
  /** Unformatted. */
  readonly messageCode: string;
}

export function renderNotForMe(site: MailSite, data: NotForMeData): WrittenMail {
  const catalog = catalogs[site.locale];
  const words = catalog.notForMe;
  const who = shownAddress(data.recipient);
  const moment = (ms: number): string => formatMoment(ms, site.locale, site.timeZone);
  const subject = words.subject({ who: shownRecipients(catalog, [data.recipient]) });
  const opened = data.firstOpenedMs;
  const history = opened === null ? words.notOpened : words.opened({ moment: moment(opened) });
  const blocks = [
    title(words.title),
    paragraph(words.intro({ who, moment: moment(data.reportedMs) })),
    paragraph(`${words.locked} ${history}`),
    facts(
      [catalog.fact.recipient, who],
      [catalog.fact.sent, moment(data.sentMs)],
      [catalog.fact.messageCode, formatMessageCode(data.messageCode)],
    ),
    heading(catalog.bounce.nextTitle),
    paragraph(opened === null ? words.next : words.nextOpened),
    ...helpBlocks(catalog, site.senderHelp),
  ];
  return writeAutomaticMail(site, {
    kind: 'not-for-me',
    frame: data,
    original: data.original,
    subject,
    content: alternative(subject, [{ locale: site.locale, blocks }]),
    autoSubmitted: 'auto-generated',
  });
}
