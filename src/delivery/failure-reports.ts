/**
 * The mails that tell about deliveries that failed or wait: to the reverse-path of the message, never in answer to a
 * null one (but who wrote a reply on the site is known otherwise), and with nothing of a message that was protected.
 * Failures of our own mails to authors are reported to nobody by mail: they would go to the address that just failed.
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
import { renderPassedOn } from '#src/notification/passed-on.ts';
import { renderReturned } from '#src/notification/returned.ts';
import type { WrittenMail } from '#src/notification/written-mail.ts';
import type { DeliveryRow } from '#src/queue/delivery-queue.ts';
import { decodeXtext } from '#src/smtp/xtext.ts';
import type { Database } from '#src/storage/database.ts';
import type { MessagesTable } from '#src/storage/tables.ts';

import { writeReplyFailed } from './failed-reply.ts';
import { originalHeader } from './original-header.ts';
import type { OutgoingContent } from './outgoing-content.ts';

export interface ReportedAttempt {
  readonly reply: string;
  readonly enhanced: string | null;
  readonly nextHop: string | null;
  /** No next hop is at fault: the people who run this gateway look at the delivery. */
  readonly waitsHere?: boolean | undefined;
}

const REPORTED_COLUMNS = ['id', 'reversePath', 'originalMessageId', 'acceptedAt', 'dsnEnvelopeId'] as const;

type ReportedMessage = Pick<MessagesTable, (typeof REPORTED_COLUMNS)[number]>;

export interface ReportSettings {
  /** By the author of the message that a mail is about. */
  siteOf(author: string | null): MailSite;
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

  /** A person ended the delivery: what was not sent, and whom to ask. */
  async cancelled(delivery: DeliveryRow): Promise<Report> {
    if (!wants(delivery, 'FAILURE')) return null;
    const message = await this.#messageToReport(delivery);
    if (message === null) return null;
    return this.#returned(delivery, message, 'cancelled', delivery.recipient);
  }

  /** The row of the delivery is not as we wrote it, whatever it says: `address` is that of its recipient. */
  async forged(delivery: DeliveryRow, address: string): Promise<Report> {
    const message = await this.#messageOfRecipient(delivery.recipientId);
    return message === undefined ? null : this.#returned(delivery, message, 'record-changed', address);
  }

