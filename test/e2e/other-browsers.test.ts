/**
 * The way of a recipient in Firefox and in WebKit, against the real product: notice → code → password → message →
 * attachment → reply, and back with the password.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { startFirefox } from '#test/peers/firefox.ts';
import { fill, press, untilSays, type WebBrowser } from '#test/peers/web-browser.ts';
import { startWebKit } from '#test/peers/webkit.ts';
import { eventually } from '#test/support/eventually.ts';

import { AUTHOR, startProduct, type Product } from './product.ts';

const PASSWORD = 'four horses trot home';
const FILE = 'Blood count: all values as they should be.\n';

let product: Product;
before(async () => {
  product = await startProduct();
});
after(() => product.close());

function mailTo(to: string): string {
  return [
    `From: Dr. Ann Lee <${AUTHOR}>`,
    `To: ${to}`,
    'Subject: send secure: Your results',
    `Message-ID: <${crypto.randomUUID()}@hospital.test>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/html; charset=utf-8',
    '',
    '<p>All is <b>well</b>.</p>',
    '--b',
    'Content-Type: application/octet-stream',
    'Content-Disposition: attachment; filename=count.dat',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(FILE).toString('base64'),
    '--b--',
    '',
  ].join('\r\n');
}

async function walk(browser: WebBrowser, address: string): Promise<void> {
  await product.send({ to: address, mail: mailTo(address) });
  const { link } = await product.mail('notice', address);
  await browser.goto(link ?? '');
  await press(browser, 'Send me the code');
  await untilSays(browser, 'Code from the mail');
  await fill(browser, 'Code from the mail', (await product.mail('code', address)).code ?? '');
  await fill(browser, 'New password', PASSWORD);
  await press(browser, 'Save and read the message');
  await untilSays(browser, 'All is well.');

  await press(browser, 'Save count.dat');
  const saved = async () => (await readdir(browser.downloads)).find((name) => /^count.*\.dat$/u.test(name));
  await eventually(`${browser.name} saved the file`, async () => {
    const name = await saved();
    return name !== undefined && (await readFile(join(browser.downloads, name), 'utf8')) === FILE;
  });

  await press(browser, 'Reply');
  await fill(browser, 'Your reply', 'Thank you, Ann.');
  await press(browser, 'Send');
  await untilSays(browser, 'was sent.');
  await product.mail('relay', AUTHOR, ({ text }) => text.includes('Thank you, Ann.'));

  await press(browser, 'Sign out');
  await untilSays(browser, 'Sign in');
  await browser.goto(link ?? '');
  await fill(browser, 'Your password', PASSWORD);
  await press(browser, 'Read the message');
  await untilSays(browser, 'All is well.');
}

for (const [name, start] of [
  ['Firefox', startFirefox],
  ['WebKit', startWebKit],
] as const)
  test(`${name}: from the notice to the text, the attachment, the reply, and back again`, async (t) => {
    const browser = await start();
    try {
      t.diagnostic(`${browser.name} ${browser.version}`);
      await walk(browser, `${name.toLowerCase()}@recipient.example`);
    } finally {
      await browser.close();
    }
  });
