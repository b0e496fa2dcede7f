/**
 * One session of the receiving side, but for its mail: greeting, commands as such, time-outs, the end. EHLO, STARTTLS
 * and closing are smtp-server's (3.21.6, pinned: this rests on its inner methods, and a test notices if they go);
 * ours are a greeting without a delay that still finds early talkers, a reader that refuses forbidden octets, the
 * limits, and an enhanced code in every reply. RFC 5321, 2034, 3207, 3463.
 */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

import type { Clock } from '#src/base/clock.ts';
import type { Log } from '#src/base/log.ts';
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js';
import type { SMTPServer } from 'smtp-server';

import { screenCommand, type Screening } from './command-screen.ts';
import type { ContentFeed, ContentLimits } from './content-feed.ts';
import {
  COMMAND_TOO_LONG,
  EARLY_TALK,
  FORBIDDEN_IN_COMMAND,
  LOCAL_ERROR,
  TOO_SLOW,
  contentRefused,
  replyText,
} from './replies.ts';
import { READABLE_COMMAND_OCTETS } from './smtp-limits.ts';
import type { SmtpLimits } from './smtp-limits.ts';
import { clientCertificateOf, type ClientCertificate } from './peer-certificate.ts';
import type { ProxiedClient } from './proxy-header.ts';
import type { SmtpReply, SmtpSession } from './smtp-transaction.ts';
import { WireReader } from './wire-reader.ts';

export interface SessionOptions {
  readonly hostname: string;
  readonly maxMessageBytes: number;
  readonly limits: SmtpLimits;
  readonly log: Log;
  readonly clock: Clock;
}

/** What the server tells a session when it begins. */
export interface Admission {
  readonly sessionId: string;
  readonly refusal: SmtpReply | null;
  readonly lineEndings: 'refuse' | 'normalise';
  /** Without TLS no mail is taken. */
  readonly requiresTls: boolean;
  /** The client: a load balancer names another one than the socket has. */
  readonly client: ProxiedClient;
  /** A load balancer speaks for itself. */
  readonly isHealthCheck: boolean;
  /** Runs once, when the connection has closed. */
  readonly closed: () => void;
}

type Next = () => void;

const ENHANCED = /^[245]\.\d{1,3}\.\d{1,3}$/u;
const BAD_COMMAND_REPLIES = new Set([500, 501, 502, 503, 504, 555]);

export class SessionConnection extends SMTPConnection {
  readonly #gateway: SessionOptions;
  readonly #admission: Admission;
  /** The content that is being taken in. */
  protected feed: ContentFeed | null = null;
  #handlerBusy = false;
  #badCommands = 0;
  #waitingSinceMs: number;
  #contentSinceMs = 0;
  #upgradeSinceMs = 0;
  #released = false;
  #certificate: ClientCertificate | null = null;

  constructor(server: SMTPServer, socket: Socket, gateway: SessionOptions, admission: Admission) {
    super(server, socket, { id: admission.sessionId });
    this.#gateway = gateway;
    this.#admission = admission;
    this.#waitingSinceMs = gateway.clock.now();
    // The base class made a reader before this class had its fields.
    this._parser = this.#createReader();
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
    if (this.reader !== null && this.reader.octetsSeen > 0) {
      this.#end(EARLY_TALK);
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
      this.#end(EARLY_TALK);
      return;
    }
    const screening = this.screen(command);
    if (screening !== null) {
      if (screening.close) this.#end(screening.refusal);
      else {
        this.answer(screening.refusal);
        this._whenWritable(next);
      }
      return;
    }
    // The library counts to ten on its own; the count is ours.
    this._unrecognizedCommands = 0;
    super._onCommand(command, callback);
  }

  /** What is wrong with a command line before its meaning is looked at. */
  protected screen(command: Buffer): Screening | null {
    return screenCommand(command, this.offeredCommands);
  }

  protected get offeredCommands(): ReadonlySet<string> {
    return new Set(this._isSupported('STARTTLS') ? ['STARTTLS'] : []);
  }

  /** The longest line that is kept in memory, its CR LF included. */
  protected get readableOctets(): number {
    return READABLE_COMMAND_OCTETS;
  }

  protected get clientAddress(): string {
    return this.#admission.client.address;
  }

