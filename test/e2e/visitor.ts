/**
 * A person with a browser of their own (context), watched: errors of the page, dialogs, requests that leave the given
 * sites. Counts what the person does, for the stopwatch.
 */
import assert from 'node:assert/strict';

import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';

export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the person has done since `forget`. */
  readonly done: { clicks: number; fields: number };
  click(control: Locator): Promise<void>;
  /** Types or pastes into one field. */
  fill(field: Locator, text: string): Promise<void>;
  /** Another tab of the same browser, watched too. */
  newPage(): Promise<Page>;
  /** Sees that nothing went wrong, and closes. */
  leave(): Promise<void>;
}

export interface VisitorOptions extends BrowserContextOptions {
  /** Origins that pages may ask; the first one is where the person is expected. */
  readonly sites: readonly string[];
  /** Messages of the console that a test provokes. */
  readonly expectedErrors?: RegExp;
}

/** Refusals and lost connections are part of the scenes; everything else is not. */
const EXPECTED_ERROR = /^Failed to load resource/u;

export async function newVisitor(
  browser: Browser,
  { sites, expectedErrors, ...options }: VisitorOptions,
): Promise<Visitor> {
  const context = await browser.newContext({ locale: 'en-US', reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(30_000);
  const wrong: string[] = [];
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (/^https?:$/u.test(protocol) && !sites.includes(origin)) wrong.push(`request to ${request.url()}`);
  });
  context.on('dialog', (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  context.on('weberror', (error) => wrong.push(error.error().message));
  context.on('console', (message) => {
    const text = message.text();
    if (message.type() !== 'error' || EXPECTED_ERROR.test(text) || expectedErrors?.test(text) === true)
      return;
    wrong.push(text);
  });
  const done = { clicks: 0, fields: 0 };
  return {
    context,
    page: await context.newPage(),
    done,
    async click(control) {
      done.clicks += 1;
      await control.click();
    },
    async fill(field, text) {
      done.fields += 1;
      await field.fill(text);
    },
    newPage: () => context.newPage(),
    async leave() {
      assert.deepEqual(wrong, []);
      await context.close();
    },
  };
}

/** By how many pixels the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  ) as Promise<number>;
}
