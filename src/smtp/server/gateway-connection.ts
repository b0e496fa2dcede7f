/**
 * One session of the receiving side. Greeting, EHLO, STARTTLS, time-outs and closing are smtp-server's (3.21.6,
 * pinned: this rests on its inner methods, and a test notices if they go); MAIL, RCPT and DATA are ours, because the
 * library rebuilds addresses, takes unknown parameters and lets a message end before its handler has decided.
 * It knows SMTP and nothing of what the mail is for. RFC 5321, 2034, 3207, 3463.
 */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

import type { Clock } from '#src/base/clock.ts';
import type { Log } from '#src/base/log.ts';
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js';
import type { SMTPServer } from 'smtp-server';

import { parseMailCommand, parseRcptCommand, tooBig } from './address-command.ts';
import type { MailCommand } from './address-command.ts';
import type { ContentFailure, ContentFeed } from './content-feed.ts';
import { READABLE_COMMAND_OCTETS, maxCommandOctets } from './smtp-limits.ts';
import type { SmtpLimits } from './smtp-limits.ts';
import type { SmtpRecipient, SmtpReply, SmtpSession, TransactionHandler } from './smtp-transaction.ts';
import { WireReader } from './wire-reader.ts';

export interface GatewayOptions {
  readonly hostname: string;
  readonly maxMessageBytes: number;
  readonly maxRecipients: number;
  readonly limits: SmtpLimits;
  readonly handler: TransactionHandler;
  readonly log: Log;
  readonly clock: Clock;
}

/** What the server tells a session when it begins. */
export interface Admission {
  readonly sessionId: string;
  readonly refusal: SmtpReply | null;
  readonly lineEndings: 'refuse' | 'normalise';
  /** Runs once, when the connection has closed. */
  readonly closed: () => void;
}

interface Transaction {
  readonly mail: MailCommand;
  readonly recipients: SmtpRecipient[];
  readonly known: Set<string>;
  recipientRefused: boolean;
}

type Next = () => void;

const ENHANCED = /^[245]\.\d{1,3}\.\d{1,3}$/u;
// Known, and not offered: what is not known at all is 500.
const NOT_IMPLEMENTED = new Set([
  'EXPN',
  'HELP',
  'ETRN',
  'TURN',
  'ATRN',
  'BDAT',
  'AUTH',
  'BURL',
  'SEND',
  'SOML',
  'SAML',
]);
const BAD_COMMAND_REPLIES = new Set([500, 501, 502, 503, 504, 555]);
const HTTP_REQUEST = /^[A-Z]+ \S+ HTTP\/\d/iu;
const CONTROL_CHARACTER = /\p{Cc}/u;
const NON_ASCII = /[^\0-\x7f]/u;
const MAX_REPLY_TEXT = 480;

const CONTENT_REPLIES: Record<Exclude<ContentFailure, 'message-too-big' | 'line-too-long'>, SmtpReply> = {
  'line-endings': {
    code: 554,
    enhanced: '5.6.0',
    text: 'Message refused: it holds a bare CR, a bare LF or a NUL',
  },
  'connection-lost': { code: 451, enhanced: '4.4.2', text: 'Connection lost' },
};
const LOCAL_ERROR: SmtpReply = { code: 451, enhanced: '4.3.0', text: 'Local error, try again later' };

export class GatewayConnection extends SMTPConnection {
  readonly #gateway: GatewayOptions;
  readonly #admission: Admission;
  #transaction: Transaction | null = null;
  #feed: ContentFeed | null = null;
  #handlerBusy = false;
  #badCommands = 0;
  #waitingSinceMs: number;
  #contentSinceMs = 0;
  #upgradeSinceMs = 0;
  #released = false;

  constructor(server: SMTPServer, socket: Socket, gateway: GatewayOptions, admission: Admission) {
    super(server, socket, { id: admission.sessionId });
    this.#gateway = gateway;
    this.#admission = admission;
    this.#waitingSinceMs = gateway.clock.now();
    // The base class made a reader before this class had its fields.
    this._parser = this.#createReader();
  }

  /** True between messages: such a session can be ended without losing work. */
  get idle(): boolean {
    return this.#transaction === null && this.#feed === null;
  }

  override init(): void {
    this._setListeners(() => {
      const { refusal } = this.#admission;
      if (refusal !== null) {
        this.#end(refusal);
        return;
      }
      // Two turns of the event loop have polled the socket once: what is there by then was sent before the
      // greeting. That finds early talkers without making anybody wait (RFC 5321 section 4.3.1).
      setImmediate(() => setImmediate(() => this.connectionReady()));
    });
  }

  override connectionReady(): void {
    if (this._closing || this._closed) return;
    if (this.#reader !== null && this.#reader.octetsSeen > 0) {
      this.#end({ code: 554, enhanced: '5.5.1', text: 'Commands came before the greeting' });
      return;
    }
    this._setClientHostname('');
    this._resetSession();
    this._ready = true;
    this._sendGreeting();
  }

