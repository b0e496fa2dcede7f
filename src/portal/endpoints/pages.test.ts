import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import type { ReadinessNames } from '#src/portal/portal-dependencies.ts';
import { openPortalWorld, TestBrowser, type PortalWorld } from '#test/support/portal-world.ts';

const HTML =
  '<!doctype html><title>App</title><script type="module" src="/assets/main-AB12CD34.js"></script>';
const SPANISH = HTML.replace('App', 'Aplicación');

describe('pages, health and site', () => {
  let world: PortalWorld;
  let folder: string;
  let readiness: ReadinessNames = { failing: [], warnings: [] };
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'send-secure-pages-'));
    await writeFile(path.join(folder, 'main-AB12CD34.js'), 'export {};\n');
    world = await openPortalWorld({
      web: { pages: { en: HTML, es: SPANISH }, assetsFolder: folder },
      readiness: async () => readiness,
    });
  });
  after(async () => {
    await world.dispose();
    await rm(folder, { recursive: true });
  });

  it('every path of the app gets the one page, and no other path does', async () => {
    const browser = new TestBrowser(world);
    for (const url of [
      '/',
      '/m/abc',
      '/messages',
      '/messages/01JD',
      '/sign-in',
      '/sign-in/google?code=x&state=y',
      '/sign-in/microsoft',
      '/check',
      '/help',
      '/help/faq',
      '/m/abc?x=1',
    ]) {
      const page = await browser.get(url);
      assert.deepEqual([page.statusCode, page.body], [200, HTML], url);
      assert.match(String(page.headers['content-security-policy']), /script-src 'self'/u);
    }
    for (const url of [
      '/admin',
      '/m',
      '/m/a/b',
      '/index.html',
      '/debug',
      '/captured',
      '/metrics',
      '/.env',
      '/api',
    ]) {
      const none = await browser.get(url);
      assert.deepEqual([none.statusCode, none.json().code], [404, 'not-found'], url);
    }
    assert.equal((await browser.get('/assets/main-AB12CD34.js')).statusCode, 200);
    assert.match((await browser.get('/frame')).body, /<body><\/body>/u);
  });

  it('the page comes in the language of its address, of what was chosen, of the browser, of the site', async () => {
    const languageOf = async (url: string, headers: Record<string, string>) => {
      const { body } = await world.portal.app.inject({ method: 'GET', url, headers: { host, ...headers } });
      return body === SPANISH ? 'es' : body === HTML ? 'en' : body;
    };
    const host = 'secure.hospital.test';
    const spanish = { 'accept-language': 'fr, es-MX;q=0.9, en;q=0.8' };
    for (const [expected, url, headers] of [
      ['en', '/', {}],
      ['en', '/', { 'accept-language': 'fr,de;q=0.5' }],
      ['es', '/', spanish],
      ['es', '/nowhere', { ...spanish, accept: 'text/html' }],
      ['en', '/m/abc', { ...spanish, cookie: 'language=en' }],
      ['es', '/help?lang=es', { cookie: 'language=en' }],
      ['es', '/?lang=xx', { cookie: 'language=es' }],
      ['en', '/?lang=__proto__&lang=es', { cookie: 'language=constructor' }],
    ] as const)
      assert.equal(await languageOf(url, headers), expected, `${url} ${JSON.stringify(headers)}`);
  });

  it('tells that it is alive and whether it is ready, with names and no detail', async () => {
    const browser = new TestBrowser(world);
    assert.deepEqual((await browser.get('/healthz')).json(), { status: 'alive' });
    assert.deepEqual((await browser.get('/readyz')).json(), { status: 'ready' });
    readiness = { failing: [], warnings: ['outbound-stopped'] };
    const warned = await browser.get('/readyz');
    assert.deepEqual(
      [warned.statusCode, warned.json()],
      [200, { status: 'ready', warnings: ['outbound-stopped'] }],
    );
    readiness = { failing: ['disk'], warnings: [] };
    const ill = await browser.get('/readyz');
    assert.deepEqual([ill.statusCode, ill.json()], [503, { status: 'not ready', failing: ['disk'] }]);
    assert.equal((await browser.get('/healthz')).statusCode, 200);
    readiness = { failing: [], warnings: [] };
  });

  it('tells of the organisation what every page shows', async () => {
    assert.deepEqual((await new TestBrowser(world).get('/api/site')).json(), {
      organization: 'Example Hospital',
      helpLine: { phone: '+1 555 0100', hours: 'Mon-Fri 8-17' },
      forSenders: {
        helpDeskPhone: '',
        helpDeskHours: '',
        policyUrl: '',
        patientPortalUrl: '',
        securityOfficer: '',
      },
      logo: null,
      colours: null,
      publicUrl: 'https://secure.hospital.test',
      languages: ['en', 'es'],
      defaultLanguage: 'en',
      idleMinutes: 15,
      sessionHours: 12,
      minPasswordLength: 15,
      providers: [],
    });
  });

  it('describes every JSON route with its bodies and answers', async () => {
    const { paths } = (await new TestBrowser(world).get('/api/openapi.json')).json() as {
      paths: Record<string, Record<string, { summary?: string; responses?: object }>>;
    };
    for (const [url, methods] of Object.entries(paths)) {
      for (const [method, route] of Object.entries(methods)) {
        assert.ok(route.summary !== undefined && route.responses !== undefined, `${method} ${url}`);
      }
    }
    assert.equal(Object.keys(paths).includes('/frame'), false);
  });

  it('removes ended sessions, old codes and counters when told to', async () => {
    const [copy] = (await world.send(['swept@mail.test'])).copies;
    assert.ok(copy);
    await new TestBrowser(world).register(copy);
    world.clock.advance(40 * 24 * 3_600_000);
    await world.database.commit(world.portal.sweep());
    for (const table of ['sessions', 'address_codes', 'throttles'] as const) {
      assert.deepEqual(await world.database.query.selectFrom(table).selectAll().execute(), [], table);
    }
  });
});
