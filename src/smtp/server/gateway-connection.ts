/**
 * Mail transactions of a session: MAIL, RCPT and DATA, and who decides about them. They are ours and not
 * smtp-server's, because the library rebuilds addresses, takes unknown parameters and lets a message end before its
 * handler has decided. It knows SMTP and nothing of what the mail is for. RFC 5321 sections 3.3 and 4.1.1.
 */
import type { Socket } from 'node:net';

import type { SMTPServer } from 'smtp-server';

import { parseMailCommand } from './address-command.ts';
import type { ContentFeed } from './content-feed.ts';
import { MailTransaction } from './mail-transaction.ts';
import { LOCAL_ERROR, contentRefused } from './replies.ts';
import { AuthConnection, type AuthOptions } from './auth-connection.ts';
import type { Admission } from './session-connection.ts';
import type { SmtpReply, TransactionHandler } from './smtp-transaction.ts';

export interface GatewayOptions extends AuthOptions {
  /** Offer REQUIRETLS inside TLS. */
  readonly offersRequireTls: boolean;
  readonly maxRecipients: number;
  readonly handler: TransactionHandler;
}

type Next = () => void;

const NO_CLIENT: SmtpReply = {
  code: 550,
  enhanced: '5.7.1',
  text: 'The load balancer names no client on this connection',
};

export class GatewayConnection extends AuthConnection {
  readonly #gateway: GatewayOptions;
  #transaction: MailTransaction | null = null;

  constructor(server: SMTPServer, socket: Socket, gateway: GatewayOptions, admission: Admission) {
    super(server, socket, gateway, admission);
    this.#gateway = gateway;
  }

  /** True between messages: such a session can be ended without losing work. */
  get idle(): boolean {
    return this.#transaction === null && this.feed === null;
  }

  override _resetSession(): void {
    super._resetSession();
    this.#transaction = null;
  }

  override handler_MAIL(command: Buffer, callback: Next): void {
    const { handler, maxMessageBytes, maxRecipients, offersRequireTls } = this.#gateway;
    if (this.#transaction !== null) {
      this.refuse({ code: 503, enhanced: '5.5.1', text: 'A transaction has begun already' }, callback);
      return;
    }
    const mail = parseMailCommand(command.toString('utf8'), maxMessageBytes, {
      requireTls: offersRequireTls && this.secure,
      auth: this.offersAuth && this.secure,
    });
    if (this.isHealthCheck) {
      this.refuse(NO_CLIENT, callback);
      return;
    }
    if ('refusal' in mail) {
      this.refuse(mail.refusal, callback);
      return;
    }
    const transaction = new MailTransaction(mail, maxRecipients);
    void this.#ask(
      () => handler.mailFrom(this.describeSession(), transaction.envelope),
      callback,
      (refusal) => {
        if (refusal === null) this.#transaction = transaction;
        return refusal ?? { code: 250, enhanced: '2.1.0', text: 'Sender accepted' };
      },
    );
  }

  override handler_RCPT(command: Buffer, callback: Next): void {
    const transaction = this.#transaction;
    if (transaction === null) {
      this.refuse({ code: 503, enhanced: '5.5.1', text: 'MAIL comes first' }, callback);
      return;
    }
    const recipient = transaction.readRecipient(command.toString('utf8'), this.#gateway.hostname);
    if ('refusal' in recipient) {
      transaction.noteRefusal();
      this.refuse(recipient.refusal, callback);
      return;
    }
    const question = transaction.has(recipient)
      ? () => Promise.resolve(null)
      : () => this.#gateway.handler.rcptTo(this.describeSession(), transaction.envelope, recipient);
    void this.#ask(question, callback, (refusal) => {
      if (refusal !== null) transaction.noteRefusal();
      else if (!transaction.has(recipient)) transaction.accept(recipient);
      return refusal ?? { code: 250, enhanced: '2.1.5', text: 'Recipient accepted' };
    });
  }

  override handler_DATA(command: Buffer, callback: Next): void {
    const transaction = this.#transaction;
    if (transaction === null) {
      this.refuse({ code: 503, enhanced: '5.5.1', text: 'MAIL and RCPT come first' }, callback);
      return;
    }
    const refusal = /^data *$/iu.test(command.toString('latin1'))
      ? transaction.refuseData()
      : { code: 501, enhanced: '5.5.4', text: 'DATA has no parameters' };
    if (refusal !== null) {
      this.refuse(refusal, callback);
      return;
    }
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const feed = this.startContent(resolve);
    this.send(354, 'End data with <CR><LF>.<CR><LF>');
    if (feed !== null) void this.#receive(transaction, feed, ended);
    callback();
  }

  override handler_AUTH(command: Buffer, callback: Next): void {
    if (this.#transaction !== null) {
      this.refuse({ code: 503, enhanced: '5.5.1', text: 'Not while a transaction is under way' }, callback);
      return;
    }
    super.handler_AUTH(command, callback);
  }

  override handler_STARTTLS(command: Buffer, callback: Next): void {
    if (this.#transaction !== null) {
      this.refuse({ code: 503, enhanced: '5.5.1', text: 'Not while a transaction is under way' }, callback);
      return;
    }
    super.handler_STARTTLS(command, callback);
  }

  /** Asks the handler about a command; the reply goes out before the next command is read. */
  async #ask(
    question: () => Promise<SmtpReply | null>,
    next: Next,
    settle: (refusal: SmtpReply | null) => SmtpReply,
  ): Promise<void> {
    this.handlerBegins();
    let refusal: SmtpReply | null;
    try {
      refusal = await question();
    } catch (error) {
      this.#logHandlerError(error);
      refusal = LOCAL_ERROR;
    }
    this.handlerDone();
    this.answer(settle(refusal));
    next();
  }

  async #receive(transaction: MailTransaction, feed: ContentFeed, ended: Promise<void>): Promise<void> {
    this.handlerBegins();
    let reply: SmtpReply;
    try {
      reply = await this.#gateway.handler.data(this.describeSession(), transaction.envelope, feed);
      if (reply.code < 300 && !feed.fullyRead && feed.failure === null)
        throw new Error('the handler accepted a message that it had not read to its end');
    } catch (error) {
      reply = LOCAL_ERROR;
      if (feed.failure === null) this.#logHandlerError(error);
    }
    feed.drop();
    this.handlerDone();
    if (feed.failure === 'connection-lost' || feed.failure === 'line-endings') return;
    await ended;
    const { failure } = feed;
    this.answer(failure === null ? reply : contentRefused(failure, this.contentLimits));
    this._resetSession();
    this.endContent(reply.code < 300 && failure === null);
  }

  #logHandlerError(error: unknown): void {
    this.#gateway.log.error('smtp: handler failed', { remoteAddress: this.clientAddress, error });
  }
}
