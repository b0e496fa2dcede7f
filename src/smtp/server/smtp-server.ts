/**
 * The receiving side of SMTP: who may connect, how many at a time, TLS, and stopping. What a session says is in
 * `gateway-connection.ts`, what happens to mail is the handler's. Not offered: AUTH, XCLIENT, XFORWARD, PROXY,
 * CHUNKING, REQUIRETLS. RFC 5321, 1870, 2034, 2920, 3207, 3461, 6152, 6531.
 */
import type { Socket } from 'node:net';

import type { Clock } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import { newId } from '#src/base/identifiers.ts';
import type { Log } from '#src/base/log.ts';
import { SMTPServer } from 'smtp-server';

import { GatewayConnection } from './gateway-connection.ts';
import type { GatewayOptions } from './gateway-connection.ts';
import type { Admission } from './session-connection.ts';
import { defaultSmtpLimits } from './smtp-limits.ts';
import type { SmtpLimits } from './smtp-limits.ts';
import type { SmtpReply, TransactionHandler } from './smtp-transaction.ts';

export interface SmtpServerTls {
  /** PEM. */
  readonly cert: string | Buffer;
  /** PEM. */
  readonly key: string | Buffer;
}

export interface SmtpServerOptions {
  /** Named in the greeting; also the domain of a bare `<postmaster>`. */
  readonly hostname: string;
  /** Absent: STARTTLS is not offered. */
  readonly tls?: SmtpServerTls | undefined;
  /** Octets; announced as SIZE. */
  readonly maxMessageBytes: number;
  /** Default 1,000 (RFC 5321 section 4.5.3.1.8 asks for at least 100). */
  readonly maxRecipients?: number;
  readonly limits?: Partial<SmtpLimits>;
  /** What a bare CR, LF or NUL means from this address; default `refuse`. */
  readonly lineEndings?: (remoteAddress: string) => 'refuse' | 'normalise';
  /** Asked before the greeting; a reply (4xx or 5xx) ends the connection. */
  readonly connection?: (remoteAddress: string) => SmtpReply | null;
  readonly handler: TransactionHandler;
  readonly log: Log;
  readonly clock: Clock;
}

export interface SmtpListener {
  /** Resolves with the port that is listened on; rejects with Node's error (`EADDRINUSE`, `EACCES`, …). */
  listen(address: { readonly host: string; readonly port: number }): Promise<{ readonly port: number }>;
  /** New sessions get this certificate; those that are open keep theirs. */
  reload(tls: SmtpServerTls): void;
  /** Stops accepting, ends idle sessions with 421, and the others when their message is answered or time is up. */
  close(options: { readonly graceMs: number }): Promise<void>;
}

export function createSmtpServer(options: SmtpServerOptions): SmtpListener {
  return new GatewayServer(options);
}

const STOPPING: SmtpReply = { code: 421, enhanced: '4.3.2', text: 'Shutting down, try again later' };
const POLL_MS = 20;

class GatewayServer implements SmtpListener {
  readonly #options: SmtpServerOptions;
  readonly #gateway: GatewayOptions;
  readonly #server: SessionServer;
  readonly #open = new Set<GatewayConnection>();
  readonly #perAddress = new Map<string, number>();
  #sweep: NodeJS.Timeout | null = null;
  #stopping = false;

