/** Every route of the portal, from its own table: who may not, gets nothing, and nothing tells them more. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import type { LightMyRequestResponse } from 'fastify';

import {
  GOOD_PASSWORD,
  openPortalWorld,
  PORTAL_ORIGIN,
  TestBrowser,
  TestPage,
  type PortalWorld,
  type SentMessage,
} from '#test/support/portal-world.ts';

/** Routes that answer somebody without a session; every other one refuses. */
const PUBLIC = new Set([
  'GET /api/site',
  'GET /api/links/{token}',
  'GET /api/links/{token}/site',
  'POST /api/links/{token}/code',
  'POST /api/links/{token}/code/verify',
  'POST /api/links/{token}/not-for-me',
  'POST /api/links/{token}/ask',
  'POST /api/links/{token}/other-way',
  'GET /api/registration',
  'GET /api/passphrase',
  'POST /api/join/code',
  'POST /api/join/verify',
  'POST /api/session',
  'GET /api/session',
  'DELETE /api/session',
  'POST /api/session/passkey/options',
  'POST /api/session/passkey',
  'POST /api/session/providers/{provider}',
  'POST /api/session/providers/{provider}/finish',
  'GET /api/session/steps',
  'GET /api/reset/stop/{token}',
  'POST /api/reset/stop/{token}',
  'POST /api/reset',
  'POST /api/reset/verify',
  'POST /api/check',
  'POST /api/check/mail',
  'GET /healthz',
  'GET /readyz',
]);

/** Routes of a sign-in that lacks something still. */
const UNDER_WAY = /^\/api\/session\/(?:second-factor|mailbox)/u;

const ENDS_SESSIONS = new Set(['DELETE /api/session', 'POST /api/account/sign-out-everywhere']);

