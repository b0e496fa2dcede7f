/**
 * A recipient learns that something about their account changed. It holds no link that changes anything back:
 * whoever reads it and did not do it calls or writes to the organisation.
 */
import { catalogs } from './catalog/catalogs.ts';
import { facts, paragraph, title } from './compose/block.ts';
import { cleanName, shownAddress } from './compose/clean-text.ts';
import { formatMoment } from './compose/local-date.ts';
import { alternative, writeAutomaticMail } from './compose/mail.ts';
import type { Locale, MailFrame, MailSite } from './mail-site.ts';
import { helpBlocks } from './shared-blocks.ts';
import type { AccountChangeKind } from './words.ts';
import type { WrittenMail } from './written-mail.ts';

export type { AccountChangeKind };

export interface AccountChangeData extends MailFrame {
  readonly change: AccountChangeKind;
  readonly changedMs: number;
  /** The address that the change is about: the account's, or the one added. */
  readonly address: string;
  readonly locale: Locale;
}

export function renderAccountChange(site: MailSite, data: AccountChangeData): WrittenMail {
  const catalog = catalogs[data.locale];
  const words = catalog.accountChange[data.change];
  const organization = cleanName(site.organization);
  const subject = words.subject({ organization });
  const moment = formatMoment(data.changedMs, data.locale, site.timeZone);
  const blocks = [
    title(words.title),
    paragraph(words.text({ organization, moment })),
    facts([catalog.fact.address, shownAddress(data.address)]),
    paragraph(
      data.change === 'account-created' ? catalog.accountChange.notYouNew : catalog.accountChange.notYou,
    ),
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
