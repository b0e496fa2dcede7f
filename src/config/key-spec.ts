/** What is said of one key of the configuration. */
import type { Reader } from './readers.ts';

export interface KeySpec {
  readonly description: string;
  /** As it would stand in the file; undefined: the key may be left out and then has no value. */
  readonly default?: unknown;
  readonly read: Reader<unknown>;
  readonly example?: string;
}

export type Tables = Readonly<Record<string, Readonly<Record<string, KeySpec>>>>;

/** How sizes are described; in the file they are called MB. */
export const MEGABYTES = 'MiB';
