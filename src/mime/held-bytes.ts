/** Bytes that wait for more: grows by doubling, so that single bytes that trickle in cost no more than a block. */

const FIRST_CAPACITY = 4_096;

export class HeldBytes {
  #store: Buffer = Buffer.alloc(0);
  #length = 0;

  /** What is held, then `chunk`; `chunk` itself where nothing is held. Valid until the next call. */
  join(chunk: Buffer): Buffer {
    if (this.#length === 0) return chunk;
    const needed = this.#length + chunk.length;
    if (needed > this.#store.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#store.length));
      this.#store.copy(grown, 0, 0, this.#length);
      this.#store = grown;
    }
    chunk.copy(this.#store, this.#length);
    this.#length = needed;
    return this.#store.subarray(0, needed);
  }

  /** Keeps what `join` returned from `from` on. */
  keep(joined: Buffer, from: number): void {
    const rest = joined.length - from;
    const isOurs = this.#length > 0;
    this.#length = rest;
    if (rest === 0 || (isOurs && from === 0)) return;
    if (isOurs) {
      this.#store.copyWithin(0, from, from + rest);
      return;
    }
    if (this.#store.length < rest) this.#store = Buffer.allocUnsafeSlow(Math.max(rest, FIRST_CAPACITY));
    joined.copy(this.#store, 0, from);
  }
}
