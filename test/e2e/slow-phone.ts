/**
 * How long somebody with a slow phone waits for the text of a message: 400 kb/s, 400 ms a round trip, a CPU four times
 * slower than this machine's. Run it with `node test/e2e/slow-phone.ts`; it prints the middle of several rounds and fails
 * nothing: the figure is of a machine that does nothing else. The real product answers, Chromium shows.
 *
 * From following the link to the text on the screen: of a reader who comes back, signed in, with the code in the browser's
 * cache; of the same with an empty cache; and until a first visit's page can be used.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';

import { launchBrowser } from './browser.ts';
import { startProduct, type Product } from './product.ts';

const ROUNDS = 5;
const READER = 'reader@outside.example';
const PASSWORD = 'seven quiet herons at dawn';
const KILOBITS_PER_SECOND = 400;
const ROUND_TRIP_MS = 400;
const CPU_SLOWDOWN = 4;
const SUBJECT = 'Appointment';

async function slowDown(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  const bytesPerSecond = (KILOBITS_PER_SECOND * 1000) / 8;
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: ROUND_TRIP_MS,
    downloadThroughput: bytesPerSecond,
    uploadThroughput: bytesPerSecond,
  });
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
}

async function newPhone(browser: Browser): Promise<BrowserContext> {
  return browser.newContext({
    locale: 'en-US',
    viewport: { width: 390, height: 780 },
    isMobile: true,
    hasTouch: true,
  });
}

async function register(product: Product, phone: BrowserContext, link: string): Promise<void> {
  const page = await phone.newPage();
  await page.goto(link);
  await page.getByRole('button', { name: 'Send me the code' }).click();
  await page.getByLabel('Code from the mail').fill((await product.mail('code', READER)).code ?? '');
  await page.getByLabel('New password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Save and read the message' }).click();
  await page.getByRole('heading', { name: SUBJECT }).waitFor();
  await page.close();
}

/** Milliseconds from following the link until `shown` is on the screen. */
async function timeTo(phone: BrowserContext, link: string, shown: (page: Page) => Promise<void>) {
  const page = await phone.newPage();
  await slowDown(page);
  const start = performance.now();
  await page.goto(link, { waitUntil: 'commit' });
  await shown(page);
  const took = performance.now() - start;
  await page.close();
  return took;
}

const messageText = (page: Page) => page.getByText('Hello Jane.').waitFor();
const firstButton = (page: Page) => page.getByRole('button', { name: 'Send me the code' }).waitFor();

function middle(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return `${((sorted[Math.floor(sorted.length / 2)] ?? 0) / 1000).toFixed(1)} s`;
}

async function rounds(measure: () => Promise<number>): Promise<string> {
  const values: number[] = [];
  for (let round = 0; round < ROUNDS; round++) values.push(await measure());
  return middle(values);
}

const [browser, product] = await Promise.all([launchBrowser(), startProduct()]);
try {
  await product.send({ to: READER, subject: `send secure: ${SUBJECT}` });
  const link = (await product.mail('notice', READER)).link ?? '';
  const firstVisit = await rounds(async () => {
    const phone = await newPhone(browser);
    const took = await timeTo(phone, link, firstButton);
    await phone.close();
    return took;
  });
  const phone = await newPhone(browser);
  await register(product, phone, link);
  const returning = await rounds(() => timeTo(phone, link, messageText));
  const emptyCache = await rounds(async () => {
    const fresh = await newPhone(browser);
    await fresh.addCookies(await phone.cookies());
    const took = await timeTo(fresh, link, messageText);
    await fresh.close();
    return took;
  });
  console.log(`text on screen, returning reader   ${returning}   (goal 4 s)`);
  console.log(`text on screen, empty cache        ${emptyCache}`);
  console.log(`first visit, page can be used      ${firstVisit}`);
} finally {
  await Promise.all([browser.close(), product.close()]);
}
