/**
 * How hard a text is to read. English: the grade of Flesch and Kincaid (Kincaid et al. 1975), from words a sentence and
 * syllables a word. Spanish: Fernández Huerta's adaptation (1959) of Flesch's ease, where 70 to 80 is read in the sixth
 * year of school. Both mean running text of some length; of one sentence they say only which to look at.
 */
export interface Counts {
  readonly sentences: number;
  readonly words: number;
  readonly syllables: number;
}

export type TextLanguage = 'en' | 'es';

/** Sentences of a text; labels of up to three words without a full stop are none. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?…:])\s+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => wordsOf(sentence).length > 3 || /[.!?…]$/u.test(sentence))
    .filter((sentence) => wordsOf(sentence).length > 0);
}

/** Words made of letters; numbers, addresses and codes are read at a glance. */
export function wordsOf(sentence: string): string[] {
  return sentence
    .split(/[\s/–—-]+/u)
    .filter((word) => !/[@\d_]/u.test(word))
    .map((word) => word.replaceAll(/[^\p{L}’']/gu, '').replaceAll(/^[’']+|[’']+$/gu, ''))
    .filter((word) => word !== '');
}

export function countsOf(sentences: readonly string[], language: TextLanguage): Counts {
  const words = sentences.flatMap(wordsOf);
  const syllables = words.reduce((sum, word) => sum + syllablesOf(word, language), 0);
  return { sentences: sentences.length, words: words.length, syllables };
}

/** School years in the United States that a text takes. */
export function fleschKincaidGrade({ sentences, words, syllables }: Counts): number {
  return 0.39 * (words / sentences) + 11.8 * (syllables / words) - 15.59;
}

/** 0 (very hard) to 100 (very easy). */
export function fernandezHuertaEase({ sentences, words, syllables }: Counts): number {
  return 206.84 - 60 * (syllables / words) - 1.02 * (words / sentences);
}

export function syllablesOf(word: string, language: TextLanguage): number {
  return language === 'en' ? englishSyllables(word) : spanishSyllables(word);
}

/** Groups of vowels, without the silent e, with the pairs that are two. */
function englishSyllables(word: string): number {
  const plain = word
    .toLowerCase()
    .replaceAll(/[’']s?$/gu, '')
    .replaceAll(/[’']/gu, '');
  if (plain.length <= 3) return 1;
  const spoken = plain
    .replace(/(?:[^l]|[aeiouy]l)e$/u, (end) => end.slice(0, -1))
    .replace(/(?<![td])ed$/u, 'd')
    .replace(/(?<![sxzcg]|[cs]h)es$/u, 's')
    .replace(/^(some|there|where|home)(?=[a-z]{3})/u, (start) => start.slice(0, -1))
    .replace(/e(?=ly$|ful|less|ment)/u, '');
  const groups = spoken.match(/[aeiouy]+/gu)?.length ?? 0;
  const split =
    spoken.match(/i[aou](?!u?s$)(?!n)|ia[nt]|[^g]ua[lt]|eo(?!p)|ea$|crea|[aeiou]ing/gu)?.length ?? 0;
  return Math.max(1, groups + split);
}

/** Nuclei: strong or accented vowels count each, weak ones only where they stand alone. */
function spanishSyllables(word: string): number {
  const plain = word
    .toLowerCase()
    .replaceAll(/([qg])u(?=[eéií])/gu, '$1')
    .replaceAll(/y(?![aeiouáéíóú])/gu, 'i');
  const groups = plain.match(/[aeiouáéíóúü]+/gu) ?? [];
  const nuclei = groups.map((group) => group.match(/[aeoáéíóú]/gu)?.length ?? 1);
  return Math.max(
    1,
    nuclei.reduce((sum, count) => sum + count, 0),
  );
}
