/**
 * R24, R53: the administration in Chromium: partners changed by two people, lists imported with a preview, by axe at phone
 * and desktop width in both themes. `LOOK=1` writes pictures to `test/output/look/`.
 */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import type { Browser, Page } from 'playwright-core';

import type { PartnerPages } from '#src/console/domains-routes.ts';
import { directoryEntries } from '#src/partners/directory.ts';
import { domainHistory, domainStatuses } from '#src/partners/overview.ts';
import { HIGHER_ROLES, type HigherRole } from '#src/staff/roles.ts';
import { addAuthored } from '#test/support/authored-messages.ts';
import { freePort } from '#test/support/free-port.ts';
import { cookieName, openStaffWorld, type StaffWorld } from '#test/support/staff-world.ts';

import { assertAccessible } from './axe.ts';
import { launchBrowser } from './browser.ts';

let browser: Browser;
let world: StaffWorld;
let url = '';

/** The directory as it is in the database; servers that verify are those of `good.example`. */
const pages: PartnerPages = {
  partners: () =>
    domainStatuses(
      world.database,
      directoryEntries([], world.administration.partners.snapshot),
      world.clock.now(),
    ),
  suggestions: async () => [],
  servers: async () => [],
  history: (domain) => domainHistory(world.database, domain, 60),
  whatIf: async () => ({ kind: 'refused-author' }),
  isInternal: (domain) => domain === 'hospital.test',
  probe: async () => {},
  tryImport: async (list) =>
    list.map((imported) => {
      const verified = imported.domain.startsWith('good');
      return {
        imported,
        tls: imported.tls ?? ('pkix' as const),
        outcome: verified ? ('verified' as const) : ('not-verified' as const),
        how: verified ? 'DANE' : null,
        why: verified ? null : 'mx.weak.example:25: TLS: certificate has expired',
      };
    }),
};

before(async () => {
  browser = await launchBrowser();
  const port = await freePort();
  url = `http://localhost:${port}`;
  world = await openStaffWorld({
    console: { consoleUrl: url, partners: pages, web: null, allowedHosts: [`localhost:${port}`] },
  });
  await world.server.listen({ host: '127.0.0.1', port });
});
after(async () => {
  await browser.close();
  await world.dispose();
});

async function signedInPage(address: string, ...roles: HigherRole[]): Promise<Page> {
  const jar = await world.signedIn(await world.addPerson(address, roles));
  const name = cookieName(url, 'staff-session');
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  await context.addCookies([{ name, value: jar.cookies.get(name) ?? '', url }]);
  const page = await context.newPage();
  await page.goto(`${url}/domains`);
  return page;
}

async function look(page: Page, name: string): Promise<void> {
  await assertAccessible(page, name);
  if (process.env['LOOK'] === undefined) return;
  const folder = fileURLToPath(new URL('../output/look/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  for (const width of [390, 1280])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 844 });
      await page.emulateMedia({ colorScheme });
      const path = join(folder, `administration-${name}-${width}-${colorScheme}.png`);
      await page.screenshot({ path, fullPage: true });
    }
  await page.setViewportSize({ width: 390, height: 844 });
}

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });

test('R24: a partner is added by two people, changed and removed', async () => {
  const ann = await signedInPage('ann.lee@hospital.test', 'administrator');
  const ben = await signedInPage('ben.moss@hospital.test', 'security-officer');
  await ann.getByRole('link', { name: 'Add a partner' }).click();
  await look(ann, 'add');
  await ann.getByLabel('Domain', { exact: true }).fill('clinic.example');
  await ann.getByLabel('Signed on').fill('2026-01-31');
  await ann.getByLabel('Whom to ask there').fill('Postmaster, +1 555 0188');
  await button(ann, 'Save').click();
  await ann.getByRole('heading', { name: 'This needs a second person' }).waitFor();
  await look(ann, 'second-person');
  await ann.getByLabel('Why is this wanted?').fill('Contract signed');
  await button(ann, 'Ask a second person').click();
  await heading(ann, 'Save the partner clinic.example').waitFor();
  await look(ann, 'asked');
  assert.equal(await button(ann, /Approve/u).count(), 0, 'who asked does not approve');

  await ben.getByRole('link', { name: 'Administration' }).click();
  await look(ben, 'hub');
  await ben.getByRole('link', { name: 'Changes for two people' }).click();
  await look(ben, 'proposals');
  await ben.getByRole('link', { name: 'Save the partner clinic.example' }).click();
  await look(ben, 'approve');
  await button(ben, /Approve/u).click();
  await ben.getByRole('status').getByText('Approved.').waitFor();
  await ben.goto(`${url}/domains/clinic.example`);
  await ben.getByText('Postmaster, +1 555 0188').waitFor();
  await look(ben, 'partner');

  await ben.getByRole('link', { name: 'Change' }).click();
  await look(ben, 'edit');
  await ben.getByLabel('Where the document is kept').fill('Contracts, folder 12');
  await button(ben, 'Save').click();
  await ben.getByRole('status').getByText('Saved.').waitFor();
  await ben.getByText('Contracts, folder 12').waitFor();

  await ben.getByRole('link', { name: 'Change' }).click();
  await button(ben, 'Remove').click();
  await ben.getByRole('heading', { name: 'This needs a second person' }).waitFor();
  await ben.getByLabel('Why is this wanted?').fill('Contract ended');
  await button(ben, 'Ask a second person').click();
  await ann.goto(ben.url());
  await button(ann, 'Refuse').click();
  await ann.getByRole('status').getByText('Refused.').waitFor();
  assert.ok(world.administration.partners.snapshot.partners.has('clinic.example'));
  await ann.context().close();
  await ben.context().close();
});

