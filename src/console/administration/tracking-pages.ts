/** Tracking: what became of messages, without content. English only, as all pages for officers alone. */
import {
  TRACKED_STATES,
  type TrackedDelivery,
  type TrackedMessageDetail,
  type TrackedMessages,
} from '#src/administration/track-messages.ts';

import type { FramedPage } from '../frame.ts';
import { factsList } from '../facts-list.ts';
import { html, type SafeHtml } from '../page.ts';

export interface TrackingForm {
  readonly author: string;
  readonly recipient: string;
  readonly code: string;
  readonly messageId: string;
  readonly state: string;
  readonly from: string;
  readonly until: string;
}

export interface TrackingView {
  readonly form: TrackingForm;
  /** Null before anything was asked. */
  readonly found: TrackedMessages | null;
  readonly isLater: boolean;
  readonly problem: string | null;
  readonly formatMoment: (ms: number) => string;
}

const STATE_NAMES: Readonly<Record<(typeof TRACKED_STATES)[number], string>> = {
  queued: 'on its way',
  held: 'held',
  'handed-over': 'handed over',
  notified: 'not opened yet',
  opened: 'opened',
  failed: 'failed',
  expired: 'given up',
  returned: 'returned to its author',
  cancelled: 'not sent',
};

const BACK = html`<p class="back"><a href="/administration">Administration</a></p>`;

export function trackingPage(view: TrackingView): FramedPage {
  return {
    title: 'What became of a message',
    body: html`<div class="directory" lang="en">
      ${BACK}
      <p class="quiet">
        Each search is recorded with your name and what you looked for. Subjects and content are not shown.
      </p>
      ${view.problem === null ? html`` : html`<p class="note alert" role="alert">${view.problem}</p>`}
      ${searchForm(view.form)} ${results(view)}
    </div>`,
  };
}

function searchForm(form: TrackingForm): SafeHtml {
  const field = (name: keyof TrackingForm, label: string, type: 'text' | 'date' = 'text'): SafeHtml =>
    html`<div>
      <label for="${name}">${label}</label>
      <input
        id="${name}"
        name="${name}"
        type="${type}"
        maxlength="320"
        autocomplete="off"
        value="${form[name]}"
      />
    </div>`;
  const states = TRACKED_STATES.map((state) =>
    state === form.state
      ? html`<option value="${state}" selected>${STATE_NAMES[state]}</option>`
      : html`<option value="${state}">${STATE_NAMES[state]}</option>`,
  );
  return html`<form class="card ask" method="post" action="/administration/tracking" role="search">
    <div class="pair">
      ${field('author', 'Author')} ${field('recipient', 'Recipient')}
      ${field('code', 'Message code, such as 7K4-2QF-9XM')} ${field('messageId', 'Message-ID')}
      ${field('from', 'From the day', 'date')} ${field('until', 'To the day', 'date')}
      <div>
        <label for="state">State of a recipient</label>
        <select id="state" name="state">
          <option value="">any</option>
          ${states}
        </select>
      </div>
    </div>
    <button>Search</button>
  </form>`;
}

