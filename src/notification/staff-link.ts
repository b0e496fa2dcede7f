/**
 * The mail with a link for somebody of the staff: to sign in, or to prove a further address. It goes to the
 * organisation's own mail servers only, and the link works once, in the browser that asked for it.
 */
import { catalogs } from './catalog/catalogs.ts';
import { action, paragraph, title } from './compose/block.ts';
import { cleanName } from './compose/clean-text.ts';
import { formatClock } from './compose/local-date.ts';
import { alternative, writeAutomaticMail } from './compose/mail.ts';
import type { MailFrame, MailSite } from './mail-site.ts';
import { helpBlocks, shownUrl } from './shared-blocks.ts';
import type { WrittenMail } from './written-mail.ts';

const MINUTE_MS = 60_000;

export interface StaffLinkData extends MailFrame {
  readonly purpose: 'sign-in' | 'add-address';
  readonly url: string;
  /** End of its validity; the mail tells the minutes from `dateMs`. */
  readonly validUntilMs: number;
}

export function renderStaffLink(site: MailSite, data: StaffLinkData): WrittenMail {
  const catalog = catalogs[site.locale];
  const words = catalog.staffLink[data.purpose];
  const subject = words.subject({ organization: cleanName(site.organization) });
  const minutes = Math.max(1, Math.round((data.validUntilMs - data.dateMs) / MINUTE_MS));
  const clock = formatClock(data.validUntilMs, site.locale, site.timeZone);
  const blocks = [
    title(words.title),
    paragraph(words.intro),
    action(words.button, shownUrl(data.url)),
    paragraph(catalog.staffLink.validUntil({ minutes, clock })),
    paragraph(catalog.staffLink.never),
    paragraph(words.notAsked),
    ...helpBlocks(catalog, site.senderHelp),
  ];
  return writeAutomaticMail(site, {
    kind: 'staff-link',
    frame: data,
    original: null,
    subject,
    content: alternative(subject, [{ locale: site.locale, blocks }]),
    autoSubmitted: 'auto-generated',
  });
}
