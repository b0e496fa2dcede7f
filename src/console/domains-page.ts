/** `/domains`: the partners with what is known of their channels, what needs attention, and who else could be one. */
import type { DomainStatus, Suggestion } from '#src/partners/overview.ts';

import { doneNote } from './administration/partner-notes.ts';
import { PARTNER_WORDS } from './administration/partner-words.ts';
import { DOMAINS_WORDS, type DomainsWords } from './domains-words.ts';
import type { PartnerDone } from './domains-routes.ts';
import type { FramedPage, Language } from './frame.ts';
import { html, type SafeHtml } from './page.ts';

export interface DomainsView {
  readonly language: Language;
  readonly partners: readonly DomainStatus[];
  readonly suggestions: readonly Suggestion[];
  /** What was searched for; empty: nothing. */
  readonly search: string;
  /** From 1. */
  readonly page: number;
  /** The viewer may add, change and check partners. */
  readonly mayEdit: boolean;
  /** What a form said; null: nothing was sent. */
  readonly done: PartnerDone | null;
  readonly formatMoment: (ms: number) => string;
  readonly formatDay: (ms: number) => string;
}

export const PARTNERS_ON_A_PAGE = 100;

export function domainsPage(view: DomainsView): FramedPage {
  const words = DOMAINS_WORDS[view.language];
  const typed = view.search.trim().toLowerCase();
  const found = view.partners.filter(({ domain }) => domain.includes(typed));
  return {
    title: words.title,
    body: html`<div class="directory">
      <p class="quiet">${words.lead}</p>
      ${doneNote(view.done, view.language)} ${toolbar(view, words)} ${editing(view)}
      ${typed === '' ? attention(view, words) : html``} ${table(view, words, found)}
      ${typed === '' ? suggestions(view, words) : html``}
    </div>`,
  };
}

function toolbar({ partners, search }: DomainsView, words: DomainsWords): SafeHtml {
  const form = html`<form class="search" method="get" action="/domains" role="search">
    <label for="q">${words.search}</label>
    <span
      ><input id="q" name="q" type="search" maxlength="253" autocomplete="off" value="${search}" />
      <button class="second">${words.searchButton}</button></span
    >
  </form>`;
  return html`<div class="tools">
    ${partners.length === 0 ? html`` : form}
    <a class="button second" href="/domains/try">${words.tryLink}</a>
  </div>`;
}

function editing({ mayEdit, partners, language }: DomainsView): SafeHtml {
  if (!mayEdit) return html``;
  const words = PARTNER_WORDS[language];
  const probeAll =
    partners.length === 0
      ? html``
      : html`<form method="post" action="/domains/probe">
          <button class="second small">${words.probeAll}</button>
        </form>`;
  return html`<div class="row small edits">
    <a class="button small" href="/domains/new">${words.add}</a>
    <a class="button second small" href="/domains/import">${words.import}</a>
    ${probeAll}
  </div>`;
}

function attention({ partners, formatDay }: DomainsView, words: DomainsWords): SafeHtml {
  const items = partners.flatMap(({ domain, source, warnings }) => [
    ...(source === 'refused'
      ? [html`<li><a href="/domains/${domain}">${domain}</a>: ${words.source.refused}</li>`]
      : []),
    ...warnings.map(
      ({ kind, until }) =>
        html`<li>
          <a href="/domains/${domain}">${domain}</a>: ${words.warning[kind] ?? kind}
          ${until === null ? '' : formatDay(until)}
        </li>`,
    ),
  ]);
  if (items.length === 0) return html``;
  return html`<section class="note alert" aria-labelledby="attention">
    <h2 id="attention">${words.attention}</h2>
    <ul>
      ${items}
    </ul>
  </section>`;
}

function table(view: DomainsView, words: DomainsWords, found: readonly DomainStatus[]): SafeHtml {
  if (view.partners.length === 0)
    return html`<div class="card empty">
      <h2>${words.emptyTitle}</h2>
      <p>${words.empty}</p>
    </div>`;
  if (found.length === 0)
    return html`<div class="card empty">
      <p>${words.noneFound(view.search)}</p>
      <p><a href="/domains">${words.showAll}</a></p>
    </div>`;
  const pages = Math.ceil(found.length / PARTNERS_ON_A_PAGE);
  const page = Math.min(Math.max(1, view.page), pages);
  const shown = found.slice((page - 1) * PARTNERS_ON_A_PAGE, page * PARTNERS_ON_A_PAGE);
  const { columns } = words;
  const heads = [columns.domain, columns.channel, columns.verified, columns.certificate, columns.agreement];
  return html`<div class="card flush">
      <table role="table">
        <thead role="rowgroup">
          <tr role="row">
            ${heads.map((head) => html`<th role="columnheader" scope="col">${head}</th>`)}
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${shown.map((status) => row(status, view, words))}
        </tbody>
      </table>
    </div>
    ${pages > 1 ? pager(view, words, page, pages) : html``}`;
}

