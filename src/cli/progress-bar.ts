/** A bar on standard error for what takes over two seconds; nothing where that is no terminal. */
const FIRST_SHOWN_AFTER_MS = 2_000;
const WIDTH = 30;

export class ProgressBar {
  readonly #stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;
  readonly #now: () => number;
  readonly #startedAt: number;
  #shown = false;

  constructor(
    stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY'> = process.stderr,
    now: () => number = () => performance.now(),
  ) {
    this.#stream = stream;
    this.#now = now;
    this.#startedAt = now();
  }

  /** `total` null where it isn't known. */
  show(done: number, total: number | null): void {
    if (!this.#stream.isTTY || this.#now() - this.#startedAt < FIRST_SHOWN_AFTER_MS) return;
    this.#shown = true;
    this.#stream.write(`\r\u001B[K${total === null ? `${done} …` : barOf(done, total)}`);
  }

  /** Removes the bar, so that what is printed next stands on a line of its own. */
  clear(): void {
    if (this.#shown) this.#stream.write('\r\u001B[K');
    this.#shown = false;
  }
}

function barOf(done: number, total: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(share * WIDTH);
  return `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${done} of ${total}`;
}
