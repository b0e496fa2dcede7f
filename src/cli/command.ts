/** What a command of `sendsecure` is. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Shown by `--help`, below the summary. */
  readonly help: string;
  /** What `--help` behind these words tells instead; null: `help`. */
  helpFor?(args: readonly string[]): string | null;
  /** Resolves with the exit code. Throws CommandFailed for what the person should read. */
  run(args: readonly string[]): Promise<number>;
}
