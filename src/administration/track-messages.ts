/**
 * What became of messages, for officers who never see content: found by author, recipient, message code, Message-ID, days
 * and state. Neither subjects nor names of files are read here; each search and each look is an audit entry that names
 * who looked, and for what.
 */
import { hashMessageCode } from '#src/accounts/link-tokens.ts';
import { parseMessageCode } from '#src/base/identifiers.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import type { RecipientState } from '#src/storage/tables.ts';

import type { AdministrationContext, Officer } from './administration-context.ts';

export const TRACKED_STATES = [
  'queued',
  'held',
  'handed-over',
  'notified',
  'opened',
  'failed',
  'expired',
  'returned',
  'cancelled',
] as const satisfies readonly RecipientState[];

/** As it was typed; an empty text asks for nothing. */
export interface TrackingQuestion {
  readonly author: string;
  readonly recipient: string;
  readonly code: string;
  readonly messageId: string;
  readonly state: RecipientState | '';
  /** Moments (ms); null: from the first, to the last. */
  readonly from: number | null;
  readonly until: number | null;
  /** Only messages that are older than this one; null: from the newest. */
  readonly before: string | null;
}

export interface TrackedMessage {
  readonly id: string;
  readonly acceptedAt: number;
  /** Raw address; empty: nobody inside is its author. */
  readonly author: string;
}

export interface TrackedMessages {
  readonly messages: readonly TrackedMessage[];
  /** Where the next page begins; null: there is none. */
  readonly next: string | null;
}

export const TRACKED_ON_A_PAGE = 25;

/** Recorded before anything is shown. */
export async function trackMessages(
  context: AdministrationContext,
  officer: Officer,
  question: TrackingQuestion,
): Promise<TrackedMessages> {
  const { author, recipient, code, messageId, state, from, until } = question;
  const asked = { author, recipient, code, messageId, state, from, until };
  const facts = Object.fromEntries(
    Object.entries(asked).filter(([, value]) => value !== '' && value !== null),
  );
  await context.audit.record({ event: 'messages-tracked', facts: { ...facts, by: officer.staffId } });
  const rows = await selectTracked(context, question);
  const messages = rows.slice(0, TRACKED_ON_A_PAGE);
  return { messages, next: rows.length > messages.length ? (messages.at(-1)?.id ?? null) : null };
}

async function selectTracked(
  { database, keys }: AdministrationContext,
  question: TrackingQuestion,
): Promise<readonly TrackedMessage[]> {
  const { author, recipient, code, messageId, state, from, until, before } = question;
  const codeHash = code === '' ? null : hashMessageCode(keys, parseMessageCode(code) ?? '');
  const wantsRecipient = recipient !== '' || codeHash !== null || state !== '';
  let select = database.query
    .selectFrom('messages')
    .select(['id', 'acceptedAt', 'authorAddress', 'fromAddress', 'reversePath'])
    .where('purpose', '=', 'submitted');
  if (author !== '') select = select.where('authorCanonical', '=', canonical(author));
  if (messageId !== '') select = select.where('originalMessageId', '=', bracketed(messageId));
  if (from !== null) select = select.where('acceptedAt', '>=', from);
  if (until !== null) select = select.where('acceptedAt', '<', until);
  if (before !== null) select = select.where('id', '<', before);
  if (wantsRecipient)
    select = select.where(({ exists, selectFrom }) => {
      let recipients = selectFrom('recipients')
        .select('recipients.id')
        .whereRef('recipients.messageId', '=', 'messages.id');
      if (recipient !== '')
        recipients = recipients.where('recipients.canonicalAddress', '=', canonical(recipient));
      if (codeHash !== null) recipients = recipients.where('recipients.messageCodeHash', '=', codeHash);
      if (state !== '') recipients = recipients.where('recipients.state', '=', state);
      return exists(recipients);
    });
  const rows = await select
    .orderBy('id', 'desc')
    .limit(TRACKED_ON_A_PAGE + 1)
    .execute();
  return rows.map(({ id, acceptedAt, authorAddress, fromAddress, reversePath }) => ({
    id,
    acceptedAt,
    author: authorAddress ?? fromAddress ?? reversePath,
  }));
}

function canonical(typed: string): string {
  return parseMailAddress(typed)?.canonical ?? typed.toLowerCase();
}

function bracketed(messageId: string): string {
  return messageId.startsWith('<') ? messageId : `<${messageId}>`;
}

/** One try to hand a mail over, or what waits to be tried. */
export interface TrackedDelivery {
  readonly id: string;
  readonly kind: string;
  readonly recipient: string;
  readonly state: string;
  readonly attempts: number;
  readonly createdAt: number;
  readonly settledAt: number | null;
  /** Null where nothing is to be tried any more. */
  readonly nextAttemptAt: number | null;
  /** What the server said last. */
  readonly lastReply: string | null;
  /** Such as `TLSv1.3, dane`; null: no connection, or none with TLS. */
  readonly tls: string | null;
}

