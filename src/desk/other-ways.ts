/**
 * How the recipients of a message chose to get it, as its author sees it: with telephone number, postal address and name
 * until the author says that it is done.
 */
import { finishChoice, openDetails, type WayDetails } from '#src/accounts/reading-choices.ts';
import type { ReadingChoicesTable } from '#src/storage/tables.ts';

import { commitAct } from './commit-act.ts';
import type { Act, ActResult, Desk } from './desk-context.ts';
import type { DeskReading } from './find-messages.ts';

export type ChosenWay = Pick<ReadingChoicesTable, 'id' | 'way' | 'text' | 'chosenAt' | 'doneAt'> & WayDetails;

/** More than a few are somebody's play: the newest are shown. */
const MOST_LISTED = 10;

/** Oldest first, by the recipient's id. */
export async function choicesOf(
  { database, keys }: DeskReading,
  recipients: readonly { readonly id: string }[],
): Promise<ReadonlyMap<string, readonly ChosenWay[]>> {
  const ids = recipients.map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const rows = await database.query
    .selectFrom('reading_choices')
    .selectAll()
    .where('recipientId', 'in', ids)
    .orderBy('id')
    .execute();
  const chosen = Map.groupBy(rows, ({ recipientId }) => recipientId);
  const opened = [...chosen].map(
    async ([id, choices]) =>
      [
        id,
        await Promise.all(
          choices.slice(-MOST_LISTED).map(async (row) => ({ ...row, ...(await openDetails(keys, row)) })),
        ),
      ] as const,
  );
  return new Map(await Promise.all(opened));
}

/** What the recipient wrote is forgotten. `changed`: it was done already. */
export async function finishOtherWay(
  desk: Desk,
  { messageId, recipientId, staffId }: Act,
  choiceId: string,
): Promise<ActResult> {
  const { audit, clock, database } = desk;
  return commitAct(desk, messageId, [
    finishChoice(database, { id: choiceId, recipientId }, clock.now()),
    audit.entry({ event: 'other-way-done', messageId, recipientId, facts: { by: staffId } }),
  ]);
}
