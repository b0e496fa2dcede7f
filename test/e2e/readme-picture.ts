/**
 * Makes docs/images/notice-and-message.png, the picture of the README: the notice in a phone's mail program beside the
 * message that it leads to. Everything is real: a whole gateway, a mail sent through it, the code from the captured
 * mail, the pages in a browser. `node test/e2e/readme-picture.ts` after the notice or the reader changed its looks.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Browser, Page } from 'playwright-core';

import { webFolder } from '#src/cli/paths.ts';
import { demoMail } from '#src/cli/demo-mail.ts';
import { submit } from '#test/support/submit.ts';
import { startTestGateway, type CapturedMailView, type TestGateway } from '#test/support/test-gateway.ts';

import { buildWeb } from '../../web/build.ts';
import { splitEntity, splitParts } from '../notification/read-mail.ts';
import { launchBrowser } from './browser.ts';

const PICTURE = fileURLToPath(new URL('../../docs/images/notice-and-message.png', import.meta.url));
const PHONE = { width: 360, height: 700 } as const;

await buildWeb({ outDir: webFolder });
const gateway = await startTestGateway({
  toml: { organization: 'helpPhone = "555 0100"\nhelpHours = "8 to 6, every day"' },
});
const browser = await launchBrowser();
try {
  const sent = demoMail('hospital.test', Date.now());
  await submit({ port: gateway.smtpPort, from: sent.from, to: [sent.to], mail: sent.data });
  const [notice] = await gateway.captured((mail) => mail.kind === 'notice');
  if (notice?.link == null) throw new Error('no notice was captured');
  const left = await pictureOfNotice(browser, gateway, notice);
  const right = await pictureOfMessage(browser, gateway, notice.link, sent.to);
  await mkdir(path.dirname(PICTURE), { recursive: true });
  await putTogether(browser, left, right);
} finally {
  await browser.close();
  await gateway.dispose();
}

async function phone(within: Browser): Promise<Page> {
  const context = await within.newContext({
    viewport: PHONE,
    isMobile: true,
    hasTouch: true,
    colorScheme: 'light',
    locale: 'en-US',
  });
  return context.newPage();
}

async function pictureOfNotice(within: Browser, from: TestGateway, mail: CapturedMailView): Promise<Buffer> {
  const response = await fetch(`${from.consoleUrl}/captured/${mail.id}.eml`);
  const parts = splitParts(splitEntity(await response.text()));
  const html = parts.find((part) => part.header.get('content-type')?.[0]?.startsWith('text/html') === true);
  if (html === undefined) throw new Error('the notice has no HTML part');
  const page = await phone(within);
  await page.setContent(html.body);
  return page.screenshot();
}

/** What a recipient does the first time: code, password, reading. */
async function pictureOfMessage(
  within: Browser,
  from: TestGateway,
  link: string,
  to: string,
): Promise<Buffer> {
  const page = await phone(within);
  await page.goto(link);
  await page.getByRole('button', { name: 'Send me the code' }).click();
  const [codeMail] = await from.captured((mail) => mail.kind === 'code' && mail.to === to);
  await page.getByLabel('Code from the mail').fill(codeMail?.code ?? '');
  await page.getByRole('heading', { name: 'Choose a password' }).waitFor();
  await page
    .getByLabel(/password/iu)
    .first()
    .fill('garden lantern quiet harbor');
  await page.locator('form button[type=submit]').click();
  await page.locator('iframe').first().waitFor();
  await page.waitForTimeout(1_000);
  return page.screenshot();
}

async function putTogether(within: Browser, ...pictures: readonly Buffer[]): Promise<void> {
  const context = await within.newContext({ viewport: { width: 820, height: 750 } });
  const page = await context.newPage();
  const images = pictures.map((picture) => `<img src="data:image/png;base64,${picture.toString('base64')}">`);
  await page.setContent(`<!doctype html><style>
    body { margin: 0; padding: 20px; display: flex; gap: 40px; background: #fff; width: 780px }
    img { border-radius: 18px; border: 5px solid #33414b; display: block; background: #33414b }
  </style>${images.join('')}`);
  await page.screenshot({ path: PICTURE, fullPage: true });
}
