/** What recipients do again and again in tests: follow the link for the first time, sign in, go to their account. */
import type { Locator, Page } from 'playwright-core';

import type { Product } from './product.ts';

export const PASSWORD = 'seven quiet herons at dawn';
export const PHONE = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true } as const;
export const DESK = { viewport: { width: 1280, height: 800 } } as const;

export const button = (page: Page, name: string | RegExp): Locator => page.getByRole('button', { name });
/** The one heading of a page that says what it is. */
export const title = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('heading', { level: 1, name });

/** Link, code, password; resolves when the page stands that comes after them. */
export async function register(page: Page, product: Product, address: string): Promise<void> {
  await page.goto((await product.mail('notice', address)).link ?? '');
  await button(page, 'Send me the code').click();
  await page.getByLabel('Code from the mail').fill((await product.mail('code', address)).code ?? '');
  await page.getByLabel('New password').fill(PASSWORD);
  await button(page, 'Save and read the message').click();
  await page.waitForURL(/\/messages\//u);
}

/** On the page that asks for address and password. */
export async function signIn(page: Page, address: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('Your email address').fill(address);
  await page.getByLabel('Your password').fill(password);
  await button(page, 'Sign in').click();
}

/** The section of a page under this heading. */
export function section(page: Page, name: string): Locator {
  return page.locator('section', { has: page.getByRole('heading', { level: 2, name }) });
}
