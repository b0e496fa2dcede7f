/**
 * The partner pages in a browser: every state by axe in both themes and at both widths, and the question form by
 * keyboard. `LOOK=1` writes pictures to `test/output/look/`.
 */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import type { Browser, Page } from 'playwright-core';

import { DAY_MS } from '#src/base/clock.ts';
import type { PartnerPages } from '#src/console/domains-routes.ts';
import type { ChannelState, DomainStatus } from '#src/partners/overview.ts';
import { explainMessage } from '#src/partners/what-if.ts';
import { freePort } from '#test/support/free-port.ts';
import { cookieName, openStaffWorld, type StaffWorld } from '#test/support/staff-world.ts';

import { assertAccessible } from './axe.ts';
import { launchBrowser } from './browser.ts';

const NOW = Date.UTC(2026, 10, 21, 9, 30);
const UNKNOWN: ChannelState = {
  outcome: null,
  probedAt: null,
  how: null,
  why: null,
  certificateExpiresAt: null,
  policyId: null,
  policyExpiresAt: null,
  verifiedAt: null,
  verifiedTls: null,
  inboundAt: null,
  inboundTls: null,
};
const VERIFIED: ChannelState = {
  ...UNKNOWN,
  outcome: 'verified',
  probedAt: NOW - DAY_MS / 2,
  how: 'DANE',
  verifiedAt: NOW - DAY_MS / 4,
  verifiedTls: 'TLSv1.3 TLS_AES_256_GCM_SHA384',
  inboundAt: NOW - 3 * DAY_MS,
  inboundTls: 'TLSv1.3 TLS_AES_128_GCM_SHA256',
};
const NO_AGREEMENT = {
  status: 'none',
  signedOn: null,
  expiresOn: null,
  keptAt: null,
  contact: null,
} as const;

function partner(domain: string, more: Partial<DomainStatus>): DomainStatus {
  return {
    domain,
    source: 'managed',
    tls: 'pkix',
    nextHop: null,
    channel: UNKNOWN,
    agreement: NO_AGREEMENT,
    warnings: [],
    ...more,
  };
}

const PARTNERS: readonly DomainStatus[] = [
  partner('bank.example', { source: 'refused' }),
  partner('clinic-north.example', {
    tls: 'dane',
    channel: VERIFIED,
    agreement: {
      status: 'signed',
      signedOn: '2025-01-31',
      expiresOn: '2027-12-31',
      keptAt: 'Contracts, folder 12',
      contact: 'Ben Moss, postmaster, +1 555 0188',
    },
  }),
  partner('imaging.example', {
    tls: 'mta-sts',
    channel: {
      ...VERIFIED,
      how: 'MTA-STS (enforce)',
      certificateExpiresAt: NOW + 12 * DAY_MS,
      policyId: '20260901T000000',
      policyExpiresAt: NOW + 7 * DAY_MS,
    },
    warnings: [
      { kind: 'certificate-expires', since: NOW - DAY_MS, why: null, until: NOW + 12 * DAY_MS },
      { kind: 'agreement-ends', since: NOW - DAY_MS, why: null, until: NOW - 5 * DAY_MS },
    ],
    agreement: {
      status: 'expired',
      signedOn: '2024-11-16',
      expiresOn: '2026-11-16',
      keptAt: null,
      contact: null,
    },
  }),
  partner('lab.example', { source: 'file', nextHop: 'mx.lab.example:25' }),
  partner('university-hospital-of-the-far-north.regional.example', {
    channel: {
      ...UNKNOWN,
      outcome: 'not-verified',
      probedAt: NOW - DAY_MS / 3,
      why: 'mx1.regional.example:25: TLS: certificate has expired; mx2.regional.example:25: can’t connect: ETIMEDOUT',
    },
    warnings: [{ kind: 'route-broken', since: NOW - DAY_MS, why: null, until: null }],
  }),
];

