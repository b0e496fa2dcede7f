/**
 * An author's own messages in a browser: every state by axe in both themes and at both widths, a search by keyboard.
 * `LOOK=1` writes pictures to `test/output/look/`.
 */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import type { Browser, Page } from 'playwright-core';

import { makeTelephoneCode } from '#src/accounts/second-channel.ts';
import { DAY_MS } from '#src/base/clock.ts';
import { systemRandom } from '#src/base/identifiers.ts';
import { addAuthored } from '#test/support/authored-messages.ts';
import { freePort } from '#test/support/free-port.ts';
import { cookieName, openStaffWorld, type StaffWorld } from '#test/support/staff-world.ts';

import { assertAccessible } from './axe.ts';
import { launchBrowser } from './browser.ts';

const ANN = 'ann.lee@hospital.test';
const DANE = JSON.stringify({ version: 'TLSv1.3', cipher: 'x', verified: true, verifiedBy: 'dane' });
const OPEN = JSON.stringify({ version: 'TLSv1.2', cipher: 'x', verified: false, verifiedBy: null });

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

interface Desk {
  readonly world: StaffWorld;
  readonly page: Page;
  readonly url: string;
}

async function openDesk(
  language: 'en' | 'es',
  roles: Parameters<StaffWorld['addPerson']>[1] = [],
): Promise<Desk> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const world = await openStaffWorld({
    console: { consoleUrl: url, language: () => language, allowedHosts: [`localhost:${port}`] },
  });
  world.clock.advance(Date.UTC(2026, 10, 1, 9) - world.clock.now());
  await world.server.listen({ host: '127.0.0.1', port });
  const jar = await world.signedIn(await world.addPerson(ANN, roles));
  const name = cookieName(url, 'staff-session');
  const context = await browser.newContext({ locale: language });
  await context.addCookies([{ name, value: jar.cookies.get(name) ?? '', url }]);
  return { world, url, page: await context.newPage() };
}

async function closeDesk({ world, page }: Desk): Promise<void> {
  await page.context().close();
  await world.dispose();
}

async function look(page: Page, name: string): Promise<void> {
  await assertAccessible(page, name);
  if (process.env['LOOK'] === undefined) return;
  const folder = fileURLToPath(new URL('../output/look/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  for (const width of [360, 1280])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      await page.screenshot({
        path: join(folder, `messages-${name}-${width}-${colorScheme}.png`),
        fullPage: true,
      });
    }
}

/** One message with a recipient in every state that there is; its id. */
async function sendEverything({ world }: Desk): Promise<string> {
  const now = world.clock.now();
  const day = (days: number): number => now - days * DAY_MS;
  await addAuthored(world, {
    author: ANN,
    subject: null,
    recipients: [
      {
        address: 'lunch@cafe.example',
        protection: 'opportunistic-tls',
        state: 'handed-over',
        tlsFacts: OPEN,
      },
    ],
  });
  world.clock.advance(1_000);
  await addAuthored(world, {
    author: ANN,
    subject:
      'A very long subject about the results of the examination of the twenty-first of October, and what follows',
    recipients: [
      {
        address: 'a-very-long-local-part-of-a-mail-address@university-hospital.regional.example',
        tlsFacts: DANE,
      },
    ],
  });
  world.clock.advance(1_000);
  const { id, recipientIds } = await addAuthored(world, {
    author: ANN,
    subject: 'Results of your MRI',
    recipients: [
      {
        address: 'jane@outside.example',
        state: 'opened',
        firstOpenedAt: day(2),
        lastOpenedAt: day(1),
        settledAt: day(3),
        tlsFacts: DANE,
      },
      { address: 'omar@outside.example', remindedAt: day(1), tlsFacts: OPEN },
      { address: 'clinic@partner.example', protection: 'verified-tls', state: 'handed-over', tlsFacts: DANE },
      { address: 'lost@outside.example', state: 'failed', lastReply: '550 5.1.1 No such user here' },
      { address: 'locked@outside.example', lockedAt: day(1), lockReason: 'author', tlsFacts: null },
      { address: 'over@outside.example', expiresAt: day(1), tlsFacts: DANE },
      { address: 'queued@outside.example', state: 'queued' },
      { address: 'held@outside.example', state: 'held', protection: 'none' },
      { address: 'verify@outside.example', secondChannel: 1, readBy: now + DAY_MS, noReply: 1 },
      { address: 'no-code-yet@outside.example', secondChannel: 1 },
    ],
  });
  await world.database.commit(
    makeTelephoneCode({ ...world, random: systemRandom }, recipientIds[8] ?? '', 'ann'),
  );
  return id;
}

