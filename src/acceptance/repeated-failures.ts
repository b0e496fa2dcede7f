/** Remembers (as hashes) what failed once, so that a mail that breaks us is deferred once and then dealt with. */
import { sha256 } from '#src/base/bytes.ts';

const REMEMBERED = 1_000;

export class RepeatedFailures {
  readonly #hashes = new Set<string>();

  /** True where `what` was asked about before. */
  seenBefore(what: string): boolean {
    const hash = sha256(what).toString('base64');
    if (this.#hashes.has(hash)) return true;
    this.#hashes.add(hash);
    for (const oldest of this.#hashes) {
      if (this.#hashes.size <= REMEMBERED) break;
      this.#hashes.delete(oldest);
    }
    return false;
  }
}
