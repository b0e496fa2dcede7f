/**
 * `/captured`: the mail of a trial, newest first, with what a person needs to go on pulled out of it: the link of a
 * notice, the digits of a code. Only for this machine, and only while no real route is configured.
 */
import type { CapturedMail } from '#src/delivery/captured-mails.ts';
import { decodeHeaderText } from '#src/mime/encoded-words.ts';
import { fieldValues } from '#src/mime/header-fields.ts';
import { MimeScanner } from '#src/mime/scanner.ts';

import { html, page, type SafeHtml } from './page.ts';

export interface ShownMail {
  readonly id: string;
  readonly capturedAt: string;
  readonly kind: string;
  readonly reversePath: string;
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  /** Link to the message, in a notice; link to the held page. */
  readonly link: string | null;
  /** Six digits, in a code mail. */
  readonly code: string | null;
}

export function showMail(mail: CapturedMail, publicUrl: string, consoleUrl: string): ShownMail {
  const derived: Buffer[] = [];
  const scanner = new MimeScanner({ onDerived: (utf8) => derived.push(Buffer.from(utf8)) > 0 });
  scanner.write(mail.bytes);
  const { header, parts } = scanner.finish();
  const all = Buffer.concat(derived);
  const plain = parts.find((part) => part.mediaType === 'text/plain' && part.text !== null)?.text;
  const text = plain == null ? '' : all.subarray(plain.start, plain.end).toString('utf8');
  const field = (name: string): string =>
    fieldValues(header, name).map((value) => decodeHeaderText(value).text)[0] ?? '';
  return {
    id: mail.id,
    capturedAt: new Date(mail.capturedAt).toISOString(),
    kind: mail.kind,
    reversePath: mail.reversePath,
    to: mail.recipient,
    from: field('from'),
    subject: field('subject'),
    text,
    link: findLink(text, publicUrl, consoleUrl),
    code: mail.kind === 'code' ? (/^\s*(\d{3}) ?(\d{3})\s*$/mu.exec(text)?.slice(1).join('') ?? null) : null,
  };
}

function findLink(text: string, publicUrl: string, consoleUrl: string): string | null {
  const ours = ['/held/', '/sign-in/link/', '/account/addresses/'].map((path) => `${consoleUrl}${path}`);
  const starts = [`${publicUrl}/m/`, ...ours];
  return text.split(/\s+/u).find((word) => starts.some((start) => word.startsWith(start))) ?? null;
}

/** What a kind is called, and what its link does. */
const KINDS: Readonly<Record<string, { readonly name: string; readonly action: string }>> = {
  notice: { name: 'Notice to the recipient', action: 'Open it as the recipient' },
  code: { name: 'Code for the recipient', action: 'Go to the page that asks for it' },
  held: { name: 'Question to the author', action: 'Answer it as the author' },
  secured: { name: 'Told to the author', action: 'Open the link' },
  opened: { name: 'Told to the author', action: 'Open the link' },
  reminder: { name: 'Reminder to the recipient', action: 'Open it as the recipient' },
  'not-opened': { name: 'Told to the author', action: 'Open the link' },
  summary: { name: 'Told to the author', action: 'Open the link' },
  access: { name: 'Access for others', action: 'Open the link' },
  'reply-failed': { name: 'Told to who replied on the site', action: 'Open the link' },
  'not-for-me': { name: 'Told to the author', action: 'Open the link' },
  'other-way': { name: 'Told to the author', action: 'Open the link' },
  'staff-link': { name: 'Link for staff', action: 'Open it in the browser that asked' },
  relay: { name: 'Ordinary mail, relayed', action: 'Open the link' },
};

export function capturedPage(mails: readonly ShownMail[], organization: string): string {
  const body = html`<div class="top">
      <p class="quiet">
        No route is configured, so outgoing mail is kept here instead of being sent. Newest first.
      </p>
      <a class="button second small" href="/captured">Look for new mail</a>
    </div>
    ${
      mails.length === 0
        ? html`<div class="card">
            <h2>No mail yet</h2>
            <p>In a second terminal, run <code>npm run demo</code>: it sends a first secured message.</p>
          </div>`
        : mails.map((mail) => mailArticle(mail))
    }`;
  return page({ title: 'Captured mail', organization, body });
}

function mailArticle(mail: ShownMail): SafeHtml {
  const { name, action } = KINDS[mail.kind] ?? { name: mail.kind, action: 'Open the link' };
  const code = mail.code === null ? html`` : html`<span class="code">${mail.code}</span>`;
  const link =
    mail.link === null
      ? html``
      : html`<p class="row small"><a class="button" href="${mail.link}">${action}</a></p>`;
  return html`<article class="card">
    <p class="kind">${name}</p>
    <h2>${mail.subject === '' ? '(no subject)' : mail.subject}</h2>
    <dl class="facts">
      <div>
        <dt>To</dt>
        <dd>${mail.to}</dd>
      </div>
      <div>
        <dt>From</dt>
        <dd>${mail.from}</dd>
      </div>
      <div>
        <dt>Time</dt>
        <dd>
          <time datetime="${mail.capturedAt}">${mail.capturedAt.replace('T', ' ').slice(0, 19)} UTC</time>
        </dd>
      </div>
    </dl>
    ${code}${link}
    <details>
      <summary>Show the text</summary>
      <pre>${mail.text}</pre>
      <p><a href="/captured/${mail.id}.eml">Save the whole mail as a file</a></p>
    </details>
  </article>`;
}