  protected get isHealthCheck(): boolean {
    return this.#admission.isHealthCheck;
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

  override upgrade(callback: Next, secureCallback?: Next): void {
    this.#upgradeSinceMs = this.#gateway.clock.now();
    super.upgrade(callback, secureCallback);
  }

  override handler_VRFY(_command: Buffer, callback: Next): void {
    this.answer({ code: 252, enhanced: '2.0.0', text: 'Not verified; send the mail and it will be tried' });
    callback();
  }

  override _onClose(): void {
    this.feed?.fail('connection-lost');
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
    const reader = this.reader;
    if (this.feed !== null && reader?.inContent === true) {
      // Ten octets a millisecond are the least for what is not silence.
      const grantedMs = allowedMs + this.feed.receivedOctets / 10;
      if (this.feed.saturated || now - this.#contentSinceMs <= grantedMs) return;
    } else if (this.#handlerBusy || now - this.#waitingSinceMs <= allowedMs) return;
    this.#end(TOO_SLOW);
  }

  /** Ends the session with a reply; a message under way is not taken. */
  endSession(reply: SmtpReply): void {
    if (!this._closing) this.#end(reply);
  }

  /** The client waits for the handler from here until `handlerDone`. */
  protected handlerBegins(): void {
    this.#handlerBusy = true;
  }

  protected handlerDone(): void {
    this.#handlerBusy = false;
    this.#waitingSinceMs = this.#gateway.clock.now();
  }

  /** The content that follows DATA; `ended` runs when its end has come. null where the client is gone. */
  protected startContent(ended: () => void): ContentFeed | null {
    this.feed = this.reader?.startContent(ended) ?? null;
    this.#contentSinceMs = this.#gateway.clock.now();
    return this.feed;
  }

  /** The content has been answered. */
  protected endContent(accepted: boolean): void {
    this.feed = null;
    this.#waitingSinceMs = this.#gateway.clock.now();
    if (accepted) this.#badCommands = 0;
    this.reader?.continue();
  }

  private get reader(): WireReader | null {
    return this._parser instanceof WireReader ? this._parser : null;
  }

  #createReader(): WireReader {
    const readableOctets = (): number => this.readableOctets;
    const reader = new WireReader(
      {
        lineEndings: this.#admission.lineEndings,
        // Asked for with each line: what may be sent grows with TLS.
        get maxCommandOctets() {
          return readableOctets();
        },
        content: this.contentLimits,
      },
      {
        forbiddenOctet: () => this.#refuseOctet(),
        commandTooLong: () => this.#end(COMMAND_TOO_LONG),
        contentOverrun: () => this.#end(contentRefused('message-too-big', this.contentLimits)),
      },
    );
    reader.oncommand = (command, callback) => this._onCommand(command, callback);
    reader.on('error', () => this.#end(LOCAL_ERROR));
    return reader;
  }

  /** Never answered by reading on: what follows a forbidden octet may be somebody else's mail. */
  #refuseOctet(): void {
    const inContent = this.feed !== null && this.reader?.inContent === true;
    this.#gateway.log.warn('smtp: bare CR, LF or NUL refused', {
      remoteAddress: this.clientAddress,
      step: inContent ? 'content' : 'command',
    });
    if (inContent) this.feed?.fail('line-endings');
    this.#end(inContent ? contentRefused('line-endings', this.contentLimits) : FORBIDDEN_IN_COMMAND);
  }

  protected get contentLimits(): ContentLimits {
    const { maxMessageBytes, limits } = this.#gateway;
    return { maxMessageBytes, maxLineOctets: limits.maxLineOctets };
  }

  protected refuse(reply: SmtpReply, next: Next): void {
    this.answer(reply);
    next();
  }

  protected answer(reply: SmtpReply): void {
    this.send(reply.code, replyText(reply.text), reply.enhanced);
  }

  #end(reply: SmtpReply): void {
    this.answer(reply);
    this.feed?.fail('connection-lost');
    this.close();
  }

  protected describeSession(): SmtpSession {
    const socket = this._socket;
    return {
      id: this.#admission.sessionId,
      remoteAddress: this.clientAddress,
      remotePort: this.#admission.client.port,
      heloName: (this.hostNameAppearsAs || '').replaceAll(/[^A-Za-z0-9._:[\]-]/gu, '?').slice(0, 255),
      tls:
        socket instanceof TLSSocket
          ? {
              version: socket.getProtocol() ?? 'unknown',
              cipher: socket.getCipher().name,
              clientCertificate: this.#certificateOf(socket),
            }
          : null,
    };
  }

  /** Read once: a session has one handshake. */
  #certificateOf(socket: TLSSocket): ClientCertificate | null {
    this.#certificate ??= clientCertificateOf(socket);
    return this.#certificate;
  }
}

const noEvents = { forbiddenOctet() {}, commandTooLong() {}, contentOverrun() {} };
const UNUSED_READER = {
  lineEndings: 'refuse',
  maxCommandOctets: 0,
  content: { maxMessageBytes: 0, maxLineOctets: 0 },
} as const;