  override _createParser(): WireReader {
    // Called by the base constructor too; that reader is replaced before anything is read.
    return #gateway in this ? this.#createReader() : new WireReader(UNUSED_READER, noEvents);
  }

  override _onCommand(command: Buffer, callback?: () => void): void {
    this.#waitingSinceMs = this.#gateway.clock.now();
    const next = callback ?? (() => {});
    if (this._upgrading) {
      next();
      return;
    }
    if (!this._ready) {
      this.#end({ code: 554, enhanced: '5.5.1', text: 'Commands came before the greeting' });
      return;
    }
    const line = decodeLine(command);
    const verb = (line ?? '').split(' ', 1)[0]?.toUpperCase() ?? '';
    const refusal = this.#refuseCommand(line, verb, command.length);
    if (refusal === 'close') {
      this.#gateway.log.warn('smtp: HTTP request refused', { remoteAddress: this.remoteAddress });
      this.#end({ code: 421, enhanced: '4.7.0', text: 'This is not a web server' });
      return;
    }
    if (refusal !== null) {
      this.#answer(refusal);
      this._whenWritable(next);
      return;
    }
    // The library counts to ten on its own; the count is ours.
    this._unrecognizedCommands = 0;
    super._onCommand(command, callback);
  }

  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    if (BAD_COMMAND_REPLIES.has(code) && ++this.#badCommands >= this.#gateway.limits.badCommands) {
      super.send(421, 'Too many bad commands', '4.7.0');
      return;
    }
    super.send(code, data, context);
  }

  override _getEnhancedStatusCode(code: number, context?: string | false): string {
    if (typeof context === 'string' && ENHANCED.test(context)) return context;
    // Every refusal has one, the answer to a bad EHLO too; the greeting and EHLO's 250 have none (RFC 2034).
    return super._getEnhancedStatusCode(code, code >= 400 && context === false ? undefined : context);
  }

  override _resetSession(): void {
    super._resetSession();
    this.#transaction = null;
  }

  override handler_MAIL(command: Buffer, callback: Next): void {
    if (this.#transaction !== null) {
      this.#answer({ code: 503, enhanced: '5.5.1', text: 'A transaction has begun already' });
      callback();
      return;
    }
    const mail = parseMailCommand(command.toString('utf8'), this.#gateway.maxMessageBytes);
    if ('refusal' in mail) {
      this.#answer(mail.refusal);
      callback();
      return;
    }
    this.#ask(
      () => this.#gateway.handler.mailFrom(this.#session(), { ...mail, recipients: [] }),
      () => {
        this.#transaction = { mail, recipients: [], known: new Set(), recipientRefused: false };
        return { code: 250, enhanced: '2.1.0', text: 'Sender accepted' };
      },
      callback,
    );
  }

  override handler_RCPT(command: Buffer, callback: Next): void {
    const transaction = this.#transaction;
    const recipient = this.#readRecipient(command, transaction);
    if (transaction === null || 'code' in recipient) {
      if ('code' in recipient) this.#answer(recipient);
      if (transaction !== null) transaction.recipientRefused = true;
      callback();
      return;
    }
    const accepted: SmtpReply = { code: 250, enhanced: '2.1.5', text: 'Recipient accepted' };
    if (transaction.known.has(recipient.address.canonical)) {
      this.#answer(accepted);
      callback();
      return;
    }
    this.#ask(
      () => this.#gateway.handler.rcptTo(this.#session(), envelopeOf(transaction), recipient),
      () => {
        transaction.recipients.push(recipient);
        transaction.known.add(recipient.address.canonical);
        return accepted;
      },
      callback,
      () => (transaction.recipientRefused = true),
    );
  }

  override handler_DATA(command: Buffer, callback: Next): void {
    const transaction = this.#transaction;
    const refusal = this.#refuseData(command, transaction);
    const reader = this.#reader;
    if (refusal !== null || transaction === null || reader === null) {
      if (refusal !== null) this.#answer(refusal);
      callback();
      return;
    }
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const feed = reader.startContent(resolve);
    this.#feed = feed;
    this.#contentSinceMs = this.#gateway.clock.now();
    super.send(354, 'End data with <CR><LF>.<CR><LF>');
    void this.#receive(transaction, feed, ended);
    callback();
  }

  override handler_STARTTLS(command: Buffer, callback: Next): void {
    if (this.#transaction !== null) {
      this.#answer({ code: 503, enhanced: '5.5.1', text: 'Not while a transaction is under way' });
      callback();
      return;
    }
    super.handler_STARTTLS(command, callback);
  }

  override upgrade(callback: Next, secureCallback?: Next): void {
    this.#upgradeSinceMs = this.#gateway.clock.now();
    super.upgrade(callback, secureCallback);
  }

  override handler_VRFY(_command: Buffer, callback: Next): void {
    this.#answer({ code: 252, enhanced: '2.0.0', text: 'Not verified; send the mail and it will be tried' });
    callback();
  }

  override _onClose(): void {
    this.#feed?.fail('connection-lost');
    super._onClose();
    if (this.#released) return;
    this.#released = true;
    this.#admission.closed();
  }

  /** The client waits for us while a handler works, however long (RFC 5321 section 4.5.3.2). */
  override _onTimeout(): void {
    if (this.#handlerBusy && !this._closing) {
      this._armTimeout();
      return;
    }
    super._onTimeout();
  }

  /** Ends the session where a command, a handshake or a message is drawn out; called by the server's sweep. */
  endIfDrawnOut(underLoad: boolean): void {
    if (this._closing || this._closed) return;
    const now = this.#gateway.clock.now();
    const { limits } = this.#gateway;
    const allowedMs = underLoad ? limits.idleUnderLoadMs : limits.idleMs;
    if (this._upgrading) {
      if (now - this.#upgradeSinceMs > limits.handshakeMs) this._socket.destroy();
      return;
    }
    const reader = this.#reader;
    if (this.#feed !== null && reader?.inContent === true) {
      // Ten octets a millisecond are the least for what is not silence.
      const grantedMs = allowedMs + this.#feed.receivedOctets / 10;
      if (this.#feed.saturated || now - this.#contentSinceMs <= grantedMs) return;
    } else if (this.#handlerBusy || now - this.#waitingSinceMs <= allowedMs) return;
    this.#end({ code: 421, enhanced: '4.4.2', text: 'Too slow, closing the connection' });
  }

  /** Ends the session with a reply; a message under way is not taken. */
  endSession(reply: SmtpReply): void {
    if (!this._closing) this.#end(reply);
  }

  get #reader(): WireReader | null {
    return this._parser instanceof WireReader ? this._parser : null;
  }

  #createReader(): WireReader {
    const reader = new WireReader(
      {
        lineEndings: this.#admission.lineEndings,
        maxCommandOctets: READABLE_COMMAND_OCTETS,
        content: {
          maxMessageBytes: this.#gateway.maxMessageBytes,
          maxLineOctets: this.#gateway.limits.maxLineOctets,
        },
      },
      {
        forbiddenOctet: () => this.#refuseOctet(),
        commandTooLong: () => this.#end({ code: 500, enhanced: '5.5.2', text: 'Command line too long' }),
        contentOverrun: () => this.#end(this.#contentReply('message-too-big')),
      },
    );
    reader.oncommand = (command, callback) => this._onCommand(command, callback);
    reader.on('error', () => this.#end(LOCAL_ERROR));
    return reader;
  }

  /** Never answered by reading on: what follows a forbidden octet may be somebody else's mail. */
  #refuseOctet(): void {
    const inContent = this.#feed !== null && this.#reader?.inContent === true;
    this.#gateway.log.warn('smtp: bare CR, LF or NUL refused', {
      remoteAddress: this.remoteAddress,
      step: inContent ? 'content' : 'command',
    });
    if (inContent) this.#feed?.fail('line-endings');
    this.#end(
      inContent
        ? CONTENT_REPLIES['line-endings']
        : { code: 500, enhanced: '5.5.2', text: 'A command ends in CR LF and holds no CR, LF or NUL' },
    );
  }

  #refuseCommand(line: string | null, verb: string, octets: number): SmtpReply | 'close' | null {
    if (line === null) return { code: 500, enhanced: '5.5.2', text: 'Command is not UTF-8' };
    if (HTTP_REQUEST.test(line)) return 'close';
    if (octets + 2 > maxCommandOctets(verb))
      return { code: 500, enhanced: '5.5.2', text: 'Command line too long' };
    if (
      CONTROL_CHARACTER.test(line) ||
      (NON_ASCII.test(line) && verb !== 'MAIL' && verb !== 'RCPT' && verb !== 'VRFY')
    )
      return { code: 500, enhanced: '5.5.2', text: 'Character not allowed in a command' };
    if (NOT_IMPLEMENTED.has(verb) || (verb === 'STARTTLS' && !this._isSupported('STARTTLS')))
      return { code: 502, enhanced: '5.5.1', text: 'Command not implemented' };
    return null;
  }

  #readRecipient(command: Buffer, transaction: Transaction | null): SmtpRecipient | SmtpReply {
    if (transaction === null) return { code: 503, enhanced: '5.5.1', text: 'MAIL comes first' };
    const recipient = parseRcptCommand(
      command.toString('utf8'),
      transaction.mail.smtputf8,
      this.#gateway.hostname,
    );
    if ('refusal' in recipient) return recipient.refusal;
    if (
      transaction.recipients.length >= this.#gateway.maxRecipients &&
      !transaction.known.has(recipient.address.canonical)
    )
      return {
        code: 452,
        enhanced: '4.5.3',
        text: 'Too many recipients, send to the others in a further message',
      };
    return recipient;
  }

  #refuseData(command: Buffer, transaction: Transaction | null): SmtpReply | null {
    if (!/^data *$/iu.test(command.toString('latin1')))
      return { code: 501, enhanced: '5.5.4', text: 'DATA has no parameters' };
    if (transaction === null) return { code: 503, enhanced: '5.5.1', text: 'MAIL and RCPT come first' };
    if (transaction.recipients.length > 0) return null;
    return transaction.recipientRefused
      ? { code: 554, enhanced: '5.5.1', text: 'No valid recipients' }
      : { code: 503, enhanced: '5.5.1', text: 'RCPT comes first' };
  }

  /** Asks the handler about a command; the reply goes out before the next command is read. */
  #ask(
    question: () => Promise<SmtpReply | null>,
    accept: () => SmtpReply,
    next: Next,
    refused?: () => void,
  ): void {
    this.#handlerBusy = true;
    const settle = (reply: SmtpReply | null): void => {
      this.#handlerBusy = false;
      if (reply !== null) refused?.();
      this.#answer(reply ?? accept());
      next();
    };
    question().then(settle, (error: unknown) => {
      this.#logHandlerError(error);
      settle(LOCAL_ERROR);
    });
  }

  async #receive(transaction: Transaction, feed: ContentFeed, ended: Promise<void>): Promise<void> {
    this.#handlerBusy = true;
    let reply: SmtpReply;
    try {
      reply = await this.#gateway.handler.data(this.#session(), envelopeOf(transaction), feed);
      if (reply.code < 300 && !feed.fullyRead && feed.failure === null)
        throw new Error('the handler accepted a message that it had not read to its end');
    } catch (error) {
      reply = LOCAL_ERROR;
      if (feed.failure === null) this.#logHandlerError(error);
    }
    feed.drop();
    this.#handlerBusy = false;
    if (feed.failure === 'connection-lost' || feed.failure === 'line-endings') return;
    await ended;
    this.#feed = null;
    this.#waitingSinceMs = this.#gateway.clock.now();
    const { failure } = feed;
    this.#answer(failure === null ? reply : this.#contentReply(failure));
    if (reply.code < 300 && failure === null) this.#badCommands = 0;
    this._resetSession();
    this.#reader?.continue();
  }

  #contentReply(failure: ContentFailure): SmtpReply {
    const { maxMessageBytes, limits } = this.#gateway;
    if (failure === 'message-too-big') return tooBig(maxMessageBytes).refusal;
    if (failure === 'line-too-long')
      return {
        code: 554,
        enhanced: '5.6.0',
        text: `Message refused: it holds a line over ${limits.maxLineOctets} octets`,
      };
    return CONTENT_REPLIES[failure];
  }

  #answer(reply: SmtpReply): void {
    this.send(reply.code, replyText(reply.text), reply.enhanced);
  }

  #end(reply: SmtpReply): void {
    this.#answer(reply);
    this.#feed?.fail('connection-lost');
    this.close();
  }

  #session(): SmtpSession {
    const socket = this._socket;
    return {
      id: this.#admission.sessionId,
      remoteAddress: this.remoteAddress,
      remotePort: this.remotePort,
      heloName: (this.hostNameAppearsAs || '').replaceAll(/[^A-Za-z0-9._:[\]-]/gu, '?').slice(0, 255),
      tls:
        socket instanceof TLSSocket
          ? { version: socket.getProtocol() ?? 'unknown', cipher: socket.getCipher().name }
          : null,
    };
  }

  #logHandlerError(error: unknown): void {
    this.#gateway.log.error('smtp: handler failed', { remoteAddress: this.remoteAddress, error });
  }
}

function envelopeOf(
  transaction: Transaction,
): MailCommand & { readonly recipients: readonly SmtpRecipient[] } {
  return { ...transaction.mail, recipients: transaction.recipients };
}

/** A reply is one line of printable ASCII; longer ones are cut (RFC 5321 section 4.5.3.1.5: 512 octets). */
function replyText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/gu, '?').slice(0, MAX_REPLY_TEXT);
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

function decodeLine(command: Buffer): string | null {
  try {
    return strictUtf8.decode(command);
  } catch {
    return null;
  }
}

const noEvents = { forbiddenOctet() {}, commandTooLong() {}, contentOverrun() {} };
const UNUSED_READER = {
  lineEndings: 'refuse',
  maxCommandOctets: 0,
  content: { maxMessageBytes: 0, maxLineOctets: 0 },
} as const;
