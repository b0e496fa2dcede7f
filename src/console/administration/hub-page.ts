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
  readonly holds: number;
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
  {
    path: '/administration/holds',
    policy: 'security-officer',
    name: { en: 'Messages over a limit', es: 'Mensajes por encima de un límite' },
    text: {
      en: 'Authors who wrote to unusually many or new people.',
      es: 'Autores que escribieron a muchas personas o a personas nuevas.',
    },
    counted: 'holds',
  },
  {
    path: '/administration/tracking',
    policy: 'officer',
    name: { en: 'What became of a message', es: 'Qué fue de un mensaje' },
    text: {
      en: 'Times, connections and replies of servers, for each recipient. No subject, no content.',
      es: 'Horas, conexiones y respuestas de servidores, por destinatario. Sin asunto ni contenido.',
    },
  },
  {
    path: '/administration/accounts',
    policy: 'help-desk',
    name: { en: 'Accounts', es: 'Cuentas' },
    text: {
      en: 'Recipients and staff by address: lock, end sessions, roles.',
      es: 'Destinatarios y personal por dirección: bloquear, cerrar sesiones, funciones.',
    },
  },
  {
    path: '/administration/defaults',
    policy: 'officer',
    name: { en: 'What is in force', es: 'Qué está en vigor' },
    text: {
      en: 'Times, limits and rules, and where each is changed.',
      es: 'Plazos, límites y reglas, y dónde se cambia cada uno.',
    },
  },
  {
    path: '/administration/announcements',
    policy: 'officer',
    name: { en: 'Announcements', es: 'Anuncios' },
    text: {
      en: 'Texts that tell recipients, partners and staff what will come.',
      es: 'Textos que avisan a destinatarios, asociados y personal de lo que viene.',
    },
  },
  {
    path: '/administration/incidents',
    policy: 'incident-reader',
    name: { en: 'Wrong recipients', es: 'Destinatarios equivocados' },
    text: {
      en: 'What authors reported, with the incident sheets.',
      es: 'Lo que señalaron los autores, con las hojas.',
    },
  },
  {
    path: '/administration/alarms',
    policy: 'partner-editor',
    name: { en: 'Alarms', es: 'Alarmas' },
    text: {
      en: 'Rows of the database that this product did not write, and what to do.',
      es: 'Filas de la base de datos que este producto no escribió, y qué hacer.',
    },
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