test('R24: a list is looked at, shown, and asked for as a whole', async () => {
  const page = await signedInPage('carol.diaz@hospital.test', 'administrator');
  await page.goto(`${url}/domains/import`);
  await page.getByRole('textbox', { name: 'The list' }).fill('domain,tls\nnot a domain,dane\n');
  await button(page, 'Look at the domains').click();
  await page.getByRole('alert').getByText('Line 2').waitFor();
  await look(page, 'import-problem');
  await page
    .getByRole('textbox', { name: 'The list' })
    .fill('domain\ngood1.example\ngood2.example\nweak.example\n');
  await button(page, 'Look at the domains').click();
  await heading(page, 'What would be saved').waitFor();
  await look(page, 'import-preview');
  await page.getByLabel('Why is this wanted?').fill('List of the old appliance');
  await button(page, /Ask a second person/u).click();
  await heading(page, 'Save 2 partners').waitFor();
  await look(page, 'import-asked');
  assert.ok(!world.administration.partners.snapshot.partners.has('good1.example'));
  await button(page, 'Withdraw').click();
  await page.getByRole('status').getByText('Withdrawn.').waitFor();
  await page.context().close();
});

test('a sender sees partners and no button that changes one', async () => {
  const page = await signedInPage('dan.sender@hospital.test');
  assert.equal(await page.getByRole('link', { name: 'Add a partner' }).count(), 0);
  const answer = await page.goto(`${url}/domains/new`);
  assert.equal(answer?.status(), 403);
  await page.context().close();
});

test('R53, R62: every other page of the administration, found from its first one', async () => {
  const page = await signedInPage('eve.ruiz@hospital.test', ...HIGHER_ROLES);
  const recipients = [
    {
      address: 'jane@outside.example',
      wrongRecipientAt: 5,
      tlsFacts: '{"version":"TLSv1.3","verifiedBy":"dane"}',
    },
  ];
  await addAuthored(world, { author: 'bob@hospital.test', subject: 'Secret results', recipients });
  const open = async (name: string) => {
    await page.goto(`${url}/administration`);
    await page.getByRole('link', { name, exact: true }).click();
    await heading(page, name).waitFor();
  };
  await open('What became of a message');
  await page.getByLabel('Recipient', { exact: true }).fill('jane@outside.example');
  await button(page, 'Search').click();
  await page.getByRole('table').waitFor();
  await look(page, 'tracking');
  await page.getByRole('rowheader').getByRole('link').first().click();
  await heading(page, 'What became of this message').waitFor();
  assert.doesNotMatch((await page.locator('body').textContent()) ?? '', /Secret results/u);
  await look(page, 'tracked');
  await open('Accounts');
  await page.getByLabel('Mail address').fill('carol.diaz@hospital.test');
  await button(page, 'Find').click();
  await page.getByRole('heading', { name: 'Staff' }).waitFor();
  await look(page, 'accounts');
  await page.getByLabel('Why is this wanted?').fill('Stands in for Ann');
  await button(page, 'Ask a second person for it').click();
  await heading(page, 'Give carol.diaz@hospital.test the role help desk').waitFor();
  await look(page, 'role-asked');
  await open('What is in force');
  await look(page, 'defaults');
  await open('Wrong recipients');
  await look(page, 'incidents');
  await open('Alarms');
  await look(page, 'alarms');
  await open('Messages over a limit');
  await look(page, 'holds');
  await page.context().close();
});
