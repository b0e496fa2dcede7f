/**
 * Cuts what a client sends into commands and message content. It replaces the parser of smtp-server, which takes a
 * bare LF as the end of a command, hands bare CR, LF and NUL in content on, and walks content octet by octet. Here
 * every octet passes the line ending guard before anything else sees it, so that one cut of the stream into lines
 * is the only one there is. It does not know what the commands mean.
 */
import { SMTPStream } from 'smtp-server/lib/smtp-stream.js';

import { DataReader } from '../end-of-data.ts';
import { LineEndingGuard, LineEndingNormaliser } from '../line-endings.ts';
import { ContentFeed } from './content-feed.ts';
import type { ContentLimits } from './content-feed.ts';

export interface WireReaderOptions {
  /** `normalise` repairs bare CR, LF and NUL instead of reporting them. */
  readonly lineEndings: 'refuse' | 'normalise';
  readonly maxCommandOctets: number;
  readonly content: ContentLimits;
}

export interface WireEvents {
  /** A bare CR, LF or NUL; nothing after it is read. */
  forbiddenOctet(): void;
  commandTooLong(): void;
  /** The client keeps sending ten times what it may. */
  contentOverrun(): void;
}

const LF = 0x0a;
const CR = 0x0d;
// A segment full of commands must not keep the others waiting.
const COMMANDS_IN_ONE_TURN = 100;
const DRAIN_FACTOR = 10;

export class WireReader extends SMTPStream {
  readonly #options: WireReaderOptions;
  readonly #events: WireEvents;
  readonly #guard = new LineEndingGuard();
  #octetsSeen = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #position = 0;
  #done: (() => void) | null = null;
  #partialCommand: Buffer[] = [];
  #partialOctets = 0;
  #content: { feed: ContentFeed; reader: DataReader; normaliser: LineEndingNormaliser | null } | null = null;
  #awaitsReply = false;
  #contentEnded: (() => void) | null = null;
  #pumping = false;
  #resumed = false;

  constructor(options: WireReaderOptions, events: WireEvents) {
    super();
    this.#options = options;
    this.#events = events;
  }

  get octetsSeen(): number {
    return this.#octetsSeen;
  }

  get inContent(): boolean {
    return this.#content !== null;
  }

  /** True in the middle of a command line. */
  get inCommand(): boolean {
    return this.#partialOctets > 0;
  }

  /** The content that follows a DATA command; `ended` runs when its end has come. */
  startContent(ended: () => void): ContentFeed {
    const feed = new ContentFeed(this.#options.content);
    const normaliser = this.#options.lineEndings === 'normalise' ? new LineEndingNormaliser() : null;
    this.#content = { feed, reader: new DataReader(), normaliser };
    this.#contentEnded = ended;
    return feed;
  }

  /** The message has been answered: commands may follow. */
  override continue(): void {
    this.#awaitsReply = false;
    this.#pump();
  }

  override _write(
    chunk: Buffer,
    _encoding: BufferEncoding | 'buffer',
    next: (error?: Error | null) => void,
  ): void {
    this.#octetsSeen += chunk.length;
    const clean = this.#options.lineEndings === 'refuse' ? this.#guard.inspect(chunk) : -1;
    if (clean < 0) {
      this.#take(chunk, next);
      return;
    }
    this.#take(chunk.subarray(0, clean), () => {
      if (!this.isClosed) this.#events.forbiddenOctet();
      next();
    });
  }

  #take(bytes: Buffer, done: () => void): void {
    this.#bytes = bytes;
    this.#position = 0;
    this.#done = done;
    this.#pump();
  }

  /** Steps until something has to be waited for; a callback that comes at once loops instead of nesting. */
  #pump(): void {
    this.#resumed = true;
    if (this.#pumping) return;
    this.#pumping = true;
    let steps = 0;
    while (this.#takeResumed()) {
      this.#step();
      steps += 1;
      if (steps >= COMMANDS_IN_ONE_TURN && this.#resumed) {
        this.#pumping = false;
        setImmediate(() => this.#pump());
        return;
      }
    }
    this.#pumping = false;
  }

  #takeResumed(): boolean {
    const resumed = this.#resumed;
    this.#resumed = false;
    return resumed;
  }

  #step(): void {
    if (this.isClosed || (this.#position >= this.#bytes.length && !this.#awaitsReply)) {
      const done = this.#done;
      this.#done = null;
      done?.();
      return;
    }
    if (this.#awaitsReply) return;
    if (this.#content !== null) this.#readContent();
    else this.#readCommand();
  }

  #readCommand(): void {
    const lineEnd = this.#bytes.indexOf(LF, this.#position);
    const piece = this.#bytes.subarray(this.#position, lineEnd < 0 ? this.#bytes.length : lineEnd);
    this.#position += piece.length + 1;
    this.#partialCommand.push(piece);
    this.#partialOctets += piece.length;
    if (this.#partialOctets > this.#options.maxCommandOctets) {
      this.#events.commandTooLong();
      this.#resumed = true;
      return;
    }
    if (lineEnd < 0) {
      this.#resumed = true;
      return;
    }
    const line = this.#partialCommand.length === 1 ? piece : Buffer.concat(this.#partialCommand);
    this.#partialCommand = [];
    this.#partialOctets = 0;
    this.oncommand(line.at(-1) === CR ? line.subarray(0, -1) : line, () => this.#pump());
  }

  #readContent(): void {
    const content = this.#content;
    if (content === null) return;
    const part = content.reader.read(this.#bytes.subarray(this.#position));
    this.#position += part.consumed;
    for (const piece of part.pieces)
      content.feed.push(content.normaliser === null ? piece : content.normaliser.normalise(piece));
    if (part.ended) {
      if (content.normaliser !== null) content.feed.push(content.normaliser.finish());
      content.feed.end();
      this.#content = null;
      this.#awaitsReply = true;
      this.#contentEnded?.();
      return;
    }
    if (content.feed.receivedOctets > this.#options.content.maxMessageBytes * DRAIN_FACTOR) {
      this.#events.contentOverrun();
      this.#resumed = true;
      return;
    }
    content.feed.whenRoom(() => this.#pump());
  }
}
