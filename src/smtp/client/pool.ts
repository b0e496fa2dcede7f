/**
 * Kept-open connections to next hops. Every hop has its own few connections and its own waiting line, so that a slow
 * one keeps nobody else waiting. A connection that was idle and turns out to be gone costs a new one, not the mail.
 */
import type { Clock } from '#src/base/clock.ts';
import type { Log } from '#src/base/log.ts';

import { ConnectionFailure, RelayConnection } from './relay-connection.ts';
import { sendMail } from './transaction.ts';
import { defaultClientTimeouts } from './transmit.ts';
import type { ClientTimeouts, NextHop, OutgoingMail, TransmitHooks, TransmitOutcome } from './transmit.ts';

export interface PoolLimits {
  readonly connectionsPerHop: number;
  readonly messagesPerConnection: number;
  readonly idleMs: number;
}

export interface PoolOptions {
  /** What EHLO says. */
  readonly helloName: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly limits?: Partial<PoolLimits>;
  readonly timeouts?: Partial<ClientTimeouts>;
}

interface Hop {
  readonly key: string;
  /** Connections in use. */
  busy: number;
  readonly waiting: (() => void)[];
  readonly idle: { readonly connection: RelayConnection; readonly timer: NodeJS.Timeout }[];
}

const defaultLimits: PoolLimits = { connectionsPerHop: 10, messagesPerConnection: 1_000, idleMs: 30_000 };

