/**
 * `/messages`: an author's own messages. A search is sent as a form, so that words of a subject stand in no address,
 * and so in no history of the browser and no log of a proxy.
 */
import {
  MESSAGE_FILTERS,
  type FoundMessage,
  type FoundMessages,
  type MessageFilter,
} from '#src/desk/find-messages.ts';
import type { Fate } from '#src/desk/recipient-fate.ts';
import type { ListedRecipients } from '#src/desk/recipients-of.ts';

import type { FramedPage, Language } from './frame.ts';
import { MESSAGES_WORDS, type MessagesWords } from './messages-words.ts';
import { html, type SafeHtml } from './page.ts';

export interface MessagesView {
  readonly language: Language;
  readonly found: FoundMessages;
  readonly recipients: ReadonlyMap<string, ListedRecipients>;
  readonly filter: MessageFilter;
  /** What was searched for; empty: nothing. */
  readonly search: string;
  /** Not the first page. */
  readonly isLater: boolean;
  readonly hasAddress: boolean;
  readonly formatMoment: (ms: number) => string;
}

export function messagesPage(view: MessagesView): FramedPage {
  const words = MESSAGES_WORDS[view.language];
  return {
    title: words.title,
    body: html`<div class="directory">
      <p class="quiet">${words.lead}</p>
      ${tools(view, words)} ${list(view, words)} ${pager(view, words)}
    </div>`,
  };
}

function tools({ filter, search, hasAddress }: MessagesView, words: MessagesWords): SafeHtml {
  if (!hasAddress) return html``;
  const filters = MESSAGE_FILTERS.map((one) =>
    one === filter
      ? html`<option value="${one}" selected>${words.filter[one]}</option>`
      : html`<option value="${one}">${words.filter[one]}</option>`,
  );
  return html`<form class="search by-filter" method="post" action="/messages/search" role="search">
    <div>
      <label for="q">${words.searchHint}</label>
      <input id="q" name="q" type="search" maxlength="200" autocomplete="off" value="${search}" />
    </div>
    <div>
      <label for="filter">${words.show}</label>
      <select id="filter" name="filter">
        ${filters}
      </select>
    </div>
    <button class="second">${words.searchButton}</button>
  </form>`;
}

function list(view: MessagesView, words: MessagesWords): SafeHtml {
  const { found, hasAddress, search, filter, isLater } = view;
  if (!hasAddress)
    return html`<div class="card empty">
      <p>${words.noAddress}</p>
      <p><a href="/account">${words.addAddress}</a></p>
    </div>`;
  if (found.messages.length === 0)
    return search === '' && filter === 'all' && !isLater
      ? html`<div class="card empty">
          <h2>${words.emptyTitle}</h2>
          <p>${words.empty}</p>
        </div>`
      : html`<div class="card empty">
          <p>${words.noneFound}</p>
          <p><a href="/messages">${words.showAll}</a></p>
        </div>`;
  const { columns } = words;
  const heads = [columns.message, columns.sent, columns.recipients];
  return html`<div class="card flush">
    <table role="table">
      <thead role="rowgroup">
        <tr role="row">
          ${heads.map((head) => html`<th role="columnheader" scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${found.messages.map((message) => row(message, view, words))}
      </tbody>
    </table>
  </div>`;
}

function row(
  message: FoundMessage,
  { recipients, formatMoment }: MessagesView,
  words: MessagesWords,
): SafeHtml {
  const { first, count } = recipients.get(message.id) ?? { first: [], count: 0 };
  return html`<tr role="row">
    <th role="rowheader" scope="row"><a href="/messages/${message.id}">${subjectOf(message, words)}</a></th>
    <td class="moment" role="cell" data-label="${words.columns.sent}">${formatMoment(message.acceptedAt)}</td>
    <td class="stacked" role="cell" data-label="${words.columns.recipients}">
      <ul class="fates">
        ${first.map(({ address, fate }) => html`<li>${fateChip(fate, words)} <span>${address}</span></li>`)}
        ${count > first.length ? html`<li class="quiet">${words.more(count - first.length)}</li>` : html``}
      </ul>
    </td>
  </tr>`;
}

export function subjectOf({ subject }: FoundMessage, words: MessagesWords): string {
  if (subject === null) return words.noSubject;
  return subject.trim() === '' ? words.emptySubject : subject;
}

const LOOKS: Readonly<Record<Fate, string>> = {
  'on-its-way': '',
  held: 'warn',
  'not-sent': '',
  failed: 'bad',
  'handed-over': 'good',
  'not-opened': 'warn',
  opened: 'good',
  locked: 'bad',
  over: '',
};

/** The state in a word, never by colour alone. */
export function fateChip(fate: Fate, words: MessagesWords): SafeHtml {
  return html`<span class="kind ${LOOKS[fate]}">${words.fate[fate]}</span>`;
}

function pager({ found, filter, search, isLater }: MessagesView, words: MessagesWords): SafeHtml {
  const { next, stopped } = found;
  if (next === null && !isLater) return html``;
  const older =
    next === null
      ? html``
      : html`<form method="post" action="/messages/search">
          <input type="hidden" name="q" value="${search}" />
          <input type="hidden" name="filter" value="${filter}" />
          <input type="hidden" name="before" value="${next}" />
          <button class="second small">${stopped ? words.searchOn : words.older}</button>
        </form>`;
  return html`${stopped ? html`<p class="note" role="status">${words.stopped}</p>` : html``}
    <nav class="pager" aria-label="${words.pages}">
      ${isLater ? html`<a class="button second small" href="/messages">${words.newest}</a>` : html``} ${older}
    </nav>`;
}
