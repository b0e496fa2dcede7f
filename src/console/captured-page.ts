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
  const starts = [`${publicUrl}/m/`, `${consoleUrl}/held/`];
  return text.split(/\s+/u).find((word) => starts.some((start) => word.startsWith(start))) ?? null;
}

export function capturedPage(mails: readonly ShownMail[], organization: string): string {
  const body =
    mails.length === 0
      ? html`<p>
          No mail yet. In a second terminal, run <code>npm run demo</code>: it sends a first secured message.
        </p>`
      : html`<p class="quiet">
            As no route is configured, outgoing mail is kept here instead of being sent. Newest first.
          </p>
          ${mails.map((mail) => mailArticle(mail))}`;
  return page({ title: 'Captured mail', organization, body });
}

function mailArticle(mail: ShownMail): SafeHtml {
  const link =
    mail.link === null ? html`` : html`<p><a class="button" href="${mail.link}">Open the link</a></p>`;
  const code = mail.code === null ? html`` : html`<p>Code: <span class="code">${mail.code}</span></p>`;
  return html`<article>
    <h2>${mail.subject === '' ? '(no subject)' : mail.subject}</h2>
    <p>To ${mail.to}</p>
    <p class="quiet">
      ${mail.kind} · from ${mail.from} ·
      <time datetime="${mail.capturedAt}">${mail.capturedAt.replace('T', ' ').slice(0, 19)} UTC</time>
    </p>
    ${code}${link}
    <details>
      <summary>Show the text</summary>
      <pre>${mail.text}</pre>
    </details>
  </article>`;
}
