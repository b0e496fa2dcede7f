/**
 * A recipient asks for a copy that is locked, past its date, or closed by a reset of the password. One row for each
 * copy: it is asked once until somebody answers. The row gives no right by itself; what they wrote is kept under the
 * root key. Knows nothing of mails and pages.
 */
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { accessNoteContext } from '#src/sealing/contexts.ts';
import { exactlyOne, statement, type Database, type Statement } from '#src/storage/database.ts';
import type { AccessRequestsTable } from '#src/storage/tables.ts';

export type ClosedBecause = AccessRequestsTable['why'];
/** `asked`: nobody has answered yet. */
export type RequestState = 'none' | 'asked' | 'granted' | 'declined';

export const NOTE_MAX_CHARACTERS = 300;

type NoteKeys = Pick<KeyProvider, 'publicKeys' | 'wrap' | 'unwrap'>;

export async function findAccessRequest(
  { query }: Pick<Database, 'query'>,
  recipientId: string,
): Promise<AccessRequestsTable | null> {
  const row = await query
    .selectFrom('access_requests')
    .selectAll()
    .where('recipientId', '=', recipientId)
    .executeTakeFirst();
  return row ?? null;
}

export function requestState(request: AccessRequestsTable | null): RequestState {
  if (request === null) return 'none';
  return request.openSince === null ? (request.answer ?? 'none') : 'asked';
}

/**
 * The row of a new request; `last`: the one that was answered, which it replaces. Of two at once one is kept, the
 * other fails with `expectation-failed` or `unique-violation`.
 */
export function askStatement(
  { query }: Pick<Database, 'query'>,
  last: AccessRequestsTable | null,
  asked: Pick<AccessRequestsTable, 'recipientId' | 'messageId' | 'why' | 'askedAt' | 'note'>,
): Statement {
  const row = { ...asked, openSince: asked.askedAt, answer: null, answeredAt: null };
  if (last === null) return statement(query.insertInto('access_requests').values(row), exactlyOne);
  return statement(
    query
      .updateTable('access_requests')
      .set(row)
      .where('recipientId', '=', asked.recipientId)
      .where('openSince', 'is', null)
      .where('askedAt', '=', last.askedAt),
    exactlyOne,
  );
}

/** Ends the request that the one who answers saw; another one, or one that was answered, fails the unit. */
export function answerStatement(
  { query }: Pick<Database, 'query'>,
  { recipientId, askedAt }: Pick<AccessRequestsTable, 'recipientId' | 'askedAt'>,
  answer: 'granted' | 'declined',
  answeredAt: number,
): Statement {
  return statement(
    query
      .updateTable('access_requests')
      .set({ answer, answeredAt, openSince: null })
      .where('recipientId', '=', recipientId)
      .where('openSince', '=', askedAt),
    exactlyOne,
  );
}

/** What they wrote, as it is kept; null where they wrote nothing. */
export async function sealNote(
  keys: NoteKeys,
  { recipientId, askedAt }: Pick<AccessRequestsTable, 'recipientId' | 'askedAt'>,
  note: string,
): Promise<Buffer | null> {
  if (note === '') return null;
  const { organizationId } = keys.publicKeys();
  return keys.wrap(Buffer.from(note, 'utf8'), accessNoteContext(organizationId, recipientId, askedAt));
}

/** Empty where they wrote nothing. Throws CodedError `unwrap-failed` for what we did not keep. */
export async function openNote(
  keys: NoteKeys,
  { recipientId, askedAt, note }: Pick<AccessRequestsTable, 'recipientId' | 'askedAt' | 'note'>,
): Promise<string> {
  if (note === null) return '';
  const { organizationId } = keys.publicKeys();
  return (await keys.unwrap(note, accessNoteContext(organizationId, recipientId, askedAt))).toString('utf8');
}
