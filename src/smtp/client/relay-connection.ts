/**
 * One connection to a next hop. Connecting, EHLO, STARTTLS and AUTH are nodemailer's; this waits for them within their
 * time, checks what TLS came of it, and then sends commands and pairs them with replies. What a mail says is
 * `transaction.ts`.
 */
import net from 'node:net';
import type { Socket } from 'node:net';

import type { SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';

import { CodedError, errorCode } from '#src/base/coded-error.ts';

import { parseReply, printable } from './reply.ts';
import type { Reply } from './reply.ts';
import { StrictConnection } from './strict-connection.ts';
import type { NodemailerError } from './strict-connection.ts';
import { handshakeFaultInWords, inspectTls, tlsOptionsOf } from './tls-requirements.ts';
import type { ClientTimeouts, NextHop, TlsFacts } from './transmit.ts';

/** A connection that could not be made, or broke. The message is fit for an outcome's `reply`. */
export class ConnectionFailure extends CodedError {
  readonly stage: 'connect' | 'tls';
  /** The peer's reply, where it gave one. */
  readonly reply: Reply | null;
  /** Not even TCP: nothing listens there, or nothing gets through. */
  readonly unreachable: boolean = false;

  constructor(code: string, message: string, stage: 'connect' | 'tls', reply: Reply | null = null) {
    super(code, printable(message));
    this.stage = stage;
    this.reply = reply;
  }
}

class Unreachable extends ConnectionFailure {
  override readonly unreachable = true;

  constructor(code: string, message: string) {
    super(code, message, 'connect');
  }
}

const QUIT_MS = 5_000;

export class RelayConnection {
  readonly tls: TlsFacts | null;
  readonly #connection: StrictConnection;
  readonly #extensions = new Map<string, string>();
  readonly #pending = new Set<(failure: ConnectionFailure) => void>();
  #failure: ConnectionFailure | null = null;
  /** Mails sent so far. */
  messages = 0;
  /** A refused transaction is still open in the peer's mind. */
  needsReset = false;

  private constructor(connection: StrictConnection, facts: TlsFacts | null) {
    this.#connection = connection;
    this.tls = facts;
    for (const line of connection._ehloLines ?? []) {
      const [keyword = '', ...values] = line.split(' ');
      this.#extensions.set(keyword.toUpperCase(), values.join(' '));
    }
    connection.on('error', (error: NodemailerError) => this.#fail(failureOf(error, 'connect')));
    connection.on('end', () =>
      this.#fail(new ConnectionFailure('ECONNECTION', 'connection closed', 'connect')),
    );
  }

  /** Throws ConnectionFailure. Nothing of a mail has been sent when it resolves. */
  static async open(hop: NextHop, helloName: string, timeouts: ClientTimeouts): Promise<RelayConnection> {
    const socket = await connectSocket(hop, timeouts.connectMs);
    const connection = new StrictConnection(connectionOptions(hop, helloName, socket, timeouts));
    const facts = await withSession(connection, hop, timeouts.sessionMs, async () => {
      const facts = await establish(connection, hop);
      if (hop.auth !== undefined) await authenticate(connection, hop, hop.auth);
      return facts;
    });
    return new RelayConnection(connection, facts);
  }

  get usable(): boolean {
    return this.#failure === null;
  }

  /** Everything sent has been answered and nothing was answered in advance. */
  get quiet(): boolean {
    return this.#pending.size === 0 && !this.unread;
  }

  /** Octets came in that no command has taken as its reply. */
  get unread(): boolean {
    const { _remainder, _responseQueue } = this.#connection;
    return _remainder !== '' || _responseQueue.length > 0;
  }

  /** The parameters of an EHLO keyword; null where the peer does not offer it. */
  extension(keyword: string): string | null {
    return this.#extensions.get(keyword) ?? null;
  }

  get socket(): Socket {
    return this.#connection._socket;
  }

  /** Sends the commands in one write and resolves each reply in turn; rejects with ConnectionFailure. */
  commands(lines: readonly string[]): Promise<Reply>[] {
    const replies = lines.map(() => this.expectReply());
    if (this.usable) this.socket.write(`${lines.join('\r\n')}\r\n`);
    return replies;
  }

  command(line: string): Promise<Reply> {
    const reply = this.expectReply();
    if (this.usable) this.socket.write(`${line}\r\n`);
    return reply;
  }

  expectReply(): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    if (this.#failure === null) {
      this.#pending.add(reject);
      this.#connection._responseActions.push((raw) => {
        this.#pending.delete(reject);
        resolve(parseReply(raw));
      });
    } else reject(this.#failure);
    // Replies that nobody waits for any more must not end the process.
    promise.catch(() => {});
    return promise;
  }

  /** Ends the connection without a word. */
  drop(reason = 'connection dropped'): void {
    this.#fail(new ConnectionFailure('ECONNECTION', reason, 'connect'));
    this.#connection._socket.destroy();
    this.#connection.close();
  }

  /** Says goodbye; nobody has to wait for the answer, the process least of all. */
  quit(): void {
    if (!this.usable) return;
    this.#connection.quit();
    this.#failure = new ConnectionFailure('ECONNECTION', 'connection closed', 'connect');
    this.socket.unref();
    setTimeout(() => this.socket.destroy(), QUIT_MS).unref();
  }

  #fail(failure: ConnectionFailure): void {
    this.#failure ??= failure;
    for (const reject of this.#pending) reject(this.#failure);
    this.#pending.clear();
  }
}

