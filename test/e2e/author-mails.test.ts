/**
 * R33 and how much mail an author gets, in a browser: the page behind the link in the mails, the account page, and the
 * texts for the roll-out; by axe in both themes and at both widths. `LOOK=1` writes pictures to `test/output/look/`.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { mailChoicePage } from '#src/summaries/mail-choice.ts';
import { addAuthored } from '#test/support/authored-messages.ts';
import { freePort } from '#test/support/free-port.ts';
import { cookieName, openStaffWorld, type StaffWorld } from '#test/support/staff-world.ts';

import { launchBrowser } from './browser.ts';
import { lookAt } from './look-at.ts';

const ANN = 'ann.lee@hospital.test';
const PHONE = { width: 390, height: 844 };

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

interface Desk {
  readonly world: StaffWorld;
  readonly url: string;
  readonly page: Page;
}

async function openDesk(language: 'en' | 'es'): Promise<Desk> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const world = await openStaffWorld({
    console: { consoleUrl: url, language: () => language, web: null, allowedHosts: [`localhost:${port}`] },
  });
  await world.server.listen({ host: '127.0.0.1', port });
  const page = await (await browser.newContext({ viewport: PHONE, locale: language })).newPage();
  return { world, url, page };
}

async function closeDesk({ world, page }: Desk): Promise<void> {
  await page.context().close();
  await world.dispose();
}

async function signIn({ world, url, page }: Desk): Promise<void> {
  const jar = await world.signedIn(await world.addPerson(ANN, ['administrator']));
  const name = cookieName(url, 'staff-session');
  await page.context().addCookies([{ name, value: jar.cookies.get(name) ?? '', url }]);
}

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

test('the link in a mail changes how much mail comes, without a sign-in, and back', async () => {
  const desk = await openDesk('en');
  const { world, url, page } = desk;
  try {
    const recipients = [{ address: 'jane@outside.example', tlsFacts: null }];
    const { id } = await addAuthored(world, { author: ANN, subject: 'Results', recipients });
    await page.goto(mailChoicePage(world.keys, url, id));
    await lookAt(page, 'mail-choice');
    await button(page, /Send one summary a day/u).click();
    await page.getByText('Saved. You can close this page.').waitFor();
    await page.getByText('Now they come together in one summary a day, at 17:00.').waitFor();
    await lookAt(page, 'mail-choice-saved');
    await button(page, /Send each email at once/u).click();
    await page.getByText('What we had gathered is on its way to you').waitFor();
    await page.goto(`${url}/mails/${'x'.repeat(48)}`);
    await page.getByRole('heading', { name: 'This link does not work' }).waitFor();
    await lookAt(page, 'mail-choice-over');
  } finally {
    await closeDesk(desk);
  }
});

test('the account page changes it for each address, by keyboard', async () => {
  const desk = await openDesk('es');
  const { url, page } = desk;
  try {
    await signIn(desk);
    await page.goto(`${url}/account`);
    await lookAt(page, 'account-mails-es');
    const choose = button(page, /Enviar un resumen al día/u);
    await choose.focus();
    await page.keyboard.press('Enter');
    await page.getByText(/un resumen al día, a las 17:00/u).waitFor();
    assert.equal(await choose.count(), 0);
  } finally {
    await closeDesk(desk);
  }
});

test('R33: an officer finds the texts of the roll-out and saves one', async () => {
  const desk = await openDesk('en');
  const { url, page } = desk;
  try {
    await signIn(desk);
    await page.goto(`${url}/administration`);
    await page.getByRole('link', { name: 'Announcements' }).click();
    await page.getByRole('heading', { level: 1, name: 'Announcements' }).waitFor();
    await lookAt(page, 'announcements');
    const card = page.getByRole('region', { name: 'To your own staff (Spanish)' });
    const download = page.waitForEvent('download');
    await card.getByRole('link', { name: 'Save as a text file' }).click();
    assert.equal((await download).suggestedFilename(), 'staff-es.txt');
  } finally {
    await closeDesk(desk);
  }
});
