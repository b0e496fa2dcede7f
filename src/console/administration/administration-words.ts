/** The administration's pages by name, and the way back to their list. */
import type { Language } from '../frame.ts';
import { html, type SafeHtml } from '../page.ts';

export const ADMINISTRATION_WORDS = {
  en: { title: 'Administration' },
  es: { title: 'Administración' },
} as const;

export function administrationBack(language: Language): SafeHtml {
  return html`<p class="back"><a href="/administration">${ADMINISTRATION_WORDS[language].title}</a></p>`;
}
