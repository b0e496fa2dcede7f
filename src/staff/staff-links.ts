/**
 * Links that work once: mailed to an address to prove it (15 minutes, in the browser that asked), or printed on the
 * host to invite somebody (24 hours, in any browser). The database has their keyed hash. Looking at one changes
 * nothing, so a scanner that follows links uses none up.
 */
import { requireMac } from '#src/accounts/row-mac.ts';
import { equalBytes, lengthPrefixed, sha256 } from '#src/base/bytes.ts';
import { HOUR_MS, MINUTE_MS } from '#src/base/clock.ts';
import type { RandomSource } from '#src/base/identifiers.ts';
import type { MailAddress } from '#src/base/mail-address.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';
import type { StaffLinksTable } from '#src/storage/tables.ts';

import type { HigherRole } from './roles.ts';
import type { StaffContext } from './staff-context.ts';
import { staffLinkMac } from './staff-macs.ts';

export const MAILED_LINK_MS = 15 * MINUTE_MS;
export const INVITE_MS = 24 * HOUR_MS;

const TOKEN_BYTES = 32;
const TOKEN = /^[\w-]{43}$/u;

type LinkContext = Pick<StaffContext, 'database' | 'keys' | 'clock'>;

export interface NewStaffLink {
  readonly purpose: StaffLinksTable['purpose'];
  readonly address: Pick<MailAddress, 'canonical' | 'raw'>;
  readonly staffId: string | null;
  readonly role: HigherRole | null;
  /** Hash of the cookie of the browser that asked; null: any browser. */
  readonly browserHash: Uint8Array | null;
}

/** A new token for a link: 43 characters of base64url. */
export function newLinkToken(random: RandomSource): string {
  return random(TOKEN_BYTES).toString('base64url');
}

/** What makes a link valid, from `digestOfLink` of its token. */
export function insertStaffLink(context: LinkContext, digest: Uint8Array, link: NewStaffLink): Statement {
  const { keys, clock, database } = context;
  const now = clock.now();
  const row = {
    tokenHash: hashLink(keys, digest),
    purpose: link.purpose,
    canonicalAddress: link.address.canonical,
    address: link.address.raw,
    staffId: link.staffId,
    role: link.role,
    browserHash: link.browserHash,
    createdAt: now,
    expiresAt: now + (link.purpose === 'invite' ? INVITE_MS : MAILED_LINK_MS),
  };
  const insert = database.query.insertInto('staff_links').values({ ...row, mac: staffLinkMac(keys, row) });
  return statement(insert, exactlyOne);
}

/** The link of a token; null where there is none, it was used, or its time is over. Throws RowForged. */
export async function findStaffLink(
  { database, keys, clock }: LinkContext,
  token: string,
  purpose: StaffLinksTable['purpose'],
): Promise<StaffLinksTable | null> {
  if (!TOKEN.test(token)) return null;
  const row = await database.query
    .selectFrom('staff_links')
    .selectAll()
    .where('tokenHash', '=', hashLink(keys, digestOfLink(token)))
    .executeTakeFirst();
  if (row === undefined) return null;
  requireMac('staff_links', row.canonicalAddress, staffLinkMac(keys, row), row.mac);
  return row.purpose === purpose && clock.now() < row.expiresAt ? row : null;
}

/** Uses it up: of two units with this statement one fails. */
export function useStaffLink({ database }: Pick<LinkContext, 'database'>, link: StaffLinksTable): Statement {
  return statement(
    database.query
      .deleteFrom('staff_links')
      .where('tokenHash', '=', link.tokenHash)
      .where('mac', '=', link.mac),
    exactlyOne,
  );
}

/** Whether it was this browser that asked. */
export function isOfBrowser(link: StaffLinksTable, browserHash: Uint8Array | null): boolean {
  return link.browserHash === null || (browserHash !== null && equalBytes(link.browserHash, browserHash));
}

export function sweepStaffLinks({ database, clock }: Pick<LinkContext, 'database' | 'clock'>): Statement {
  return statement(database.query.deleteFrom('staff_links').where('expiresAt', '<', clock.now()));
}

/** What a link keeps of the browser's cookie. */
export function hashBrowser(token: string): Buffer {
  return sha256('staff-browser', token);
}

/** Who invites hands the gateway this much of the token, and keeps the token itself. */
export function digestOfLink(token: string): Buffer {
  return sha256('staff-link', token);
}

function hashLink(keys: LinkContext['keys'], digest: Uint8Array): Buffer {
  return keys.mac('verifier', lengthPrefixed('staff-link', digest));
}
