/**
 * The mails that tell about deliveries that failed or wait: to the reverse-path of the message, never in answer to a
 * null one, and with nothing of a message that was protected. Failures of our own mails to authors are reported to
 * nobody by mail: they would go to the address that just failed.
 */
import type { WrittenMailSealer, WrittenMailStatements } from '#src/queue/written-mails.ts';
import type { Clock } from '#src/base/clock.ts';
import { newMessageIdField } from '#src/notification/compose/mail.ts';
import {
  renderBounce,
  renderDelay,
  type Carried,
  type UndeliveredRecipient,
} from '#src/notification/bounce.ts';
import type { MailSite } from '#src/notification/mail-site.ts';
import type { DeliveryRow } from '#src/queue/delivery-queue.ts';
import { decodeXtext } from '#src/smtp/xtext.ts';
import type { Database } from '#src/storage/database.ts';

import { originalHeader } from './original-header.ts';
import type { OutgoingContent } from './outgoing-content.ts';

export interface ReportedAttempt {
  readonly reply: string;
  readonly enhanced: string | null;
  readonly nextHop: string | null;
}

export interface ReportSettings {
  readonly site: MailSite;
  readonly hostname: string;
  readonly mainDomain: string;
}

export interface FailureReportsOptions {
  readonly database: Pick<Database, 'query'>;
  readonly sealer: WrittenMailSealer;
  readonly content: OutgoingContent;
  readonly clock: Clock;
  readonly settings: () => ReportSettings;
}

type Report = WrittenMailStatements | null;

export class FailureReports {
  readonly #options: FailureReportsOptions;

  constructor(options: FailureReportsOptions) {
    this.#options = options;
  }

  /** Null where nobody is told. */
  failure(delivery: DeliveryRow, attempt: ReportedAttempt): Promise<Report> {
    return wants(delivery, 'FAILURE') ? this.#report(delivery, attempt, false) : Promise.resolve(null);
  }

  delay(delivery: DeliveryRow, attempt: ReportedAttempt): Promise<Report> {
    return wants(delivery, 'DELAY') ? this.#report(delivery, attempt, true) : Promise.resolve(null);
  }

  async #report(delivery: DeliveryRow, attempt: ReportedAttempt, isDelay: boolean): Promise<Report> {
    if (delivery.kind !== 'relay' && delivery.kind !== 'notice') return null;
    const message = await this.#messageOf(delivery);
    if (message === undefined || message.reversePath === '') return null;
    const { site, hostname, mainDomain } = this.#options.settings();
    const now = this.#options.clock.now();
    const data = {
      messageIdField: newMessageIdField(mainDomain),
      dateMs: now,
      to: message.reversePath,
      original: { messageIdField: message.originalMessageId, references: [] },
      sentMs: message.acceptedAt,
      reportingHost: hostname,
      envelopeId: message.dsnEnvelopeId === null ? null : decodeXtext(message.dsnEnvelopeId),
      recipients: [undelivered(delivery, attempt, now)],
      carried: await this.#carried(delivery),
    };
    const mail = isDelay
      ? renderDelay(site, { ...data, willRetryUntilMs: delivery.expiresAt })
      : renderBounce(site, data);
    return this.#options.sealer.seal(
      [{ kind: 'bounce', mail, recipientId: null, reversePath: '' }],
      message.id,
    );
  }

  /** A notice is about the message of its recipient row; a relayed mail is the message itself. */
  #messageOf(delivery: DeliveryRow) {
    const columns = ['id', 'reversePath', 'originalMessageId', 'acceptedAt', 'dsnEnvelopeId'] as const;
    const { query } = this.#options.database;
    if (delivery.kind === 'relay') {
      return query
        .selectFrom('messages')
        .where('id', '=', delivery.messageId)
        .select(columns)
        .executeTakeFirst();
    }
    return query
      .selectFrom('messages')
      .innerJoin('recipients', 'recipients.messageId', 'messages.id')
      .where('recipients.id', '=', delivery.recipientId)
      .select(columns.map((column) => `messages.${column}` as const))
      .executeTakeFirst();
  }

  async #carried(delivery: DeliveryRow): Promise<Carried> {
    if (delivery.kind === 'notice') return { kind: 'notice' };
    const row = await this.#options.database.query
      .selectFrom('recipients')
      .where('messageId', '=', delivery.messageId)
      .where('protection', 'not in', RELAYED_AS_IT_IS)
      .select('id')
      .limit(1)
      .executeTakeFirst();
    // Where any recipient of the message was protected, waits for an answer or was refused for want of protection,
    // nothing of it is repeated to anybody.
    if (row !== undefined) return { kind: 'protected-content' };
    return { kind: 'ordinary', headerFields: await originalHeader(this.#options.content, delivery) };
  }
}

/** What a recipient row says where nothing asked to protect the mail. */
const RELAYED_AS_IT_IS = ['internal', 'opportunistic-tls', 'encrypted-by-author'] as const;

/** RFC 3461 section 4.1: without NOTIFY, failures are reported and delays may be. */
function wants(delivery: DeliveryRow, what: 'FAILURE' | 'DELAY'): boolean {
  return delivery.dsnNotify === null || delivery.dsnNotify.split(',').includes(what);
}

function undelivered(delivery: DeliveryRow, attempt: ReportedAttempt, now: number): UndeliveredRecipient {
  return {
    address: delivery.recipient,
    originalRecipient:
      delivery.dsnOriginalRecipient === null ? null : decodeXtext(delivery.dsnOriginalRecipient),
    status: attempt.enhanced,
    reply: attempt.reply === '' ? null : attempt.reply,
    remoteHost: attempt.nextHop,
    lastAttemptMs: now,
  };
}
