/** Who is reading: a valid session, its account, and the addresses that the account proved. */
import type { FastifyRequest } from 'fastify';

import { findAccount, isConfirmed, provenAddresses } from '#src/accounts/account-directory.ts';
import type { PortalSession } from '#src/accounts/sessions.ts';
import { MINUTE_MS } from '#src/base/clock.ts';
import { Refusal } from '#src/http/refusal.ts';
import type { AccountAddressesTable, AccountsTable } from '#src/storage/tables.ts';

import type { PortalContext } from '../portal-context.ts';

export interface Reader {
  readonly session: PortalSession;
  readonly account: AccountsTable;
  readonly addresses: readonly AccountAddressesTable[];
}

/** Null where nobody is signed in. Throws RowForged where what would let them in is forged. */
export async function findReader(portal: PortalContext, request: FastifyRequest): Promise<Reader | null> {
  const session = await portal.sessions.find(portal.cookies.read(request, 'session'), 'recipient');
  if (session === null || session.accountId === null) return null;
  const account = await findAccount(portal, session.accountId);
  if (account === null || account.state !== 'active') return null;
  // A session from before a reset was ended by it; a row put back into the table does not bring it back.
  if (account.resetAt !== null && session.createdAt < account.resetAt) return null;
  const proofs = await provenAddresses(portal, account.id);
  // The first one stands for the account: not one that rests since a reset through another.
  const addresses = proofs.toSorted(
    (a, b) => Number(isConfirmed(b, account)) - Number(isConfirmed(a, account)),
  );
  return { session, account, addresses };
}

/** Like `findReader`, counted as activity. Throws Refusal 401 `session-needed`. */
export async function requireReader(portal: PortalContext, request: FastifyRequest): Promise<Reader> {
  const reader = await findReader(portal, request);
  if (reader === null) throw sessionNeeded();
  return { ...reader, session: await portal.sessions.touch(reader.session) };
}

/** How long after signing in somebody may change who gets in. */
const RECENT_MS = 15 * MINUTE_MS;

/**
 * For what a session that somebody took, or left open, must not do: change who reads. Throws Refusal 403
 * `sign-in-again`, whatever the account signs in with.
 */
export function requireRecentSignIn(portal: PortalContext, reader: Reader): void {
  if (isRecent(portal, reader)) return;
  throw new Refusal(403, 'sign-in-again', 'Please sign in again first.');
}

/** Whether the reader signed in so lately that an unattended screen is unlikely. */
export function isRecent(portal: PortalContext, reader: Reader): boolean {
  return portal.clock.now() - reader.session.createdAt < RECENT_MS;
}

/** Like `requireReader` and `requireRecentSignIn` together. */
export async function requireRecentReader(portal: PortalContext, request: FastifyRequest): Promise<Reader> {
  const reader = await requireReader(portal, request);
  requireRecentSignIn(portal, reader);
  return reader;
}

export function sessionNeeded(): Refusal {
  return new Refusal(401, 'session-needed', 'Please sign in.');
}

export function canonicalAddresses(reader: Reader): readonly string[] {
  return reader.addresses.map((proof) => proof.canonicalAddress);
}