const LABELS = {
  en: { lock: 'Lock: omar@outside.example', wrong: 'It went to the wrong recipient: jane@outside.example' },
  es: {
    lock: 'Bloquear: omar@outside.example',
    wrong: 'Llegó al destinatario equivocado: jane@outside.example',
  },
} as const;

/** On the page of the message: a lock by keyboard, a day, a wrong recipient; the sheet as it is shown. */
async function actInBrowser(page: Page, url: string, language: 'en' | 'es'): Promise<void> {
  const omar = page.getByRole('region', { name: 'omar@outside.example' });
  await page.getByRole('button', { name: LABELS[language].lock, exact: true }).press('Enter');
  await page.waitForURL(/done=locked/u);
  await omar.getByRole('status').waitFor();
  if (language === 'en') await look(page, 'locked-en');
  await omar.locator('summary').first().click();
  await omar.locator('input[type=date]').fill('2026-12-24');
  await omar
    .locator('form', { has: page.locator('input[type=date]') })
    .getByRole('button')
    .click();
  await page.waitForURL(/done=date-saved/u);
  await page.getByRole('region', { name: 'jane@outside.example' }).locator('summary').last().click();
  await page.getByRole('button', { name: LABELS[language].wrong }).click();
  await page.waitForURL(/incident/u);
  await look(page, `incident-${language}`);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('header').isVisible(), false);
  assert.equal(await page.getByRole('heading', { level: 2 }).count(), 6);
  await page.emulateMedia({ media: 'screen' });
  assert.ok(page.url().startsWith(url));
}

for (const language of ['en', 'es'] as const) {
  test(`axe: every state of an author’s messages (${language})`, async () => {
    const desk = await openDesk(language);
    const { page, url } = desk;
    await page.goto(`${url}/messages`);
    if (language === 'en') await look(page, 'empty-en');
    const id = await sendEverything(desk);
    await page.goto(`${url}/messages`);
    assert.equal(await page.getByRole('row').count(), 4);
    await look(page, `list-${language}`);
    await page.getByRole('searchbox').fill('nobody-has-this');
    await page.getByRole('searchbox').press('Enter');
    await page.waitForURL(`${url}/messages/search`);
    assert.equal(await page.getByRole('row').count(), 0);
    if (language === 'en') await look(page, 'none-found-en');
    await page.getByRole('searchbox').fill('mri');
    await page.getByRole('searchbox').press('Enter');
    await page.getByRole('rowheader').getByRole('link').click();
    await page.waitForURL(`${url}/messages/${id}`);
    for (const summary of await page.locator('summary').all()) await summary.click();
    await look(page, `one-${language}`);
    await actInBrowser(page, url, language);
    await closeDesk(desk);
  });
}

for (const language of ['en', 'es'] as const) {
  test(`R31, axe: the help desk’s page (${language})`, async () => {
    const desk = await openDesk(language, ['help-desk']);
    const { page, url } = desk;
    await sendEverything(desk);
    await page.goto(`${url}/help-desk`);
    await look(page, `help-desk-${language}`);
    await page.getByRole('textbox').fill('lost@outside.example');
    await page.getByRole('textbox').press('Enter');
    await page.getByText('550 5.1.1', { exact: false }).waitFor();
    assert.equal(await page.getByText('MRI').count(), 0);
    await look(page, `help-desk-failed-${language}`);
    await page.locator('summary').click();
    await page.locator('#checked').fill('I called back on the number in the file');
    await look(page, `help-desk-hand-over-${language}`);
    await page.locator('form[action="/help-desk/hand-over"] button').click();
    await page.locator('.telephone-code').waitFor();
    await look(page, `help-desk-code-${language}`);
    await page.locator('#address').fill('nobody@outside.example');
    await page.locator('#address').press('Enter');
    await page.locator('.empty').waitFor();
    if (language === 'en') await look(page, 'help-desk-nothing-en');
    await closeDesk(desk);
  });
}
