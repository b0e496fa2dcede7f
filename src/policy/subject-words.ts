/**
 * A subject as words, and how near a word is to a key word. Works on comparable forms only (lower case, NFKC).
 */
import {
  ORDINARY_NEAR_SECURE,
  ORDINARY_NEAR_SEND,
  ORDINARY_WITH_SECURE,
  ORDINARY_WITH_SEND,
} from './ordinary-words.ts';

export interface SubjectWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Counts what white space separates: `MRN-12` is two words here and one of these. */
  readonly group: number;
}

/** Letters, digits and their marks; an apostrophe inside belongs to the word. `_` separates, as punctuation does. */
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’][\p{L}\p{N}\p{M}]+)*/gu;

export function splitWords(form: string): SubjectWord[] {
  const words: SubjectWord[] = [];
  let group = 0;
  let end = 0;
  for (const match of form.matchAll(WORD)) {
    const start = match.index;
    if (form[end] === ' ' || /\s/u.test(form.slice(end, start))) group++;
    end = start + match[0].length;
    words.push({ text: match[0], start, end, group });
  }
  return words;
}

/** `slip`: one wrong letter, and no ordinary word. `joined`: the key word with something glued to it. */
export type Nearness = 'exact' | 'slip' | 'joined' | 'none';

export function nearnessToSend(word: string): Nearness {
  if (word === 'send') return 'exact';
  if (ORDINARY_NEAR_SEND.has(word) || ORDINARY_WITH_SEND.has(word)) return 'none';
  if (isOneSlipAway(word, 'send')) return 'slip';
  return word.startsWith('send') || word.endsWith('send') ? 'joined' : 'none';
}

/**
 * `secured` is an ordinary word and so no slip, but the key word with a letter glued to it: after a correct `send`
 * it is meant as the code, after anything else (`lend secured`) it is not.
 */
export function nearnessToSecure(word: string): Nearness {
  if (word === 'secure') return 'exact';
  if (ORDINARY_WITH_SECURE.has(word)) return 'none';
  if (!ORDINARY_NEAR_SECURE.has(word) && isOneSlipAway(word, 'secure')) return 'slip';
  return word.startsWith('secure') || word.endsWith('secure') ? 'joined' : 'none';
}

/** True for exactly one letter dropped, added or replaced, or two neighbours swapped. */
export function isOneSlipAway(word: string, key: string): boolean {
  const difference = word.length - key.length;
  if (Math.abs(difference) > 1 || word === key) return false;
  let same = 0;
  while (same < word.length && same < key.length && word[same] === key[same]) same++;
  if (difference === 1) return word.slice(same + 1) === key.slice(same);
  if (difference === -1) return word.slice(same) === key.slice(same + 1);
  if (word.slice(same + 1) === key.slice(same + 1)) return true;
  const swapped = word[same] === key[same + 1] && word[same + 1] === key[same];
  return swapped && word.slice(same + 2) === key.slice(same + 2);
}
