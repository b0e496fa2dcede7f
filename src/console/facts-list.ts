/** Names and what they stand for, on a page about one thing. */
import { html, type SafeHtml } from './page.ts';

export type Fact = readonly [name: string, value: string];

export function factsList(facts: readonly Fact[]): SafeHtml {
  return html`<dl class="facts long">
    ${facts.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
