/**
 * The product behind its own certificate, as a hospital without a proxy runs it: the whole way to the text over https,
 * cookies and headers as https needs them, and a renewed certificate taken without a restart.
 */
import assert from 'node:assert/strict';
import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TLSSocket } from 'node:tls';

import type { Browser, Page } from 'playwright-core';

import { CertificateAuthority, type Certificate } from '#test/peers/certificates.ts';
import { ensureDebianPackages } from '#test/support/debian-packages.ts';
import { eventually } from '#test/support/eventually.ts';

import { launchBrowser } from './browser.ts';
import { startProduct, type Product } from './product.ts';
import { newVisitor, type Visitor } from './visitor.ts';

const HOST = 'secure.hospital.test';
const ADDRESS = 'jane@recipient.example';
const PASSWORD = 'seven quiet herons at dawn';

let folder: string;
let authority: CertificateAuthority;
let first: Certificate;
let second: Certificate;
let browser: Browser;
let product: Product;

before(async () => {
  await ensureDebianPackages(['openssl']);
  folder = await mkdtemp(join(tmpdir(), 'sendsecure-https-'));
  authority = new CertificateAuthority();
  first = authority.issue({ subjectAltName: `DNS:${HOST}` });
  second = authority.issue({ subjectAltName: `DNS:${HOST}` });
  await writePair(first.cert, first.key);
  [browser, product] = await Promise.all([
    launchBrowser({
      args: [
        `--host-resolver-rules=MAP ${HOST} 127.0.0.1`,
        `--ignore-certificate-errors-spki-list=${[first, second].map(publicKeyHash).join(',')}`,
      ],
    }),
    startProduct({
      folder,
      publicUrl: (port) => `https://${HOST}:${port}`,
      toml: { portal: 'tls = { cert = "portal.pem", key = "portal.key" }' },
    }),
  ]);
});

after(async () => {
  await Promise.all([browser.close(), product.close(/the configuration was not taken/u)]);
  await rm(folder, { recursive: true, force: true });
});

async function writePair(cert: string, key: string): Promise<void> {
  await writeFile(join(folder, 'portal.key'), key, { mode: 0o600 });
  await writeFile(join(folder, 'portal.pem'), cert);
}

/** Chromium has no list of authorities of its own here; it is told which public keys to accept. */
function publicKeyHash({ cert }: Certificate): string {
  const info = createPublicKey(cert).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(info).digest('base64');
}

interface Answer {
  readonly status: number;
  readonly headers: https.RequestOptions['headers'] & Record<string, unknown>;
  readonly serial: string;
}

/** A client that checks the whole chain and the name; a connection of its own for each request. */
function request(path: string): Promise<Answer> {
  const { port } = new URL(product.publicUrl);
  return new Promise((resolve, reject) => {
    const asked = https.request(
      {
        host: '127.0.0.1',
        port,
        path,
        servername: HOST,
        ca: authority.cert,
        agent: false,
        headers: { host: `${HOST}:${port}` },
      },
      (response) => {
        const { serialNumber } = (response.socket as TLSSocket).getPeerCertificate();
        response
          .resume()
          .on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, serial: serialNumber }),
          );
      },
    );
    asked.on('error', reject).end();
  });
}

const serialOf = ({ cert }: Certificate) => new X509Certificate(cert).serialNumber;
const text = (page: Page) => page.getByText('Hello Jane.');

let person: Visitor;

test('link, code, password, message; every cookie is bound to this host and to https', async () => {
  await product.send({ to: ADDRESS });
  const { link } = await product.mail('notice', ADDRESS);
  assert.ok(link?.startsWith(`https://${HOST}:`));
  person = await newVisitor(browser, { sites: [product.publicUrl], ignoreHTTPSErrors: false });
  const { page } = person;
  await page.goto(link ?? '');
  await page.getByRole('button', { name: 'Send me the code' }).click();
  const { code } = await product.mail('code', ADDRESS);
  await page.getByLabel('Code from the mail').fill(code ?? '');
  await page.getByLabel('New password').fill(PASSWORD);
  const registering = await person.context.cookies();
  await page.getByRole('button', { name: 'Save and read the message' }).click();
  await text(page).waitFor();
  const cookies = [...registering, ...(await person.context.cookies())];
  assert.deepEqual([...new Set(cookies.map(({ name }) => name))].toSorted(), [
    '__Host-browser',
    '__Host-registration',
    '__Host-session',
  ]);
  for (const { name, domain, path, secure, httpOnly, sameSite } of cookies) {
    assert.deepEqual(
      { domain, path, secure, httpOnly, sameSite },
      { domain: HOST, path: '/', secure: true, httpOnly: true, sameSite: 'Strict' },
      name,
    );
  }
  assert.equal(await page.evaluate('document.cookie'), '');
});

test('browsers are told to stay on https by every answer', async () => {
  const { firstAsset } = await assetOf(person.page);
  for (const [path, status] of [
    ['/', 200],
    ['/api/session', 200],
    [firstAsset, 200],
    ['/frame', 200],
    ['/api/nothing', 404],
    ['/api/links/unknown', 404],
  ] as const) {
    const { status: got, headers } = await request(path);
    assert.equal(got, status, path);
    assert.match(
      String(headers['strict-transport-security']),
      /^max-age=63072000; includeSubDomains$/u,
      path,
    );
  }
});

async function assetOf(page: Page): Promise<{ firstAsset: string }> {
  return { firstAsset: (await page.locator('script[src]').first().getAttribute('src')) ?? '' };
}

test('SIGHUP takes a new certificate, refuses a broken one, and nobody is signed out', async () => {
  assert.equal((await request('/')).serial, serialOf(first));
  await writePair(second.cert, first.key);
  product.process.kill('SIGHUP');
  await eventually('the broken pair is refused', () =>
    product.logLines().some(({ msg }) => msg.includes('was not taken')),
  );
  assert.equal((await request('/')).serial, serialOf(first));
  await writePair(second.cert, second.key);
  product.process.kill('SIGHUP');
  await eventually('the new pair is served', async () => (await request('/')).serial === serialOf(second));
  await person.page.reload();
  await text(person.page).waitFor();
  await person.leave();
});
