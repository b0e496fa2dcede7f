/** Looking at servers takes a while: how far it is, and what an imported list would change. */
import type { FoundPartner } from '#src/administration/change.ts';
import type { ImportedFile } from '#src/partners/import-file.ts';
import type { TriedPartner } from '#src/partners/import-partners.ts';

import type { FramedPage, Language } from '../frame.ts';
import { html, type SafeHtml } from '../page.ts';

import { PARTNER_WORDS, type PartnerWords } from './partner-words.ts';

export interface ImportView {
  readonly language: Language;
  readonly text: string;
  /** Null before anything was sent, and where nothing is wrong. */
  readonly problem: SafeHtml | null;
  readonly script: string | null;
}

export function importPage({ language, text, problem, script }: ImportView): FramedPage {
  const words = PARTNER_WORDS[language];
  return {
    title: words.importTitle,
    script,
    body: html`<p class="back"><a href="/domains">${words.back}</a></p>
      <p class="quiet">${words.importLead}</p>
      ${problem ?? html``}
      <form class="card ask" method="post" action="/domains/import">
        <div data-file-for="list" hidden>
          <label for="file">${words.importFile}</label>
          <input id="file" type="file" accept=".csv,.txt,.config,text/plain,text/csv" />
        </div>
        <div>
          <label for="list">${words.importText}</label>
          <textarea
            id="list"
            name="text"
            class="mono"
            rows="10"
            maxlength="400000"
            spellcheck="false"
            aria-describedby="list-hint"
            required
          >
${text}</textarea>
          <p class="hint" id="list-hint">${words.importHint}</p>
        </div>
        <button>${words.importButton}</button>
      </form>`,
  };
}

export function importProblems(
  problems: readonly { readonly line: number; readonly message: string }[],
  words: PartnerWords,
): SafeHtml {
  const SHOWN = 20;
  return html`<section class="note alert" role="alert" aria-labelledby="problems">
    <h2 id="problems">${words.importProblems}</h2>
    <ul>
      ${problems.slice(0, SHOWN).map(({ line, message }) => html`<li>${words.line(line)}: ${message}</li>`)}
    </ul>
  </section>`;
}

export interface ProgressView {
  readonly language: Language;
  readonly done: number;
  readonly total: number | null;
  readonly state: 'running' | 'failed';
  /** Of this page. */
  readonly path: string;
  readonly script: string | null;
}

export function progressPage({ language, done, total, state, path, script }: ProgressView): FramedPage {
  const words = PARTNER_WORDS[language];
  if (state === 'failed')
    return {
      title: words.failedTitle,
      card: true,
      body: html`<p>${words.failed}</p>
        <p><a href="/domains">${words.back}</a></p>`,
    };
  const count = words.progress(done, total ?? 1);
  return {
    title: words.progressTitle,
    card: true,
    script,
    body: html`<p class="quiet">${words.progressLead}</p>
      <p data-follow="${path}">
        <progress aria-label="${words.progressTitle}" max="${total ?? 1}" value="${done}"></progress>
        <span role="status">${count}</span>
      </p>
      <div class="row"><a class="button second" href="${path}">${words.again}</a></div>`,
  };
}

export interface PreviewView {
  readonly language: Language;
  readonly runId: string;
  readonly tried: readonly TriedPartner[];
  readonly leftOut: ImportedFile['leftOut'];
  readonly found: readonly FoundPartner[];
  /** A reason was wanted and not given. */
  readonly wantsReason: boolean;
  readonly withAll: boolean;
}

type WillBe = 'new' | 'changed' | 'same' | 'in-file' | 'not';

export function willBe(one: TriedPartner, found: FoundPartner | undefined): WillBe {
  if (one.outcome === 'in-file') return 'in-file';
  const before = found?.partner ?? null;
  if (before === null) return 'new';
  const { nextHop } = one.imported;
  const same =
    before.tls === one.tls &&
    before.nextHop?.host === nextHop?.host &&
    before.nextHop?.port === nextHop?.port;
  return same ? 'same' : 'changed';
}

export function previewPage(view: PreviewView): FramedPage {
  const words = PARTNER_WORDS[view.language];
  const { tried, leftOut } = view;
  const verified = tried.filter(({ outcome }) => outcome === 'verified').length;
  const { columns } = words;
  return {
    title: words.previewTitle,
    body: html`<div class="directory">
      <p class="back"><a href="/domains">${words.back}</a></p>
      <p class="quiet">${words.previewLead(verified, tried.length)}</p>
      <div class="card flush">
        <table role="table">
          <thead role="rowgroup">
            <tr role="row">
              ${[columns.domain, columns.today, columns.how, columns.saved].map(
                (head) => html`<th role="columnheader" scope="col">${head}</th>`,
              )}
            </tr>
          </thead>
          <tbody role="rowgroup">
            ${tried.map((one) => previewRow(one, view, words))}
          </tbody>
        </table>
      </div>
      ${
        leftOut.length === 0
          ? html``
          : html`<details class="card">
              <summary>${words.leftOut} (${leftOut.length})</summary>
              <ul>
                ${leftOut.map(({ domain, why }) => html`<li>${domain}: ${why}</li>`)}
              </ul>
            </details>`
      }
      ${saveForm(view, words)}
    </div>`,
  };
}

const LOOKS = { verified: 'good', 'not-verified': 'bad', unreachable: 'warn', 'in-file': '' } as const;

function previewRow(one: TriedPartner, { found }: PreviewView, words: PartnerWords): SafeHtml {
  const { imported, outcome, tls, how, why } = one;
  const will = willBe(
    one,
    found.find(({ domain }) => domain === imported.domain),
  );
  const saved = outcome === 'verified' || will === 'in-file' ? words.willBe[will] : words.willBe.not;
  return html`<tr role="row">
    <th role="rowheader" scope="row">${imported.domain}</th>
    <td role="cell" data-label="${words.columns.today}">
      <span class="kind ${LOOKS[outcome]}">${words.outcome[outcome]}</span>
    </td>
    <td role="cell" data-label="${words.columns.how}">
      <span>${how ?? (outcome === 'in-file' ? '' : words.tlsChoice[tls])}</span>
      ${why === null ? html`` : html`<span class="quiet">${why}</span>`}
    </td>
    <td role="cell" data-label="${words.columns.saved}">${saved}</td>
  </tr>`;
}

function saveForm({ tried, found, runId, wantsReason, withAll }: PreviewView, words: PartnerWords): SafeHtml {
  const saves = (one: TriedPartner, all: boolean): boolean => {
    const will = willBe(
      one,
      found.find(({ domain }) => domain === one.imported.domain),
    );
    return (will === 'new' || will === 'changed') && (all || one.outcome === 'verified');
  };
  const hasOthers = tried.some((one) => saves(one, true) && !saves(one, false));
  if (!hasOthers && !tried.some((one) => saves(one, false)))
    return html`<p class="note">${words.importNothing}</p>`;
  return html`<form class="card ask" method="post" action="/domains/runs/${runId}">
    ${
      hasOthers
        ? html`<label class="check"
            ><input type="checkbox" name="all" value="1" ${withAll ? 'checked' : ''} />
            <span>${words.all}</span></label
          >`
        : html``
    }
    <div>
      <label for="reason">${words.reason}</label>
      <textarea
        id="reason"
        name="reason"
        rows="2"
        maxlength="500"
        required
        aria-describedby="reason-hint"
        ${wantsReason ? html`aria-invalid="true"` : ''}
      ></textarea>
      <p class="hint" id="reason-hint">${words.reasonHint}</p>
    </div>
    <button>${words.importAsk}</button>
  </form>`;
}
