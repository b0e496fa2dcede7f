/** OpenID Connect against a real provider (oidc-provider) and one that lies. W12. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';

import { Provider } from 'oidc-provider';

import { CONSOLE_ORIGIN, openStaffWorld, StaffBrowser, type StaffWorld } from '#test/support/staff-world.ts';

import type { StaffOptions } from './staff.ts';

const CLIENT = { clientId: 'send-secure', clientSecret: 'a-secret-of-the-client' };
const REDIRECT = `${CONSOLE_ORIGIN}/sign-in/oidc/callback`;

function settings(issuer: string): NonNullable<StaffOptions['oidc']> {
  return {
    issuer,
    ...CLIENT,
    scopes: ['openid', 'email'],
    acrValues: [],
    redirectUri: REDIRECT,
    groupsClaim: 'groups',
    groups: { admins: 'administrator', desk: 'help-desk' },
    mfaClaim: 'amr',
    mfaValues: ['mfa', 'hwk'],
  };
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

interface Account {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly amr: readonly string[];
}

describe('signing in with a real provider', () => {
  const accounts = new Map<string, Account>();
  let server: Server;
  let world: StaffWorld;
  before(async () => {
    server = createServer();
    const issuer = await listening(server);
    const provider = new Provider(issuer, {
      clients: [
        { client_id: CLIENT.clientId, client_secret: CLIENT.clientSecret, redirect_uris: [REDIRECT] },
      ],
      claims: { openid: ['sub', 'groups', 'amr'], email: ['email', 'email_verified'] },
      conformIdTokenClaims: false,
      cookies: { keys: ['only for this test'] },
      findAccount: (_ctx, sub) => ({
        accountId: sub,
        claims: async () => ({ sub, ...accounts.get(sub)?.claims }),
      }),
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_ctx, interaction) => `/login/${interaction.uid}` },
    });
    provider.on('server_error', (_ctx, error) => assert.fail(error));
    const callback = provider.callback();
    server.on('request', (request, response) => {
      const isLogin = request.url?.startsWith('/login/') === true;
      void (isLogin ? logIn(provider, request, response) : callback(request, response));
    });
    world = await openStaffWorld({ staff: { oidc: settings(issuer) } });
  });
  after(async () => {
    await world.dispose();
    await close(server);
  });

  /** Signs in whoever the test's cookie names, and consents. */
  async function logIn(
    provider: Provider,
    request: Parameters<Provider['interactionDetails']>[0],
    response: Parameters<Provider['interactionDetails']>[1],
  ): Promise<void> {
    const { params, prompt, session } = await provider.interactionDetails(request, response);
    const accountId = /who=([\w-]+)/u.exec(request.headers.cookie ?? '')?.[1] ?? '';
    if (prompt.name === 'login') {
      const login = { accountId, amr: [...(accounts.get(accountId)?.amr ?? [])] };
      return provider.interactionFinished(request, response, { login });
    }
    const grant = new provider.Grant({
      accountId: session?.accountId ?? '',
      clientId: String(params['client_id']),
    });
    grant.addOIDCScope('openid email');
    grant.addOIDCClaims(['groups', 'amr']);
    const consent = { grantId: await grant.save() };
    return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
  }

  /** Follows the provider's redirects with its cookies; the path and query to which it sends the browser back. */
  async function atProvider(start: string, who: string): Promise<string> {
    const jar = new Map([['who', who]]);
    let url = start;
    for (let hop = 0; hop < 12; hop++) {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
      await answer.arrayBuffer();
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/u.exec(line) ?? [];
        jar.set(name, value);
      }
      url = new URL(answer.headers.get('location') ?? '', url).href;
      if (url.startsWith(CONSOLE_ORIGIN)) return url.slice(CONSOLE_ORIGIN.length);
    }
    throw new Error('the provider sent the browser nowhere');
  }

  async function signIn(who: string, browser = new StaffBrowser(world)) {
    const start = await browser.get('/sign-in/oidc?to=/account');
    assert.equal(start.statusCode, 303);
    const back = await atProvider(String(start.headers.location), who);
    return { browser, back, answer: await browser.get(back) };
  }

  const viewerOf = (browser: StaffBrowser) => world.staff.viewerOf(browser.sessionToken);

  it('asks with PKCE, state and nonce, and binds the person to issuer and subject', async () => {
    accounts.set('ann', { claims: { email: 'ann@hospital.test', email_verified: true }, amr: ['pwd'] });
    const start = new URL(String((await new StaffBrowser(world).get('/sign-in/oidc')).headers.location))
      .searchParams;
    assert.equal(start.get('code_challenge_method'), 'S256');
    for (const name of ['code_challenge', 'state', 'nonce']) assert.equal(start.get(name)?.length, 43);
    const { browser, answer } = await signIn('ann');
    assert.deepEqual([answer.statusCode, answer.headers.location], [303, '/account']);
    const first = await viewerOf(browser);
    assert.deepEqual(
      first?.addresses.map(({ address }) => address),
      ['ann@hospital.test'],
    );
    accounts.set('ann', { claims: { email: 'renamed@hospital.test', email_verified: true }, amr: ['pwd'] });
    const again = await viewerOf((await signIn('ann')).browser);
    assert.equal(again?.staffId, first?.staffId);
    assert.equal(again?.addresses.length, 2);
  });

  it('R62: gives the roles of groups with a second factor only, and takes them with the group', async () => {
    accounts.set('bob', { claims: { groups: ['admins', 'others'] }, amr: ['pwd'] });
    const weak = await viewerOf((await signIn('bob')).browser);
    assert.deepEqual([...(weak?.roles ?? [])], ['sender']);
    assert.deepEqual(weak?.dormantRoles, ['administrator']);
    accounts.set('bob', { claims: { groups: ['admins'] }, amr: ['pwd', 'mfa'] });
    const strong = await viewerOf((await signIn('bob')).browser);
    assert.deepEqual([...(strong?.roles ?? [])], ['sender', 'administrator']);
    accounts.set('bob', { claims: { groups: ['desk'] }, amr: ['mfa'] });
    const moved = await viewerOf((await signIn('bob')).browser);
    assert.deepEqual([...(moved?.roles ?? [])], ['sender', 'help-desk']);
    const changes = (await world.audit())
      .filter(({ facts }) => facts['staff'] === moved?.staffId && 'role' in facts)
      .map(({ event, facts }) => `${event} ${String(facts['role'])}`);
    assert.deepEqual(changes, [
      'staff-role-granted administrator',
      'staff-role-revoked administrator',
      'staff-role-granted help-desk',
    ]);
    const byPasskey = await viewerOf(await world.signedIn(moved?.staffId ?? ''));
    assert.deepEqual(
      [...(byPasskey?.roles ?? [])],
      ['sender'],
      'a group counts only where the provider vouches',
    );
  });

  it('takes an address only where it is verified and one of ours', async () => {
    const claims = [
      { email: 'x1@hospital.test', email_verified: false },
      { email: 'x2@hospital.test' },
      { email: 'x3@hospital.test', email_verified: 'true' },
      { email: 'x4@evil.test', email_verified: true },
    ];
    for (const [i, claim] of claims.entries()) {
      accounts.set(`x${i}`, { claims: claim, amr: [] });
      assert.deepEqual((await viewerOf((await signIn(`x${i}`)).browser))?.addresses, []);
    }
  });

  it('joins who is known by the mailbox alone, and nobody who has more', async () => {
    const plain = await world.addPerson('plain@hospital.test');
    const officer = await world.addPerson('officer@hospital.test', ['administrator']);
    accounts.set('plain', { claims: { email: 'plain@hospital.test', email_verified: true }, amr: ['mfa'] });
    accounts.set('officer', {
      claims: { email: 'officer@hospital.test', email_verified: true },
      amr: ['mfa'],
    });
    assert.equal((await viewerOf((await signIn('plain')).browser))?.staffId, plain);
    const other = await viewerOf((await signIn('officer')).browser);
    assert.notEqual(other?.staffId, officer);
    assert.deepEqual([...(other?.roles ?? [])], ['sender']);
    assert.deepEqual(other?.addresses, [], 'the address stays with who has it');
    accounts.set('successor', {
      claims: { email: 'plain@hospital.test', email_verified: true },
      amr: ['mfa'],
    });
    assert.notEqual((await viewerOf((await signIn('successor')).browser))?.staffId, plain);
  });

  it('W12: takes no answer twice, of another browser, or with another state', async () => {
    accounts.set('eve', { claims: {}, amr: [] });
    const { browser, back } = await signIn('eve');
    assert.equal((await browser.get(back)).statusCode, 403, 'again');
    const victim = new StaffBrowser(world);
    await victim.get('/sign-in/oidc');
    const start = await new StaffBrowser(world).get('/sign-in/oidc');
    const foreign = await atProvider(String(start.headers.location), 'eve');
    assert.equal((await victim.get(foreign)).statusCode, 403, 'of another browser');
    assert.equal((await new StaffBrowser(world).get(foreign)).statusCode, 403, 'of none');
    const own = new StaffBrowser(world);
    const mine = await atProvider(String((await own.get('/sign-in/oidc')).headers.location), 'eve');
    const changed = mine.replace(/state=[\w-]+/u, `state=${'A'.repeat(43)}`);
    assert.equal((await own.get(changed)).statusCode, 403, 'another state');
    assert.equal(own.sessionToken, undefined);
  });

  it('W12: takes no answer that names another issuer', async () => {
    const browser = new StaffBrowser(world);
    const back = await atProvider(String((await browser.get('/sign-in/oidc')).headers.location), 'eve');
    assert.match(back, /iss=/u);
    const mixed = back.replace(/iss=[^&]+/u, `iss=${encodeURIComponent('https://other.test')}`);
    assert.equal((await browser.get(mixed)).statusCode, 403);
  });

  it('answers as the provider does where somebody declines', async () => {
    const browser = new StaffBrowser(world);
    await browser.get('/sign-in/oidc');
    const answer = await browser.get('/sign-in/oidc/callback?error=access_denied&error_description=%3Cb%3E');
    assert.equal(answer.statusCode, 403);
    assert.match(answer.body, /work account did not work/u);
    assert.ok(!answer.body.includes('<b>'));
  });
});

