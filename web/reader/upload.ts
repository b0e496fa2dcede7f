/**
 * One attached file on its way: read piece by piece from the device, sealed, sent in groups of chunks. A failed group
 * is sent again as it was, so what is sealed is sealed once. Knows no names and no pages.
 */
import { CHUNK_OCTETS, chunkCount, type StreamSealer } from './crypto/cobblestone.ts';
import { concat, type Octets } from './crypto/octets.ts';

const CHUNKS_IN_GROUP = 16;

export class Upload {
  readonly fileId: string;
  readonly #file: Blob;
  readonly #sealer: StreamSealer;
  readonly #put: (number: number, octets: Octets) => Promise<unknown>;
  #next = 0;
  #sealed: Octets | null = null;
  #stopped = false;

  constructor(
    fileId: string,
    file: Blob,
    sealer: StreamSealer,
    put: (number: number, octets: Octets) => Promise<unknown>,
  ) {
    this.fileId = fileId;
    this.#file = file;
    this.#sealer = sealer;
    this.#put = put;
  }

  /** Sends what is not there yet. Throws what `put` throws; called again it goes on where it was. */
  async run(onProgress: (percent: number) => void): Promise<void> {
    const groups = Math.ceil(chunkCount(this.#file.size) / CHUNKS_IN_GROUP);
    while (this.#next < groups && !this.#stopped) {
      this.#sealed ??= await this.#sealGroup(this.#next);
      await this.#put(this.#next, this.#sealed);
      this.#sealed = null;
      this.#next++;
      onProgress(Math.floor((this.#next * 100) / groups));
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  async #sealGroup(group: number): Promise<Octets> {
    const first = group * CHUNKS_IN_GROUP;
    const end = Math.min(first + CHUNKS_IN_GROUP, chunkCount(this.#file.size));
    const slice = this.#file.slice(first * CHUNK_OCTETS, end * CHUNK_OCTETS);
    const octets = new Uint8Array(await slice.arrayBuffer());
    const pieces: Octets[] = group === 0 ? [this.#sealer.header] : [];
    for (let number = first; number < end; number++) {
      const at = (number - first) * CHUNK_OCTETS;
      pieces.push(await this.#sealer.sealChunk(number, octets.slice(at, at + CHUNK_OCTETS)));
    }
    return concat(...pieces);
  }
}
