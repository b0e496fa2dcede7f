/** Changes that wait for a second person: the list, and one of them with what holds now and what would hold. */
import type { DecisionResult } from '#src/administration/ask-for-change.ts';
import type { Proposal } from '#src/administration/proposals.ts';

import type { FramedPage, Language } from '../frame.ts';
import { factsList } from '../facts-list.ts';
import { html, type SafeHtml } from '../page.ts';

import { administrationBack } from './administration-words.ts';
import { CHANGE_WORDS, comparePartners } from './change-words.ts';

const WORDS = {
  en: {
    title: 'Changes for two people',
    lead: 'What lowers protection takes effect only when a second person approves it, within a week. Whoever runs the host can act alone there; that stands in the audit log.',
    open: 'Waiting',
    none: 'Nothing waits.',
    decided: 'Decided',
    back: 'All changes',
    askedBy: 'Asked for by',
    askedAt: 'On',
    until: 'Ends by itself on',
    reason: 'Reason',
    decidedBy: 'Decided by',
    why: 'Why it needs two people',
    now: 'Now',
    afterwards: 'Then',
    nothing: 'no partner',
    domain: 'Domain',
    recipients: 'Would get it as ordinary mail',
    approve: 'Approve: it takes effect now',
    refuse: 'Refuse',
    withdraw: 'Withdraw',
    yours: 'You asked for this yourself. Another person has to approve it.',
    gain: 'This is about yourself. Another person has to approve it.',
    notYours: 'Your role can’t approve this.',
    results: {
      asked:
        'Saved as a request. It takes effect when a second person approves it: send them the address of this page.',
      approved: 'Approved. It holds from now on.',
      refused: 'Refused. Nothing was changed.',
      withdrawn: 'Withdrawn. Nothing was changed.',
      gone: 'Nothing was done: it was decided before, or its time is over.',
      'same-person': 'Nothing was done: who asks can’t approve.',
      'own-gain': 'Nothing was done: who gains by it can’t approve it.',
      'not-allowed': 'Nothing was done: your role can’t approve this.',
      'asker-gone': 'Nothing was done: who asked for it no longer has the right to. Ask for it anew.',
      changed: 'Nothing was done: what it is about has changed since. Refuse it, and ask for it anew.',
    } satisfies Record<DecisionResult | 'asked', string>,
  },
  es: {
    title: 'Cambios de dos personas',
    lead: 'Lo que reduce la protección solo vale cuando lo aprueba una segunda persona, en una semana. Quien gestiona el equipo puede actuar a solas allí; queda en el registro.',
    open: 'En espera',
    none: 'No espera nada.',
    decided: 'Decididos',
    back: 'Todos los cambios',
    askedBy: 'Lo pidió',
    askedAt: 'El',
    until: 'Termina por sí solo el',
    reason: 'Motivo',
    decidedBy: 'Lo decidió',
    why: 'Por qué hacen falta dos personas',
    now: 'Ahora',
    afterwards: 'Después',
    nothing: 'ningún asociado',
    domain: 'Dominio',
    recipients: 'Lo recibirían como correo normal',
    approve: 'Aprobar: vale desde ahora',
    refuse: 'Rechazar',
    withdraw: 'Retirar',
    yours: 'Lo pidió usted. Tiene que aprobarlo otra persona.',
    gain: 'Se trata de usted. Tiene que aprobarlo otra persona.',
    notYours: 'Su función no puede aprobarlo.',
    results: {
      asked: 'Queda pedido. Vale cuando lo apruebe una segunda persona: envíele la dirección de esta página.',
      approved: 'Aprobado. Vale desde ahora.',
      refused: 'Rechazado. No se cambió nada.',
      withdrawn: 'Retirado. No se cambió nada.',
      gone: 'No se hizo nada: ya estaba decidido o se acabó el plazo.',
      'same-person': 'No se hizo nada: quien lo pide no puede aprobarlo.',
      'own-gain': 'No se hizo nada: quien gana con ello no puede aprobarlo.',
      'not-allowed': 'No se hizo nada: su función no puede aprobarlo.',
      'asker-gone': 'No se hizo nada: quien lo pidió ya no tiene ese derecho. Pídalo de nuevo.',
      changed: 'No se hizo nada: algo ha cambiado desde entonces. Rechácelo y pídalo de nuevo.',
    },
  },
} as const;

export const PROPOSAL_DONE = [
  'asked',
  'approved',
  'refused',
  'withdrawn',
  'gone',
  'same-person',
  'own-gain',
  'not-allowed',
  'asker-gone',
  'changed',
] as const;
export type ProposalDone = (typeof PROPOSAL_DONE)[number];

interface ProposalsFrame {
  readonly language: Language;
  /** Names by staff id. */
  readonly names: ReadonlyMap<string, string>;
  /** What each is about, by the proposal's id. */
  readonly subjects: ReadonlyMap<string, string>;
  readonly formatMoment: (ms: number) => string;
}

export interface ProposalsView extends ProposalsFrame {
  readonly open: readonly Proposal[];
  readonly decided: readonly Proposal[];
}

