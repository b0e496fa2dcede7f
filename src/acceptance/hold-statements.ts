/** What every end of a hold has in common, as statements of the unit that ends it. */
import type { AuditLog } from '#src/audit/audit-log.ts';
import { exactlyOne, statement, type Database, type Statement } from '#src/storage/database.ts';

import type { HeldMessage } from './held-message.ts';

interface Tools {
  readonly database: Pick<Database, 'query'>;
  readonly audit: AuditLog;
}

/** Expects the hold to be there, and every held recipient to be held still. */
export function endHold(
  { database, audit }: Tools,
  { message, recipients }: HeldMessage,
  state: 'queued' | 'cancelled',
  why: string,
): Statement[] {
  return [
    statement(
      database.query
        .updateTable('messages')
        .set({ holdUntil: null, holdTokenHash: null })
        .where('id', '=', message.id)
        .where('holdUntil', 'is not', null),
      exactlyOne,
    ),
    statement(
      database.query
        .updateTable('recipients')
        .set({ state })
        .where('messageId', '=', message.id)
        .where('state', '=', 'held'),
      { exactly: recipients.length },
    ),
    audit.entry({
      event: state === 'queued' ? 'hold-released' : 'hold-cancelled',
      messageId: message.id,
      facts: { why, recipients: recipients.length },
    }),
  ];
}

/** Unless another recipient is still being relayed: then whoever settles the last one destroys it. */
export function destroySpoolWrap(
  { database: { query } }: Pick<Tools, 'database'>,
  messageId: string,
): Statement {
  return statement(
    query
      .deleteFrom('wraps')
      .where('messageId', '=', messageId)
      .where('holderKind', '=', 'spool')
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('deliveries')
              .select('id')
              .where('messageId', '=', messageId)
              .where('state', 'in', ['queued', 'held']),
          ),
        ),
      ),
  );
}
