/**
 * One mail to one recipient over an open connection: MAIL, RCPT and DATA in one write where the peer has PIPELINING
 * (RFC 2920), then the content, then the dot. What goes on the wire has no bare CR, LF or NUL and every leading dot
 * doubled; otherwise it is the content octet for octet.
 */
import { DataWriter } from '../end-of-data.ts';
import { LineEndingGuard } from '../line-endings.ts';
import { envelopeCommands, findNeeds, findObstacle } from './envelope-commands.ts';
import type { ContentNeeds } from './envelope-commands.ts';
import { ConnectionFailure } from './relay-connection.ts';
import type { RelayConnection } from './relay-connection.ts';
import type { Reply } from './reply.ts';
import type {
  ClientTimeouts,
  OutgoingMail,
  TransmitHooks,
  TransmitOutcome,
  TransmitStage,
} from './transmit.ts';

/** `stale`: a kept-open connection turned out to be gone before the peer took note of the mail. */
export type TransactionResult = TransmitOutcome | 'stale';

const STAGES = ['mail', 'rcpt', 'data'] as const;
const FORBIDDEN_OCTET = '554 5.6.0 Content holds a bare CR, LF or NUL and was not sent';
const LEASE_LOST = 'given up before the end of data';

/** Rejects only with what the mail's content throws; the connection is then dropped. */
export function sendMail(
  connection: RelayConnection,
  mail: OutgoingMail,
  hooks: TransmitHooks,
  timeouts: ClientTimeouts,
): Promise<TransactionResult> {
  return new Transaction(connection, mail, hooks, timeouts).run();
}

class Transaction {
  readonly #connection: RelayConnection;
  readonly #mail: OutgoingMail;
  readonly #hooks: TransmitHooks;
  readonly #timeouts: ClientTimeouts;
  #stage: TransmitStage = 'mail';
  #answered = false;
  #earlyReply: Reply | null = null;

  constructor(
    connection: RelayConnection,
    mail: OutgoingMail,
    hooks: TransmitHooks,
    timeouts: ClientTimeouts,
  ) {
    this.#connection = connection;
    this.#mail = mail;
    this.#hooks = hooks;
    this.#timeouts = timeouts;
  }

