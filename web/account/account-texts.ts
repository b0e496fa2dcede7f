/** The texts of the account page, in a chunk for each language: a first visit needs none of them. */
import { signal } from '@preact/signals';
import type { Language } from '../ui/locale/locale.ts';
import type { AccountTexts } from './locale/en.ts';

const LOADERS: Readonly<Record<Language, () => Promise<AccountTexts>>> = {
  en: async () => (await import('./locale/en.ts')).en,
  es: async () => (await import('./locale/es.ts')).es,
};

/** Null until they are loaded. */
export const accountTexts = signal<AccountTexts | null>(null);

export async function loadAccountTexts(language: Language): Promise<void> {
  accountTexts.value = await LOADERS[language]();
}

/** For the sections, which are shown only when the texts are there. */
export function useAccountTexts(): AccountTexts {
  const loaded = accountTexts.value;
  if (loaded === null) throw new Error('a section is shown before its texts');
  return loaded;
}
