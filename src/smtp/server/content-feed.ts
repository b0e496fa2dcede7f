/**
 * The content of one message on its way from the socket to the handler: a queue with back-pressure that also
 * watches what only the whole content shows, its size and its line lengths. After a failure, or when the handler
 * stopped reading, what still comes is counted and dropped.
 */
import { CodedError } from '#src/base/coded-error.ts';

export type ContentFailure = 'connection-lost' | 'line-endings' | 'message-too-big' | 'line-too-long';

/** Thrown out of the content that a handler reads. */
export class ContentError extends CodedError {
  declare readonly code: ContentFailure;

  constructor(code: ContentFailure) {
    super(code, `message content was not taken: ${code}`);
  }
}

export interface ContentLimits {
  readonly maxMessageBytes: number;
  /** RFC 5321 section 4.5.3.1.6: 1,000, CR LF included. */
  readonly maxLineOctets: number;
}

const HIGH_WATER_OCTETS = 128 * 1024;
const LF = 0x0a;

export class ContentFeed implements AsyncIterable<Buffer> {
  readonly #limits: ContentLimits;
  #chunks: Buffer[] = [];
  #queuedOctets = 0;
  #receivedOctets = 0;
  #lineOctets = 0;
  #ended = false;
  #read = false;
  #dropping = false;
  #failure: ContentError | null = null;
  #wakeReader: (() => void) | null = null;
  #wakeWriter: (() => void) | null = null;

  constructor(limits: ContentLimits) {
    this.#limits = limits;
  }

  get receivedOctets(): number {
    return this.#receivedOctets;
  }

  get failure(): ContentFailure | null {
    return this.#failure?.code ?? null;
  }

  /** True once the handler has read everything up to the end of data. */
  get fullyRead(): boolean {
    return this.#read;
  }

  get saturated(): boolean {
    return this.#queuedOctets >= HIGH_WATER_OCTETS;
  }

  push(chunk: Buffer): void {
    this.#receivedOctets += chunk.length;
    if (this.#receivedOctets > this.#limits.maxMessageBytes) this.fail('message-too-big');
    if (!this.#countLines(chunk)) this.fail('line-too-long');
    if (this.#dropping || chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#queuedOctets += chunk.length;
    this.#notifyReader();
  }

  end(): void {
    this.#ended = true;
    this.#notifyReader();
  }

  /**
   * The first failure counts; what was queued is dropped, so that no handler takes a part for the whole. Content
   * that has ended can't fail any more: a client that leaves after its final dot has handed its mail over.
   */
  fail(code: ContentFailure): void {
    if (this.#failure !== null || this.#ended) return;
    this.#failure = new ContentError(code);
    this.drop();
    this.#notifyReader();
  }

  /** Nobody reads any more. */
  drop(): void {
    this.#dropping = true;
    this.#chunks = [];
    this.#queuedOctets = 0;
    this.#notifyWriter();
  }

  /** Calls back once there is room again. */
  whenRoom(callback: () => void): void {
    if (this.saturated) this.#wakeWriter = callback;
    else callback();
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return {
      next: () => this.#next(),
      return: () => {
        this.drop();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  async #next(): Promise<IteratorResult<Buffer>> {
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      const value = this.#chunks.shift();
      if (value !== undefined) {
        this.#queuedOctets -= value.length;
        this.#notifyWriter();
        return { done: false, value };
      }
      if (this.#ended || this.#dropping) {
        this.#read ||= this.#ended && !this.#dropping;
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
  }

  /**
   * Looks for one line end in every stretch of a line's greatest length, from its far side: a dozen short searches
   * for 10 KB instead of one for each line.
   */
  #countLines(chunk: Buffer): boolean {
    const max = this.#limits.maxLineOctets;
    let start = 0;
    while (this.#lineOctets + chunk.length - start > max) {
      const farthest = start + max - this.#lineOctets - 1;
      // A negative offset would count from the end of the chunk.
      const end = farthest < start ? -1 : chunk.lastIndexOf(LF, farthest);
      if (end < start) return false;
      start = end + 1;
      this.#lineOctets = 0;
    }
    const last = chunk.lastIndexOf(LF);
    this.#lineOctets = last < start ? this.#lineOctets + chunk.length - start : chunk.length - last - 1;
    return true;
  }

  #notifyReader(): void {
    const wake = this.#wakeReader;
    this.#wakeReader = null;
    wake?.();
  }

  #notifyWriter(): void {
    if (this.saturated) return;
    const wake = this.#wakeWriter;
    this.#wakeWriter = null;
    wake?.();
  }
}