function results({ found, form, isLater, formatMoment }: TrackingView): SafeHtml {
  if (found === null) return html``;
  if (found.messages.length === 0)
    return html`<div class="card empty" role="status"><p>No message was found.</p></div>`;
  const hidden = (Object.entries(form) as [string, string][]).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );
  const older =
    found.next === null
      ? html``
      : html`<form method="post" action="/administration/tracking">
          ${hidden}<input type="hidden" name="before" value="${found.next}" />
          <button class="second small">Older</button>
        </form>`;
  return html`<div class="card flush">
      <table role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">Accepted</th>
            <th role="columnheader" scope="col">Author</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${found.messages.map(
            ({ id, acceptedAt, author }) =>
              html`<tr role="row">
                <th role="rowheader" scope="row">
                  <a href="/administration/tracking/${id}">${formatMoment(acceptedAt)}</a>
                </th>
                <td role="cell" data-label="Author"><span>${author}</span></td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${
      found.next === null && !isLater
        ? html``
        : html`<nav class="pager" aria-label="Pages of messages">
            ${isLater ? html`<a class="button second small" href="/administration/tracking">New search</a>` : html``}
            ${older}
          </nav>`
    }`;
}

export interface TrackedView {
  readonly message: TrackedMessageDetail;
  readonly formatMoment: (ms: number) => string;
  readonly formatDay: (ms: number) => string;
}

export function trackedPage({ message, formatMoment, formatDay }: TrackedView): FramedPage {
  const facts: (readonly [string, string])[] = [
    ['Accepted', formatMoment(message.acceptedAt)],
    ['Author', message.author],
    ['Came from', message.submitter],
    ['Message-ID', message.messageIdField ?? 'none'],
    ['Queue id', message.id],
    ['Size', `${message.sizeBytes} bytes`],
  ];
  if (message.keptUntil !== null) facts.push(['Kept until', formatDay(message.keptUntil)]);
  return {
    title: 'What became of this message',
    body: html`<div class="directory" lang="en">
      <p class="back"><a href="/administration/tracking">Search</a></p>
      <section class="card">${factsList(facts)}</section>
      <section class="card" aria-labelledby="recipients">
        <h2 id="recipients">Recipients</h2>
        <ul class="items">
          ${message.recipients.map(
            ({ address, state, protection, rule, firstOpenedAt, locked, lastReply }) =>
              html`<li class="item">
                <span
                  ><strong>${address}</strong>
                  <span class="quiet"
                    >${protection}, by the rule
                    ${rule}${locked ? ', locked' : ''}${firstOpenedAt === null ? '' : `, first opened ${formatMoment(firstOpenedAt)}`}</span
                  >
                  ${lastReply === null ? html`` : html`<span class="quiet">${lastReply}</span>`}</span
                >
                <span class="kind">${nameOfState(state)}</span>
              </li>`,
          )}
        </ul>
      </section>
      <section class="card" aria-labelledby="mails">
        <h2 id="mails">Mails that carry or announce it</h2>
        ${
          message.deliveries.length === 0
            ? html`<p class="quiet">None.</p>`
            : html`<ul class="items">
                ${message.deliveries.map((one) => delivery(one, formatMoment))}
              </ul>`
        }
      </section>
      <section class="card" aria-labelledby="log">
        <h2 id="log">From the audit log</h2>
        <ol class="history">
          ${message.events.map(
            ({ at, event, recipient }) =>
              html`<li>
                <time datetime="${new Date(at).toISOString()}">${formatMoment(at)}</time>
                <span>${event.replaceAll('-', ' ')}${recipient === null ? '' : `: ${recipient}`}</span>
              </li>`,
          )}
        </ol>
        ${message.cut ? html`<p class="quiet">There is more than is shown: “sendsecure queue show” and “sendsecure audit” show all.</p>` : html``}
      </section>
    </div>`,
  };
}

function nameOfState(state: string): string {
  return TRACKED_STATES.includes(state as 'queued') ? STATE_NAMES[state as 'queued'] : state;
}

function delivery(one: TrackedDelivery, formatMoment: (ms: number) => string): SafeHtml {
  const when = one.settledAt ?? one.nextAttemptAt;
  const words = [
    `${one.attempts} ${one.attempts === 1 ? 'try' : 'tries'}`,
    ...(when === null ? [] : [`${one.settledAt === null ? 'next try' : 'settled'} ${formatMoment(when)}`]),
    ...(one.tls === null ? [] : [one.tls]),
  ].join(', ');
  return html`<li class="item">
    <span
      ><strong>${one.kind.replaceAll('-', ' ')}</strong> to ${one.recipient}
      <span class="quiet">${words}</span>
      ${one.lastReply === null ? html`` : html`<span class="quiet">${one.lastReply}</span>`}</span
    >
    <span class="kind ${one.state === 'handed-over' ? 'good' : ''}">${one.state.replaceAll('-', ' ')}</span>
  </li>`;
}
