/**
 * What happens to mail for a partner whose channel can't be verified in time: it becomes a secure message. The delivery
 * that waited ends in the same transaction, so that the mail goes one way or the other and never both.
 */
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { DeliveryRow } from '#src/queue/delivery-queue.ts';
import type { Database, Statement } from '#src/storage/database.ts';

import { SecureLater, type PreparedProtection, type SecureLaterOptions } from './secure-later.ts';

export interface ChannelFallbackOptions extends SecureLaterOptions {
  readonly database: Pick<Database, 'query'>;
  readonly audit: AuditLog;
}

export class ChannelFallback {
  readonly #options: ChannelFallbackOptions;
  readonly #secureLater: SecureLater;

  constructor(options: ChannelFallbackOptions) {
    this.#options = options;
    this.#secureLater = new SecureLater(options);
  }

  /**
   * The statements that protect the delivery's recipient as a secure message; the caller adds the end of the delivery.
   * Null where the delivery has no recipient that could be protected. Throws as SecureLater.prepare does.
   */
  async prepare(delivery: DeliveryRow, why: string): Promise<PreparedProtection | null> {
    const { query } = this.#options.database;
    const message = await query
      .selectFrom('messages')
      .leftJoin('wraps', (join) =>
        join.onRef('wraps.messageId', '=', 'messages.id').on('wraps.holderKind', '=', 'spool'),
      )
      .where('messages.id', '=', delivery.messageId)
      .selectAll('messages')
      .select(['wraps.kid', 'wraps.wrap'])
      .executeTakeFirst();
    const recipient = await query
      .selectFrom('recipients')
      .where('id', '=', delivery.recipientId)
      .where('messageId', '=', delivery.messageId)
      .selectAll()
      .executeTakeFirst();
    if (message === undefined || recipient === undefined) return null;
    const prepared = await this.#secureLater.prepare(message, [recipient], 'partner-domain');
    return {
      statements: [...prepared.statements, this.#auditEntry(delivery, why)],
      abandon: (cause) => prepared.abandon(cause),
    };
  }

  #auditEntry(delivery: DeliveryRow, why: string): Statement {
    return this.#options.audit.entry({
      event: 'channel-not-verified',
      messageId: delivery.messageId,
      recipientId: delivery.recipientId,
      facts: { domain: delivery.domain, why: why.slice(0, 200), instead: 'secure-message' },
    });
  }
}
