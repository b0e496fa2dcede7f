/**
 * Who wrote a reply on the site learns that somebody did not get it, and what to do instead. It repeats nothing of the
 * reply and nothing that a server said: the next hop is inside the organisation, and its words mean nothing outside.
 */
import { catalogs } from './catalog/catalogs.ts';
import { action, facts, paragraph, title } from './compose/block.ts';
import { cleanName, shownAddress } from './compose/clean-text.ts';
import { formatMoment } from './compose/local-date.ts';
import { alternative, writeAutomaticMail } from './compose/mail.ts';
import type { Locale, MailFrame, MailSite } from './mail-site.ts';
import { helpBlocks, shownUrl } from './shared-blocks.ts';
import type { WrittenMail } from './written-mail.ts';

export interface ReplyFailedData extends MailFrame {
  readonly sentMs: number;
  /** Whom it did not reach. */
  readonly recipient: string;
  /** Language of the writer's account. */
  readonly locale: Locale;
}

export function renderReplyFailed(site: MailSite, data: ReplyFailedData): WrittenMail {
  const catalog = catalogs[data.locale];
  const words = catalog.replyFailed;
  const organization = cleanName(site.organization);
  const subject = words.subject({ organization });
  const moment = formatMoment(data.sentMs, data.locale, site.timeZone);
  const blocks = [
    title(words.title),
    paragraph(words.intro({ organization, moment })),
    facts([catalog.fact.recipient, shownAddress(data.recipient)]),
    paragraph(words.next),
    paragraph(words.kept),
    action(words.button, shownUrl(`${site.publicUrl}/`)),
    ...helpBlocks(catalog, site.recipientHelp),
  ];
  return writeAutomaticMail(site, {
    kind: 'reply-failed',
    frame: data,
    original: null,
    subject,
    content: alternative(subject, [{ locale: data.locale, blocks }]),
    autoSubmitted: 'auto-generated',
  });
}
