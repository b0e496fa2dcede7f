/**
 * The help desk sends somebody the way to a new password. The mail holds no code and no right: the page that it leads to
 * mails a code, as for everybody who forgot a password.
 */
import { catalogs } from './catalog/catalogs.ts';
import { action, facts, paragraph, title } from './compose/block.ts';
import { cleanName, shownAddress } from './compose/clean-text.ts';
import { alternative, writeAutomaticMail } from './compose/mail.ts';
import type { Locale, MailFrame, MailSite } from './mail-site.ts';
import { helpBlocks, shownUrl } from './shared-blocks.ts';
import type { WrittenMail } from './written-mail.ts';

export interface ResetStartedData extends MailFrame {
  /** The page where the code is asked for. */
  readonly pageUrl: string;
  readonly locale: Locale;
}

export function renderResetStarted(site: MailSite, data: ResetStartedData): WrittenMail {
  const catalog = catalogs[data.locale];
  const words = catalog.resetStarted;
  const organization = cleanName(site.organization);
  const subject = words.subject({ organization });
  const blocks = [
    title(words.title),
    paragraph(words.text({ organization })),
    action(words.button, shownUrl(data.pageUrl)),
    facts([catalog.fact.address, shownAddress(data.to)]),
    paragraph(words.notAsked),
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