  #returned(
    delivery: DeliveryRow,
    message: ReportedMessage,
    kind: 'cancelled' | 'record-changed',
    address: string,
  ): Promise<Report> {
    if (message.reversePath === '') return this.#tellWriter(delivery, message);
    const mail = renderReturned(this.#options.settings().siteOf(message.reversePath), {
      ...this.#frame(message),
      reason: { kind },
      recipients: [{ address, originalRecipient: originalRecipientOf(delivery) }],
    });
    return this.#seal(mail, message.id);
  }

  delay(delivery: DeliveryRow, attempt: ReportedAttempt): Promise<Report> {
    return wants(delivery, 'DELAY') ? this.#report(delivery, attempt, true) : Promise.resolve(null);
  }

  /**
   * A next hop that knows nothing of reports has the mail: whoever asked for one of success is told that none will come
   * (RFC 3461 section 5.2.2). Null where nobody asked.
   */
  async passedOn(delivery: DeliveryRow, nextHop: string): Promise<Report> {
    if (delivery.kind !== 'relay' || !asksFor(delivery, 'SUCCESS')) return null;
    const message = await this.#messageToReport(delivery);
    if (message === null || message.reversePath === '') return null;
    const mail = renderPassedOn(this.#options.settings().siteOf(message.reversePath), {
      ...this.#frame(message),
      recipient: {
        address: delivery.recipient,
        originalRecipient: originalRecipientOf(delivery),
        remoteHost: nextHop,
        passedOnMs: this.#options.clock.now(),
      },
      carried: await this.#carried(delivery),
    });
    return this.#seal(mail, message.id);
  }

  async #report(delivery: DeliveryRow, attempt: ReportedAttempt, isDelay: boolean): Promise<Report> {
    const message = await this.#messageToReport(delivery);
    if (message === null) return null;
    if (message.reversePath === '') return isDelay ? null : this.#tellWriter(delivery, message);
    const site = this.#options.settings().siteOf(message.reversePath);
    const data = {
      ...this.#frame(message),
      recipients: [undelivered(delivery, attempt, this.#options.clock.now())],
      // What is set aside because of its content is not opened for this.
      carried: attempt.waitsHere === true ? PROTECTED : await this.#carried(delivery),
    };
    const mail = isDelay
      ? renderDelay(site, { ...data, willRetryUntilMs: delivery.expiresAt, waitsHere: attempt.waitsHere })
      : renderBounce(site, data);
    return this.#seal(mail, message.id);
  }

  /** A null reverse-path is answered only where it is that of a reply from the site. */
  async #tellWriter(delivery: DeliveryRow, { id }: ReportedMessage): Promise<Report> {
    const mail = await writeReplyFailed(delivery, id, this.#options);
    return mail === null ? null : this.#options.sealer.seal([mail], id);
  }

  #frame(message: ReportedMessage) {
    const { hostname, mainDomain } = this.#options.settings();
    return {
      messageIdField: newMessageIdField(mainDomain),
      dateMs: this.#options.clock.now(),
      to: message.reversePath,
      original: { messageIdField: message.originalMessageId, references: [] },
      sentMs: message.acceptedAt,
      reportingHost: hostname,
      envelopeId: message.dsnEnvelopeId === null ? null : decodeXtext(message.dsnEnvelopeId),
    };
  }

  #seal(mail: WrittenMail, aboutMessageId: string): Promise<Report> {
    return this.#options.sealer.seal(
      [{ kind: 'bounce', mail, recipientId: null, reversePath: '' }],
      aboutMessageId,
    );
  }

  /** Null where nobody is told: mails of our own to authors. */
  async #messageToReport(delivery: DeliveryRow): Promise<ReportedMessage | null> {
    if (delivery.kind !== 'relay' && delivery.kind !== 'notice') return null;
    return (await this.#messageOf(delivery)) ?? null;
  }

  /** A notice is about the message of its recipient row; a relayed mail is the message itself. */
  #messageOf(delivery: DeliveryRow): Promise<ReportedMessage | undefined> {
    if (delivery.kind !== 'relay') return this.#messageOfRecipient(delivery.recipientId);
    return this.#options.database.query
      .selectFrom('messages')
      .where('id', '=', delivery.messageId)
      .select(REPORTED_COLUMNS)
      .executeTakeFirst();
  }

  #messageOfRecipient(recipientId: string | null): Promise<ReportedMessage | undefined> {
    return this.#options.database.query
      .selectFrom('messages')
      .innerJoin('recipients', 'recipients.messageId', 'messages.id')
      .where('recipients.id', '=', recipientId)
      .select(REPORTED_COLUMNS.map((column) => `messages.${column}` as const))
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
    if (row !== undefined) return PROTECTED;
    return { kind: 'ordinary', headerFields: await originalHeader(this.#options.content, delivery) };
  }
}

const PROTECTED: Carried = { kind: 'protected-content' };

/** What a recipient row says where nothing asked to protect the mail. */
const RELAYED_AS_IT_IS = ['internal', 'opportunistic-tls', 'encrypted-by-author'] as const;

/** RFC 3461 section 4.1: without NOTIFY, failures are reported and delays may be. */
function wants(delivery: DeliveryRow, what: 'FAILURE' | 'DELAY'): boolean {
  return delivery.dsnNotify === null || asksFor(delivery, what);
}

function asksFor({ dsnNotify }: DeliveryRow, what: 'SUCCESS' | 'FAILURE' | 'DELAY'): boolean {
  return dsnNotify?.split(',').includes(what) === true;
}

function undelivered(delivery: DeliveryRow, attempt: ReportedAttempt, now: number): UndeliveredRecipient {
  return {
    address: delivery.recipient,
    originalRecipient: originalRecipientOf(delivery),
    status: attempt.enhanced,
    reply: attempt.reply === '' ? null : attempt.reply,
    remoteHost: attempt.nextHop,
    lastAttemptMs: now,
  };
}

function originalRecipientOf({ dsnOriginalRecipient }: DeliveryRow): string | null {
  return dsnOriginalRecipient === null ? null : decodeXtext(dsnOriginalRecipient);
}
