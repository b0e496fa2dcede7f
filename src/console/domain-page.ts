/** `/domains/<domain>`: everything that is known of one partner, with its history. */
import { letterTo } from '#src/partners/letter.ts';
import type { DomainStatus, HistoryLine } from '#src/partners/overview.ts';
import type { ProbedServer } from '#src/partners/probe.ts';

import { doneNote } from './administration/partner-notes.ts';
import { PARTNER_WORDS } from './administration/partner-words.ts';
import { chip } from './domains-page.ts';
import type { PartnerDone } from './domains-routes.ts';
import { DOMAINS_WORDS, type DomainsWords } from './domains-words.ts';
import { factsList } from './facts-list.ts';
import type { FramedPage, Language } from './frame.ts';
import { html, type SafeHtml } from './page.ts';

export interface DomainView {
  readonly language: Language;
  readonly organization: string;
  readonly status: DomainStatus;
  readonly servers: readonly ProbedServer[];
  readonly history: readonly HistoryLine[];
  /** The viewer may change the partner and check its servers. */
  readonly mayEdit: boolean;
  /** What a form said; null: nothing was sent. */
  readonly done: PartnerDone | null;
  readonly formatMoment: (ms: number) => string;
  readonly formatDay: (ms: number) => string;
}

export function domainPage(view: DomainView): FramedPage {
  const words = DOMAINS_WORDS[view.language];
  const { status } = view;
  return {
    title: status.domain,
    body: html`<p class="back"><a href="/domains">${words.back}</a></p>
      ${doneNote(view.done, view.language)}
      <p>${chip(status, words)}</p>
      ${warnings(view, words)}
      <section class="card">${facts(view, words)} ${edits(view)}</section>
      ${servers(view, words)} ${letter(view, words)} ${history(view, words)}`,
  };
}

function edits({ mayEdit, status: { domain }, language }: DomainView): SafeHtml {
  if (!mayEdit) return html``;
  const words = PARTNER_WORDS[language];
  return html`<div class="row small">
    <a class="button small" href="/domains/${domain}/edit">${words.edit}</a>
    <form method="post" action="/domains/probe">
      <input type="hidden" name="domain" value="${domain}" />
      <button class="second small">${words.probe}</button>
    </form>
  </div>`;
}

function warnings({ status, formatDay }: DomainView, words: DomainsWords): SafeHtml {
  if (status.warnings.length === 0) return html``;
  return html`<div class="note alert">
    <ul>
      ${status.warnings.map(
        ({ kind, until }) =>
          html`<li>${words.warning[kind] ?? kind} ${until === null ? '' : formatDay(until)}</li>`,
      )}
    </ul>
  </div>`;
}

function facts(view: DomainView, words: DomainsWords): SafeHtml {
  const { status, formatMoment, formatDay } = view;
  const { channel, agreement } = status;
  const { facts: names } = words;
  const rows: (readonly [string, string])[] = [
    [names.source, words.source[status.source]],
    [names.mustProve, words.tls[status.tls]],
    [names.server, status.nextHop ?? names.ownServers],
    [names.looked, channel.probedAt === null ? words.never : lookText(status, words, formatMoment)],
  ];
  if (channel.why !== null) rows.push([names.why, channel.why]);
  rows.push([
    names.verified,
    channel.verifiedAt === null
      ? words.never
      : `${formatMoment(channel.verifiedAt)}, ${channel.verifiedTls ?? ''}`,
  ]);
  if (channel.outcome === 'verified')
    rows.push([
      names.certificate,
      channel.certificateExpiresAt === null
        ? words.noDateCounts
        : words.until(formatDay(channel.certificateExpiresAt)),
    ]);
  if (channel.policyId !== null) {
    const until =
      channel.policyExpiresAt === null ? '' : `, ${words.until(formatDay(channel.policyExpiresAt))}`;
    rows.push([names.policy, `${channel.policyId}${until}`]);
  }
  rows.push([
    names.inbound,
    channel.inboundAt === null
      ? words.never
      : `${formatMoment(channel.inboundAt)}, ${channel.inboundTls === 'none' ? words.inboundNone : (channel.inboundTls ?? '')}`,
  ]);
  const { status: signed, expiresOn } = agreement;
  const until = expiresOn === null ? '' : `, ${signed === 'expired' ? expiresOn : words.until(expiresOn)}`;
  rows.push([names.agreement, `${words.agreement[signed]}${until}`]);
  if (agreement.signedOn !== null) rows.push([names.signed, agreement.signedOn]);
  if (agreement.keptAt !== null) rows.push([names.kept, agreement.keptAt]);
  if (agreement.contact !== null) rows.push([PARTNER_WORDS[view.language].contact, agreement.contact]);
  return factsList(rows);
}

function lookText(
  { channel }: DomainStatus,
  words: DomainsWords,
  formatMoment: (ms: number) => string,
): string {
  const how = channel.how === null ? '' : ` (${words.how[channel.how] ?? channel.how})`;
  const at = channel.probedAt === null ? '' : formatMoment(channel.probedAt);
  return `${at}: ${words.outcome[channel.outcome ?? 'never']}${how}`;
}

function servers({ servers: list }: DomainView, words: DomainsWords): SafeHtml {
  if (list.length === 0) return html``;
  return html`<section class="card" aria-labelledby="servers">
    <h2 id="servers">${words.serversTitle}</h2>
    <ul class="items">
      ${list.map(
        ({ server, verified, tls, why }) =>
          html`<li class="item">
            <span
              ><strong>${server}</strong>
              <span class="quiet"
                >${verified && tls !== null ? `${tls.version} ${tls.cipher}` : (why ?? '')}</span
              ></span
            >
            <span class="kind ${verified ? 'good' : 'bad'}"
              >${verified ? words.outcome.verified : words.outcome['not-verified']}</span
            >
          </li>`,
      )}
    </ul>
  </section>`;
}

function letter({ status, organization }: DomainView, words: DomainsWords): SafeHtml {
  const { channel, domain, tls } = status;
  if (channel.outcome === null || (channel.outcome === 'verified' && channel.why === null)) return html``;
  const { to, subject, text } = letterTo({ domain, organization, tls, why: channel.why ?? '' });
  return html`<section class="card">
    <details>
      <summary>${words.letterTitle}</summary>
      <p>${words.letterLead(to)}</p>
      <pre lang="en">
${subject}

${text}</pre>
    </details>
  </section>`;
}

function history({ history: lines, formatMoment }: DomainView, words: DomainsWords): SafeHtml {
  return html`<section class="card" aria-labelledby="history">
    <h2 id="history">${words.historyTitle}</h2>
    ${
      lines.length === 0
        ? html`<p class="quiet">${words.noHistory}</p>`
        : html`<ol class="history">
            ${lines.map(
              (line) =>
                html`<li>
                  <time datetime="${new Date(line.at).toISOString()}">${formatMoment(line.at)}</time>
                  <span>${words.event(line)}</span>
                </li>`,
            )}
          </ol>`
    }
  </section>`;
}
