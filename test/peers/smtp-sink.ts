/**
 * A next hop for tests: takes mail, keeps what was on the wire octet for octet, and answers whatever a test wants,
 * well-formed or not. It reads nothing into the content; only CR LF . CR LF ends it.
 */
import net from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import tls from 'node:tls';

export interface SinkMail {
  readonly reversePath: string;
  readonly recipients: readonly string[];
  /** Between DATA's 354 and the lone dot, dot-stuffed as it came. */
  readonly bytes: Buffer;
  /** The commands as they came. */
  readonly mailCommand: string;
  readonly rcptCommands: readonly string[];
  readonly tls: boolean;
  /** Connections are counted from 1. */
  readonly connection: number;
}

/** What the sink is about to answer; `dot` is the end of data, `connect` the greeting. */
export interface SinkStep {
  readonly verb: string;
  readonly line: string;
  readonly connection: number;
  readonly socket: Socket;
}

/** Text (CR LF is added if missing), raw octets, or what to do instead. null answers as usual. */
export type SinkAnswer = string | Buffer | { readonly do: 'close' | 'nothing' } | null;

export interface SinkBehaviour {
  /** EHLO keywords; default PIPELINING, SIZE, 8BITMIME, SMTPUTF8, DSN, ENHANCEDSTATUSCODES. */
  readonly extensions?: readonly string[];
  readonly answer?: (step: SinkStep) => SinkAnswer | Promise<SinkAnswer>;
  /** STARTTLS is offered with this. */
  readonly tls?: tls.TlsOptions;
  /** TLS from the first octet. */
  readonly implicitTls?: boolean;
  /** Keep envelopes only: for benchmarks. */
  readonly discardContent?: boolean;
  /** Gets each mail as it is taken; where it returns false the mail is not kept in `mails`. */
  readonly onMail?: (mail: SinkMail) => boolean;
}

export interface SmtpSink {
  readonly port: number;
  readonly mails: readonly SinkMail[];
  /** Every command line in the order it came, all connections together. */
  readonly commands: readonly string[];
  readonly connections: number;
  /** Those that are open now. */
  readonly openConnections: number;
  /** Resolves when `count` mails are there; rejects after the time. */
  waitForMails(count: number, timeoutMs?: number): Promise<readonly SinkMail[]>;
  stop(): Promise<void>;
}

const DEFAULT_EXTENSIONS = [
  'PIPELINING',
  'SIZE 104857600',
  '8BITMIME',
  'SMTPUTF8',
  'DSN',
  'ENHANCEDSTATUSCODES',
];
const END_OF_DATA = Buffer.from('\r\n.\r\n');

/** The content of a mail as it was before dot-stuffing. */
export function unstuffed(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  return Buffer.from(text.replaceAll(/(^|\r\n)\./gu, '$1'), 'latin1');
}

export async function startSmtpSink(
  options: {
    readonly behaviour?: SinkBehaviour;
    /** Where it listens; default a free port of 127.0.0.1. */
    readonly address?: string;
    readonly port?: number;
  } = {},
): Promise<SmtpSink> {
  const sink = new Sink(options.behaviour ?? {});
  await sink.listen(options.port ?? 0, options.address ?? '127.0.0.1');
  return sink;
}

class Sink implements SmtpSink {
  readonly mails: SinkMail[] = [];
  readonly commands: string[] = [];
  connections = 0;
  readonly behaviour: SinkBehaviour;
  readonly #server = net.createServer((socket) => this.#accept(socket));
  readonly #sockets = new Set<Socket>();
  #arrived: (() => void)[] = [];

