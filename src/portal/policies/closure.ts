/**
 * Why a copy can't be opened, since when, and whether asking helps: what an honest page says instead of an error. For
 * who holds the link or is signed in to the copy.
 */
import { findAccessRequest, requestState, type RequestState } from '#src/accounts/access-requests.ts';
import { OWN_COPY_RULE } from '#src/protection/secure-message/reply-address.ts';
import type { AccountsTable } from '#src/storage/tables.ts';

import type { PortalContext } from '../portal-context.ts';
import { copyState, keptUntil, type Copy, type CopyState } from './copy.ts';

/** Who closed it: its author, the one who said that it is not for them, or a rule of the organisation. */
export type ClosedBy = 'author' | 'recipient' | 'organization';

export interface Closure {
  readonly state: Exclude<CopyState, 'ready'>;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly by: ClosedBy;
  /** The content is destroyed: only a new message helps. */
  readonly gone: boolean;
  readonly mayAsk: boolean;
  readonly request: RequestState;
  /** When it was asked for last; null: never. */
  readonly askedAt: number | null;
}

/** Null where the copy can be opened. */
export async function findClosure(
  portal: Pick<PortalContext, 'database' | 'clock'>,
  copy: Copy,
  account: Pick<AccountsTable, 'resetAt'> | null,
): Promise<Closure | null> {
  const state = copyState(copy, portal.clock.now(), account);
  if (state === 'ready') return null;
  const request = await findAccessRequest(portal.database, copy.recipient.id);
  const asked = requestState(request);
  return {
    state,
    at: closedAt(copy, state, account),
    by: closedBy(copy),
    gone: !(await hasWrap(portal, copy)),
    mayAsk: asked !== 'asked' && canBeAskedFor(copy),
    request: asked,
    askedAt: request?.askedAt ?? null,
  };
}

/**
 * Nobody answers where no author is told; who got a message by mistake, as its author said, is not to ask for it; and
 * the copy of one's own reply has no other author.
 */
function canBeAskedFor({ recipient, message }: Copy): boolean {
  return recipient.lockReason !== 'wrong-recipient' && hasAuthorToTell({ recipient, message });
}

/** Somebody inside who wrote it, and gets mails about it. */
export function hasAuthorToTell({ recipient, message }: Copy): boolean {
  return message.authorAddress !== null && recipient.rule !== OWN_COPY_RULE;
}

function closedAt(copy: Copy, state: CopyState, account: Pick<AccountsTable, 'resetAt'> | null): number {
  if (state === 'locked') return copy.recipient.lockedAt ?? 0;
  return state === 'needs-release' ? (account?.resetAt ?? 0) : keptUntil(copy);
}

function closedBy({ recipient }: Copy): ClosedBy {
  if (recipient.lockReason === 'not-for-me') return 'recipient';
  return recipient.lockReason === 'author' || recipient.lockReason === 'wrong-recipient'
    ? 'author'
    : 'organization';
}

async function hasWrap({ database }: Pick<PortalContext, 'database'>, { recipient }: Copy): Promise<boolean> {
  const wrap = await database.query
    .selectFrom('wraps')
    .select('id')
    .where('recipientId', '=', recipient.id)
    .limit(1)
    .executeTakeFirst();
  return wrap !== undefined;
}
