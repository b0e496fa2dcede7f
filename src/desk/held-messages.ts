/** An author's messages that wait for an answer about a likely slip of the code, each with all who get nothing yet. */
import { findMessage, type DeskReading } from './find-messages.ts';

export interface HeldOfAuthor {
  readonly messageId: string;
  readonly subject: string | null;
  readonly author: string;
  readonly acceptedAt: number;
  /** When it ends by itself (ms). */
  readonly until: number;
  /** Raw addresses, every one. */
  readonly recipients: readonly string[];
}

const MOST_LISTED = 50;

/** `addresses`: canonical ones of the author. What waits for the security officer is not among them. Throws RowForged. */
export async function heldMessagesOf(
  desk: DeskReading,
  addresses: readonly string[],
): Promise<readonly HeldOfAuthor[]> {
  if (addresses.length === 0) return [];
  const { query } = desk.database;
  const rows = await query
    .selectFrom('messages')
    .select(['id', 'holdUntil'])
    .where('holdUntil', 'is not', null)
    .where('holdFor', '=', 'author')
    .where('authorCanonical', 'in', addresses)
    .orderBy('holdUntil')
    .limit(MOST_LISTED)
    .execute();
  const held = await Promise.all(
    rows.map(async ({ id, holdUntil }) => {
      const message = await findMessage(desk, addresses, id);
      if (message === null || holdUntil === null) return [];
      const recipients = await query
        .selectFrom('recipients')
        .select('address')
        .where('messageId', '=', id)
        .where('state', '=', 'held')
        .orderBy('id')
        .execute();
      const { subject, author, acceptedAt } = message;
      const waiting = recipients.map(({ address }) => address);
      return [{ messageId: id, subject, author, acceptedAt, until: holdUntil, recipients: waiting }];
    }),
  );
  return held.flat();
}
