/**
 * What the help desk may know of an outside address: what was sent to it and when, what the receiving server answered,
 * whether there is an account. Never subjects, content, or the words of a server, which may quote what it refuses; its
 * codes and what they mean instead.
 */
import { findAccountByAddress } from '#src/accounts/account-directory.ts';
import { catalogs } from '#src/notification/catalog/catalogs.ts';
import { classifyFailure } from '#src/notification/failure-kind.ts';
import { statement } from '#src/storage/database.ts';
import type { AccountsTable } from '#src/storage/tables.ts';

import { announceAgain, type AnnounceResult } from './announce-again.ts';
import { commitAct } from './commit-act.ts';
import type { ActResult, Desk } from './desk-context.ts';
import { fateOf, type Fate } from './recipient-fate.ts';

export interface ServerAnswer {
  /** Such as `550 5.1.1`. */
  readonly codes: string;
  readonly what: string;
  readonly next: string;
}

export interface SentToAddress {
  readonly recipientId: string;
  readonly sentAt: number;
  /** Raw address; null: a mail without an author who is told. */
  readonly author: string | null;
  readonly isSecure: boolean;
  readonly fate: Fate;
  /** Since when it is so (ms); null: it is on its way. */
  readonly settledAt: number | null;
  readonly firstOpenedAt: number | null;
  /** Null: no server refused it. */
  readonly answer: ServerAnswer | null;
  /** The mail with the link can be sent again. */
  readonly mayAnnounce: boolean;
}

export interface AddressReport {
  readonly sent: readonly SentToAddress[];
  readonly account: {
    readonly state: AccountsTable['state'];
    readonly createdAt: number;
    readonly lastSignInAt: number | null;
    readonly sessions: number;
  } | null;
}

const SHOWN = 20;

/** Looking is recorded too: it tells who got mail from whom. Throws RowForged. */
export async function lookUpAddress(
  desk: Desk,
  canonicalAddress: string,
  staffId: string,
): Promise<AddressReport> {
  const facts = { address: canonicalAddress, by: staffId };
  await desk.database.commit([desk.audit.entry({ event: 'help-desk-looked-up', facts })]);
  return readReport(desk, canonicalAddress);
}

async function readReport(desk: Desk, canonicalAddress: string): Promise<AddressReport> {
  const { query } = desk.database;
  const rows = await query
    .selectFrom('recipients')
    .innerJoin('messages', 'messages.id', 'recipients.messageId')
    .select([
      'recipients.id',
      'recipients.protection',
      'recipients.state',
      'recipients.lockedAt',
      'recipients.firstOpenedAt',
      'recipients.expiresAt',
      'recipients.settledAt',
      'recipients.lastReply',
      'messages.acceptedAt',
      'messages.authorAddress',
      'messages.keptUntil',
    ])
    .where('recipients.canonicalAddress', '=', canonicalAddress)
    .where('recipients.internal', '=', 0)
    .orderBy('recipients.messageId', 'desc')
    .limit(SHOWN)
    .execute();
  const now = desk.clock.now();
  const sent = rows.map((row) => {
    const fate = fateOf(row, row.keptUntil, now);
    const isSecure = row.protection === 'secure-message';
    return {
      recipientId: row.id,
      sentAt: row.acceptedAt,
      author: row.authorAddress,
      isSecure,
      fate,
      settledAt: row.settledAt,
      firstOpenedAt: row.firstOpenedAt,
      answer: fate === 'failed' ? answerOf(desk, row.lastReply) : null,
      mayAnnounce: isSecure && ['failed', 'not-opened', 'opened'].includes(fate),
    };
  });
  return { sent, account: await accountOf(desk, canonicalAddress, now) };
}

async function accountOf(
  desk: Desk,
  canonicalAddress: string,
  now: number,
): Promise<AddressReport['account']> {
  const account = await findAccountByAddress(desk, canonicalAddress);
  if (account === null) return null;
  const { count } = await desk.database.query
    .selectFrom('sessions')
    .select(({ fn }) => fn.countAll<number | string>().as('count'))
    .where('accountId', '=', account.id)
    .where('expiresAt', '>', now)
    .executeTakeFirstOrThrow();
  const { state, createdAt, lastSignInAt } = account;
  return { state, createdAt, lastSignInAt, sessions: Number(count) };
}

function answerOf(desk: Desk, reply: string | null): ServerAnswer {
  const [, code, status] = /^([245]\d{2})(?:[ -]+([245]\.\d{1,3}\.\d{1,3}))?/u.exec(reply ?? '') ?? [];
  const kind = classifyFailure(status ?? null, code === undefined ? null : Number(code));
  const words = catalogs[desk.acceptance().site.locale].bounce.failure[kind];
  return { codes: [code, status].filter((one) => one !== undefined).join(' '), ...words };
}

/** The mail with the link once more, as its author could; the limits are the same. */
export async function announceForHelpDesk(
  desk: Desk,
  { recipientId, canonical }: { readonly recipientId: string; readonly canonical: string },
  staffId: string,
): Promise<AnnounceResult> {
  const row = await desk.database.query
    .selectFrom('recipients')
    .select('messageId')
    .where('id', '=', recipientId)
    .where('canonicalAddress', '=', canonical)
    .where('internal', '=', 0)
    .executeTakeFirst();
  return row === undefined
    ? 'changed'
    : announceAgain(desk, { messageId: row.messageId, recipientId, staffId });
}

/** Signs the owner of an address out everywhere. Throws RowForged. */
export async function endSessionsOf(
  desk: Desk,
  canonicalAddress: string,
  staffId: string,
): Promise<ActResult> {
  const account = await findAccountByAddress(desk, canonicalAddress);
  if (account === null) return 'changed';
  const { database, audit } = desk;
  const ended = database.query.deleteFrom('sessions').where('accountId', '=', account.id);
  const facts = { address: canonicalAddress, by: staffId };
  const entry = audit.entry({ event: 'help-desk-ended-sessions', accountId: account.id, facts });
  return commitAct(desk, '', [statement(ended), entry]);
}