  async run(): Promise<TransactionResult> {
    try {
      return await this.#exchange();
    } catch (error) {
      this.#connection.drop();
      if (!(error instanceof ConnectionFailure)) throw error;
      if (!this.#answered && this.#connection.messages > 0) return 'stale';
      return this.#deferred(error.message, error.reply, this.#stage === 'dot');
    }
  }

  async #exchange(): Promise<TransactionResult> {
    if (this.#connection.needsReset) await this.#reset();
    const needs = await findNeeds(this.#mail, this.#connection);
    const obstacle = findObstacle(this.#mail, needs, this.#connection);
    if (obstacle !== null) return this.#rejected(obstacle.text, obstacle.enhanced);
    const refusal = await this.#sendEnvelope(needs);
    if (refusal !== null) return refusal;
    return this.#sendContent();
  }

  async #reset(): Promise<void> {
    const reply = await this.#within(this.#timeouts.envelopeMs, this.#connection.command('RSET'));
    if (reply.code >= 300) throw new ConnectionFailure('EPROTOCOL', 'RSET refused', 'connect');
    this.#connection.needsReset = false;
  }

  /** null when the peer waits for content. */
  async #sendEnvelope(needs: ContentNeeds): Promise<TransactionResult | null> {
    const commands = envelopeCommands(this.#mail, needs, this.#connection);
    const pipelined =
      this.#connection.extension('PIPELINING') === null ? [] : this.#connection.commands(commands);
    let refusal: TransactionResult | null = null;
    for (const [index, stage] of STAGES.entries()) {
      if (refusal === null) this.#stage = stage;
      const reply = await this.#within(
        stage === 'data' ? this.#timeouts.dataMs : this.#timeouts.envelopeMs,
        pipelined[index] ?? this.#connection.command(commands[index] ?? ''),
      );
      // A peer that waits for content although it took no recipient would read what follows as a mail.
      if (refusal !== null && reply.code === 354) this.#connection.drop();
      refusal ??= this.#judgeEnvelope(reply, stage);
      this.#answered = true;
      if (refusal !== null && (pipelined.length === 0 || !this.#connection.usable)) break;
    }
    return refusal;
  }

  #judgeEnvelope(reply: Reply, stage: 'mail' | 'rcpt' | 'data'): TransactionResult | null {
    if (stage === 'data' ? reply.code === 354 : isSuccess(reply)) return null;
    this.#connection.needsReset = true;
    if (reply.code === 421) {
      this.#connection.drop();
      if (!this.#answered && this.#connection.messages > 0) return 'stale';
    }
    return this.#judgeRefusal(reply);
  }

  async #sendContent(): Promise<TransactionResult> {
    if (!this.#connection.quiet)
      throw new ConnectionFailure('EPROTOCOL', 'replies ahead of the mail', 'connect');
    const final = this.#connection.expectReply();
    const observed = this.#noteEarlyReply(final);
    observed.catch(() => {});
    const problem = await this.#writeContent(observed);
    const early = this.#earlyReply;
    if (early !== null && this.#stage !== 'dot') {
      this.#connection.drop();
      return this.#judgeEarly(early);
    }
    if (problem !== null) {
      this.#connection.drop();
      return problem;
    }
    const reply = await this.#within(this.#timeouts.dotMs, final);
    if (reply.code === 421) this.#connection.drop();
    if (!isSuccess(reply)) return this.#judgeRefusal(reply);
    const dsnPassedOn = this.#connection.extension('DSN') !== null;
    return { kind: 'accepted', reply: reply.text, tls: this.#connection.tls, dsnPassedOn };
  }

  async #noteEarlyReply(final: Promise<Reply>): Promise<void> {
    this.#earlyReply = await final;
  }

  /** Content and dot. null when both are written, or when a reply came too early. */
  async #writeContent(observed: Promise<void>): Promise<TransmitOutcome | null> {
    const { socket } = this.#connection;
    const guard = new LineEndingGuard();
    const writer = new DataWriter();
    socket.cork();
    for await (const chunk of this.#mail.content()) {
      if (guard.inspect(chunk) >= 0) return this.#rejected(FORBIDDEN_OCTET, '5.6.0');
      if (this.#earlyReply !== null) return null;
      if (!this.#connection.usable) await observed;
      let room = true;
      for (const piece of writer.write(chunk)) room = socket.write(piece);
      if (!room) await this.#awaitRoom(observed);
    }
    if (guard.endedInCr) return this.#rejected(FORBIDDEN_OCTET, '5.6.0');
    if ((await this.#hooks.beforeDot?.()) === false) return this.#deferred(LEASE_LOST, null, false);
    if (this.#earlyReply !== null) return null;
    if (!this.#connection.usable) await observed;
    if (this.#connection.unread)
      throw new ConnectionFailure('EPROTOCOL', 'reply before the end of data', 'connect');
    this.#stage = 'dot';
    socket.write(`${writer.missingLineEnd}.\r\n`);
    socket.uncork();
    this.#hooks.onDotSent?.();
    return null;
  }

  async #awaitRoom(observed: Promise<void>): Promise<void> {
    const { socket } = this.#connection;
    socket.uncork();
    if (socket.writableNeedDrain) {
      const drained = new Promise<void>((resolve) => {
        socket.once('drain', resolve);
      });
      await this.#within(this.#timeouts.blockMs, Promise.race([drained, observed]));
    }
    socket.cork();
  }

  #judgeRefusal(reply: Reply): TransmitOutcome {
    if (reply.code >= 500) return this.#rejected(reply.text, reply.enhanced);
    if (reply.code >= 400) return this.#deferred(reply.text, reply, false);
    throw new ConnectionFailure('EPROTOCOL', `reply out of place: ${reply.text}`, 'connect');
  }

  /** A refusal before the dot counts; a success before the dot is no success. */
  #judgeEarly(reply: Reply): TransmitOutcome {
    if (reply.code >= 400) return this.#judgeRefusal(reply);
    return this.#deferred('reply before the end of data', null, false);
  }

  #rejected(reply: string, enhanced: string | null): TransmitOutcome {
    return { kind: 'rejected', reply, enhanced, stage: this.#stage, tls: this.#connection.tls };
  }

  #deferred(text: string, reply: Reply | null, uncertain: boolean): TransmitOutcome {
    return {
      kind: 'deferred',
      reply: text,
      enhanced: reply?.enhanced ?? null,
      stage: this.#stage,
      uncertain,
      tls: this.#connection.tls,
    };
  }

  async #within<T>(limitMs: number, work: Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.#connection.drop('timed out'), limitMs);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
    }
  }
}

function isSuccess(reply: Reply): boolean {
  return reply.code >= 200 && reply.code < 300;
}
