/** What recipients ask for and nobody has answered: of one message for its page, of an author or of everybody for a list. */
import { openNote, type ClosedBecause } from '#src/accounts/access-requests.ts';
import type { Database } from '#src/storage/database.ts';

import type { DeskReading } from './find-messages.ts';

export interface OpenRequest {
  readonly recipientId: string;
  readonly messageId: string;
  /** Raw address of who asks. */
  readonly address: string;
  readonly why: ClosedBecause;
  readonly askedAt: number;
  /** Raw address of the message's author. */
  readonly author: string | null;
  /** What they wrote; empty: nothing. */
  readonly note: string;
}

/** Longer lists are for another day: the oldest come first. */
const MOST_LISTED = 100;

/** By the recipient's id. */
export async function openRequestsOf(
  desk: DeskReading,
  messageId: string,
): Promise<ReadonlyMap<string, OpenRequest>> {
  const rows = await selectOpen(desk.database)
    .where('access_requests.messageId', '=', messageId)
    .limit(MOST_LISTED)
    .execute();
  const requests = await Promise.all(rows.map((row) => present(desk, row)));
  return new Map(requests.map((request) => [request.recipientId, request]));
}

/** About messages of these authors (canonical addresses); whose a message is, the caller checks by its keyed hash. */
export async function openRequestsTo(
  desk: DeskReading,
  authors: readonly string[],
): Promise<readonly OpenRequest[]> {
  if (authors.length === 0) return [];
  const rows = await selectOpen(desk.database)
    .where('messages.authorCanonical', 'in', authors)
    .limit(MOST_LISTED)
    .execute();
  return Promise.all(rows.map((row) => present(desk, row)));
}

/** What waits for a release after a reset, whoever the author is. */
export async function openReleases(desk: DeskReading): Promise<readonly OpenRequest[]> {
  const rows = await selectOpen(desk.database)
    .where('access_requests.why', '=', 'needs-release')
    .limit(MOST_LISTED)
    .execute();
  return Promise.all(rows.map((row) => present(desk, row)));
}

function selectOpen({ query }: Pick<Database, 'query'>) {
  return query
    .selectFrom('access_requests')
    .innerJoin('recipients', 'recipients.id', 'access_requests.recipientId')
    .innerJoin('messages', 'messages.id', 'access_requests.messageId')
    .select([
      'access_requests.recipientId',
      'access_requests.messageId',
      'access_requests.why',
      'access_requests.askedAt',
      'access_requests.note',
      'recipients.address',
      'messages.authorAddress as author',
    ])
    .where('access_requests.openSince', 'is not', null)
    .orderBy('access_requests.openSince');
}

type Row = Awaited<ReturnType<ReturnType<typeof selectOpen>['execute']>>[number];

async function present({ keys }: DeskReading, row: Row): Promise<OpenRequest> {
  return { ...row, note: await openNote(keys, row) };
}
