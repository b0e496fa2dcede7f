/** A module that holds one page, loaded when its path is shown. */
import type { ComponentType } from 'preact';

/** The named pieces of the path. */
export type Pieces = Record<string, string>;

export interface PageModule {
  readonly default: ComponentType<{ pieces: Pieces }>;
}
