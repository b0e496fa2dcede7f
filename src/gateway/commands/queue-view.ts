/** What an operator sees of a delivery and of a message: addresses, times, states, replies; never subject or content. */
import { Type, type Static } from 'typebox';

import type { DeliveryRow } from '#src/queue/delivery-queue.ts';
import type { Database } from '#src/storage/database.ts';

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()]);

export const DELIVERY_STATES = [
  'queued',
  'held',
  'handed-over',
  'captured',
  'failed',
  'expired',
  'cancelled',
] as const;

/** Times are milliseconds since 1970. */
export const DeliveryView = Type.Object({
  id: Type.String(),
  message: Type.String(),
  kind: Type.String(),
  to: Type.String(),
  domain: Type.String(),
  route: Type.String(),
  state: Type.String(),
  beingSent: Type.Boolean(),
  attempts: Type.Integer(),
  queuedAt: Type.Integer(),
  nextAttemptAt: orNull(Type.Integer()),
  expiresAt: orNull(Type.Integer()),
  heldAt: orNull(Type.Integer()),
  heldReason: orNull(Type.String()),
  crashes: Type.Integer(),
  settledAt: orNull(Type.Integer()),
  lastReply: orNull(Type.String()),
  status: orNull(Type.String()),
  needsVerifiedTls: Type.Boolean(),
  /** JSON of the last attempt's TLS facts. */
  tls: orNull(Type.String()),
});
export type DeliveryView = Static<typeof DeliveryView>;

export const RecipientView = Type.Object({
  id: Type.String(),
  address: Type.String(),
  state: Type.String(),
  protection: Type.String(),
  reason: Type.String(),
  rule: Type.String(),
  firstOpenedAt: orNull(Type.Integer()),
  lastReply: orNull(Type.String()),
});

export const MessageView = Type.Object({
  id: Type.String(),
  purpose: Type.String(),
  acceptedAt: Type.Integer(),
  author: orNull(Type.String()),
  reversePath: Type.String(),
  submitter: Type.String(),
  sizeBytes: Type.Integer(),
  /** Until then the author may answer the question whether to send it secured. */
  asksAuthorUntil: orNull(Type.Integer()),
  /** Until then the security officer may answer whether it goes out. */
  asksOfficerUntil: orNull(Type.Integer()),
  recipients: Type.Array(RecipientView),
  deliveries: Type.Array(DeliveryView),
});
export type MessageView = Static<typeof MessageView>;

const MAX_REPLY_CHARACTERS = 300;

export function deliveryView(row: DeliveryRow): DeliveryView {
  const waits = row.state === 'queued' || row.state === 'held';
  return {
    id: row.id,
    message: row.messageId,
    kind: row.kind,
    to: row.recipient,
    domain: row.domain,
    route: row.route,
    state: row.state,
    beingSent: row.state === 'queued' && row.leaseOwner !== null,
    attempts: row.attempts,
    queuedAt: row.createdAt,
    nextAttemptAt: row.state === 'queued' ? row.nextAttemptAt : null,
    expiresAt: waits ? row.expiresAt : null,
    heldAt: row.heldAt,
    heldReason: row.heldReason,
    crashes: row.crashes ?? 0,
    settledAt: row.settledAt,
    lastReply: printable(row.lastReply),
    status: row.lastEnhancedStatus,
    needsVerifiedTls: row.tlsRequirement === 'verified',
    tls: row.tlsFacts,
  };
}

/** Null where there is no such message. */
export async function messageView(
  query: Database['query'],
  messageId: string,
  deliveries: readonly DeliveryRow[],
): Promise<MessageView | null> {
  const message = await query
    .selectFrom('messages')
    .select([
      'id',
      'purpose',
      'acceptedAt',
      'fromAddress',
      'authorAddress',
      'reversePath',
      'submitterAddress',
      'sizeBytes',
      'holdUntil',
      'holdFor',
    ])
    .where('id', '=', messageId)
    .executeTakeFirst();
  if (message === undefined) return null;
  const recipients = await query
    .selectFrom('recipients')
    .select(['id', 'address', 'state', 'protection', 'reason', 'rule', 'firstOpenedAt', 'lastReply'])
    .where('messageId', '=', messageId)
    .orderBy('id')
    .execute();
  return {
    id: message.id,
    purpose: message.purpose,
    acceptedAt: message.acceptedAt,
    author: message.fromAddress ?? message.authorAddress,
    reversePath: message.reversePath,
    submitter: message.submitterAddress,
    sizeBytes: message.sizeBytes,
    asksAuthorUntil: message.holdFor === 'officer' ? null : message.holdUntil,
    asksOfficerUntil: message.holdFor === 'officer' ? message.holdUntil : null,
    recipients: recipients.map((row) => ({ ...row, lastReply: printable(row.lastReply) })),
    deliveries: deliveries.map(deliveryView),
  };
}

/** What another server said goes to a terminal: no control characters. */
function printable(reply: string | null): string | null {
  if (reply === null || reply === '') return null;
  return reply.replaceAll(/\p{C}/gu, ' ').slice(0, MAX_REPLY_CHARACTERS);
}
