/**
 * Somebody who proved a mailbox of the account says that the second factor is lost. Every address is told before the
 * reset takes effect, with a link that stops it; following the link changes nothing yet.
 */
import { catalogs } from './catalog/catalogs.ts';
import { action, facts, paragraph, title } from './compose/block.ts';
import { cleanName, shownAddress } from './compose/clean-text.ts';
import { formatMoment } from './compose/local-date.ts';
import { alternative, writeAutomaticMail } from './compose/mail.ts';
import type { Locale, MailFrame, MailSite } from './mail-site.ts';
import { helpBlocks, shownUrl } from './shared-blocks.ts';
import type { WrittenMail } from './written-mail.ts';

export interface ResetWaitsData extends MailFrame {
  /** From when it can be finished. */
  readonly effectiveMs: number;
  readonly stopUrl: string;
  /** The address that the mail goes to. */
  readonly address: string;
  readonly locale: Locale;
}

export function renderResetWaits(site: MailSite, data: ResetWaitsData): WrittenMail {
  const catalog = catalogs[data.locale];
  const words = catalog.resetWaits;
  const organization = cleanName(site.organization);
  const subject = words.subject({ organization });
  const until = formatMoment(data.effectiveMs, data.locale, site.timeZone);
  const blocks = [
    title(words.title),
    paragraph(words.text({ organization, until })),
    paragraph(words.notYou),
    action(words.button, shownUrl(data.stopUrl)),
    paragraph(words.wasYou),
    facts([catalog.fact.address, shownAddress(data.address)]),
    ...helpBlocks(catalog, site.recipientHelp),
  ];
  return writeAutomaticMail(site, {
    kind: 'account-change',
    frame: data,
    original: null,
    subject,
    content: alternative(subject, [{ locale: data.locale, blocks }]),
    autoSubmitted: 'auto-generated',
  });
}