function connectSocket(hop: NextHop, timeoutMs: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = net.connect({
    host: hop.host,
    port: hop.port,
    ...(hop.localAddress === undefined ? {} : { localAddress: hop.localAddress }),
  });
  const timer = setTimeout(() => {
    socket.destroy();
    reject(new Unreachable('ETIMEDOUT', 'connection timed out'));
  }, timeoutMs);
  socket.once('error', (error) => {
    clearTimeout(timer);
    reject(new Unreachable(errorCode(error), `can't connect: ${errorCode(error)}`));
  });
  socket.once('connect', () => {
    clearTimeout(timer);
    socket.removeAllListeners('error');
    // Until nodemailer listens, an error must not be nobody's.
    socket.on('error', () => {});
    resolve(socket);
  });
  return promise;
}

function connectionOptions(
  hop: NextHop,
  helloName: string,
  socket: Socket,
  timeouts: ClientTimeouts,
): SMTPConnectionOptions {
  return {
    connection: socket,
    host: hop.host,
    port: hop.port,
    secure: hop.implicitTls,
    ignoreTLS: hop.tls === 'none',
    requireTLS: demandsTls(hop) && !hop.implicitTls,
    opportunisticTLS: hop.tls === 'opportunistic',
    // SNI has names only (RFC 6066 section 3).
    servername: net.isIP(hop.servername ?? '') === 0 ? hop.servername : undefined,
    tls: tlsOptionsOf(hop),
    name: helloName,
    connectionTimeout: timeouts.sessionMs,
    greetingTimeout: timeouts.sessionMs,
    socketTimeout: timeouts.dotMs * 2,
    socketCloseTimeout: 1_000,
    maxResponseSize: 65_536,
    logger: false,
  };
}

/** Runs the steps until EHLO or AUTH is answered, within the time for all of them. */
async function withSession<T>(
  connection: StrictConnection,
  hop: NextHop,
  timeoutMs: number,
  steps: () => Promise<T>,
): Promise<T> {
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => {});
  const onError = (error: NodemailerError): void => {
    const tlsStage = connection.upgrading === true || isTlsProblem(error, hop);
    reject(failureOf(error, tlsStage ? 'tls' : 'connect'));
  };
  const onEnd = (): void => reject(new ConnectionFailure('ECONNECTION', 'connection closed', 'connect'));
  connection.on('error', onError);
  connection.on('end', onEnd);
  const timer = setTimeout(() => {
    const [what, stage] =
      connection.upgrading === true
        ? (['TLS: the handshake', 'tls'] as const)
        : (['session set-up', 'connect'] as const);
    reject(new ConnectionFailure('ETIMEDOUT', `${what} timed out`, stage));
  }, timeoutMs);
  try {
    return await Promise.race([steps(), failed]);
  } catch (error) {
    connection.on('error', () => {});
    connection.close();
    connection._socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    connection.removeListener('error', onError);
    connection.removeListener('end', onEnd);
  }
}

/** Until EHLO is answered, and what TLS came of it; throws ConnectionFailure where that is not enough. */
async function establish(connection: StrictConnection, hop: NextHop): Promise<TlsFacts | null> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  connection.connect((error) => {
    if (error === undefined || error === null) resolve();
    else reject(failureOf(error as NodemailerError, 'connect'));
  });
  await promise;
  const { facts, fault } = inspectTls(connection._socket, hop);
  if (fault !== null) throw new ConnectionFailure('ETLS', `TLS: ${fault}`, 'tls');
  return facts;
}

async function authenticate(
  connection: StrictConnection,
  hop: NextHop,
  auth: NonNullable<NextHop['auth']>,
): Promise<void> {
  if (!connection.secure && !/^(?:127\.|::1$|localhost$)/u.test(hop.host))
    throw new ConnectionFailure('ETLS', 'credentials are sent over TLS only', 'tls');
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  connection.login({ credentials: { user: auth.user, pass: auth.password } }, (error) => {
    if (error === undefined || error === null) resolve();
    else reject(failureOf(error as NodemailerError, 'connect'));
  });
  await promise;
}

function isTlsProblem(error: NodemailerError, hop: NextHop): boolean {
  if (errorCode(error) === 'ETLS') return true;
  // Without EHLO there is no STARTTLS, and a hop that demands TLS has failed at that.
  return demandsTls(hop) && error.command === 'EHLO';
}

function demandsTls(hop: NextHop): boolean {
  return hop.tls === 'verified' || hop.tls === 'encrypted';
}

function failureOf(error: NodemailerError, stage: 'connect' | 'tls'): ConnectionFailure {
  const reply = error.response === undefined ? null : parseReply(error.response);
  const text = reply === null ? handshakeFaultInWords(error.message) : reply.text;
  return new ConnectionFailure(errorCode(error), stage === 'tls' ? `TLS: ${text}` : text, stage, reply);
}
