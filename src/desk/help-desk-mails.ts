/** The mails about an account that the help desk causes, to outside addresses. */
import type { Locale, MailFrame, MailSite } from '#src/notification/mail-site.ts';
import { newMessageIdField } from '#src/notification/compose/mail.ts';
import type { WrittenMail } from '#src/notification/written-mail.ts';
import type { MailToSend } from '#src/queue/written-mails.ts';

import type { Desk } from './desk-context.ts';

/** `locale`: as the account has it; null: the site's. */
export function accountMail(
  { acceptance, clock, random }: Desk,
  { to, locale }: { readonly to: string; readonly locale: string | null },
  render: (site: MailSite, frame: MailFrame & { readonly locale: Locale }) => WrittenMail,
): MailToSend {
  const { site, mainDomain } = acceptance();
  const frame = {
    messageIdField: newMessageIdField(mainDomain, random),
    dateMs: clock.now(),
    to,
    locale: locale === 'es' || locale === 'en' ? locale : site.locale,
  };
  return { kind: 'account-change', mail: render(site, frame), recipientId: null, reversePath: '' };
}