  constructor(behaviour: SinkBehaviour) {
    this.behaviour = behaviour;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async listen(port: number, address: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, address, resolve);
    });
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  store(mail: SinkMail): void {
    if (this.behaviour.onMail?.(mail) === false) return;
    this.mails.push(mail);
    for (const wake of this.#arrived.splice(0)) wake();
  }

  async waitForMails(count: number, timeoutMs = 10_000): Promise<readonly SinkMail[]> {
    const deadline = performance.now() + timeoutMs;
    while (this.mails.length < count) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Error(`the sink has ${this.mails.length} of ${count} mails`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#arrived.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return this.mails;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    const session = new SinkSession(this, this.connections);
    const { implicitTls, tls: tlsOptions } = this.behaviour;
    const attached = implicitTls === true ? wrapInTls(socket, tlsOptions ?? {}) : socket;
    void session.start(attached);
  }
}

class SinkSession {
  readonly #sink: Sink;
  readonly #connection: number;
  #socket: Socket | null = null;
  #input: Buffer = Buffer.alloc(0);
  #content: Buffer[] | null = null;
  #contentTail: Buffer = Buffer.alloc(0);
  #mailCommand = '';
  #rcptCommands: string[] = [];
  #working = false;

  constructor(sink: Sink, connection: number) {
    this.#sink = sink;
    this.#connection = connection;
  }

  async start(socket: Socket): Promise<void> {
    this.#attach(socket);
    await this.#answer('connect', '', '220 sink.test ESMTP');
  }

  #attach(socket: Socket): void {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      this.#input = this.#input.length === 0 ? chunk : Buffer.concat([this.#input, chunk]);
      void this.#work();
    });
  }

  /** One command or stretch of content at a time, also where an answer takes long. */
  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    while (this.#input.length > 0) {
      if (this.#content !== null) {
        if (!(await this.#readContent(this.#content))) continue;
        continue;
      }
      const end = this.#input.indexOf('\r\n');
      if (end < 0) break;
      const line = this.#input.toString('utf8', 0, end);
      this.#input = this.#input.subarray(end + 2);
      // A sink that keeps no mails keeps no endless list of commands either.
      if (this.#sink.behaviour.onMail === undefined) this.#sink.commands.push(line);
      await this.#command(line);
    }
    this.#working = false;
  }

  async #command(line: string): Promise<void> {
    const verb = /^[A-Za-z]*/u.exec(line)?.[0].toUpperCase() ?? '';
    switch (verb) {
      case 'EHLO': {
        const offers = [...(this.#sink.behaviour.extensions ?? DEFAULT_EXTENSIONS)];
        if (this.#sink.behaviour.tls !== undefined && !(this.#socket instanceof tls.TLSSocket))
          offers.push('STARTTLS');
        const lines = ['sink.test', ...offers];
        await this.#answer(
          verb,
          line,
          lines.map((text, index) => `250${index === lines.length - 1 ? ' ' : '-'}${text}`).join('\r\n'),
        );
        return;
      }
      case 'STARTTLS':
        if (await this.#answer(verb, line, '220 2.0.0 Ready')) this.#startTls();
        return;
      case 'MAIL':
        this.#mailCommand = line;
        this.#rcptCommands = [];
        await this.#answer(verb, line, '250 2.1.0 OK');
        return;
      case 'RCPT':
        if (await this.#answer(verb, line, '250 2.1.5 OK')) this.#rcptCommands.push(line);
        return;
      case 'DATA':
        if (this.#rcptCommands.length === 0) await this.#answer(verb, line, '503 5.5.1 No recipients');
        else if (await this.#answer(verb, line, '354 Go on')) {
          this.#content = [];
          this.#contentTail = Buffer.from('\r\n');
        }
        return;
      case 'QUIT':
        await this.#answer(verb, line, '221 2.0.0 Bye');
        this.#socket?.end();
        return;
      default:
        await this.#answer(verb, line, '250 2.0.0 OK');
    }
  }

  async #readContent(content: Buffer[]): Promise<boolean> {
    const seen = Buffer.concat([this.#contentTail, this.#input]);
    const end = seen.indexOf(END_OF_DATA);
    if (end < 0) {
      content.push(this.#input);
      this.#contentTail = seen.subarray(-4);
      this.#input = Buffer.alloc(0);
      return false;
    }
    const taken = end + END_OF_DATA.length - this.#contentTail.length;
    content.push(this.#input.subarray(0, taken));
    this.#input = this.#input.subarray(taken);
    this.#content = null;
    const all = this.#sink.behaviour.discardContent === true ? Buffer.from('.\r\n') : Buffer.concat(content);
    const mail: SinkMail = {
      reversePath: pathOf(this.#mailCommand),
      recipients: this.#rcptCommands.map(pathOf),
      bytes: all.subarray(0, all.length - '.\r\n'.length),
      mailCommand: this.#mailCommand,
      rcptCommands: this.#rcptCommands,
      tls: this.#socket instanceof tls.TLSSocket,
      connection: this.#connection,
    };
    if (await this.#answer('dot', '', '250 2.6.0 Taken', () => this.#sink.store(mail)))
      this.#rcptCommands = [];
    return true;
  }

  /** True where the answer was the usual one, or of its class. */
  async #answer(verb: string, line: string, usual: string, positive?: () => void): Promise<boolean> {
    const socket = this.#socket;
    if (socket === null) return false;
    const chosen =
      this.#sink.behaviour.answer?.({ verb, line, connection: this.#connection, socket }) ?? null;
    const answer = chosen instanceof Promise ? await chosen : chosen;
    if (answer !== null && typeof answer === 'object' && 'do' in answer) {
      if (answer.do === 'close') socket.destroy();
      return false;
    }
    const octets = answer ?? usual;
    const good = octets[0] === usual[0] || octets[0] === usual.charCodeAt(0);
    if (good) positive?.();
    if (!socket.destroyed)
      socket.write(typeof octets === 'string' ? `${octets.replace(/\r\n$/u, '')}\r\n` : octets);
    return good;
  }

  #startTls(): void {
    const plain = this.#socket;
    if (plain === null) return;
    plain.removeAllListeners('data');
    this.#input = Buffer.alloc(0);
    this.#attach(wrapInTls(plain, this.#sink.behaviour.tls ?? {}));
  }
}

function wrapInTls(socket: Socket, options: tls.TlsOptions): Socket {
  const secured = new tls.TLSSocket(socket, { isServer: true, ...options });
  secured.on('error', () => socket.destroy());
  return secured;
}

function pathOf(command: string): string {
  const end = command.lastIndexOf('>');
  return command.slice(command.indexOf('<') + 1, end);
}
