import { sql } from 'kysely';

import type { Database, Statement } from '#src/storage/database.ts';
import { preparedStatement } from '#src/storage/prepared.ts';

/**
 * Destroys the spool wrap of a message when no relayed, held or written mail needs it any more: part of the unit
 * that settles a delivery, so that whoever settles the last one destroys it. On PostgreSQL units run side by side:
 * without the lock two that end together would each see the other's delivery still queued.
 */
export function destroySpoolWrapWhenDone(
  { query, dialect }: Pick<Database, 'query' | 'dialect'>,
  messageId: string,
): Statement[] {
  const destroy = destroySpoolWrap(query, { messageId });
  return dialect === 'postgres' ? [lockMessage(query, { messageId }), destroy] : [destroy];
}

const lockMessage = preparedStatement<{ messageId: string }>((query, value) =>
  query.selectFrom('messages').select('id').where('id', '=', value('messageId')).forUpdate(),
);

const destroySpoolWrap = preparedStatement<{ messageId: string }>((query, value) =>
  query
    .deleteFrom('wraps')
    .where('messageId', '=', value('messageId'))
    .where('holderKind', '=', 'spool')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('deliveries')
            .select(sql`1`.as('one'))
            .where('messageId', '=', value('messageId'))
            .where('state', 'in', ['queued', 'held']),
        ),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('recipients')
            .select(sql`1`.as('one'))
            .where('messageId', '=', value('messageId'))
            .where('state', '=', 'held'),
        ),
      ),
    ),
);
