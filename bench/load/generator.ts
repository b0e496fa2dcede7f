/**
 * The load: mails over kept-open sessions, each session sending its next mail as soon as the last is answered. Head
 * fields differ from mail to mail, the body is one buffer. A process of its own.
 */
import { connect, type Socket } from 'node:net';

import { answerRequests } from './child.ts';
import { nowMs } from './clock.ts';
import { benchMail, type MailKind } from './mails.ts';

export interface LoadRequest {
  readonly port: number;
  readonly mails: number;
  readonly sessions: number;
  readonly kind: MailKind;
  readonly bytes: number;
  /** MAIL, RCPT and DATA in one write (RFC 2920). */
  readonly pipelining: boolean;
  /** Between an answer and the next mail of a session. */
  readonly pauseMs?: number;
  /** Number of the first mail: part of Message-ID and recipient. */
  readonly first: number;
  /** One recipient for all instead. */
  readonly to?: string;
}

export interface LoadAnswer {
  readonly startMs: number;
  /** When the last mail was answered. */
  readonly endMs: number;
  readonly accepted: number;
  /** First reply that was not 250 to a final dot. */
  readonly refusal: string | null;
  /** Moment of each 250, by the mail's number from `first`. */
  readonly acceptedMs: readonly number[];
}

answerRequests<LoadRequest, LoadAnswer>(async (request) => {
  const startMs = nowMs();
  const acceptedMs: number[] = [];
  let next = 0;
  let refusal: string | null = null;
  const work = async (): Promise<void> => {
    const session = await Session.open(request.port);
    for (let number = next++; number < request.mails; number = next++) {
      const reply = await session.send(request, request.first + number);
      if (reply.startsWith('250')) acceptedMs[number] = nowMs();
      else refusal ??= reply;
      if (request.pauseMs !== undefined) await new Promise((resolve) => setTimeout(resolve, request.pauseMs));
    }
    session.end();
  };
  await Promise.all(Array.from({ length: Math.min(request.sessions, request.mails) }, work));
  const accepted = acceptedMs.filter((at) => at !== undefined).length;
  return { startMs, endMs: nowMs(), accepted, refusal, acceptedMs };
});

class Session {
  readonly #socket: Socket;
  #text = '';
  readonly #replies: string[] = [];
  #waiting: ((reply: string) => void) | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => this.#take(text));
    socket.on('close', () => this.#give('421 connection closed'));
    socket.on('error', () => {});
  }

  static async open(port: number): Promise<Session> {
    const socket = connect({ host: '127.0.0.1', port });
    const session = new Session(socket);
    await session.#reply();
    await session.#command('EHLO load.hospital.test');
    return session;
  }

  /** The reply to the final dot, or the first refusal. */
  async send(request: LoadRequest, number: number): Promise<string> {
    const mail = benchMail(request.kind, request.bytes, number);
    const commands = [`MAIL FROM:<${mail.from}>`, `RCPT TO:<${request.to ?? mail.to}>`, 'DATA'];
    const wanted = ['2', '2', '3'];
    if (request.pipelining) this.#socket.write(`${commands.join('\r\n')}\r\n`);
    for (const [index, command] of commands.entries()) {
      const reply = request.pipelining ? await this.#reply() : await this.#command(command);
      if (!reply.startsWith(wanted[index] ?? '')) return reply;
    }
    this.#socket.cork();
    this.#socket.write(mail.head, 'latin1');
    this.#socket.write(mail.body);
    this.#socket.write('.\r\n');
    this.#socket.uncork();
    return this.#reply();
  }

  end(): void {
    this.#socket.end('QUIT\r\n');
  }

  #command(line: string): Promise<string> {
    this.#socket.write(`${line}\r\n`);
    return this.#reply();
  }

  #reply(): Promise<string> {
    const reply = this.#replies.shift();
    if (reply !== undefined) return Promise.resolve(reply);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  #take(text: string): void {
    this.#text += text;
    for (let end = this.#text.indexOf('\r\n'); end >= 0; end = this.#text.indexOf('\r\n')) {
      const line = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      if (line.charAt(3) !== '-') this.#give(line);
    }
  }

  #give(reply: string): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting === null) this.#replies.push(reply);
    else waiting(reply);
  }
}
