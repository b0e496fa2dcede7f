/** The recipient that an address of ours was made for, with what is known of its message and of the notice. */
import { isInternalDomain } from '#src/policy/domains.ts';
import { parseMailAddress, type MailAddress } from '#src/base/mail-address.ts';
import type { DeliveryRow } from '#src/queue/delivery-queue.ts';
import type { Database } from '#src/storage/database.ts';
import type { RecipientState } from '#src/storage/tables.ts';

export interface ReturnTarget {
  readonly recipientId: string;
  readonly messageId: string;
  readonly canonicalAddress: string;
  readonly state: RecipientState;
  readonly firstOpenedAt: number | null;
  readonly keptUntil: number | null;
  /** Where mail for the author goes, at one of our domains; null where there is no such address. */
  readonly author: MailAddress | null;
}

/** Null where the recipient is no longer known. */
export async function findReturnTarget(
  { query }: Pick<Database, 'query'>,
  recipientId: string,
  internalDomains: readonly string[],
): Promise<ReturnTarget | null> {
  const row = await query
    .selectFrom('recipients')
    .innerJoin('messages', 'messages.id', 'recipients.messageId')
    .where('recipients.id', '=', recipientId)
    .select([
      'recipients.messageId',
      'recipients.canonicalAddress',
      'recipients.state',
      'recipients.firstOpenedAt',
      'messages.keptUntil',
      'messages.reversePath',
      'messages.authorAddress',
    ])
    .executeTakeFirst();
  if (row === undefined) return null;
  const { reversePath, authorAddress, ...target } = row;
  const author = ours(reversePath, internalDomains) ?? ours(authorAddress ?? '', internalDomains);
  return { ...target, recipientId, author };
}

function ours(address: string, internalDomains: readonly string[]): MailAddress | null {
  const parsed = address === '' ? null : parseMailAddress(address);
  return parsed !== null && isInternalDomain(parsed.domain, internalDomains) ? parsed : null;
}

/** The delivery of the recipient's notice; undefined where there is none. */
export function findNoticeDelivery(
  { query }: Pick<Database, 'query'>,
  recipientId: string,
): Promise<DeliveryRow | undefined> {
  return query
    .selectFrom('deliveries')
    .where('recipientId', '=', recipientId)
    .where('kind', '=', 'notice')
    .orderBy('id', 'desc')
    .selectAll()
    .limit(1)
    .executeTakeFirst();
}