export class SmtpClientPool {
  readonly #options: PoolOptions;
  readonly #limits: PoolLimits;
  readonly #timeouts: ClientTimeouts;
  readonly #hops = new Map<string, Hop>();
  #closed = false;
  #whenUnused: (() => void) | null = null;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#timeouts = { ...defaultClientTimeouts, ...options.timeouts };
  }

  /**
   * Sends one mail to one recipient. Whatever the peer does is an outcome; it rejects only with what `mail.content`
   * or a hook throws, and with the mail not sent then.
   */
  async transmit(hop: NextHop, mail: OutgoingMail, hooks: TransmitHooks = {}): Promise<TransmitOutcome> {
    const startedMs = this.#options.clock.now();
    const place = await this.#takePlace(hopKey(hop));
    try {
      if (this.#closed) return deferredBy(new ConnectionFailure('ESTOPPING', 'stopping', 'connect'));
      const outcome = await this.#send(place, hop, mail, hooks);
      this.#options.log.debug('smtp: transmitted', {
        nextHop: `${hop.host}:${hop.port}`,
        outcome: outcome.kind,
        durationMs: this.#options.clock.now() - startedMs,
      });
      return outcome;
    } finally {
      this.#leavePlace(place);
    }
  }

  /** False while every connection to the hop is in use: a further `transmit` would wait. */
  hasRoom(hop: NextHop): boolean {
    return (this.#hops.get(hopKey(hop))?.busy ?? 0) < this.#limits.connectionsPerHop;
  }

  /** Ends idle connections at once and resolves when the mails under way are done; those that wait are deferred. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const place of this.#hops.values())
      for (const { connection, timer } of place.idle.splice(0)) {
        clearTimeout(timer);
        connection.quit();
      }
    if ([...this.#hops.values()].every((place) => place.busy === 0)) return;
    await new Promise<void>((resolve) => {
      this.#whenUnused = resolve;
    });
  }

  async #send(place: Hop, hop: NextHop, mail: OutgoingMail, hooks: TransmitHooks): Promise<TransmitOutcome> {
    const kept = takeIdle(place);
    if (kept !== null) {
      const outcome = await this.#sendOver(kept, place, mail, hooks);
      if (outcome !== 'stale') return outcome;
    }
    const opened = await this.#open(hop, hooks);
    if (!(opened instanceof RelayConnection)) return opened;
    const outcome = await this.#sendOver(opened, place, mail, hooks);
    // A connection without mails is never stale.
    return outcome === 'stale'
      ? deferredBy(new ConnectionFailure('ECONNECTION', 'connection closed', 'connect'))
      : outcome;
  }

  async #sendOver(
    connection: RelayConnection,
    place: Hop,
    mail: OutgoingMail,
    hooks: TransmitHooks,
  ): Promise<TransmitOutcome | 'stale'> {
    const outcome = await sendMail(connection, mail, hooks, this.#timeouts);
    connection.messages += 1;
    if (!connection.usable || !connection.quiet) connection.drop();
    else if (this.#closed || connection.messages >= this.#limits.messagesPerConnection) connection.quit();
    else this.#keep(connection, place);
    return outcome;
  }

  async #open(hop: NextHop, hooks: TransmitHooks): Promise<RelayConnection | TransmitOutcome> {
    hooks.onConnecting?.();
    try {
      return await this.#connect(hop);
    } catch (error) {
      if (!(error instanceof ConnectionFailure)) throw error;
      this.#options.log.info('smtp: no connection', {
        nextHop: `${hop.host}:${hop.port}`,
        step: error.stage,
        code: error.code,
      });
      return deferredBy(error);
    }
  }

  /** Opportunistic means plaintext where TLS fails (RFC 7435), so such a failure is tried once more without. */
  async #connect(hop: NextHop): Promise<RelayConnection> {
    try {
      return await RelayConnection.open(hop, this.#options.helloName, this.#timeouts);
    } catch (error) {
      const fallBack =
        error instanceof ConnectionFailure && error.stage === 'tls' && hop.tls === 'opportunistic';
      if (!fallBack || hop.implicitTls || hop.auth !== undefined) throw error;
      return RelayConnection.open({ ...hop, tls: 'none' }, this.#options.helloName, this.#timeouts);
    }
  }

  #keep(connection: RelayConnection, place: Hop): void {
    const timer = setTimeout(() => {
      const index = place.idle.findIndex((kept) => kept.connection === connection);
      if (index >= 0) place.idle.splice(index, 1);
      connection.quit();
      this.#forgetIfUnused(place);
    }, this.#limits.idleMs);
    timer.unref();
    place.idle.push({ connection, timer });
  }

  #forgetIfUnused(place: Hop): void {
    if (place.busy === 0 && place.idle.length === 0) this.#hops.delete(place.key);
  }

  async #takePlace(key: string): Promise<Hop> {
    let place = this.#hops.get(key);
    if (place === undefined) {
      place = { key, busy: 0, waiting: [], idle: [] };
      this.#hops.set(key, place);
    }
    if (place.busy >= this.#limits.connectionsPerHop) {
      const { waiting } = place;
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
      });
    } else place.busy += 1;
    return place;
  }

  /** A place goes straight to whoever waits longest. */
  #leavePlace(place: Hop): void {
    const next = place.waiting.shift();
    if (next !== undefined) {
      next();
      return;
    }
    place.busy -= 1;
    if (place.busy > 0) return;
    this.#forgetIfUnused(place);
    if (this.#closed && [...this.#hops.values()].every((other) => other.busy === 0)) this.#whenUnused?.();
  }
}

function takeIdle(place: Hop): RelayConnection | null {
  for (let kept = place.idle.pop(); kept !== undefined; kept = place.idle.pop()) {
    clearTimeout(kept.timer);
    if (kept.connection.usable && kept.connection.quiet) return kept.connection;
    kept.connection.drop();
  }
  return null;
}

function deferredBy(failure: ConnectionFailure): TransmitOutcome {
  return {
    kind: 'deferred',
    reply: failure.message,
    enhanced: failure.reply?.enhanced ?? null,
    stage: failure.stage,
    uncertain: false,
    ...(failure.unreachable && { unreachable: true }),
    tls: null,
  };
}

const hopKeys = new WeakMap<NextHop, string>();

/** Connections are shared only where everything about the hop is the same. */
function hopKey(hop: NextHop): string {
  let key = hopKeys.get(hop);
  if (key === undefined) {
    const { host, port, implicitTls, tls, servername, certificateNames, ca, auth, localAddress } = hop;
    const { verifiedBy, clientCertificate } = hop;
    const check = hop.certificateCheck?.id;
    key = JSON.stringify([
      host,
      port,
      implicitTls,
      tls,
      servername,
      certificateNames,
      check,
      verifiedBy,
      clientCertificate,
      ca,
      auth,
      localAddress,
    ]);
    hopKeys.set(hop, key);
  }
  return key;
}
