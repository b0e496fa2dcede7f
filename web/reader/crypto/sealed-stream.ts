/**
 * Random access to one sealed stream over a transport of numbered chunks. Chunks come in groups, each is opened as
 * it arrives; a small number of opened chunks is kept so that neighbouring parts don't fetch a shared chunk twice.
 */
import {
  CHUNK_OCTETS,
  TAG_OCTETS,
  chunkCount,
  chunkLength,
  openStream,
  type StreamOpener,
} from './cobblestone.ts';
import { DamagedMessage } from './damaged.ts';
import { concat, type Octets } from './octets.ts';

/** How ciphertext is fetched; `count` is at most MAX_GROUP. */
export interface ChunkTransport {
  header(): Promise<Octets>;
  chunks(first: number, count: number): Promise<Octets>;
}

/** Chunks in one request at most. */
export const MAX_GROUP = 64;
/** First group of a long read: small, so that progress shows early on a slow line. */
const FIRST_GROUP = 8;
/** Opened chunks kept: 512 KiB of plaintext. */
const KEPT_CHUNKS = 32;

export interface SealedStreamSource {
  readonly contentKey: Octets;
  readonly context: Octets;
  readonly plaintextLength: number;
  readonly transport: ChunkTransport;
}

export class SealedStream {
  readonly plaintextLength: number;
  readonly #source: SealedStreamSource;
  readonly #kept = new Map<number, Octets>();
  #opener: Promise<StreamOpener> | null = null;
  #preloading: Promise<unknown> = Promise.resolve();

  constructor(source: SealedStreamSource) {
    this.#source = source;
    this.plaintextLength = source.plaintextLength;
  }

  /** Fetches and opens the first chunks without handing them out, to save a round trip later. */
  async preload(count: number): Promise<void> {
    const loading = this.#fetchGroup(0, Math.min(count, chunkCount(this.plaintextLength)), true);
    this.#preloading = loading.catch(() => {});
    await loading;
  }

  /** Plaintext of `start` (inclusive) to `end` (exclusive), piece by piece. Throws DamagedMessage or what the transport throws. */
  async *read(start: number, end: number): AsyncGenerator<Octets, void, undefined> {
    if (start < 0 || end < start || end > this.plaintextLength) throw new DamagedMessage();
    // A range that reaches the end reads the final chunk even where that is empty: it proves the length.
    const reachesEnd = end === this.plaintextLength;
    const last = reachesEnd ? chunkCount(end) - 1 : Math.ceil(end / CHUNK_OCTETS) - 1;
    let groupSize = FIRST_GROUP;
    await this.#preloading;
    for (let number = Math.floor(start / CHUNK_OCTETS); number <= last;) {
      const pieces = await this.#group(
        number,
        Math.min(groupSize, last - number + 1),
        last - number < KEPT_CHUNKS,
      );
      for (const piece of pieces) {
        const from = number * CHUNK_OCTETS;
        yield piece.slice(Math.max(0, start - from), Math.min(piece.length, end - from));
        number++;
      }
      groupSize = Math.min(MAX_GROUP, groupSize * 2);
    }
  }

  async readAll(start: number, end: number): Promise<Octets> {
    const pieces: Octets[] = [];
    for await (const piece of this.read(start, end)) pieces.push(piece);
    return concat(...pieces);
  }

  async #group(first: number, count: number, keep: boolean): Promise<readonly Octets[]> {
    const kept: Octets[] = [];
    for (let number = first; number < first + count; number++) {
      const chunk = this.#kept.get(number);
      if (chunk === undefined) break;
      kept.push(chunk);
    }
    return kept.length > 0 ? kept : this.#fetchGroup(first, count, keep);
  }

  async #fetchGroup(first: number, count: number, keep: boolean): Promise<readonly Octets[]> {
    const ciphertext = this.#source.transport.chunks(first, count);
    const [opener, octets] = await Promise.all([this.#open(), ciphertext]);
    const opened: Octets[] = [];
    let offset = 0;
    for (let number = first; number < first + count; number++) {
      const length = chunkLength(this.plaintextLength, number) + TAG_OCTETS;
      const chunk = await opener.openChunk(number, octets.slice(offset, offset + length));
      offset += length;
      opened.push(chunk);
      if (keep) this.#keep(number, chunk);
    }
    if (offset !== octets.length) throw new DamagedMessage();
    return opened;
  }

  #keep(number: number, chunk: Octets): void {
    this.#kept.delete(number);
    this.#kept.set(number, chunk);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_CHUNKS) break;
      this.#kept.delete(oldest);
    }
  }

  async #open(): Promise<StreamOpener> {
    this.#opener ??= this.#source.transport.header().then(async (header) => {
      const { contentKey, context, plaintextLength } = this.#source;
      return openStream({ contentKey, header, context, plaintextLength });
    });
    try {
      return await this.#opener;
    } catch (error) {
      this.#opener = null;
      throw error;
    }
  }
}
