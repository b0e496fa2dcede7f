/** What is wrong with a configuration: every problem at once, each with its line and what would be right. */
import { CodedError } from '#src/base/coded-error.ts';

export interface ConfigProblem {
  /** Dotted key, such as `delivery.nextHop`. */
  readonly key: string;
  /** Line in the file, from 1; null where nothing is written. */
  readonly line: number | null;
  readonly message: string;
}

/** Thrown with every problem found; `code` is `config-invalid`. */
export class ConfigInvalid extends CodedError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super('config-invalid', problems.map((problem) => `${problem.key}: ${problem.message}`).join('; '));
    this.problems = problems;
  }
}

export class ProblemCollector {
  readonly #lines: ReadonlyMap<string, number>;
  readonly #problems: ConfigProblem[] = [];

  constructor(lines: ReadonlyMap<string, number>) {
    this.#lines = lines;
  }

  add(key: string, message: string, line: number | null = this.#lines.get(key) ?? null): void {
    this.#problems.push({ key, line, message });
  }

  throwIfAny(): void {
    if (this.#problems.length > 0) throw new ConfigInvalid(this.#problems);
  }
}
