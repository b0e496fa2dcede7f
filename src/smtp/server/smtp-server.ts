/**
 * The receiving side of SMTP: who may connect, how many at a time, TLS, and stopping. What a session says is in
 * `gateway-connection.ts`, what happens to mail is the handler's. Not offered: XCLIENT, XFORWARD, CHUNKING.
 * RFC 5321, 1870, 2034, 2920, 3207, 3461, 4954, 6152, 6531, 8314, 8689.
 */
import type { Socket } from 'node:net';

import type { Clock } from '#src/base/clock.ts';
import { CodedError, errorCode } from '#src/base/coded-error.ts';
import { newId } from '#src/base/identifiers.ts';
import type { Log } from '#src/base/log.ts';

import type { Authenticator } from './auth-connection.ts';
import { GatewayConnection } from './gateway-connection.ts';
import type { GatewayOptions } from './gateway-connection.ts';
import { readProxyHeader, type ProxiedClient } from './proxy-header.ts';
import type { Admission } from './session-connection.ts';
import { SessionServer, certificateOptions } from './session-server.ts';
import { defaultSmtpLimits } from './smtp-limits.ts';
import type { SmtpLimits } from './smtp-limits.ts';
import type { SmtpReply, TransactionHandler } from './smtp-transaction.ts';

export interface SmtpServerTls {
  /** PEM. */
  readonly cert: string | Buffer;
  /** PEM. */
  readonly key: string | Buffer;
  /** PEM. Trust anchors for certificates of clients; a client is asked for one where this is given. */
  readonly clientAnchors?: readonly string[];
}

export interface SmtpServerOptions {
  /** Named in the greeting; also the domain of a bare `<postmaster>`. */
  readonly hostname: string;
  /** Absent: STARTTLS is not offered. */
  readonly tls?: SmtpServerTls | undefined;
  /** TLS from the first octet (RFC 8314 section 3) instead of STARTTLS; needs `tls`. */
  readonly implicitTls?: boolean;
  /** True for addresses from which no mail is taken without TLS (530). */
  readonly requiresTls?: (remoteAddress: string) => boolean;
  /** Who may sign in; absent: AUTH is not offered. */
  readonly authenticator?: Authenticator;
  /** Take REQUIRETLS inside TLS (RFC 8689): the handler answers for the way that mail goes on. */
  readonly offersRequireTls?: boolean;
  /** Load balancers: their connections begin with a PROXY header, nobody else's do. */
  readonly isProxy?: (remoteAddress: string) => boolean;
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

/** Throws CodedError `tls-missing` where implicit TLS has no certificate. */
export function createSmtpServer(options: SmtpServerOptions): SmtpListener {
  if (options.implicitTls === true && options.tls === undefined)
    throw new CodedError('tls-missing', 'implicit TLS needs a certificate and its key');
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
  /** Connections of load balancers that have not said yet whom they pass on. */
  readonly #unproxied = new Set<Socket>();
  #sweep: NodeJS.Timeout | null = null;
  #stopping = false;

  constructor(options: SmtpServerOptions) {
    this.#options = options;
    this.#gateway = {
      ...options,
      authenticator: options.authenticator ?? null,
      offersRequireTls: options.offersRequireTls === true,
      maxRecipients: options.maxRecipients ?? 1_000,
      limits: { ...defaultSmtpLimits, ...options.limits },
    };
    this.#server = new SessionServer(options, this.#gateway.limits, (socket) => void this.#accept(socket));
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
    this.#server.updateSecureContext(certificateOptions(tls));
  }

  async close({ graceMs }: { readonly graceMs: number }): Promise<void> {
    this.#stopping = true;
    for (const socket of this.#unproxied) socket.destroy();
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

  /** A load balancer says first whom it passes on; what it says can't be checked, so only listed ones are asked. */
  async #accept(socket: Socket): Promise<void> {
    const peer: ProxiedClient = {
      address: plainAddress(socket.remoteAddress),
      port: socket.remotePort ?? 0,
    };
    if (this.#options.isProxy?.(peer.address) !== true) {
      this.#connect(socket, peer, false);
      return;
    }
    const { limits } = this.#gateway;
    socket.on('error', ignore);
    if (this.#unproxied.size >= limits.connections) {
      socket.destroy();
      return;
    }
    this.#unproxied.add(socket);
    const header = await readProxyHeader(socket, limits.proxyHeaderMs);
    this.#unproxied.delete(socket);
    if (header === null || this.#stopping || socket.destroyed) {
      this.#options.log.info('smtp: no PROXY header from a load balancer', { remoteAddress: peer.address });
      socket.destroy();
      return;
    }
    const client = header.client ?? peer;
    this.#connect(
      socket,
      { address: plainAddress(client.address), port: client.port },
      header.client === null,
    );
    socket.off('error', ignore);
  }

  #connect(socket: Socket, client: ProxiedClient, isHealthCheck: boolean): void {
    const { address } = client;
    const count = (this.#perAddress.get(address) ?? 0) + 1;
    this.#perAddress.set(address, count);
    const admission: Admission = {
      sessionId: newId(this.#options.clock),
      refusal: this.#refuse(address, count, isHealthCheck),
      lineEndings: this.#options.lineEndings?.(address) ?? 'refuse',
      requiresTls: this.#options.requiresTls?.(address) ?? false,
      client,
      isHealthCheck,
      closed: () => {
        this.#open.delete(connection);
        const left = (this.#perAddress.get(address) ?? 1) - 1;
        if (left > 0) this.#perAddress.set(address, left);
        else this.#perAddress.delete(address);
      },
    };
    const connection = new GatewayConnection(this.#server, socket, this.#gateway, admission);
    this.#open.add(connection);
    this.#server.begin(connection);
  }

  #refuse(address: string, count: number, isHealthCheck: boolean): SmtpReply | null {
    const { limits } = this.#gateway;
    if (this.#stopping) return STOPPING;
    if (count > limits.connectionsPerAddress)
      return { code: 421, enhanced: '4.7.0', text: 'Too many connections from your address' };
    if (this.#open.size >= limits.connections)
      return { code: 421, enhanced: '4.3.2', text: 'Too many connections, try again later' };
    return isHealthCheck ? null : (this.#options.connection?.(address) ?? null);
  }

  #endDrawnOut(): void {
    const underLoad = this.#open.size > this.#gateway.limits.connections * 0.8;
    for (const connection of this.#open) connection.endIfDrawnOut(underLoad);
  }
}

/** An IPv4 address seen through an IPv6 socket, as IPv4. */
function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:/iu, '');
}

function ignore(): void {}
