/** A message that waits for its author's answer, with its held recipients. */
import type { Database } from '#src/storage/database.ts';

/** Null where nothing of the message is held. */
export async function loadHeldMessage(query: Database['query'], messageId: string) {
  const message = await query
    .selectFrom('messages')
    .leftJoin('wraps', (join) =>
      join.onRef('wraps.messageId', '=', 'messages.id').on('wraps.holderKind', '=', 'spool'),
    )
    .where('messages.id', '=', messageId)
    .where('messages.holdUntil', 'is not', null)
    .selectAll('messages')
    .select(['wraps.kid', 'wraps.wrap'])
    .executeTakeFirst();
  if (message === undefined) return null;
  const recipients = await query
    .selectFrom('recipients')
    .where('messageId', '=', messageId)
    .where('state', '=', 'held')
    .orderBy('id')
    .selectAll()
    .execute();
  return { message, recipients };
}

export type HeldMessage = NonNullable<Awaited<ReturnType<typeof loadHeldMessage>>>;
