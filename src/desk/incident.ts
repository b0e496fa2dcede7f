/** What the log knows of a message that went to the wrong recipient: the facts of the incident sheet. */
import type { AuditEventName } from '#src/audit/audit-event.ts';
import type { Database } from '#src/storage/database.ts';

import { recipientOf, type MessageRecipient } from './recipients-of.ts';

export const INCIDENT_EVENTS = [
  'message-accepted',
  'delivery-handed-over',
  'delivery-captured',
  'delivery-failed',
  'notice-bounced',
  'recipient-reminded',
  'notice-sent-again',
  'message-opened',
  'message-opened-again',
  'copy-kept',
  'reply-sent',
  'recipient-locked',
  'recipient-unlocked',
  'wrong-recipient-reported',
] as const satisfies readonly AuditEventName[];
export type IncidentEvent = (typeof INCIDENT_EVENTS)[number];

export interface Incident {
  readonly messageId: string;
  /** Raw address of the author. */
  readonly author: string;
  readonly sentAt: number;
  readonly sizeBytes: number;
  readonly reportedAt: number;
  readonly recipient: MessageRecipient;
  /** Oldest first. */
  readonly log: readonly { readonly at: number; readonly event: IncidentEvent }[];
  /** The log is longer than what is shown. */
  readonly cut: boolean;
}

const SHOWN = 200;

/** Null where nobody reported this recipient. Whether the one who asks may see it is the caller's to decide. */
export async function findIncident(
  database: Pick<Database, 'query'>,
  messageId: string,
  recipientId: string,
  now: number,
): Promise<Incident | null> {
  const { query } = database;
  const recipient = await recipientOf(database, messageId, recipientId, now);
  const message = await query
    .selectFrom('messages')
    .select(['authorAddress', 'acceptedAt', 'sizeBytes'])
    .where('id', '=', messageId)
    .executeTakeFirst();
  const reportedAt = recipient?.wrongRecipientAt ?? null;
  if (recipient === null || message === undefined || reportedAt === null) return null;
  const log = await query
    .selectFrom('audit_entries')
    .select(['at', 'event'])
    .where('messageId', '=', messageId)
    .where(({ or, eb }) => or([eb('recipientId', '=', recipientId), eb('event', '=', 'message-accepted')]))
    .where('event', 'in', INCIDENT_EVENTS)
    .orderBy('sequence')
    .limit(SHOWN + 1)
    .execute();
  return {
    messageId,
    author: message.authorAddress ?? '',
    sentAt: message.acceptedAt,
    sizeBytes: message.sizeBytes,
    reportedAt,
    recipient,
    log: log.slice(0, SHOWN).flatMap(({ at, event }) => {
      const known = INCIDENT_EVENTS.find((one) => one === event);
      return known === undefined ? [] : [{ at, event: known }];
    }),
    cut: log.length > SHOWN,
  };
}
