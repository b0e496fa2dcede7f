/**
 * The words of a mail before they have a form. A writer lists blocks once; plain text and HTML are two renderings of
 * the same list, so that both always say the same.
 */
import type { Locale } from '../mail-site.ts';

export type Block =
  | { readonly kind: 'title'; readonly text: string }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  /** Less important: smaller and paler. */
  | { readonly kind: 'note'; readonly text: string }
  /** A button, with its address below for those who can't or won't press it. */
  | {
      readonly kind: 'action';
      readonly label: string;
      readonly url: string;
      readonly weight: 'first' | 'second';
    }
  /** An address on a line of its own, below the words that say what it is. */
  | { readonly kind: 'link'; readonly lead: string; readonly url: string }
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [label: string, value: string])[] }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  /** Digits to be typed elsewhere. */
  | { readonly kind: 'digits'; readonly text: string };

/** Blocks in one language. The first section of a mail is its main language. */
export interface Section {
  readonly locale: Locale;
  readonly blocks: readonly Block[];
}

export const title = (text: string): Block => ({ kind: 'title', text });
export const heading = (text: string): Block => ({ kind: 'heading', text });
export const paragraph = (text: string): Block => ({ kind: 'paragraph', text });
export const note = (text: string): Block => ({ kind: 'note', text });
export const link = (lead: string, url: string): Block => ({ kind: 'link', lead, url });
export const digits = (text: string): Block => ({ kind: 'digits', text });
export const list = (items: readonly string[]): Block => ({ kind: 'list', items });

export function action(label: string, url: string, weight: 'first' | 'second' = 'first'): Block {
  return { kind: 'action', label, url, weight };
}

export function facts(...rows: readonly (readonly [label: string, value: string])[]): Block {
  return { kind: 'facts', rows };
}
