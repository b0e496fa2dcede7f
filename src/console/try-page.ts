/** `/domains/try`: what would happen to a message. The form is sent by POST, so that no subject stands in an address. */
import type { WhatIfWords } from '#src/partners/what-if-words.ts';
import type { MessageQuestion } from '#src/partners/what-if.ts';

import { DOMAINS_WORDS } from './domains-words.ts';
import { factsList, type Fact } from './facts-list.ts';
import type { FramedPage, Language } from './frame.ts';
import { html, type SafeHtml } from './page.ts';

export interface TryView {
  readonly language: Language;
  /** What was typed. */
  readonly question: MessageQuestion;
  /** Null before something was asked. */
  readonly answer: WhatIfWords | null;
}

export function tryPage({ language, question, answer }: TryView): FramedPage {
  const words = DOMAINS_WORDS[language];
  const field = (name: keyof MessageQuestion, label: string, type: string, maxLength: number): SafeHtml =>
    html`<label for="${name}">${label}</label>
      <input
        id="${name}"
        name="${name}"
        type="${type}"
        maxlength="${maxLength}"
        autocomplete="off"
        value="${question[name]}"
        ${name === 'subject' ? '' : 'required'}
      />`;
  return {
    title: words.tryTitle,
    body: html`<p class="back"><a href="/domains">${words.back}</a></p>
      <p class="quiet">${words.tryLead}</p>
      ${answer === null ? html`` : answerCard(answer, language)}
      <form class="card ask" method="post" action="/domains/try">
        ${field('from', words.from, 'email', 254)} ${field('to', words.to, 'email', 254)}
        ${field('subject', words.subject, 'text', 1000)}
        <p class="quiet">${words.tryLimits}</p>
        <button>${words.tryButton}</button>
      </form>`,
  };
}

function answerCard({ decision, why, rule, route, state }: WhatIfWords, language: Language): SafeHtml {
  const { answer: names } = DOMAINS_WORDS[language];
  const all: readonly Fact[] = [
    [names.why, why],
    [names.route, route],
    [names.state, state ?? ''],
    [names.rule, rule ?? ''],
  ];
  const rows = all.filter(([, text]) => text !== '');
  return html`<section class="card" role="status" aria-label="${names.happens}">
    <h2>${decision}</h2>
    ${factsList(rows)}
  </section>`;
}
