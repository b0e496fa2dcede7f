/**
 * ClamAV's daemon: one connection for each file, `INSTREAM` in its form that ends with NUL (clamd(8)). The file goes in
 * pieces behind their length; the answer is one line. Only the two answers that the protocol knows count: whatever
 * else comes, comes late, or does not come, the file was not scanned. Over `StreamMaxLength` clamd resets the
 * connection, which is such a case too.
 */
import { connect, type Socket } from 'node:net';

import type { ScanVerdict, Scanner } from './scanner.ts';

/** `unix`: a socket by its path. */
export type ClamdAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

export interface ClamdLimits {
  readonly connectMs: number;
  /** From the first octet sent to the answer. */
  readonly scanMs: number;
}

/** Less than proxies and a shutdown wait; what takes longer waits for the next try. */
const LIMITS: ClamdLimits = { connectMs: 5_000, scanMs: 45_000 };
const COMMAND = 'zINSTREAM\0';
const PIECE_BYTES = 64 * 1024;
const MAX_ANSWER_BYTES = 512;

export class ClamdScanner implements Scanner {
  readonly #address: ClamdAddress;
  readonly #limits: ClamdLimits;

  constructor(address: ClamdAddress, limits: ClamdLimits = LIMITS) {
    this.#address = address;
    this.#limits = limits;
  }

  async scan(content: AsyncIterable<Uint8Array>): Promise<ScanVerdict> {
    const dialog = new Dialog(this.#address, this.#limits);
    try {
      if (await dialog.connected()) await dialog.send(content);
      return await dialog.verdict();
    } finally {
      dialog.end();
    }
  }
}

/** `stream: OK` and `stream: NAME FOUND`, each ended by NUL; everything else is no verdict. */
export function parseAnswer(answer: string): ScanVerdict {
  if (answer === 'stream: OK\0') return { kind: 'clean' };
  const found = /^stream: ([\x21-\x7e]{1,200}) FOUND\0$/u.exec(answer)?.[1];
  if (found !== undefined) return { kind: 'infected', signature: found };
  return { kind: 'not-scanned', why: answer === '' ? 'no answer' : 'an answer that is no verdict' };
}

class Dialog {
  readonly #socket: Socket;
  readonly #limits: ClamdLimits;
  readonly #over: Promise<void>;
  #answer = '';
  #failure: string | null = null;
  #isOver = false;
  #isSent = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(address: ClamdAddress, limits: ClamdLimits) {
    this.#limits = limits;
    this.#socket = connect(
      address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port },
    );
    this.#giveUpAfter(limits.connectMs, 'no connection in time');
    this.#over = new Promise((resolve) => {
      this.#socket.on('data', (piece) => this.#take(piece));
      this.#socket.on('error', (error: NodeJS.ErrnoException) => {
        this.#failure ??= error.code ?? 'connection broken';
      });
      this.#socket.once('close', () => {
        this.#isOver = true;
        resolve();
      });
    });
  }

  /** False where there is no connection; then `verdict` says why. */
  async connected(): Promise<boolean> {
    await this.#until('connect');
    if (this.#isOver) return false;
    this.#giveUpAfter(this.#limits.scanMs, 'no answer in time');
    return true;
  }

  /** Ends early where clamd has had enough; what `content` throws passes through. */
  async send(content: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#write(Buffer.from(COMMAND, 'latin1'));
    for await (const piece of content) {
      for (let at = 0; at < piece.length; at += PIECE_BYTES) {
        const part = piece.subarray(at, at + PIECE_BYTES);
        await this.#write(lengthOf(part.length));
        await this.#write(part);
      }
      if (this.#isOver) return;
    }
    await this.#write(lengthOf(0));
    this.#isSent = true;
  }

  async verdict(): Promise<ScanVerdict> {
    if (!this.#answer.includes('\0')) await this.#over;
    if (this.#failure !== null) return { kind: 'not-scanned', why: this.#failure };
    // A verdict on less than the whole file is none.
    if (!this.#isSent) return { kind: 'not-scanned', why: 'ended before the file did' };
    return parseAnswer(this.#answer);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#socket.destroy();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#isOver) return;
    if (!this.#socket.write(bytes)) await this.#until('drain');
  }

  #take(piece: Buffer): void {
    this.#answer += piece.toString('latin1');
    if (!this.#isSent) this.#stop('an answer before the file was whole');
    else if (this.#answer.length > MAX_ANSWER_BYTES) this.#stop('an answer that is no verdict');
    else if (this.#answer.includes('\0')) this.#socket.destroy();
  }

  #stop(why: string): void {
    this.#failure ??= why;
    this.#socket.destroy();
  }

  #giveUpAfter(ms: number, why: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#stop(why), ms);
  }

  /** The event, or the end of the connection. */
  #until(event: 'connect' | 'drain'): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    return new Promise((resolve) => {
      this.#socket.once(event, resolve);
      void this.#over.then(resolve);
    });
  }
}

/** Four octets, the highest first. */
function lengthOf(bytes: number): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes);
  return length;
}