export function proposalsPage(view: ProposalsView): FramedPage {
  const words = WORDS[view.language];
  return {
    title: words.title,
    body: html`${administrationBack(view.language)}
      <p class="quiet">${words.lead}</p>
      <section class="card" aria-labelledby="open">
        <h2 id="open">${words.open}</h2>
        ${view.open.length === 0 ? html`<p class="quiet">${words.none}</p>` : items(view.open, view)}
      </section>
      ${
        view.decided.length === 0
          ? html``
          : html`<section class="card" aria-labelledby="decided">
              <h2 id="decided">${words.decided}</h2>
              ${items(view.decided, view)}
            </section>`
      }`,
  };
}

function items(proposals: readonly Proposal[], view: ProposalsFrame): SafeHtml {
  const words = CHANGE_WORDS[view.language];
  return html`<ul class="items">
    ${proposals.map(
      (proposal) =>
        html`<li class="item">
          <span
            ><a href="/administration/proposals/${proposal.id}">${titleOf(proposal, view)}</a>
            <span class="quiet"
              >${view.names.get(proposal.askedBy) ?? proposal.askedBy},
              ${view.formatMoment(proposal.askedAt)}</span
            ></span
          >
          <span class="kind ${LOOKS[proposal.state]}">${words.state[proposal.state]}</span>
        </li>`,
    )}
  </ul>`;
}

const LOOKS = { open: 'warn', approved: 'good', refused: 'bad', withdrawn: '', expired: '' } as const;

function titleOf(proposal: Proposal, { language, subjects }: ProposalsFrame): string {
  return CHANGE_WORDS[language].title(proposal.change, subjects.get(proposal.id) ?? '');
}

export interface ProposalView extends ProposalsFrame {
  readonly proposal: Proposal;
  readonly done: ProposalDone | null;
  /** `withdraw`: who asked looks at it. `none`: it is decided, or not theirs. */
  readonly mayDo: 'approve' | 'withdraw' | 'own-gain' | 'not-allowed' | 'none';
}

export function proposalPage(view: ProposalView): FramedPage {
  const { proposal, language, done, formatMoment, names } = view;
  const words = WORDS[language];
  const name = (id: string): string => names.get(id) ?? id;
  const facts: (readonly [string, string])[] = [
    [words.askedBy, name(proposal.askedBy)],
    [words.askedAt, formatMoment(proposal.askedAt)],
    [words.reason, proposal.reason],
  ];
  if (proposal.state === 'open') facts.push([words.until, formatMoment(proposal.expiresAt)]);
  if (proposal.decidedAt !== null && proposal.decidedBy !== null)
    facts.push([words.decidedBy, `${name(proposal.decidedBy)}, ${formatMoment(proposal.decidedAt)}`]);
  return {
    title: titleOf(proposal, view),
    body: html`<p class="back"><a href="/administration/proposals">${words.back}</a></p>
      ${done === null ? html`` : html`<p class="note" role="status">${words.results[done]}</p>`}
      <section class="card">
        <p>
          <span class="kind ${LOOKS[proposal.state]}">${CHANGE_WORDS[language].state[proposal.state]}</span>
        </p>
        ${factsList(facts)}
      </section>
      ${whatChanges(view)} ${reasons(view)} ${decision(view)}`,
  };
}

function whatChanges({ proposal, language }: ProposalView): SafeHtml {
  const words = WORDS[language];
  const { change, found } = proposal;
  const lines = comparePartners(change, found, CHANGE_WORDS[language]);
  if (lines.length > 0)
    return html`<div class="card flush">
      <table role="table">
        <thead role="rowgroup">
          <tr role="row">
            ${[words.domain, words.now, words.afterwards].map(
              (head) => html`<th role="columnheader" scope="col">${head}</th>`,
            )}
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${lines.map(
            ({ name, before, after }) =>
              html`<tr role="row">
                <th role="rowheader" scope="row">${name}</th>
                <td role="cell" data-label="${words.now}"><span>${before ?? words.nothing}</span></td>
                <td role="cell" data-label="${words.afterwards}"><span>${after ?? words.nothing}</span></td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  if (found.ordinaryRecipients.length === 0) return html``;
  return html`<section class="card" aria-labelledby="ordinary">
    <h2 id="ordinary">${words.recipients}</h2>
    <ul>
      ${found.ordinaryRecipients.map((address) => html`<li>${address}</li>`)}
    </ul>
  </section>`;
}

function reasons({ proposal, language }: ProposalView): SafeHtml {
  return html`<section class="note alert" aria-labelledby="why">
    <h2 id="why">${WORDS[language].why}</h2>
    <ul>
      ${proposal.lowerings.map((lowering) => html`<li>${CHANGE_WORDS[language].lowering[lowering]}</li>`)}
    </ul>
  </section>`;
}

function decision({ proposal, mayDo, language }: ProposalView): SafeHtml {
  const words = WORDS[language];
  const button = (act: 'approve' | 'refuse', label: string, look: string): SafeHtml =>
    html`<form method="post" action="/administration/proposals/${proposal.id}/${act}">
      <button class="${look}">${label}</button>
    </form>`;
  switch (mayDo) {
    case 'approve':
      return html`<div class="row wide">
        ${button('approve', words.approve, 'first')} ${button('refuse', words.refuse, 'second')}
      </div>`;
    case 'withdraw':
      return html`<p class="quiet">${words.yours}</p>
        <div class="row">${button('refuse', words.withdraw, 'second')}</div>`;
    case 'own-gain':
      return html`<p class="quiet">${words.gain}</p>`;
    case 'not-allowed':
      return html`<p class="quiet">${words.notYours}</p>`;
    case 'none':
      return html``;
  }
}
