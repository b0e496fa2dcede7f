/** `/administration/accounts`: an account by its address, and what can be done about it. English only. */
import type { FoundPeople, FoundRecipient, FoundStaff } from '#src/administration/people.ts';
import { HIGHER_ROLES } from '#src/staff/roles.ts';

import type { FramedPage } from '../frame.ts';
import { factsList } from '../facts-list.ts';
import { html, type SafeHtml } from '../page.ts';
import { ROLE_NAMES } from '../role-names.ts';

export interface PeopleView {
  readonly address: string;
  /** Null before anything was asked; `none`: what was typed is no address. */
  readonly found: FoundPeople | 'none' | null;
  /** What a button said; null: none was pressed. */
  readonly done: keyof typeof DONE | null;
  /** May do something about staff. */
  readonly isAdministrator: boolean;
  readonly formatMoment: (ms: number) => string;
}

const DONE = {
  done: 'Done. It holds from now on.',
  changed: 'Nothing was done: something had changed in the meantime. This is how it is now.',
  reason: 'Nothing was done: this needs a second person. Write why.',
  'reset-started': 'The mail is on its way to this address. Nobody here sees what is in it.',
  'too-soon': 'Nothing was sent: such a mail goes once an hour.',
} as const;

export function peoplePage(view: PeopleView): FramedPage {
  const { address, done } = view;
  return {
    title: 'Accounts',
    body: html`<div lang="en">
      <p class="back"><a href="/administration">Administration</a></p>
      <p class="quiet">Each search is recorded with your name and the address.</p>
      ${done === null ? html`` : html`<p class="note" role="status">${DONE[done]}</p>`}
      <form class="card ask" method="post" action="/administration/accounts" role="search">
        <div>
          <label for="address">Mail address</label>
          <input
            id="address"
            name="address"
            type="email"
            maxlength="254"
            autocomplete="off"
            required
            value="${address}"
          />
        </div>
        <button>Find</button>
      </form>
      ${results(view)}
    </div>`,
  };
}

function results(view: PeopleView): SafeHtml {
  const { found } = view;
  if (found === null) return html``;
  if (found === 'none') return html`<p class="note alert" role="alert">Write a whole mail address.</p>`;
  if (found.recipient === null && found.staff.length === 0)
    return html`<div class="card empty" role="status"><p>No account has this address.</p></div>`;
  return html`${found.recipient === null ? html`` : recipientCard(found.recipient, view)}
  ${found.staff.map((one) => staffCard(one, view))}`;
}

function recipientCard(recipient: FoundRecipient, view: PeopleView): SafeHtml {
  const { accountId, state, createdAt, lastSignInAt, addresses, sessions } = recipient;
  const button = (act: string, label: string): SafeHtml =>
    actForm(view, `recipient/${accountId}/${act}`, html`<button class="second small">${label}</button>`);
  const lock = state === 'locked' ? button('unlock', 'Unlock') : button('lock', 'Lock');
  return html`<section class="card" aria-labelledby="recipient">
    <h2 id="recipient">Recipient</h2>
    ${stateChip(state)}
    ${factsList([
      ['Addresses', addresses.join(', ')],
      ['Registered', view.formatMoment(createdAt)],
      ['Last sign-in', lastSignInAt === null ? 'never' : view.formatMoment(lastSignInAt)],
      ['Signed in now', `${sessions} ${sessions === 1 ? 'browser' : 'browsers'}`],
    ])}
    <p class="quiet">
      A locked account opens nothing, and its sessions end. What was read or saved before, a lock does not
      reach. For a forgotten password, mail them the way to a new one: they ask for a code there.
    </p>
    ${
      state === 'deleted'
        ? html``
        : html`<div class="row small">
            ${lock} ${button('end-sessions', 'End its sessions')}
            ${state === 'active' ? button('start-reset', 'Mail the way to a new password') : html``}
          </div>`
    }
  </section>`;
}

function staffCard(person: FoundStaff, view: PeopleView): SafeHtml {
  const { staffId, state, lastSignInAt, addresses, roles, sessions } = person;
  const base = `staff/${staffId}`;
  const names = [...new Set(roles.map(({ role }) => role))];
  const take = names.map((role) =>
    actForm(
      view,
      `${base}/take-role`,
      html`<input type="hidden" name="role" value="${role}" /><button class="second small">
          Take away: ${ROLE_NAMES.en[role]}
        </button>`,
    ),
  );
  const button = (act: string, label: string): SafeHtml =>
    actForm(view, `${base}/${act}`, html`<button class="second small">${label}</button>`);
  const options = HIGHER_ROLES.map((role) => html`<option value="${role}">${ROLE_NAMES.en[role]}</option>`);
  return html`<section class="card" aria-labelledby="s-${staffId}">
    <h2 id="s-${staffId}">Staff</h2>
    ${stateChip(state)}
    ${factsList([
      ['Addresses', addresses.join(', ')],
      ['Roles', ['sender', ...names].map((role) => ROLE_NAMES.en[role as 'sender']).join(', ')],
      ['Last sign-in', lastSignInAt === null ? 'never' : view.formatMoment(lastSignInAt)],
      ['Signed in now', `${sessions} ${sessions === 1 ? 'browser' : 'browsers'}`],
    ])}
    <div class="row small">
      ${state === 'active' ? button('lock', 'Lock') : html``} ${button('end-sessions', 'End their sessions')}
      ${take}
    </div>
    <form
      class="ask"
      method="post"
      action="/administration/accounts/${base}/${state === 'active' ? 'give-role' : 'unlock'}"
    >
      <input type="hidden" name="address" value="${view.address}" />
      ${
        state === 'active'
          ? html`<div>
              <label for="role-${staffId}">Give a role</label>
              <select id="role-${staffId}" name="role">
                ${options}
              </select>
            </div>`
          : html``
      }
      <div>
        <label for="why-${staffId}">Why is this wanted?</label>
        <textarea id="why-${staffId}" name="reason" rows="2" maxlength="500"></textarea>
      </div>
      <button class="second small">${state === 'active' ? 'Ask a second person for it' : 'Unlock'}</button>
    </form>
  </section>`;
}

/** The address goes with each act, so that the page comes back with the same account. */
function actForm({ address }: PeopleView, path: string, inner: SafeHtml): SafeHtml {
  return html`<form method="post" action="/administration/accounts/${path}">
    <input type="hidden" name="address" value="${address}" />${inner}
  </form>`;
}

function stateChip(state: string): SafeHtml {
  return html`<p><span class="kind ${state === 'active' ? 'good' : 'bad'}">${state}</span></p>`;
}