describe('W12: a provider that lies', () => {
  let server: Server;
  let issuer: string;
  let world: StaffWorld;
  let honest: KeyObject;
  let make: (claims: Record<string, unknown>) => string;
  let nonce = '';
  before(async () => {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    honest = pair.privateKey;
    server = createServer((request, response) => {
      const json = (body: unknown) => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(body));
      };
      if (request.url === '/.well-known/openid-configuration')
        return json({
          issuer,
          authorization_endpoint: `${issuer}/auth`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/jwks`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256', 'none', 'HS256'],
        });
      if (request.url === '/jwks')
        return json({
          keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }],
        });
      const now = Math.floor(Date.now() / 1000);
      const claims = { iss: issuer, sub: 'mallory', aud: CLIENT.clientId, iat: now, exp: now + 60, nonce };
      return json({ access_token: 'x', token_type: 'Bearer', id_token: make(claims) });
    });
    issuer = await listening(server);
    world = await openStaffWorld({ staff: { oidc: settings(issuer) } });
  });
  after(async () => {
    await world.dispose();
    await close(server);
  });
  beforeEach(() => {
    make = (claims) => token({ alg: 'RS256', kid: 'k' }, claims, honest);
  });

  async function signIn(): Promise<number> {
    const browser = new StaffBrowser(world);
    const start = new URL(String((await browser.get('/sign-in/oidc')).headers.location));
    nonce = start.searchParams.get('nonce') ?? '';
    const state = start.searchParams.get('state') ?? '';
    const answer = await browser.get(`/sign-in/oidc/callback?code=c&state=${state}`);
    assert.equal(browser.sessionToken === undefined, answer.statusCode !== 303);
    return answer.statusCode;
  }

  it('is believed while it does not', async () => {
    assert.equal(await signIn(), 303);
  });

  const lies: Readonly<Record<string, (claims: Record<string, unknown>) => string>> = {
    'alg none': (claims) => token({ alg: 'none' }, claims, null),
    'a key of somebody else': (claims) =>
      token(
        { alg: 'RS256', kid: 'k' },
        claims,
        generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
      ),
    'another nonce': (claims) => token({ alg: 'RS256', kid: 'k' }, { ...claims, nonce: 'x' }, honest),
    'no nonce': (claims) => token({ alg: 'RS256', kid: 'k' }, { ...claims, nonce: undefined }, honest),
    'another issuer': (claims) =>
      token({ alg: 'RS256', kid: 'k' }, { ...claims, iss: 'https://other.test' }, honest),
    'another audience': (claims) => token({ alg: 'RS256', kid: 'k' }, { ...claims, aud: 'other' }, honest),
    'a token that is over': (claims) => token({ alg: 'RS256', kid: 'k' }, { ...claims, exp: 1 }, honest),
  };
  for (const [name, lie] of Object.entries(lies)) {
    it(`is not believed with ${name}`, async () => {
      make = lie;
      assert.equal(await signIn(), 403);
    });
  }

  it('and one that can not be reached lets nobody in, until it can', async () => {
    const gone = createServer();
    const nowhere = await listening(gone);
    await close(gone);
    const alone = await openStaffWorld({ staff: { oidc: settings(nowhere) } });
    try {
      const answer = await new StaffBrowser(alone).get('/sign-in/oidc');
      assert.equal(answer.statusCode, 403);
      assert.match(answer.body, /work account did not work/u);
    } finally {
      await alone.dispose();
    }
  });
});

function token(header: object, claims: object, key: KeyObject | null): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${key === null ? '' : sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}
