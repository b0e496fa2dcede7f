/** What can be fuzzed: a name, the words that its mutator knows, and one run, which throws where a promise is broken. */
export interface FuzzTarget {
  readonly name: string;
  /** Tokens of the format, put in beside mutated octets. */
  readonly words: readonly string[];
  /** Opens what all runs share, such as a server. */
  open?(): Promise<AsyncDisposable>;
  /** Throws (or rejects) where the input breaks a promise; input that is refused in the expected way returns. */
  run(input: Buffer): void | Promise<void>;
}

/** One character for each octet. */
export function latin1(input: Buffer): string {
  return input.toString('latin1');
}