describe('the routes of the portal', () => {
  let world: PortalWorld;
  let message: SentMessage;
  let owner: TestBrowser;
  let routes: { method: 'GET' | 'POST' | 'DELETE'; path: string }[];
  const page = new TestPage();

  before(async () => {
    world = await openPortalWorld();
    message = await world.send(['owner@mail.test', 'copied@mail.test']);
    const [own, copied] = message.copies;
    assert.ok(own && copied);
    owner = new TestBrowser(world);
    await owner.register(own);
    await new TestBrowser(world).register(copied);
    const described = (await owner.get('/api/openapi.json')).json() as {
      paths: Record<string, Record<string, unknown>>;
    };
    routes = Object.entries(described.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ method: method.toUpperCase() as 'GET', path })),
    );
  });
  after(() => world.dispose());

  it('W32: refuse everyone without a session, but for the list of public ones', async () => {
    assert.ok(routes.length >= 20);
    for (const { method, path } of routes) {
      if (PUBLIC.has(`${method} ${path}`)) continue;
      const answer = await new TestBrowser(world).request(method, concrete(path), bodyFor(path));
      assert.equal(answer.statusCode, 401, `${method} ${path}`);
      const code = UNDER_WAY.test(path) ? 'sign-in-over' : 'session-needed';
      assert.equal(answer.json().code, code, `${method} ${path}`);
    }
    const known = new Set(routes.map(({ method, path }) => `${method} ${path}`));
    for (const route of PUBLIC) assert.ok(known.has(route), `${route} is gone: take it off the list`);
  });

  it('W10: give another reader the same answer for a message of others as for one that never was', async () => {
    const [mine] = (await world.send(['stranger@mail.test'])).copies;
    assert.ok(mine);
    const stranger = new TestBrowser(world);
    await stranger.register(mine);
    const paths = routes.filter(({ path }) => path.includes('{id}'));
    assert.ok(paths.length >= 3);
    for (const { method, path } of paths) {
      const theirs = await stranger.request(method, concrete(path), bodyFor(path));
      const never = await stranger.request(
        method,
        concrete(path, '01JD0000000000000000000000'),
        bodyFor(path),
      );
      assert.deepEqual(look(theirs), look(never), `${method} ${path}`);
      assert.deepEqual([theirs.statusCode, theirs.json().code], [404, 'not-available']);
      assert.notEqual((await owner.request(method, concrete(path), bodyFor(path))).statusCode, 404);
    }
    const list = await stranger.post('/api/messages', { pageKey: page.pageKey });
    assert.ok(!list.body.includes(message.messageId));
  });

  it('W10: show one recipient nothing of another: not in link, list or opened message', async () => {
    const answers = [
      await owner.get(`/api/links/${message.copies[0]?.token ?? ''}`),
      await owner.post('/api/messages', { pageKey: page.pageKey }),
      await owner.post(`/api/messages/${message.messageId}/open`, { pageKey: page.pageKey }),
    ];
    for (const answer of answers) {
      assert.equal(answer.statusCode, 200);
      assert.doesNotMatch(answer.body, /copied@|c•••@/u);
      assert.ok(!answer.body.includes(message.copies[1]?.recipientId ?? ''));
    }
    const other = await owner.get(`/api/links/${message.copies[1]?.token ?? ''}`);
    assert.deepEqual([other.json().signedIn, other.json().messageId], [false, null]);
  });

  it('W09: refuse every change that does not come from a page of this site', async () => {
    for (const { method, path } of routes.filter(({ method }) => method !== 'GET')) {
      const cookie = [...owner.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      for (const [headers, status] of [
        [{ 'content-type': 'application/json' }, 403],
        [{ 'content-type': 'application/json', origin: 'https://evil.test' }, 403],
        [{ 'content-type': 'text/plain', origin: PORTAL_ORIGIN }, 415],
        [{ 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' }, 415],
      ] as const) {
        const answer = await world.portal.app.inject({
          method,
          url: concrete(path),
          headers: { host: 'secure.hospital.test', cookie, ...headers },
          payload: JSON.stringify(bodyFor(path)),
        });
        assert.equal(answer.statusCode, status, `${method} ${path} ${JSON.stringify(headers)}`);
      }
    }
    assert.equal((await owner.get('/api/session')).json().signedIn, true);
  });

  it('W23: send the security headers, never a stack, a path or a cookie of more than one host', async () => {
    for (const { method, path } of routes) {
      for (const browser of [new TestBrowser(world), owner]) {
        if (ENDS_SESSIONS.has(`${method} ${path}`) && browser === owner) continue;
        const answer = await browser.request(method, concrete(path), {});
        assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/u, path);
        assert.equal(answer.headers['cache-control'], 'no-store', path);
        assert.doesNotMatch(answer.body, /node_modules|\.ts:|\bSELECT\b|sqlite/iu, path);
        for (const set of [answer.headers['set-cookie'] ?? []].flat()) {
          assert.match(set, /^__Host-[a-z]+=.*; Path=\/; .*HttpOnly; Secure; SameSite=Strict/u);
          assert.doesNotMatch(set, /Domain/iu);
        }
      }
    }
  });

  it('W26: refuse hostile bodies on every route that takes one', async () => {
    const hostile = [
      `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
      '{"__proto__":{"signedIn":true}}',
      '{"constructor":{"prototype":{"x":1}}}',
      `{"password":"${'x'.repeat(70_000)}"}`,
      '[]',
      '"text"',
      '\u0000',
    ];
    for (const { path } of routes.filter(({ method }) => method === 'POST')) {
      for (const payload of hostile) {
        const answer = await world.portal.app.inject({
          method: 'POST',
          url: concrete(path),
          remoteAddress: `203.0.113.${hostile.indexOf(payload)}`,
          headers: {
            host: 'secure.hospital.test',
            origin: PORTAL_ORIGIN,
            'content-type': 'application/json',
          },
          payload,
        });
        assert.ok(
          [400, 413].includes(answer.statusCode),
          `${path} ${answer.statusCode} ${payload.slice(0, 30)}`,
        );
      }
    }
  });

  it('W27: write no token, code, password, cookie or address of a reader to the log', async () => {
    const secret = await world.send(['log\u00e9e@mail.test', 'logged@mail.test']);
    const [, copy] = secret.copies;
    assert.ok(copy);
    const browser = new TestBrowser(world);
    await browser.register(copy);
    await browser.post('/api/session', { address: 'logged@mail.test', password: 'wrong but secret words' });
    await world.portal.app.inject({
      url: `/m/${copy.token}`,
      headers: {
        host: 'secure.hospital.test',
        'user-agent': 'x\r\ninjected\u001b[31m'.replaceAll(/[\r\n]/gu, ''),
      },
    });
    const text = JSON.stringify(world.logged);
    for (const value of [
      copy.token,
      world.lastCode('logged@mail.test'),
      GOOD_PASSWORD,
      'wrong but secret words',
      browser.cookies.get('__Host-session') ?? 'missing',
      'logged@mail.test',
      '\\u001b',
    ]) {
      assert.ok(!text.includes(value), value);
    }
    const unexpected = world.logged.filter(({ level }) => level === 'error' || level === 'warn');
    assert.deepEqual(unexpected, []);
  });

  function concrete(path: string, id = message.messageId): string {
    return path
      .replace('{token}', 'A'.repeat(22))
      .replace('{id}', id)
      .replace('{passkey}', '01JD0000000000000000000002')
      .replace('{provider}', 'google')
      .replace('{credential}', '01JD0000000000000000000004')
      .replace('{device}', '01JD0000000000000000000003')
      .replace('{stream}', 'index')
      .replace('{chunk}', '0')
      .replace('{file}', '01JD0000000000000000000001');
  }

  function bodyFor(path: string): Record<string, unknown> {
    if (path === '/api/access/give')
      return { address: 'owner@mail.test', reader: 'x@mail.test', until: null };
    if (path === '/api/access/answer') return { id: 'none', allow: true };
    if (path === '/api/access/end') return { id: 'none' };
    if (path === '/api/account/password') return { current: GOOD_PASSWORD, password: GOOD_PASSWORD };
    if (path === '/api/account/delete') return { confirm: true };
    if (path === '/api/account/addresses/verify') return { code: '123456' };
    if (path === '/api/messages/{id}/verify') return { answer: 'four words' };
    if (path.startsWith('/api/account/addresses/')) return { address: 'further@mail.test' };
    if (path === '/api/messages' || path.endsWith('/open')) return { pageKey: page.pageKey };
    if (path.endsWith('/reply')) return { pageKey: page.pageKey };
    if (path.endsWith('/reply/text')) return { draftId: 'none', text: 'AAAA' };
    if (path.endsWith('/reply/send')) return { draftId: 'none', to: 'author' };
    if (path.startsWith('/api/messages/') && path.endsWith('/verify')) return { answer: '12345678' };
    if (path.endsWith('/kept')) return { what: 'mail' };
    if (path.endsWith('/reply/files')) return { draftId: 'none', sizeBytes: 10 };
    if (path.endsWith('/chunks')) return { draftId: 'none', number: 0, sealed: 'AAAA' };
    if (path.endsWith('/remove') || path.endsWith('/reply/take-back')) return { draftId: 'none' };
    if (path.endsWith('/reply/discard')) return { draftId: 'none' };
    if (path.endsWith('/passkeys/confirm') || path.endsWith('/session/passkey'))
      return { response: answerOf({ authenticatorData: 'AAAA', signature: 'AAAA' }) };
    if (path.endsWith('/passkeys') || path.endsWith('/registration/passkey'))
      return { response: answerOf({ attestationObject: 'AAAA' }) };
    if (path.endsWith('/finish')) return { query: 'code=x&state=y' };
    if (path.endsWith('/name')) return { name: 'Phone' };
    if (/second-factor(?:\/setup\/confirm)?$|mailbox\/verify$/u.test(path)) return { code: '123456' };
    if (path.endsWith('/password/first')) return { password: GOOD_PASSWORD };
    if (path.endsWith('/password')) return { password: GOOD_PASSWORD };
    return {};
  }
});

function answerOf(response: Record<string, string>) {
  return { id: 'AAAA', rawId: 'AAAA', type: 'public-key', response: { clientDataJSON: 'AAAA', ...response } };
}

function look(answer: LightMyRequestResponse): unknown {
  const { date: _date, 'x-request-id': _id, ...headers } = answer.headers;
  return [answer.statusCode, answer.body, headers];
}
