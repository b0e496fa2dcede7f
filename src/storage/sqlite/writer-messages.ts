/** What the caller's thread and the writer thread say to each other. */
import type { Statement } from '../database.ts';
import type { UnitOutcome } from './batch.ts';
import type { Failure } from './errors.ts';

export interface WriterSettings {
  readonly file: string;
  /** Units of work in one transaction at most. */
  readonly maxBatch: number;
}

export type ToWriter =
  | { readonly kind: 'unit'; readonly id: number; readonly statements: readonly Statement[] }
  | { readonly kind: 'close' };

export type FromWriter =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed-to-open'; readonly failure: Failure }
  /** Sent after COMMIT returned; one outcome for each id. */
  | { readonly kind: 'done'; readonly ids: readonly number[]; readonly outcomes: readonly UnitOutcome[] }
  /** The connection was given up after this failure and is opened anew for the next batch. */
  | { readonly kind: 'lost'; readonly ids: readonly number[]; readonly failure: Failure };
