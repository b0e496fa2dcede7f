/** What a form about partners said, on the page that it leads back to. */
import type { PartnerDone } from '../domains-routes.ts';
import type { Language } from '../frame.ts';
import { html, type SafeHtml } from '../page.ts';

import { PARTNER_WORDS } from './partner-words.ts';

export function doneNote(done: PartnerDone | null, language: Language): SafeHtml {
  if (done === null) return html``;
  return html`<p class="note" role="status">${PARTNER_WORDS[language][done]}</p>`;
}