export interface TrackedEvent {
  readonly at: number;
  readonly event: string;
  /** Address of the recipient; null: the whole message. */
  readonly recipient: string | null;
}

export interface TrackedMessageDetail extends TrackedMessage {
  readonly messageIdField: string | null;
  readonly sizeBytes: number;
  readonly submitter: string;
  readonly keptUntil: number | null;
  readonly recipients: readonly {
    readonly address: string;
    readonly protection: string;
    readonly rule: string;
    readonly state: string;
    readonly firstOpenedAt: number | null;
    readonly locked: boolean;
    readonly lastReply: string | null;
  }[];
  readonly deliveries: readonly TrackedDelivery[];
  readonly events: readonly TrackedEvent[];
  /** More recipients, mails or events than are shown. */
  readonly cut: boolean;
}

const SHOWN = 200;

/** Null where there is no such message. Recorded before it is shown. */
export async function trackMessage(
  context: AdministrationContext,
  officer: Officer,
  id: string,
): Promise<TrackedMessageDetail | null> {
  const { query } = context.database;
  const message = await query
    .selectFrom('messages')
    .select([
      'id',
      'acceptedAt',
      'authorAddress',
      'fromAddress',
      'reversePath',
      'originalMessageId',
      'sizeBytes',
      'submitterAddress',
      'submitterName',
      'keptUntil',
    ])
    .where('id', '=', id)
    .where('purpose', '=', 'submitted')
    .executeTakeFirst();
  if (message === undefined) return null;
  await context.audit.record({ event: 'message-tracked', messageId: id, facts: { by: officer.staffId } });
  const recipients = await query
    .selectFrom('recipients')
    .select(['id', 'address', 'protection', 'rule', 'state', 'firstOpenedAt', 'lockedAt', 'lastReply'])
    .where('messageId', '=', id)
    .orderBy('id')
    .limit(SHOWN + 1)
    .execute();
  const deliveries = await selectDeliveries(context, id);
  const addresses = new Map(recipients.map((one) => [one.id, one.address]));
  const events = await query
    .selectFrom('audit_entries')
    .select(['at', 'event', 'recipientId'])
    .where('messageId', '=', id)
    .orderBy('sequence')
    .limit(SHOWN + 1)
    .execute();
  return {
    id,
    acceptedAt: message.acceptedAt,
    author: message.authorAddress ?? message.fromAddress ?? message.reversePath,
    messageIdField: message.originalMessageId,
    sizeBytes: message.sizeBytes,
    submitter: message.submitterName ?? message.submitterAddress,
    keptUntil: message.keptUntil,
    recipients: recipients
      .slice(0, SHOWN)
      .map(({ lockedAt, id: _id, ...shown }) => ({ ...shown, locked: lockedAt !== null })),
    deliveries: deliveries.slice(0, SHOWN),
    events: events.slice(0, SHOWN).map(({ at, event, recipientId }) => ({
      at,
      event,
      recipient: addresses.get(recipientId ?? '') ?? null,
    })),
    cut: [recipients, deliveries, events].some((list) => list.length > SHOWN),
  };
}

/** Of the message, and of the mails that we wrote about it. */
async function selectDeliveries(
  { database }: AdministrationContext,
  messageId: string,
): Promise<readonly TrackedDelivery[]> {
  const rows = await database.query
    .selectFrom('deliveries')
    .innerJoin('messages', 'messages.id', 'deliveries.messageId')
    .select([
      'deliveries.id',
      'deliveries.kind',
      'deliveries.recipient',
      'deliveries.state',
      'deliveries.attempts',
      'deliveries.createdAt',
      'deliveries.settledAt',
      'deliveries.nextAttemptAt',
      'deliveries.lastReply',
      'deliveries.tlsFacts',
    ])
    .where(({ eb, or }) =>
      or([eb('messages.id', '=', messageId), eb('messages.aboutMessageId', '=', messageId)]),
    )
    .orderBy('deliveries.id')
    .limit(SHOWN + 1)
    .execute();
  return rows.map(({ tlsFacts, nextAttemptAt, ...row }) => ({
    ...row,
    nextAttemptAt: row.state === 'queued' ? nextAttemptAt : null,
    tls: tlsInWords(tlsFacts),
  }));
}

function tlsInWords(json: string | null): string | null {
  if (json === null) return null;
  const { version, verifiedBy } = JSON.parse(json) as { version?: string; verifiedBy?: string | null };
  if (version === undefined) return null;
  return verifiedBy == null ? `${version}, not verified` : `${version}, ${verifiedBy}`;
}
