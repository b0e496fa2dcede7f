/**
 * `/administration/defaults`: what is in force, as it was read from the configuration. Nothing is changed here: the file on
 * the host rules, so that one reading of one file says what holds. English only.
 */
import type { FramedPage } from '../frame.ts';
import { html } from '../page.ts';

/** One line of the page: what it is, what holds, and the key of the file. */
export interface DefaultInForce {
  readonly name: string;
  readonly value: string;
  /** Such as `[limits] keepDays`. */
  readonly key: string;
}

export function defaultsPage(defaults: readonly DefaultInForce[]): FramedPage {
  return {
    title: 'What is in force',
    body: html`<div class="directory" lang="en">
      <p class="back"><a href="/administration">Administration</a></p>
      <p class="note">
        These come from the configuration file on the host, and are changed there: edit the key, then reload
        or restart. A reload stands in the audit log. Only partners, roles and holds are changed on these
        pages.
      </p>
      <div class="card flush">
        <table role="table">
          <thead role="rowgroup">
            <tr role="row">
              <th role="columnheader" scope="col">What</th>
              <th role="columnheader" scope="col">In force</th>
              <th role="columnheader" scope="col">Key in the file</th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            ${defaults.map(
              ({ name, value, key }) =>
                html`<tr role="row">
                  <th role="rowheader" scope="row">${name}</th>
                  <td role="cell" data-label="In force"><span>${value}</span></td>
                  <td role="cell" data-label="Key"><code>${key}</code></td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </div>`,
  };
}