function row(status: DomainStatus, view: DomainsView, words: DomainsWords): SafeHtml {
  const { domain, source, channel, agreement } = status;
  const verifiedAt = lastVerified(status);
  const none = html`<span class="quiet" aria-hidden="true">–</span>`;
  const until =
    agreement.expiresOn === null
      ? html``
      : html`<span class="quiet"
          >${agreement.status === 'expired' ? agreement.expiresOn : words.until(agreement.expiresOn)}</span
        >`;
  return html`<tr role="row">
    <th role="rowheader" scope="row"><a href="/domains/${domain}">${domain}</a></th>
    <td role="cell" data-label="${words.columns.channel}">
      ${chip(status, words)}
      <span class="quiet">${source === 'refused' ? '' : channelWords(status, words)}</span>
    </td>
    <td role="cell" data-label="${words.columns.verified}">
      ${verifiedAt === null ? none : view.formatMoment(verifiedAt)}
    </td>
    <td role="cell" data-label="${words.columns.certificate}">
      ${channel.certificateExpiresAt === null ? none : view.formatDay(channel.certificateExpiresAt)}
    </td>
    <td role="cell" data-label="${words.columns.agreement}">
      <span class="${agreement.status === 'expired' ? 'bad' : ''}">${words.agreement[agreement.status]}</span>
      ${until}
    </td>
  </tr>`;
}

/** By a probe or by a delivery. */
function lastVerified({ channel }: DomainStatus): number | null {
  const probed = channel.outcome === 'verified' ? channel.probedAt : null;
  const times = [probed, channel.verifiedAt].flatMap((ms) => ms ?? []);
  return times.length === 0 ? null : Math.max(...times);
}

/** The state in a word, never by colour alone. */
export function chip(
  { source, channel }: Pick<DomainStatus, 'source' | 'channel'>,
  words: DomainsWords,
): SafeHtml {
  const state = source === 'refused' ? 'refused' : (channel.outcome ?? 'never');
  const look = { verified: 'good', 'not-verified': 'bad', refused: 'bad', unreachable: 'warn', never: '' }[
    state
  ];
  return html`<span class="kind ${look}">${words.outcome[state]}</span>`;
}

/** How it verified, else how it must. */
function channelWords({ tls, channel }: DomainStatus, words: DomainsWords): string {
  return channel.how === null ? words.tls[tls] : (words.how[channel.how] ?? channel.how);
}

function pager({ search }: DomainsView, words: DomainsWords, page: number, pages: number): SafeHtml {
  const link = (to: number, name: string): SafeHtml =>
    to < 1 || to > pages
      ? html``
      : html`<a
          class="button second small"
          href="/domains?${new URLSearchParams({ q: search, page: String(to) }).toString()}"
          >${name}</a
        >`;
  return html`<nav class="pager" aria-label="${words.page(page, pages)}">
    ${link(page - 1, words.previous)}
    <span class="quiet">${words.page(page, pages)}</span> ${link(page + 1, words.next)}
  </nav>`;
}

function suggestions(view: DomainsView, words: DomainsWords): SafeHtml {
  if (view.suggestions.length === 0) return html``;
  const good = view.suggestions.filter(({ channel }) => channel.outcome === 'verified');
  const items = good.map(
    ({ domain, mails, channel }) =>
      html`<li class="item">
        <span
          ><strong>${domain}</strong>
          <span class="quiet"
            >${words.mails(mails)}, ${words.how[channel.how ?? ''] ?? channel.how ?? ''}</span
          ></span
        >
        ${suggestedAct(domain, channel.how?.startsWith('DANE') === true ? 'dane' : 'mta-sts', view)}
      </li>`,
  );
  return html`<section class="card" aria-labelledby="suggestions">
    <h2 id="suggestions">${words.suggestTitle}</h2>
    <p class="quiet">${good.length === 0 ? words.suggestNone : words.suggest}</p>
    ${
      good.length === 0
        ? html``
        : html`<ul class="items">
            ${items}
          </ul>`
    }
  </section>`;
}

function suggestedAct(domain: string, tls: 'dane' | 'mta-sts', { mayEdit, language }: DomainsView): SafeHtml {
  if (!mayEdit) return html`<code>sendsecure partners add ${domain} --tls ${tls}</code>`;
  const query = new URLSearchParams({ domain, tls }).toString();
  return html`<a
    class="button second small"
    href="/domains/new?${query}"
    aria-label="${PARTNER_WORDS[language].add}: ${domain}"
    >${PARTNER_WORDS[language].add}</a
  >`;
}
