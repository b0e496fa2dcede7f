/** An author, or another member of staff, on the staff pages of the real product in a browser. */
import type { Browser, Page } from 'playwright-core';

import { AUTHOR, type Product } from './product.ts';
import { button, DESK, title } from './recipients.ts';
import { newVisitor, type Visitor } from './visitor.ts';

/** Signed in by the mailed link; stands on the page at `path`. */
export async function signedInAuthor(
  browser: Browser,
  product: Product,
  path: string,
  options: object = DESK,
): Promise<Visitor> {
  const person = await newVisitor(browser, { sites: [product.publicUrl, product.consoleUrl], ...options });
  const { page } = person;
  const before = (await product.mails()).find(({ kind }) => kind === 'staff-link')?.id;
  await page.goto(`${product.consoleUrl}${path}`);
  await page.getByLabel('Your work email address').fill(AUTHOR);
  await page.keyboard.press('Enter');
  await title(page, 'Look at your mail').waitFor();
  const mail = await product.mail('staff-link', AUTHOR, ({ id }) => id !== before);
  await page.goto(mail.link ?? '');
  await button(page, 'Sign in').click();
  await page.waitForURL(`${product.consoleUrl}${path}`);
  return person;
}

/** Makes passkeys in this page without asking anybody. */
export async function addAuthenticator(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

/** Invited on the host, with a passkey of a virtual authenticator. */
export async function invitedOfficer(
  browser: Browser,
  product: Product,
  { address, role }: { readonly address: string; readonly role: string },
): Promise<Visitor> {
  const invited = await product.run('admin', 'invite', address, '--role', role, '--json');
  const { url } = JSON.parse(invited) as { url: string };
  const person = await newVisitor(browser, { sites: [product.consoleUrl], ...DESK });
  await addAuthenticator(person.page);
  await person.page.goto(url);
  await button(person.page, 'Register a passkey').click();
  await title(person.page, 'My account').waitFor();
  return person;
}
