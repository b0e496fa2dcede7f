/** The shell of the staff pages: rendered here, a script only where a passkey needs it. Every value passes `escapeHtml`. */

/** Markup that is already safe; made only by `html`. */
export class SafeHtml {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

type Value = string | number | SafeHtml | readonly SafeHtml[];

/** Template for markup: text is escaped, `SafeHtml` is not. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): SafeHtml {
  let markup = strings[0] ?? '';
  for (const [index, value] of values.entries()) markup += render(value) + (strings[index + 1] ?? '');
  return new SafeHtml(markup);
}

function render(value: Value): string {
  if (value instanceof SafeHtml) return value.markup;
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return value.map((item) => item.markup).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/gu, (character) => ENTITIES[character] ?? '');
}

export interface PageText {
  readonly title: string;
  readonly organization: string;
  readonly body: SafeHtml;
  readonly language?: 'en' | 'es';
  /** One question or answer: everything in one narrow card. */
  readonly card?: boolean;
  /** What stands beside the organisation's name for somebody who is signed in. */
  readonly navigation?: SafeHtml | null;
  /** Path of a script of ours; null: none. */
  readonly script?: string | null;
}

export function page({
  title,
  organization,
  body,
  language = 'en',
  card = false,
  navigation = null,
  script = null,
}: PageText): string {
  const width = card ? 'narrow' : 'wide';
  const content = html`<h1>${title}</h1>
    ${body}`;
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} – ${organization}</title>
        <link rel="stylesheet" href="/console.css" />
        <link rel="icon" href="data:," />
        ${script === null ? html`` : html`<script type="module" src="${script}"></script>`}
      </head>
      <body>
        <header class="${navigation === null ? width : 'wide'}">
          <div class="bar">
            <p><strong>${organization}</strong> <span>Send Secure</span></p>
            ${navigation ?? html``}
          </div>
        </header>
        <main class="${width}">${card ? html`<div class="card">${content}</div>` : content}</main>
      </body>
    </html> `.markup;
}
