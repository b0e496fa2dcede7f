/**
 * Plays SMTP dialogs that are written down as files against a server. A file:
 *
 *     # a comment
 *     C: EHLO client.test          sent with CR LF
 *     C~ body\n.\nMAIL             sent as it is; \r \n \0 \t \\ \xNN are octets
 *     C* 1200 x                    sent: that many of the character, without CR LF
 *     S: 250 2.1.0 *               the next reply must begin so; `*` is any rest, `250-` any number of lines before
 *     X:                           the server must close, after nothing else
 *     = stored 0                   what the test then compares
 *
 * Lines of C that follow each other are one burst. The same file can be sent whole, octet by octet, or in packets
 * of random lengths: a server must not tell the difference.
 */
import { readFile } from 'node:fs/promises';
import net from 'node:net';

export interface DialogStep {
  readonly send: Buffer;
  /** Patterns of the replies that follow. */
  readonly expect: readonly string[];
  readonly expectClose: boolean;
}

export interface Dialog {
  readonly steps: readonly DialogStep[];
  /** `= name value` */
  readonly facts: ReadonlyMap<string, string>;
}

export type Packets = (burst: Buffer) => readonly Buffer[];

export const wholePackets: Packets = (burst) => [burst];
export const singleOctets: Packets = (burst) => [...burst].map((octet) => Buffer.from([octet]));

/** Packets of one to forty octets; the same seed cuts the same way. */
export function randomPackets(seed: number): Packets {
  let state = seed * 2_654_435_761 + 1;
  return (burst) => {
    const packets: Buffer[] = [];
    for (let start = 0; start < burst.length;) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      const end = start + 1 + ((state >>> 16) % 40);
      packets.push(burst.subarray(start, end));
      start = end;
    }
    return packets;
  };
}

export async function readDialog(file: URL | string): Promise<Dialog> {
  return parseDialog(await readFile(file, 'utf8'));
}

export function parseDialog(text: string): Dialog {
  const steps: { send: Buffer[]; expect: string[]; expectClose: boolean }[] = [
    { send: [], expect: [], expectClose: false },
  ];
  const facts = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const mark = line.slice(0, 2);
    const rest = line.slice(3);
    let step = steps.at(-1);
    if (mark.startsWith('C') && (step === undefined || step.expect.length > 0 || step.expectClose)) {
      step = { send: [], expect: [], expectClose: false };
      steps.push(step);
    }
    if (mark === 'C:') step?.send.push(Buffer.from(`${rest}\r\n`));
    else if (mark === 'C~') step?.send.push(octetsOf(rest));
    else if (mark === 'C*') step?.send.push(repeated(rest));
    else if (mark === 'S:') step?.expect.push(rest);
    else if (mark === 'X:' && step !== undefined) step.expectClose = true;
    else if (mark === '= ')
      facts.set(line.slice(2).split(' ')[0] ?? '', line.slice(2).split(' ').slice(1).join(' '));
    else throw new Error(`not a dialog line: ${line}`);
  }
  return {
    steps: steps.map((step) => ({ ...step, send: Buffer.concat(step.send) })),
    facts,
  };
}

/** Throws an Error that names the step and shows what came instead. `socket`: one that is open already, such as TLS. */
export async function playDialog(
  port: number,
  dialog: Dialog,
  packets: Packets = wholePackets,
  socket?: net.Socket,
): Promise<void> {
  const peer = new DialogPeer(port, socket);
  try {
    for (const [index, step] of dialog.steps.entries()) {
      for (const packet of packets(step.send)) await peer.send(packet);
      for (const pattern of step.expect) {
        const reply = await peer.reply();
        if (reply === null || !matches(reply, pattern))
          throw new Error(`step ${index}: expected "${pattern}", got ${JSON.stringify(reply)}`);
      }
      if (!step.expectClose) continue;
      const more = await peer.reply();
      if (more !== null) throw new Error(`step ${index}: expected the end, got ${JSON.stringify(more)}`);
    }
  } finally {
    peer.close();
  }
}

/** A client that speaks octets. */
export class DialogPeer {
  readonly socket: net.Socket;
  #received = '';
  #closed = false;
  #wake: (() => void) | null = null;

  constructor(port: number, socket: net.Socket = net.connect(port, '127.0.0.1')) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('utf8');
      this.#wake?.();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#closed = true;
      this.#wake?.();
    });
    socket.on('end', () => {
      this.#closed = true;
      this.#wake?.();
    });
  }

  /** Resolves after the octets have left and a turn of the event loop has passed, so that packets stay apart. */
  async send(octets: Buffer | string): Promise<void> {
    if (!this.#closed) this.socket.write(octets);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  /** The next whole reply, its lines joined by LF; null when the server closed instead, or after the time. */
  async reply(timeoutMs = 5_000): Promise<string | null> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const match = /^(?:\d{3}-[^\r\n]*\r\n)*\d{3}(?: [^\r\n]*)?\r\n/u.exec(this.#received);
      if (match !== null) {
        this.#received = this.#received.slice(match[0].length);
        return match[0].trimEnd().replaceAll('\r\n', '\n');
      }
      if (this.#closed) return this.#received === '' ? null : this.#received;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Error(`no reply in time, only ${JSON.stringify(this.#received)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Every reply until the server closes. */
  async replies(): Promise<string[]> {
    const all: string[] = [];
    for (let reply = await this.reply(); reply !== null; reply = await this.reply()) all.push(reply);
    return all;
  }

  close(): void {
    this.socket.destroy();
  }
}

function matches(reply: string, pattern: string): boolean {
  const last = reply.split('\n').at(-1) ?? '';
  return pattern.endsWith('*') ? last.startsWith(pattern.slice(0, -1)) : last === pattern;
}

/** The octets of text with escapes. */
export function octetsOf(text: string): Buffer {
  const pieces = text.split(/(\\(?:[rn0t\\]|x[0-9a-fA-F]{2}))/u);
  const named: Record<string, string> = { '\\r': '\r', '\\n': '\n', '\\0': '\0', '\\t': '\t', '\\\\': '\\' };
  return Buffer.concat(
    pieces.map((piece) =>
      piece.startsWith('\\x') && piece.length === 4
        ? Buffer.from(piece.slice(2), 'hex')
        : Buffer.from(named[piece] ?? piece),
    ),
  );
}

function repeated(rest: string): Buffer {
  const [count = '0', character = 'x'] = rest.split(' ');
  return Buffer.from(character.repeat(Number(count)));
}
