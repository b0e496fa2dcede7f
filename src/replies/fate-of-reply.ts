/** What became of a reply: of all whom it went to, whoever is worst off decides what its writer is shown. */
import { OWN_COPY_RULE } from '#src/protection/secure-message/reply-address.ts';
import type { Database } from '#src/storage/database.ts';
import type { RecipientState } from '#src/storage/tables.ts';

export type FateOfReply = 'on-its-way' | 'arrived' | 'failed';

const FAILED: ReadonlySet<RecipientState> = new Set(['failed', 'expired', 'returned', 'cancelled']);
const WAITING: ReadonlySet<RecipientState> = new Set(['queued', 'held']);

export async function fateOfReply(
  { database }: { readonly database: Pick<Database, 'query'> },
  messageId: string,
): Promise<FateOfReply> {
  const rows = await database.query
    .selectFrom('recipients')
    .select('state')
    .where('messageId', '=', messageId)
    .where('rule', '!=', OWN_COPY_RULE)
    .execute();
  if (rows.some(({ state }) => FAILED.has(state))) return 'failed';
  return rows.some(({ state }) => WAITING.has(state)) ? 'on-its-way' : 'arrived';
}
