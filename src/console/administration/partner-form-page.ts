/**
 * The form of a partner: added, changed, its agreement noted. Where a change lowers protection the page comes back with
 * why, and asks for a reason; nothing was done yet then.
 */
import type { Lowering } from '#src/administration/lowers-protection.ts';
import type { PartnerForm, PartnerFormProblem } from '#src/administration/read-partner-form.ts';

import type { FramedPage, Language } from '../frame.ts';
import { html, type SafeHtml } from '../page.ts';

import { CHANGE_WORDS } from './change-words.ts';
import { PARTNER_WORDS, type PartnerWords } from './partner-words.ts';

export interface PartnerFormView {
  readonly language: Language;
  readonly form: PartnerForm;
  readonly reason: string;
  /** A partner that stands already: its domain is not typed. */
  readonly isKnown: boolean;
  /** The configuration file names it: only the agreement is asked for. */
  readonly isInFile: boolean;
  readonly problem: PartnerFormProblem | 'exists' | 'internal' | null;
  /** What a second person is needed for; empty: nothing was sent yet. */
  readonly lowerings: readonly Lowering[];
  /** Which button asked for a second person. */
  readonly removing?: boolean;
}

export function partnerFormPage(view: PartnerFormView): FramedPage {
  const { form, isKnown, isInFile, language } = view;
  const words = PARTNER_WORDS[language];
  const back = isKnown ? `/domains/${form.domain}` : '/domains';
  return {
    title: isKnown ? words.editTitle(form.domain) : words.addTitle,
    body: html`<p class="back"><a href="${back}">${isKnown ? form.domain : words.back}</a></p>
      ${isInFile ? html`<p class="note">${words.inFile(form.domain)}</p>` : html`<p class="quiet">${words.twoPeople}</p>`}
      ${problemNote(view, words)} ${loweringNote(view, words)}
      ${view.removing === true ? html`` : editForm(view, words)}
      ${isKnown && !isInFile ? removeForm(view, words) : html``}`,
  };
}

function problemNote({ problem, form }: PartnerFormView, words: PartnerWords): SafeHtml {
  if (problem === null) return html``;
  const text =
    problem === 'exists' || problem === 'internal' ? words[problem](form.domain) : words.problem[problem];
  return html`<p class="note alert" role="alert" id="problem">${text}</p>`;
}

function loweringNote({ lowerings, language }: PartnerFormView, words: PartnerWords): SafeHtml {
  if (lowerings.length === 0) return html``;
  return html`<section class="note alert" role="alert" aria-labelledby="second">
    <h2 id="second">${words.secondPerson}</h2>
    <p>${words.secondPersonLead}</p>
    <ul>
      ${lowerings.map((lowering) => html`<li>${CHANGE_WORDS[language].lowering[lowering]}</li>`)}
    </ul>
  </section>`;
}

function editForm(view: PartnerFormView, words: PartnerWords): SafeHtml {
  const { form, isKnown, isInFile, lowerings } = view;
  const domain = isKnown
    ? html`<input type="hidden" name="domain" value="${form.domain}" /><input
          type="hidden"
          name="known"
          value="1"
        />`
    : field({
        name: 'domain',
        label: words.domain,
        hint: words.domainHint,
        value: form.domain,
        required: true,
      });
  return html`<form class="card ask" method="post" action="/domains/save">
    ${domain} ${isInFile ? html`` : channelFields(form, words)}
    <fieldset>
      <legend>${words.agreement}</legend>
      <div class="pair">
        ${field({ name: 'signedOn', label: words.signedOn, value: form.signedOn, type: 'date' })}
        ${field({ name: 'expiresOn', label: words.expiresOn, value: form.expiresOn, type: 'date' })}
      </div>
      ${field({ name: 'keptAt', label: words.keptAt, value: form.keptAt })}
      ${field({ name: 'contact', label: words.contact, value: form.contact })}
    </fieldset>
    ${isInFile ? html`` : reasonField('reason', view.reason, words, lowerings.length > 0)}
    <button>${lowerings.length > 0 ? words.ask : words.save}</button>
  </form>`;
}

function channelFields(form: PartnerForm, words: PartnerWords): SafeHtml {
  const choices = (['dane', 'mta-sts', 'pkix'] as const).map((tls) =>
    tls === form.tls
      ? html`<option value="${tls}" selected>${words.tlsChoice[tls]}</option>`
      : html`<option value="${tls}">${words.tlsChoice[tls]}</option>`,
  );
  return html`<label for="tls">${words.tls}</label>
    <select id="tls" name="tls">
      ${choices}
    </select>
    ${field({ name: 'nextHop', label: words.nextHop, hint: words.nextHopHint, value: form.nextHop })}`;
}

interface FieldView {
  readonly name: keyof PartnerForm;
  readonly label: string;
  readonly value: string;
  readonly hint?: string;
  readonly type?: 'text' | 'date';
  readonly required?: boolean;
}

function field({ name, label, value, hint, type = 'text', required = false }: FieldView): SafeHtml {
  const described = hint === undefined ? html`` : html`aria-describedby="${name}-hint"`;
  return html`<div>
    <label for="${name}">${label}</label>
    <input
      id="${name}"
      name="${name}"
      type="${type}"
      maxlength="253"
      autocomplete="off"
      value="${value}"
      ${described}
      ${required ? 'required' : ''}
    />
    ${hint === undefined ? html`` : html`<p class="hint" id="${name}-hint">${hint}</p>`}
  </div>`;
}

function reasonField(id: string, reason: string, words: PartnerWords, required: boolean): SafeHtml {
  return html`<div>
    <label for="${id}">${words.reason}</label>
    <textarea
      id="${id}"
      name="reason"
      rows="2"
      maxlength="500"
      aria-describedby="${id}-hint"
      ${required ? 'required' : ''}
    >
${reason}</textarea>
    <p class="hint" id="${id}-hint">${words.reasonHint}</p>
  </div>`;
}

function removeForm(view: PartnerFormView, words: PartnerWords): SafeHtml {
  const asks = view.removing === true && view.lowerings.length > 0;
  return html`<section class="card" aria-labelledby="remove">
    <h2 id="remove">${words.remove}</h2>
    <p class="quiet">${words.removeText}</p>
    <form class="ask" method="post" action="/domains/${view.form.domain}/remove">
      ${reasonField('remove-reason', asks ? view.reason : '', words, asks)}
      <button class="second">${asks ? words.ask : words.removeButton}</button>
    </form>
  </section>`;
}
