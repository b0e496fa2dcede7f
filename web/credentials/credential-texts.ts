/** The texts of passkeys and the second step, in a chunk for each language: a first visit loads them only when needed. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { codeOf, explain } from '../ui/explain.ts';
import { language, type Language } from '../ui/locale/locale.ts';
import type { CredentialTexts } from './locale/en.ts';

const LOADERS: Readonly<Record<Language, () => Promise<CredentialTexts>>> = {
  en: async () => (await import('./locale/en.ts')).en,
  es: async () => (await import('./locale/es.ts')).es,
};

const loaded = signal<CredentialTexts | null>(null);
let loadedFor: Language | null = null;

/** To be awaited by whoever loads a part that shows them. */
export async function loadCredentialTexts(): Promise<void> {
  const wanted = language.peek();
  if (loadedFor === wanted) return;
  loaded.value = await LOADERS[wanted]();
  loadedFor = wanted;
}

/** Follows the language switch; shows the language before until the other one is there. */
export function useCredentialTexts(): CredentialTexts {
  useEffect(() => {
    loadCredentialTexts().catch(() => {});
  }, [language.value]);
  const texts = loaded.value;
  if (texts === null) throw new Error('a part is shown before its texts');
  return texts;
}

/** What a failure means, in the reader's words. */
export function explainCredential(error: unknown, texts: CredentialTexts): string {
  const code = codeOf(error);
  return code in texts.failure ? texts.failure[code as keyof CredentialTexts['failure']] : explain(error);
}
