/**
 * Readers with accounts in a portal's world, and what tests have them do again and again. Each test's people come from a
 * network of their own: codes of one network are counted together.
 */
import assert from 'node:assert/strict';

import type { LightMyRequestResponse } from 'fastify';

import { GOOD_PASSWORD, TestBrowser, TestPage, type PortalWorld, type SentMessage } from './portal-world.ts';

export interface ListedHere {
  readonly id: string;
  readonly state: string;
  readonly readFor: string | null;
}

export class PortalPeople {
  /** What opens the keys that are released to these people. */
  readonly page = new TestPage();
  readonly #world: () => PortalWorld;
  #turns = 0;

  /** `world`: asked when it is needed, since tests open it before they begin. */
  constructor(world: () => PortalWorld) {
    this.#world = world;
  }

  /** Another test's people: an address that nobody had before, and its network. */
  next(): number {
    this.#turns += 1;
    return this.#turns;
  }

  newAddress(name: string, domain = 'mail.test'): string {
    return `${name}${this.#turns}@${domain}`;
  }

  browser(userAgent = ''): TestBrowser {
    return new TestBrowser(this.#world(), { remoteAddress: `192.0.2.${this.#turns}`, userAgent });
  }

  /** By the link of this message, or of one that is sent to this address; signed in afterwards. */
  async register(to: SentMessage | string, browser = this.browser()): Promise<TestBrowser> {
    const message = typeof to === 'string' ? await this.#world().send([to]) : to;
    const [copy] = message.copies;
    assert.ok(copy);
    const answer = await browser.register(copy);
    assert.equal(answer.statusCode, 201, answer.body);
    return browser;
  }

  signIn(
    address: string,
    { password = GOOD_PASSWORD, browser = this.browser() }: { password?: string; browser?: TestBrowser } = {},
  ): Promise<LightMyRequestResponse> {
    return browser.post('/api/session', { address, password });
  }

  open(browser: TestBrowser, { messageId }: Pick<SentMessage, 'messageId'>): Promise<LightMyRequestResponse> {
    return browser.post(`/api/messages/${messageId}/open`, { pageKey: this.page.pageKey });
  }

  async listed(browser: TestBrowser): Promise<readonly ListedHere[]> {
    const answer = await browser.post('/api/messages', { pageKey: this.page.pageKey });
    return answer.json().messages as ListedHere[];
  }

  /** How often a row was found that we did not write. */
  async alarms(): Promise<number> {
    return (await this.#world().auditEvents()).filter((event) => event === 'tamper-detected').length;
  }
}
