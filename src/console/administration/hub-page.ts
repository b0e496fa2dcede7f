/** `/administration`: what waits for an officer, and where the rest is. Shown are the pages that the viewer may open. */
import { mayUse, type Asker, type PolicyName } from '../policies/policies.ts';
import type { FramedPage, Language } from '../frame.ts';
import { html } from '../page.ts';

import { ADMINISTRATION_WORDS } from './administration-words.ts';

interface HubEntry {
  readonly path: string;
  readonly policy: PolicyName;
  readonly name: Readonly<Record<Language, string>>;
  readonly text: Readonly<Record<Language, string>>;
  /** Which number stands beside it. */
  readonly counted?: keyof HubCounts;
}

export interface HubCounts {
  readonly proposals: number;
}

const ENTRIES: readonly HubEntry[] = [
  {
    path: '/administration/proposals',
    policy: 'officer',
    name: { en: 'Changes for two people', es: 'Cambios de dos personas' },
    text: {
      en: 'What lowers protection and waits for a second person.',
      es: 'Lo que reduce la protección y espera a una segunda persona.',
    },
    counted: 'proposals',
  },
];

const WAITING: Readonly<Record<Language, (count: number) => string>> = {
  en: (count) => `${count} waiting`,
  es: (count) => `${count} en espera`,
};

export function hubPage(language: Language, asker: Asker, counts: HubCounts): FramedPage {
  const shown = ENTRIES.filter(({ policy }) => mayUse(policy, asker));
  return {
    title: ADMINISTRATION_WORDS[language].title,
    body: html`<ul class="links card">
      ${shown.map(({ path, name, text, counted }) => {
        const count = counted === undefined ? 0 : counts[counted];
        const chip =
          count === 0 ? html`` : html`<strong class="kind warn">${WAITING[language](count)}</strong>`;
        return html`<li><a href="${path}">${name[language]}</a> ${chip} <span>${text[language]}</span></li>`;
      })}
    </ul>`,
  };
}
