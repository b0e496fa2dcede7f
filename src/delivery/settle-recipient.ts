/** The state in which a recipient's waiting ends; one that has ended already stays as it is. */
import { preparedStatement } from '#src/storage/prepared.ts';
import type { RecipientState } from '#src/storage/tables.ts';

export const settleRecipient = preparedStatement<{
  readonly state: RecipientState;
  readonly reply: string;
  readonly now: number;
  readonly id: string;
}>((query, value) =>
  query
    .updateTable('recipients')
    .set({ state: value('state'), lastReply: value('reply'), settledAt: value('now') })
    .where('id', '=', value('id'))
    .where('state', '=', 'queued'),
);