  constructor(options: SmtpServerOptions) {
    this.#options = options;
    this.#gateway = {
      ...options,
      maxRecipients: options.maxRecipients ?? 1_000,
      limits: { ...defaultSmtpLimits, ...options.limits },
    };
    this.#server = new SessionServer(options, this.#gateway.limits, (socket) => this.#connect(socket));
    this.#server.on('error', (error) => {
      options.log.debug('smtp: connection failed', { code: errorCode(error) });
    });
  }

  async listen(address: {
    readonly host: string;
    readonly port: number;
  }): Promise<{ readonly port: number }> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.server.once('error', reject);
    this.#server.server.listen({ ...address, backlog: 1_024 }, resolve);
    await promise;
    this.#server.server.removeListener('error', reject);
    const { limits } = this.#gateway;
    this.#sweep = setInterval(() => this.#endDrawnOut(), limits.sweepMs).unref();
    const bound = this.#server.server.address();
    return { port: bound !== null && typeof bound === 'object' ? bound.port : address.port };
  }

  reload(tls: SmtpServerTls): void {
    this.#server.updateSecureContext({ cert: tls.cert, key: tls.key });
  }

  async close({ graceMs }: { readonly graceMs: number }): Promise<void> {
    this.#stopping = true;
    if (this.#sweep !== null) clearInterval(this.#sweep);
    const closed = new Promise<void>((resolve) => {
      this.#server.server.close(() => resolve());
    });
    const deadline = performance.now() + graceMs;
    while (this.#open.size > 0 && performance.now() < deadline) {
      for (const connection of this.#open) if (connection.idle) connection.endSession(STOPPING);
      await new Promise((resolve) => setTimeout(resolve, Math.min(POLL_MS, graceMs)));
    }
    for (const connection of this.#open) {
      connection.endSession(STOPPING);
      connection._socket.destroy();
    }
    await closed;
  }

  #connect(socket: Socket): GatewayConnection {
    const address = plainAddress(socket.remoteAddress);
    const count = (this.#perAddress.get(address) ?? 0) + 1;
    this.#perAddress.set(address, count);
    const admission: Admission = {
      sessionId: newId(this.#options.clock),
      refusal: this.#refuse(address, count),
      lineEndings: this.#options.lineEndings?.(address) ?? 'refuse',
      closed: () => {
        this.#open.delete(connection);
        const left = (this.#perAddress.get(address) ?? 1) - 1;
        if (left > 0) this.#perAddress.set(address, left);
        else this.#perAddress.delete(address);
      },
    };
    const connection = new GatewayConnection(this.#server, socket, this.#gateway, admission);
    this.#open.add(connection);
    return connection;
  }

  #refuse(address: string, count: number): SmtpReply | null {
    const { limits } = this.#gateway;
    if (this.#stopping) return STOPPING;
    if (count > limits.connectionsPerAddress)
      return { code: 421, enhanced: '4.7.0', text: 'Too many connections from your address' };
    if (this.#open.size >= limits.connections)
      return { code: 421, enhanced: '4.3.2', text: 'Too many connections, try again later' };
    return this.#options.connection?.(address) ?? null;
  }

  #endDrawnOut(): void {
    const underLoad = this.#open.size > this.#gateway.limits.connections * 0.8;
    for (const connection of this.#open) connection.endIfDrawnOut(underLoad);
  }
}

/** smtp-server, making our sessions instead of its own. */
class SessionServer extends SMTPServer {
  readonly #makeSession: (socket: Socket) => GatewayConnection;

  constructor(
    options: SmtpServerOptions,
    limits: SmtpLimits,
    makeSession: (socket: Socket) => GatewayConnection,
  ) {
    super({
      name: options.hostname,
      size: options.maxMessageBytes,
      heloResponse: '%s',
      logger: false,
      disableReverseLookup: true,
      socketTimeout: limits.idleMs,
      hideDSN: false,
      hideENHANCEDSTATUSCODES: false,
      hideREQUIRETLS: true,
      disabledCommands: ['AUTH', 'HELP', 'WIZ', 'SHELL', 'KILL', 'XCLIENT', 'XFORWARD', 'LHLO'].concat(
        options.tls === undefined ? ['STARTTLS'] : [],
      ),
      minVersion: 'TLSv1.2',
      ...options.tls,
    });
    this.#makeSession = makeSession;
  }

  override connect(socket: Socket): void {
    const connection = this.#makeSession(socket);
    this.connections.add(connection);
    connection.on('error', (error: Error) => this._onError(error));
    connection.init();
  }
}

/** An IPv4 address seen through an IPv6 socket, as IPv4. */
function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:/iu, '');
}
