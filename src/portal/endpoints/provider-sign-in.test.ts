/** Signing in with an account at Google or Microsoft, against a real provider (oidc-provider). W06, W08, W12. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { MINUTE_MS } from '#src/base/clock.ts';
import { startOidcProvider, type OidcPeer } from '#test/peers/oidc-provider.ts';
import { openPortalWorld, PORTAL_ORIGIN, TestBrowser, type PortalWorld } from '#test/support/portal-world.ts';
import { codeOfApp, secretOf } from '#test/support/authenticator-app.ts';

const CLIENT = { clientId: 'send-secure', clientSecret: 'a-secret-of-the-client' };

describe('accounts at a provider', () => {
  let peer: OidcPeer;
  let world: PortalWorld;
  let people = 0;
  let address: string;
  let sub: string;
  let person: TestBrowser;

  before(async () => {
    const redirectUris = ['google', 'microsoft'].map((kind) => `${PORTAL_ORIGIN}/sign-in/${kind}`);
    peer = await startOidcProvider({ ...CLIENT, redirectUris });
    const { issuer } = peer;
    world = await openPortalWorld({
      providers: [
        { kind: 'google', issuer, ...CLIENT },
        { kind: 'microsoft', issuer, ...CLIENT },
      ],
    });
  });
  after(async () => {
    await world.dispose();
    await peer.close();
  });
  beforeEach(async () => {
    people++;
    // Codes of one network are counted over all tests.
    world.clock.advance(61 * MINUTE_MS);
    address = `reader${people}@gmail.com`;
    sub = `google-${people}`;
    peer.accounts.set(sub, { email: address, email_verified: true });
    person = await register(address);
    world.mails.length = 0;
  });

  async function register(mailbox: string): Promise<TestBrowser> {
    const [copy] = (await world.send([mailbox])).copies;
    assert.ok(copy);
    const browser = newBrowser();
    assert.equal((await browser.register(copy)).statusCode, 201);
    return browser;
  }

  const newBrowser = () => new TestBrowser(world, { remoteAddress: `192.0.2.${people}` });
  const isSignedIn = async (browser: TestBrowser) => (await browser.get('/api/session')).json().signedIn;
  const shown = async (browser: TestBrowser) =>
    (await browser.get('/api/account/credentials')).json().providers as {
      id: string;
      kind: string;
      name: string;
      suspended: boolean;
    }[];

  /** To the provider and back; `base`: of the account, or of signing in. */
  async function travel(browser: TestBrowser, base: string, who = sub, kind = 'google') {
    const begun = await browser.post(`${base}/${kind}`);
    assert.equal(begun.statusCode, 200, begun.body);
    const back = new URL(await peer.visit(String(begun.json().url), who, PORTAL_ORIGIN), PORTAL_ORIGIN);
    assert.equal(back.pathname, `/sign-in/${kind}`);
    return back.search.slice(1);
  }

  async function go(browser: TestBrowser, base: string, who = sub, kind = 'google') {
    const query = await travel(browser, base, who, kind);
    return browser.post(`${base}/${kind}/finish`, { query });
  }

  const add = (browser: TestBrowser, who = sub) => go(browser, '/api/account/providers', who);
  const signIn = (browser: TestBrowser, who = sub) => go(browser, '/api/session/providers', who);

  it('is added by who is signed in, told and recorded, and signs in then', async () => {
    assert.equal((await add(person)).statusCode, 200);
    assert.match(world.lastMail('account-change', address), /Subject: A new way to sign in/u);
    assert.deepEqual(
      (await shown(person)).map(({ kind, name, suspended }) => [kind, name, suspended]),
      [['google', address, false]],
    );
    const browser = newBrowser();
    browser.cookies.set('__Host-session', 'A'.repeat(43));
    const entered = await signIn(browser);
    assert.deepEqual([entered.statusCode, entered.json()], [200, { next: 'done', messageId: null }]);
    assert.notEqual(browser.cookies.get('__Host-session'), 'A'.repeat(43), 'W08: a session of its own');
    assert.equal((await browser.get('/api/session')).json().address, address);
    const events = await world.auditEvents();
    assert.ok(events.includes('provider-added') && events.includes('signed-in'));
    assert.equal((await add(person)).json().code, 'provider-known');
  });

  it('W12: asks with PKCE, state, nonce and a choice of account, each time others', async () => {
    const urls = [];
    for (let i = 0; i < 2; i++) {
      const begun = await newBrowser().post('/api/session/providers/google');
      urls.push(new URL(String(begun.json().url)).searchParams);
    }
    for (const url of urls) {
      assert.deepEqual(
        ['code_challenge_method', 'prompt', 'scope', 'redirect_uri'].map((name) => url.get(name)),
        ['S256', 'select_account', 'openid email', `${PORTAL_ORIGIN}/sign-in/google`],
      );
    }
    for (const name of ['code_challenge', 'state', 'nonce']) {
      assert.equal(urls[0]?.get(name)?.length, 43);
      assert.notEqual(urls[0]?.get(name), urls[1]?.get(name));
    }
  });

  it('W06: lets nobody in who has not added it, also with the verified address of an account', async () => {
    const stranger = newBrowser();
    const answer = await signIn(stranger);
    assert.deepEqual([answer.statusCode, answer.json().code], [422, 'provider-not-added']);
    peer.accounts.set('nobody', { email: 'nobody@gmail.com', email_verified: true });
    const never = await signIn(newBrowser(), 'nobody');
    assert.deepEqual([never.statusCode, never.body], [answer.statusCode, answer.body], 'W05: as for nobody');
    assert.equal(await isSignedIn(stranger), false);
    assert.ok((await world.auditEvents()).includes('sign-in-failed'));
  });

  it('W06: is added only with an address that the provider answers for and the account has proven', async () => {
    for (const [claims, code] of [
      [{ email: 'other@gmail.com', email_verified: true }, 'provider-address-differs'],
      [{ email: address, email_verified: false }, 'provider-address-not-proven'],
      [{ email: 'x@clinic.test', email_verified: true }, 'provider-address-not-proven'],
      [{}, 'provider-address-not-proven'],
    ] as const) {
      peer.accounts.set('other', claims);
      assert.equal((await add(person, 'other')).json().code, code);
    }
    assert.deepEqual(await shown(person), []);
    const work = 'ann@clinic.test';
    const colleague = await register(work);
    peer.accounts.set('tenant', { email: work, tid: 'of-an-attacker', email_verified: true });
    const forged = await go(colleague, '/api/account/providers', 'tenant', 'microsoft');
    assert.equal(forged.json().code, 'provider-address-not-proven');
    peer.accounts.set('tenant', { email: work, tid: 'of-the-clinic', xms_edov: '1' });
    const real = await go(colleague, '/api/account/providers', 'tenant', 'microsoft');
    assert.equal(real.statusCode, 200);
  });

  it('lets nobody in once its address is another one: people change them, and others get them', async () => {
    await add(person);
    peer.accounts.set(sub, { email: 'renamed@gmail.com', email_verified: true });
    assert.equal((await signIn(newBrowser())).json().code, 'provider-address-differs');
    peer.accounts.set(sub, { email: address, email_verified: true });
    assert.equal((await signIn(newBrowser())).statusCode, 200);
    // The address given to somebody else is another subject there, and no account here.
    peer.accounts.set('successor', { email: address, email_verified: true });
    assert.equal((await signIn(newBrowser(), 'successor')).json().code, 'provider-not-added');
  });

  it('belongs to one account', async () => {
    await add(person);
    const other = await register(`twin${people}@gmail.com`);
    peer.accounts.set(sub, { email: `twin${people}@gmail.com`, email_verified: true });
    assert.equal((await add(other)).json().code, 'provider-taken');
    const [mine] = await shown(person);
    assert.equal((await other.request('DELETE', `/api/account/providers/${mine?.id}`)).statusCode, 404);
    assert.equal((await shown(person)).length, 1);
  });

  it('W12: takes no answer twice, of another browser, purpose, account or provider, or changed', async () => {
    await add(person);
    const browser = newBrowser();
    const session = '/api/session/providers';
    const query = await travel(browser, session);
    const ticket = browser.cookies.get('__Host-ticket') ?? '';
    const finish = async (target: TestBrowser, given: string, path = `${session}/google/finish`) => {
      target.cookies.set('__Host-ticket', ticket);
      return (await target.post(path, { query: given })).statusCode;
    };
    assert.equal((await newBrowser().post(`${session}/google/finish`, { query })).statusCode, 422);
    assert.equal(await finish(newBrowser(), query.replace(/state=[\w-]+/u, `state=${'A'.repeat(43)}`)), 422);
    assert.equal(await finish(newBrowser(), query.replace(/iss=[^&]+/u, 'iss=https%3A%2F%2Fevil.test')), 422);
    assert.equal(await finish(newBrowser(), 'error=access_denied'), 422);
    assert.equal(await finish(newBrowser(), query, `${session}/microsoft/finish`), 422);
    assert.equal(await finish(person, query, '/api/account/providers/google/finish'), 422);
    const late = await travel(newBrowser(), session);
    assert.equal(await finish(newBrowser(), late), 422, 'of another browser');
    assert.equal(await finish(browser, query), 200);
    assert.equal(await finish(newBrowser(), query), 422, 'twice');
    const slow = newBrowser();
    const over = await travel(slow, session);
    world.clock.advance(10 * MINUTE_MS);
    assert.equal((await slow.post(`${session}/google/finish`, { query: over })).statusCode, 422, 'late');
  });

  it('of two that hand over one answer at once, one gets in', async () => {
    await add(person);
    const browser = newBrowser();
    const query = await travel(browser, '/api/session/providers');
    const twin = newBrowser();
    twin.cookies.set('__Host-ticket', browser.cookies.get('__Host-ticket') ?? '');
    const answers = await Promise.all(
      [browser, twin].map((one) => one.post('/api/session/providers/google/finish', { query })),
    );
    assert.deepEqual(answers.map(({ statusCode }) => statusCode).toSorted(), [200, 422]);
  });

  it('W06, W07: rests after a reset by mail alone until it is added again, which opens nothing older', async () => {
    await add(person);
    world.clock.advance(1000);
    const owner = newBrowser();
    await owner.post('/api/reset', { address });
    await world.portal.settled();
    await owner.post('/api/reset/verify', { code: world.lastCode(address) });
    await owner.post('/api/reset/password', { password: 'eine ganz andere lange Losung' });
    assert.equal((await signIn(newBrowser())).json().code, 'provider-suspended');
    assert.deepEqual(
      (await shown(owner)).map(({ suspended }) => suspended),
      [true],
    );
    world.clock.advance(1000);
    assert.equal((await add(owner)).statusCode, 200);
    assert.ok((await world.auditEvents()).includes('credential-confirmed'));
    assert.equal((await signIn(newBrowser())).statusCode, 200);
    const { resetAt } = await world.database.query
      .selectFrom('accounts')
      .innerJoin('account_addresses', 'account_addresses.accountId', 'accounts.id')
      .select('resetAt')
      .where('canonicalAddress', '=', address)
      .executeTakeFirstOrThrow();
    assert.notEqual(resetAt, null);
  });

  it('is no second factor', async () => {
    await add(person);
    const secret = secretOf((await person.post('/api/account/second-factor/setup')).json());
    const on = await person.post('/api/account/second-factor', { code: codeOfApp(secret, world.clock) });
    assert.ok(on.statusCode < 300, on.body);
    const browser = newBrowser();
    const entered = await signIn(browser);
    assert.deepEqual(entered.json(), { next: 'second-factor', messageId: null });
    assert.equal(await isSignedIn(browser), false);
  });

  it('is removed, told, and signs in no more; is changed only soon after signing in', async () => {
    await add(person);
    const [mine] = await shown(person);
    for (const minutes of [10, 10]) {
      world.clock.advance(minutes * MINUTE_MS);
      await person.post('/api/session/extend');
    }
    const path = `/api/account/providers/${mine?.id}`;
    assert.equal((await person.request('DELETE', path)).json().code, 'sign-in-again');
    assert.equal((await person.post('/api/account/providers/google')).json().code, 'sign-in-again');
    const fresh = newBrowser();
    await signIn(fresh);
    assert.equal((await fresh.request('DELETE', path)).statusCode, 200);
    assert.match(world.lastMail('account-change', address), /Subject: A way to sign in was removed/u);
    assert.equal((await signIn(newBrowser())).json().code, 'provider-not-added');
  });

  it('where nothing is configured there is nothing', async () => {
    assert.equal((await person.post('/api/session/providers/yahoo')).statusCode, 404);
    const plain = await openPortalWorld();
    try {
      const browser = new TestBrowser(plain);
      assert.deepEqual((await browser.get('/api/site')).json().providers, []);
      for (const kind of ['google', 'microsoft', '__proto__'])
        assert.equal((await browser.post(`/api/session/providers/${kind}`)).statusCode, 404);
    } finally {
      await plain.dispose();
    }
  });

  it('a provider that can not be reached is said, and the next try asks it again', async () => {
    const alone = await openPortalWorld({
      providers: [{ kind: 'google', issuer: 'http://localhost:1', ...CLIENT }],
    });
    try {
      const answer = await new TestBrowser(alone).post('/api/session/providers/google');
      assert.deepEqual([answer.statusCode, answer.json().code], [503, 'provider-unreachable']);
    } finally {
      await alone.dispose();
    }
  });
});
