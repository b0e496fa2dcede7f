/**
 * What a session must do before it may send mail: TLS where it is required (RFC 3207 section 4), and signing in
 * (RFC 4954), which is offered inside TLS alone. Passwords are handed to the authenticator and kept nowhere.
 */
import type { Socket } from 'node:net';

import type { SMTPServer } from 'smtp-server';

import { AuthExchange, type AuthMechanism, type Credentials, type ExchangeStep } from './auth-exchange.ts';
import type { Screening } from './command-screen.ts';
import { LOCAL_ERROR } from './replies.ts';
import { SessionConnection, type Admission, type SessionOptions } from './session-connection.ts';
import { AUTH_OCTETS, READABLE_COMMAND_OCTETS } from './smtp-limits.ts';
import type { SmtpReply, SmtpSession } from './smtp-transaction.ts';

export interface Authenticator {
  /** Asked for with each command: false where nobody could sign in. */
  isOffered(): boolean;
  /** Null: signed in as `credentials.user`. The reply to a wrong one must not tell what was wrong. */
  signIn(session: SmtpSession, credentials: Credentials): Promise<SmtpReply | null>;
}

export interface AuthOptions extends SessionOptions {
  /** Null: AUTH is not offered. */
  readonly authenticator: Authenticator | null;
}

type Next = () => void;

export const MECHANISMS: readonly AuthMechanism[] = ['PLAIN', 'LOGIN'];

const BEFORE_TLS = new Set(['EHLO', 'HELO', 'STARTTLS', 'NOOP', 'RSET', 'QUIT']);
const TLS_FIRST: SmtpReply = { code: 530, enhanced: '5.7.0', text: 'Send STARTTLS first' };
const TLS_BEFORE_AUTH: SmtpReply = {
  code: 538,
  enhanced: '5.7.11',
  text: 'Send STARTTLS first: passwords are taken over TLS only',
};
const AUTH_LINE_TOO_LONG: SmtpReply = {
  code: 500,
  enhanced: '5.5.6',
  text: 'Authentication exchange line is too long',
};
const TOO_MANY_FAILURES: SmtpReply = { code: 421, enhanced: '4.7.0', text: 'Too many failed sign-ins' };

export class AuthConnection extends SessionConnection {
  readonly #auth: AuthOptions;
  readonly #requiresTls: boolean;
  #user: string | null = null;
  #failures = 0;

  constructor(server: SMTPServer, socket: Socket, options: AuthOptions, admission: Admission) {
    super(server, socket, options, admission);
    this.#auth = options;
    this.#requiresTls = admission.requiresTls;
  }

  override _isSupported(command: string): boolean {
    if (command === 'AUTH' && (!this.secure || !this.offersAuth)) return false;
    return super._isSupported(command);
  }

  override handler_AUTH(command: Buffer, callback: Next): void {
    const [, name, initial] = /^auth +(\S+)(?: +(\S+))? *$/iu.exec(command.toString('latin1')) ?? [];
    const mechanism = MECHANISMS.find((known) => known === name?.toUpperCase());
    if (this.#user !== null) {
      this.refuse({ code: 503, enhanced: '5.5.1', text: 'Signed in already' }, callback);
    } else if (name === undefined) {
      this.refuse({ code: 501, enhanced: '5.5.4', text: 'Syntax: AUTH mechanism' }, callback);
    } else if (mechanism === undefined) {
      this.refuse({ code: 504, enhanced: '5.5.4', text: 'Mechanism is not known' }, callback);
    } else {
      const exchange = new AuthExchange(mechanism);
      this.#take(exchange, exchange.begin(initial ?? null), callback);
    }
  }

  protected override screen(command: Buffer): Screening | null {
    if (this._nextHandler !== false) {
      const refused = tooLong(command);
      // The exchange is over with it: the next line is a command again.
      if (refused !== null) this._nextHandler = false;
      return refused;
    }
    const verb = command.toString('latin1').split(' ', 1)[0]?.toUpperCase() ?? '';
    if (verb === 'AUTH' && this.offersAuth && !this.secure) return { refusal: TLS_BEFORE_AUTH, close: false };
    if (verb === 'AUTH' && this.offersAuth && tooLong(command) !== null) return tooLong(command);
    const refused = super.screen(command);
    if (refused !== null || !this.#requiresTls || this.secure || BEFORE_TLS.has(verb)) return refused;
    return this._isSupported(verb) ? { refusal: TLS_FIRST, close: false } : null;
  }

  protected override get readableOctets(): number {
    return this.offersAuth && this.secure ? AUTH_OCTETS : READABLE_COMMAND_OCTETS;
  }

  protected override get offeredCommands(): ReadonlySet<string> {
    const offered = super.offeredCommands;
    return this.offersAuth ? new Set([...offered, 'AUTH']) : offered;
  }

  protected override describeSession(): SmtpSession {
    return { ...super.describeSession(), user: this.#user };
  }

  protected get offersAuth(): boolean {
    return this.#auth.authenticator?.isOffered() === true;
  }

  #take(exchange: AuthExchange, step: ExchangeStep, next: Next): void {
    if (step.kind === 'refused') {
      this.refuse(step.reply, next);
    } else if (step.kind === 'challenge') {
      // A challenge has no enhanced code (RFC 4954 section 4).
      this.send(334, step.text, false);
      this._nextHandler = (line, after) =>
        this.#take(exchange, exchange.answer(line.toString('latin1')), after);
      next();
    } else {
      void this.#signIn(step.credentials, next);
    }
  }

  /** A wrong password is answered after a while, each further one after a longer one. */
  async #signIn(credentials: Credentials, next: Next): Promise<void> {
    this.handlerBegins();
    const refusal = await this.#ask(credentials);
    if (refusal !== null) {
      this.#failures += 1;
      await new Promise((resolve) => {
        setTimeout(resolve, this.#failures * this.#auth.limits.authFailureDelayMs).unref();
      });
    }
    this.handlerDone();
    if (refusal === null) {
      this.#user = credentials.user;
      // EHLO offers AUTH no more.
      this.session.user = credentials.user;
      this.answer({ code: 235, enhanced: '2.7.0', text: 'Signed in' });
    } else if (this.#failures >= this.#auth.limits.authFailures) {
      this.answer(refusal);
      this.endSession(TOO_MANY_FAILURES);
    } else this.answer(refusal);
    next();
  }

  async #ask(credentials: Credentials): Promise<SmtpReply | null> {
    try {
      const { authenticator } = this.#auth;
      return authenticator === null
        ? LOCAL_ERROR
        : await authenticator.signIn(this.describeSession(), credentials);
    } catch (error) {
      this.#auth.log.error('smtp: signing in failed', { remoteAddress: this.clientAddress, error });
      return { code: 454, enhanced: '4.7.0', text: 'Temporary problem here, please try again later' };
    }
  }
}

function tooLong(line: Buffer): Screening | null {
  return line.length + 2 > AUTH_OCTETS ? { refusal: AUTH_LINE_TOO_LONG, close: false } : null;
}
