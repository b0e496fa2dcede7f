/**
 * `/administration/announcements`: texts for the roll-out, by site, audience and language, to copy or to save. The text
 * fields are for reading and selecting; nothing is sent from here.
 */
import type { FramedPage, Language } from '../frame.ts';
import { html, type SafeHtml } from '../page.ts';

/** One text of one site. */
export interface SiteText {
  /** Short name; empty: the organisation itself. */
  readonly site: string;
  readonly siteName: string;
  readonly audience: 'recipients' | 'partners' | 'staff';
  readonly locale: Language;
  readonly subject: string;
  readonly text: string;
}

const WORDS = {
  en: {
    title: 'Announcements',
    back: 'Administration',
    intro:
      'Tell people before the first secure message comes: then nobody takes it for a trick. These texts are filled in from the configuration. Copy them into your own mail or letter, and change what you like. Nothing is sent from this page.',
    audience: {
      recipients: 'To the people you write to',
      partners: 'To offices you work with',
      staff: 'To your own staff',
    },
    language: { en: 'English', es: 'Spanish' },
    subject: 'Subject',
    text: 'Text',
    copy: 'Copy subject and text',
    copied: 'Copied.',
    save: 'Save as a text file',
  },
  es: {
    title: 'Anuncios',
    back: 'Administración',
    intro:
      'Avise antes de que llegue el primer mensaje seguro: así nadie lo toma por un engaño. Estos textos se rellenan con la configuración. Cópielos en su propio correo o carta y cambie lo que quiera. Desde esta página no se envía nada.',
    audience: {
      recipients: 'A las personas a quienes escribe',
      partners: 'A las oficinas con las que trabaja',
      staff: 'A su propio personal',
    },
    language: { en: 'inglés', es: 'español' },
    subject: 'Asunto',
    text: 'Texto',
    copy: 'Copiar asunto y texto',
    copied: 'Copiado.',
    save: 'Guardar como archivo de texto',
  },
} as const;

export function announcementsPage(
  language: Language,
  texts: readonly SiteText[],
  script: string | null,
): FramedPage {
  const words = WORDS[language];
  const sites = [...Map.groupBy(texts, ({ site }) => site).values()];
  return {
    title: words.title,
    body: html`<p class="back"><a href="/administration">${words.back}</a></p>
      <p class="note">${words.intro}</p>
      ${sites.map((ofSite) => siteSection(language, ofSite, sites.length > 1))}`,
    script,
  };
}

function siteSection(language: Language, texts: readonly SiteText[], isNamed: boolean): SafeHtml {
  const [first] = texts;
  const name = isNamed && first !== undefined ? html`<h2>${first.siteName}</h2>` : html``;
  return html`${name} ${texts.map((text) => textCard(language, text, isNamed ? 'h3' : 'h2'))}`;
}

function textCard(language: Language, text: SiteText, level: 'h2' | 'h3'): SafeHtml {
  const words = WORDS[language];
  const id = [text.site, text.audience, text.locale].filter((one) => one !== '').join('-');
  const name = `${words.audience[text.audience]} (${words.language[text.locale]})`;
  const heading = level === 'h2' ? html`<h2 id="${id}">${name}</h2>` : html`<h3 id="${id}">${name}</h3>`;
  return html`<section class="card announcement" aria-labelledby="${id}">
    ${heading}
    <label for="${id}-subject">${words.subject}</label>
    <input id="${id}-subject" type="text" readonly lang="${text.locale}" value="${text.subject}" />
    <label for="${id}-text">${words.text}</label>
    <textarea id="${id}-text" readonly lang="${text.locale}" rows="14">${text.text}</textarea>
    <p class="row small">
      <button
        type="button"
        class="second"
        data-copy="${id}-subject ${id}-text"
        aria-describedby="${id}"
        hidden
      >
        ${words.copy}
      </button>
      <a class="button second" href="/administration/announcements/${pathOf(text)}" aria-describedby="${id}"
        >${words.save}</a
      >
      <span role="status" data-said="${words.copied}"></span>
    </p>
  </section>`;
}

/** Name of a text's file, and the last piece of its address. */
export function pathOf({ site, audience, locale }: Pick<SiteText, 'site' | 'audience' | 'locale'>): string {
  return `${[site, audience, locale].filter((one) => one !== '').join('-')}.txt`;
}
