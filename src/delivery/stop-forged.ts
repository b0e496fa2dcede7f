/**
 * The end of a delivery whose row somebody wrote or changed in the database: loud, and nothing is sent. What the row
 * says is believed for nothing but whose recipient it names.
 */
import type { AttemptFacts, DeliveryRow } from '#src/queue/delivery-queue.ts';
import type { Database } from '#src/storage/database.ts';

import type { RecordOptions } from './record-outcome.ts';
import { settleRecipient } from './settle-recipient.ts';

/** Where it was the only way to its recipient, the recipient has failed, and the author is told. */
export async function stopForged(delivery: DeliveryRow, options: RecordOptions): Promise<void> {
  const { audit, clock, content, database, log, queue, reports } = options;
  const facts: AttemptFacts = {
    reply: 'the row of this delivery was not written by us',
    enhancedStatus: '5.7.0',
    tlsFacts: null,
  };
  log.error('a delivery was changed in the database; nothing was sent', { deliveryId: delivery.id });
  const recipient = await leftWithoutDelivery(delivery, database);
  const report = recipient === undefined ? null : await reports.forged(delivery, recipient.address);
  const { id, messageId } = recipient ?? { id: null, messageId: delivery.messageId };
  try {
    await database.commit([
      queue.settle(delivery, 'failed', facts),
      ...(id === null
        ? []
        : [settleRecipient(database.query, { state: 'failed', reply: facts.reply, now: clock.now(), id })]),
      ...[...new Set([delivery.messageId, messageId])].flatMap((one) => queue.destroySpoolWrapWhenDone(one)),
      audit.entry({
        event: 'tamper-detected',
        messageId,
        recipientId: id,
        facts: { table: 'deliveries', row: delivery.id },
      }),
      ...(report?.statements ?? []),
    ]);
  } catch (error) {
    await report?.abandon(error);
    throw error;
  }
  content.forget(messageId);
  if (report !== null) options.onQueued();
}

/** The recipient that the row names, unless another delivery is still to reach them. */
function leftWithoutDelivery(delivery: DeliveryRow, { query }: Pick<Database, 'query'>) {
  return query
    .selectFrom('recipients')
    .select(['id', 'messageId', 'address'])
    .where('id', '=', delivery.recipientId)
    .where('state', '=', 'queued')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('deliveries')
            .select('id')
            .where('recipientId', '=', delivery.recipientId)
            .where('id', '<>', delivery.id)
            .where('kind', 'in', ['relay', 'notice'])
            .where('state', 'in', ['queued', 'held']),
        ),
      ),
    )
    .executeTakeFirst();
}
