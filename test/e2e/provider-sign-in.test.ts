/**
 * Signing in with Google and Microsoft in a browser: added on the account page, used on the sign-in page and on a notice's
 * link, in English and Spanish; what does not fit is said with a way on. The other side is npm's `oidc-provider`.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { startOidcProvider, type OidcPeer } from '#test/peers/oidc-provider.ts';
import { freePort } from '#test/support/free-port.ts';

import { assertAccessible } from './axe.ts';
import { launchBrowser } from './browser.ts';
import { startProduct, type Product } from './product.ts';
import { newVisitor } from './visitor.ts';

const PHONE = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true } as const;
const SAM = 'sam@outside.example';
const PASSWORD = 'seven quiet herons at dawn';
const CLIENT = { clientId: 'send-secure', clientSecret: 'a-secret-of-the-client' };

let browser: Browser;
let product: Product;
let peer: OidcPeer;
let secrets: string;

before(async () => {
  secrets = await mkdtemp(join(tmpdir(), 'sendsecure-provider-'));
  const file = join(secrets, 'client-secret');
  await writeFile(file, `${CLIENT.clientSecret}\n`, { mode: 0o600 });
  const port = await freePort();
  const table = `clientId = "${CLIENT.clientId}"\nclientSecretFile = "${file}"\nissuer = "http://localhost:${port}"`;
  [browser, product] = await Promise.all([
    launchBrowser(),
    startProduct({ toml: { 'portal.google': table, 'portal.microsoft': table } }),
  ]);
  const redirectUris = ['google', 'microsoft'].map((kind) => `${product.publicUrl}/sign-in/${kind}`);
  peer = await startOidcProvider({ ...CLIENT, redirectUris, port });
  peer.accounts.set('sam', { email: SAM, email_verified: true, hd: 'outside.example' });
  peer.accounts.set('somebody', { email: 'somebody@gmail.com', email_verified: true });
  await product.send({ to: SAM, subject: 'send secure: Appointment' });
});
after(async () => {
  await Promise.all([browser.close(), product.close(/a sign-in by a provider failed/u), peer.close()]);
  await rm(secrets, { recursive: true });
});

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const newPerson = (options = {}) =>
  newVisitor(browser, { sites: [product.publicUrl, peer.issuer], ...PHONE, ...options });

async function choose(page: Page, who: string): Promise<void> {
  await page.getByRole('heading', { name: 'Choose an account' }).waitFor();
  await page.getByRole('link', { name: who, exact: true }).click();
}

async function look(page: Page, name: string): Promise<void> {
  const folder = process.env['LOOK_FOLDER'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

test('it is added on the account page, signs in, and opens the message of a link', async () => {
  const person = await newPerson();
  const { page } = person;
  const { link } = await product.mail('notice', SAM);
  await page.goto(link ?? '');
  await button(page, 'Send me the code').click();
  await page.getByLabel('Code from the mail').fill((await product.mail('code', SAM)).code ?? '');
  await page.getByLabel('New password').fill(PASSWORD);
  await button(page, 'Save and read the message').click();
  await page.getByRole('heading', { name: 'Appointment' }).waitFor();
  await page.goto(`${product.publicUrl}/account`);
  await page.getByRole('heading', { name: 'Google or Microsoft' }).waitFor();
  await assertAccessible(page, 'the account with providers');
  await button(page, 'Add my Google account').click();
  await choose(page, 'sam');
  await page.getByText(`Google (${SAM})`).waitFor();
  await assertAccessible(page, 'the account with a Google account');
  await look(page, 'provider-account');
  const { text } = await product.mail('account-change', SAM);
  assert.match(text.replaceAll(/\s+/gu, ' '), /a Google or Microsoft account was added/u);

  await button(page, 'Sign out').click();
  await button(page, 'Sign in with Google').waitFor();
  await assertAccessible(page, 'the sign-in page with providers');
  await look(page, 'provider-sign-in');
  await button(page, 'Sign in with Google').click();
  await choose(page, 'sam');
  await page.getByRole('heading', { name: 'My messages' }).waitFor();
  assert.equal(page.url(), `${product.publicUrl}/messages`);
  const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])');
  assert.doesNotMatch(String(kept), /code|state|provider/u);
  await button(page, 'Sign out').click();
  await page.getByText('You are signed out.').waitFor();

  await page.goto(link ?? '');
  await look(page, 'provider-link');
  await button(page, 'Sign in with Google').click();
  await choose(page, 'sam');
  await page.getByRole('heading', { name: 'Appointment' }).waitFor();
  await person.leave();
});

test('an account that was not added, and one that was declined, say what to do; in Spanish', async () => {
  const person = await newPerson({ locale: 'es-MX' });
  const { page } = person;
  await page.goto(`${product.publicUrl}/sign-in`);
  await button(page, 'Entrar con Microsoft').click();
  await choose(page, 'somebody');
  await page.getByRole('heading', { name: 'No se pudo entrar con Microsoft' }).waitFor();
  assert.doesNotMatch(page.url(), /code|state/u);
  await assertAccessible(page, 'a provider that does not let in');
  await look(page, 'provider-failed-es');
  await page.getByRole('link', { name: 'Entrar de otra forma' }).press('Enter');
  await button(page, 'Entrar con Google').waitFor();
  await page.goto(`${product.publicUrl}/sign-in/google?error=access_denied`);
  await page.getByText('No entró allí, o tardó demasiado').waitFor();
  await person.leave();
});
