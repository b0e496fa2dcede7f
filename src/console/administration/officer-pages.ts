/** What officers look after: messages over a limit of their author, wrong recipients, alarms. English only. */
import type { OfficerHold } from '#src/administration/officer-holds.ts';
import type { Alarm, ReportedIncident } from '#src/administration/what-to-look-at.ts';
import { incidentPath } from '#src/desk/wrong-recipient.ts';

import type { FramedPage } from '../frame.ts';
import { html, type SafeHtml } from '../page.ts';

const BACK = html`<p class="back"><a href="/administration">Administration</a></p>`;

export const HOLD_DONE = ['released', 'stopped', 'over', 'reason'] as const;
export type HoldDone = (typeof HOLD_DONE)[number];

const HOLD_RESULTS: Readonly<Record<HoldDone, string>> = {
  released: 'The message is on its way.',
  stopped: 'Stopped. Nothing was sent, and the author was told.',
  over: 'Nothing was done: this was answered before, or its time was over.',
  reason: 'Nothing was done: write why. It is kept in the audit log.',
};

export interface HoldsView {
  readonly holds: readonly OfficerHold[];
  readonly done: HoldDone | null;
  readonly formatMoment: (ms: number) => string;
}

export function officerHoldsPage({ holds, done, formatMoment }: HoldsView): FramedPage {
  return {
    title: 'Messages over a limit',
    body: html`<div lang="en">
      ${BACK} ${done === null ? html`` : html`<p class="note" role="status">${HOLD_RESULTS[done]}</p>`}
      <p class="quiet">
        Their authors wrote to unusually many or new people, so nothing has left. Ask the author before you
        decide. Without an answer the message goes back.
      </p>
      ${holds.length === 0 ? html`<div class="card empty"><p>Nothing waits.</p></div>` : holds.map((hold) => holdCard(hold, formatMoment))}
    </div>`,
  };
}

function holdCard(hold: OfficerHold, formatMoment: (ms: number) => string): SafeHtml {
  const { messageId, author, recipients } = hold;
  const needsTwo = recipients.some(({ asOrdinaryMail }) => asOrdinaryMail);
  // No landmark of its own: one author may have several.
  return html`<section class="card">
    <h2>${author}</h2>
    <p class="quiet" id="s-${messageId}">
      Sent ${formatMoment(hold.acceptedAt)}. Goes back to its author ${formatMoment(hold.endsAt)}.
    </p>
    <details ${recipients.length <= 5 ? 'open' : ''}>
      <summary>${recipients.length} ${recipients.length === 1 ? 'recipient' : 'recipients'}</summary>
      <ul>
        ${recipients.map(({ address, asOrdinaryMail }) => html`<li>${address}: ${asOrdinaryMail ? 'ordinary mail' : 'protected'}</li>`)}
      </ul>
    </details>
    ${needsTwo ? html`<p class="note alert">Part of it would leave as ordinary mail, so a second officer has to approve it.</p>` : html``}
    <form class="ask" method="post" action="/administration/holds/${messageId}">
      <div>
        <label for="why-${messageId}">Why? What did the author say?</label>
        <textarea id="why-${messageId}" name="reason" rows="2" maxlength="500" required></textarea>
      </div>
      <div class="row small">
        <button name="choice" value="send" aria-describedby="s-${messageId}">
          ${needsTwo ? 'Ask a second officer to let it out' : 'Let it go out'}
        </button>
        <button class="second" name="choice" value="stop" aria-describedby="s-${messageId}">Stop it</button>
      </div>
    </form>
  </section>`;
}

export interface IncidentsView {
  readonly incidents: readonly ReportedIncident[];
  readonly formatMoment: (ms: number) => string;
}

/** `maySee`: the sheets are for privacy officers. */
export function incidentsPage({ incidents, formatMoment }: IncidentsView, maySee: boolean): FramedPage {
  const item = ({
    messageId,
    recipientId,
    address,
    author,
    reportedAt,
    opened,
  }: ReportedIncident): SafeHtml =>
    html`<li class="item">
      <span
        >${maySee ? html`<a href="${incidentPath(messageId, recipientId)}">${address}</a>` : html`<strong>${address}</strong>`}
        <span class="quiet">Sent by ${author}, reported ${formatMoment(reportedAt)}</span></span
      >
      <span class="kind ${opened ? 'bad' : 'good'}">${opened ? 'Opened' : 'Not opened'}</span>
    </li>`;
  return {
    title: 'Wrong recipients',
    body: html`<div lang="en">
      ${BACK}
      <p class="quiet">
        What authors reported. Each has an incident sheet with the four factors of 45 CFR 164.402(2), for the
        privacy officer.
      </p>
      ${
        incidents.length === 0
          ? html`<div class="card empty"><p>Nothing was reported.</p></div>`
          : html`<section class="card" aria-label="Reported">
              <ul class="items">
                ${incidents.map(item)}
              </ul>
            </section>`
      }
    </div>`,
  };
}

export function alarmsPage(alarms: readonly Alarm[], formatMoment: (ms: number) => string): FramedPage {
  return {
    title: 'Alarms',
    body: html`<div lang="en">
      ${BACK}
      <p class="quiet">
        Each of these is a row of the database that this product did not write, or not so. It was believed for
        nothing: access was refused, or mail went the safer way.
      </p>
      <section class="note alert" aria-labelledby="todo">
        <h2 id="todo">What to do</h2>
        <ul>
          <li>
            Take it as somebody with access to the database until you know better: who has it, and what
            changed that day?
          </li>
          <li>Keep a copy of the database and of the logs before anything is repaired.</li>
          <li>
            A partner: save it anew on its page. A session, role or account: end the sessions, and give the
            role anew.
          </li>
          <li>After a restored backup such rows can be old ones of your own; then repair is enough.</li>
        </ul>
      </section>
      ${
        alarms.length === 0
          ? html`<div class="card empty"><p>There was none.</p></div>`
          : html`<section class="card" aria-label="Alarms">
              <ol class="history">
                ${alarms.map(
                  ({ at, what, row, messageId }) =>
                    html`<li>
                      <time datetime="${new Date(at).toISOString()}">${formatMoment(at)}</time>
                      <span
                        >${what}${row === null ? '' : `: ${row}`}${messageId === null ? '' : `, message ${messageId}`}</span
                      >
                    </li>`,
                )}
              </ol>
            </section>`
      }
    </div>`,
  };
}
