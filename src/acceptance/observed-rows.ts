/** What would have become of the recipients of a mail that is only observed, for `sendsecure observe report`. */
import type { Database, Statement } from '#src/storage/database.ts';
import { insertRows } from '#src/storage/prepared.ts';

import type { TimedMessage } from './accept-message.ts';
import { isChangedByObserving } from './decide-recipients.ts';

/** None for mail that is protected. Domains and rules only: who wrote to whom stands with the recipient. */
export function observedRows(
  { database }: { readonly database: Pick<Database, 'query'> },
  { decided, author, acceptedAt }: TimedMessage,
): Statement[] {
  const rows = decided.flatMap((recipient) => {
    const { id, observed } = recipient;
    if (observed === null) return [];
    return [
      {
        recipientId: id,
        observedAt: acceptedAt,
        authorDomain: author.told?.domain ?? '',
        recipientDomain: recipient.recipient.address.domain,
        action: observed.action,
        rule: observed.rule,
        protection: 'protection' in observed ? observed.protection : null,
        nearMiss: observed.action === 'hold' ? observed.nearMiss.kind : null,
        changed: isChangedByObserving(recipient) ? 1 : 0,
      },
    ];
  });
  return insertRows(database.query, 'observed_decisions', rows);
}
