/**
 * A reply that was written on the site has a null reverse-path: who wrote it is known by the row of the own copy. That
 * person is told of everybody whom it did not reach, in the unit that ends the delivery.
 */
import type { Clock } from '#src/base/clock.ts';
import { newMessageIdField } from '#src/notification/compose/mail.ts';
import { localeNamed } from '#src/notification/mail-site.ts';
import { renderReplyFailed } from '#src/notification/reply-failed.ts';
import { OWN_COPY_RULE } from '#src/protection/secure-message/reply-address.ts';
import type { DeliveryRow } from '#src/queue/delivery-queue.ts';
import type { MailToSend } from '#src/queue/written-mails.ts';
import type { Database } from '#src/storage/database.ts';

import type { ReportSettings } from './failure-reports.ts';

export interface FailedReplyTools {
  readonly database: Pick<Database, 'query'>;
  readonly clock: Clock;
  readonly settings: () => ReportSettings;
}

/** Null where the message `messageId` is no reply from the site. */
export async function writeReplyFailed(
  { recipient }: Pick<DeliveryRow, 'recipient'>,
  messageId: string,
  { database, clock, settings }: FailedReplyTools,
): Promise<MailToSend | null> {
  const writer = await findWriter(database, messageId);
  if (writer === undefined) return null;
  const { mainDomain, siteOf } = settings();
  const site = siteOf(recipient);
  const mail = renderReplyFailed(site, {
    messageIdField: newMessageIdField(mainDomain),
    dateMs: clock.now(),
    to: writer.address,
    sentMs: writer.acceptedAt,
    recipient,
    locale: localeNamed(writer.locale) ?? site.locale,
  });
  return { kind: 'reply-failed', mail, recipientId: null, reversePath: '' };
}

function findWriter({ query }: Pick<Database, 'query'>, messageId: string) {
  return query
    .selectFrom('recipients')
    .innerJoin('messages', 'messages.id', 'recipients.messageId')
    .leftJoin('account_addresses', 'account_addresses.canonicalAddress', 'recipients.canonicalAddress')
    .leftJoin('accounts', 'accounts.id', 'account_addresses.accountId')
    .where('messages.id', '=', messageId)
    .where('messages.submitterProof', '=', 'portal')
    .where('recipients.rule', '=', OWN_COPY_RULE)
    .select(['recipients.address', 'messages.acceptedAt', 'accounts.locale'])
    .limit(1)
    .executeTakeFirst();
}
