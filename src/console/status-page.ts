/** `/status`: whether the gateway can do its work, and what its operators should look at. The sentences are English. */
import type { FramedPage, Language } from './frame.ts';
import { html, type SafeHtml } from './page.ts';

export interface StatusFinding {
  readonly name: string;
  readonly text: string;
}

export interface GatewayStatus {
  /** Why it can't do its work; empty: it can. */
  readonly failing: readonly StatusFinding[];
  readonly warnings: readonly StatusFinding[];
}

const WORDS = {
  en: {
    title: 'State of the gateway',
    ready: 'It can do its work.',
    notReady: 'It can’t do its work',
    warnings: 'Please look at',
    nothing: 'There is nothing to look at.',
  },
  es: {
    title: 'Estado de la pasarela',
    ready: 'Puede hacer su trabajo.',
    notReady: 'No puede hacer su trabajo',
    warnings: 'Conviene mirar',
    nothing: 'No hay nada que mirar.',
  },
} as const;

export function statusPage({ failing, warnings }: GatewayStatus, language: Language): FramedPage {
  const words = WORDS[language];
  return {
    title: words.title,
    status: failing.length === 0 ? 200 : 503,
    body: html`${failing.length === 0 ? html`<p>${words.ready}</p>` : findings(words.notReady, failing)}
    ${warnings.length === 0 ? html`<p class="quiet">${words.nothing}</p>` : findings(words.warnings, warnings)}`,
  };
}

function findings(title: string, listed: readonly StatusFinding[]): SafeHtml {
  return html`<section class="card">
    <h2>${title}</h2>
    <ul lang="en">
      ${listed.map(({ text }) => html`<li>${text}</li>`)}
    </ul>
  </section>`;
}
