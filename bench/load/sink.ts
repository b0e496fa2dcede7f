/**
 * A next hop that takes every mail and throws it away; it counts, and notes when each recipient's mail was whole.
 * It reads as little as it can, so that it costs the two cores as little as it can. A process of its own.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net';

import { answerRequests } from './child.ts';
import { nowMs } from './clock.ts';

export type SinkRequest =
  | { readonly kind: 'listen' }
  /** Forgets what came so far. */
  | { readonly kind: 'reset' }
  /** Answers when `count` mails have come since the reset, or `quietMs` after the last one. */
  | { readonly kind: 'wait'; readonly count: number; readonly quietMs: number };

export interface SinkAnswer {
  readonly port: number;
  readonly count: number;
  /** When the last counted mail was whole. */
  readonly lastMs: number;
  /** The last `KEPT` mails in order: recipient and moment. */
  readonly arrivals: readonly (readonly [recipient: string, atMs: number])[];
}

const KEPT = 1_000;
const LOOK_EVERY_MS = 5;
const END_OF_DATA = Buffer.from('\r\n.\r\n');
const GREETING = '220 sink.test ESMTP\r\n';
const OFFERS =
  '250-sink.test\r\n250-PIPELINING\r\n250-SIZE 104857600\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n';

let count = 0;
let lastMs = 0;
let arrivals: [string, number][] = [];

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.write(GREETING);
  const session = new Session(socket);
  socket.on('data', (piece: Buffer) => session.take(piece));
});

class Session {
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  #inContent = false;
  #recipient = '';

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  take(piece: Buffer): void {
    this.#rest = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    let replies = '';
    for (;;) {
      const reply = this.#inContent ? this.#readContent() : this.#readCommand();
      if (reply === null) break;
      replies += reply;
    }
    if (replies !== '') this.#socket.write(replies, 'latin1');
  }

  #readContent(): string | null {
    const end = this.#rest.indexOf(END_OF_DATA);
    if (end < 0) {
      // The end may be cut anywhere; its first four octets stay.
      this.#rest = this.#rest.subarray(Math.max(0, this.#rest.length - END_OF_DATA.length + 1));
      return null;
    }
    this.#rest = this.#rest.subarray(end + END_OF_DATA.length);
    this.#inContent = false;
    lastMs = nowMs();
    count += 1;
    arrivals.push([this.#recipient, lastMs]);
    if (arrivals.length > 2 * KEPT) arrivals = arrivals.slice(-KEPT);
    return '250 2.6.0 Taken\r\n';
  }

  #readCommand(): string | null {
    const end = this.#rest.indexOf('\r\n');
    if (end < 0) return null;
    const line = this.#rest.toString('latin1', 0, end);
    this.#rest = this.#rest.subarray(end + 2);
    switch (line.slice(0, 4).toUpperCase()) {
      case 'EHLO':
        return OFFERS;
      case 'RCPT':
        this.#recipient = line.slice(line.indexOf('<') + 1, line.indexOf('>'));
        return '250 2.1.5 OK\r\n';
      case 'DATA':
        this.#inContent = true;
        return '354 Go on\r\n';
      case 'QUIT':
        return '221 2.0.0 Bye\r\n';
      default:
        return '250 2.0.0 OK\r\n';
    }
  }
}

function state(): SinkAnswer {
  return { port: (server.address() as AddressInfo).port, count, lastMs, arrivals: arrivals.slice(-KEPT) };
}

async function waitFor(wanted: number, quietMs: number): Promise<SinkAnswer> {
  const since = nowMs();
  for (;;) {
    const { count: soFar, lastMs: last } = state();
    if (soFar >= wanted || nowMs() - Math.max(since, last) >= quietMs) return state();
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

answerRequests<SinkRequest, SinkAnswer>(async (request) => {
  if (request.kind === 'listen') await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  if (request.kind === 'reset') {
    count = 0;
    arrivals = [];
  }
  return request.kind === 'wait' ? waitFor(request.count, request.quietMs) : state();
});