let shown: readonly DomainStatus[] = PARTNERS;
const pages: PartnerPages = {
  partners: async () => shown,
  suggestions: async () => [
    { domain: 'pharmacy.example', mails: 412, channel: VERIFIED },
    { domain: 'insurer.example', mails: 96, channel: { ...VERIFIED, how: 'MTA-STS (enforce)' } },
    { domain: 'mail.example', mails: 2_000, channel: { ...UNKNOWN, outcome: 'not-verified' } },
  ],
  servers: async (domain) =>
    domain.startsWith('university')
      ? [
          {
            server: 'mx1.regional.example:25',
            verified: false,
            how: 'name proven by DNSSEC',
            why: 'TLS: certificate has expired',
            tls: null,
            certificateExpiresAt: null,
          },
        ]
      : [
          {
            server: 'mx.imaging.example:25',
            verified: true,
            how: 'MTA-STS (enforce)',
            why: null,
            tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', fingerprint256: null },
            certificateExpiresAt: NOW,
          },
        ],
  history: async () => [
    { at: NOW - DAY_MS, kind: 'warning', facts: { kind: 'certificate-expires' } },
    { at: NOW - DAY_MS, kind: 'probe', facts: { outcome: 'verified', how: 'MTA-STS (enforce)', why: null } },
    {
      at: NOW - 9 * DAY_MS,
      kind: 'agreement',
      facts: { by: 'ann', status: 'signed', expiresOn: '2026-11-16' },
    },
    { at: NOW - 9 * DAY_MS, kind: 'saved', facts: { by: 'ann', tls: 'mta-sts', nextHop: null } },
  ],
  whatIf: async (question) =>
    explainMessage(
      question,
      {
        policy: {
          internalDomains: ['hospital.test'],
          partnerDomains: ['imaging.example'],
          encrypt: 'on-code',
          furtherCodes: [],
          headerRules: [],
          unansweredNearMiss: 'secure',
          secureMessageMaxBytes: 1,
          secureAttachmentMaxBytes: 1,
        },
        observe: { everybody: false, authors: [] },
        internalRoute: 'exchange.hospital.test:25',
        outsideRoute: { kind: 'mx' },
        fallbackMinutes: 60,
        holdMinutes: 30,
      },
      { entry: null, channel: UNKNOWN, now: NOW },
    ),
  isInternal: () => false,
  probe: async () => {},
  tryImport: async () => [],
};

let browser: Browser;
const worlds: StaffWorld[] = [];
const urls = new Map<string, string>();

before(async () => {
  browser = await launchBrowser();
  for (const language of ['en', 'es'] as const) {
    const port = await freePort();
    const consoleUrl = `http://localhost:${port}`;
    const world = await openStaffWorld({
      console: {
        consoleUrl,
        partners: pages,
        language: () => language,
        allowedHosts: [`localhost:${port}`],
      },
    });
    await world.server.listen({ host: '127.0.0.1', port });
    worlds.push(world);
    urls.set(language, consoleUrl);
  }
});
after(async () => {
  await browser.close();
  for (const world of worlds) await world.dispose();
});

/** A page of somebody who is signed in. */
async function signedInPage(language: 'en' | 'es'): Promise<{ page: Page; url: string }> {
  const world = worlds[language === 'en' ? 0 : 1];
  const url = urls.get(language) ?? '';
  assert.ok(world);
  const person = await world.addPerson(`ann.lee.${worlds.length}.${Math.random()}@hospital.test`);
  const jar = await world.signedIn(person);
  const name = cookieName(url, 'staff-session');
  const cookie = { name, value: jar.cookies.get(name) ?? '', url };
  const context = await browser.newContext({ locale: language });
  await context.addCookies([cookie]);
  const page = await context.newPage();
  await page.goto(`${url}/domains`);
  return { page, url };
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
        path: join(folder, `partners-${name}-${width}-${colorScheme}.png`),
        fullPage: true,
      });
    }
}

for (const language of ['en', 'es'] as const) {
  test(`axe: every state of the partner pages (${language})`, async () => {
    shown = PARTNERS;
    const { page, url } = await signedInPage(language);
    await page.getByRole('table').waitFor();
    await look(page, `list-${language}`);
    await page.getByRole('searchbox').fill('lab.');
    await page.getByRole('searchbox').press('Enter');
    await page.waitForURL(/q=lab/u);
    assert.equal(await page.getByRole('row').count(), 2);
    await page.goto(`${url}/domains?q=nobody`);
    if (language === 'en') await look(page, 'none-found-en');
    await page.goto(`${url}/domains`);
    await page.getByRole('rowheader', { name: 'imaging.example' }).getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: 'imaging.example' }).waitFor();
    if (language === 'en') await look(page, 'one-en');
    await page.goto(`${url}/domains/university-hospital-of-the-far-north.regional.example`);
    await page.locator('summary').click();
    await look(page, `broken-${language}`);
    shown = [];
    await page.goto(`${url}/domains`);
    if (language === 'en') await look(page, 'empty-en');
    shown = PARTNERS;
    await page.context().close();
  });
}

test('the question is asked and answered by keyboard; the subject stands in no address', async () => {
  const { page, url } = await signedInPage('en');
  await page.goto(`${url}/domains/try`);
  await look(page, 'try-en');
  await page.getByLabel('From').fill('ann.lee@hospital.test');
  await page.keyboard.press('Tab');
  await page.keyboard.type('pat@mail.example');
  await page.keyboard.press('Tab');
  await page.keyboard.type('send secure <b>results</b>');
  await page.keyboard.press('Enter');
  await page.getByRole('status').waitFor();
  assert.match(await page.getByRole('status').innerText(), /secure message[\s\S]*send secure[\s\S]*code/u);
  assert.equal(page.url(), `${url}/domains/try`);
  assert.equal(await page.getByLabel('Subject').inputValue(), 'send secure <b>results</b>');
  await look(page, 'answered-en');
  await page.context().close();
});
