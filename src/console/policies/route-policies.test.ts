/** Every route of the staff listener, from its own list, against a table of who may: no route without a line here. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { NetworkList } from '#src/base/network-list.ts';
import { HIGHER_ROLES, type HigherRole } from '#src/staff/roles.ts';
import { silentLog } from '#src/base/log.ts';
import { createHttpServer } from '#src/http/http-server.ts';
import { CONSOLE_ORIGIN, openStaffWorld, StaffBrowser, type StaffWorld } from '#test/support/staff-world.ts';

import { guardRoutes } from './guard.ts';
import { wantsSecondFactor, type PolicyName } from './policies.ts';

type Viewer = 'anonymous' | 'sender' | HigherRole;
const EVERYBODY: readonly Viewer[] = ['anonymous', 'sender', ...HIGHER_ROLES];
const SIGNED_IN = EVERYBODY.filter((viewer) => viewer !== 'anonymous');

/** Who gets past the guard from a network elsewhere, with a second factor where they have a higher role. */
const ALLOWED: Readonly<Record<PolicyName, readonly Viewer[]>> = {
  anybody: EVERYBODY,
  'token-holder': EVERYBODY,
  'this-machine': [],
  'metrics-reader': [],
  sender: SIGNED_IN,
  'help-desk': ['help-desk', 'administrator'],
  'security-officer': ['security-officer'],
  'privacy-officer': ['privacy-officer'],
  administrator: ['administrator'],
  'partner-editor': ['administrator', 'security-officer'],
  'incident-reader': ['security-officer', 'privacy-officer'],
  officer: HIGHER_ROLES,
  operator: HIGHER_ROLES,
};

const ROUTES: Readonly<Record<string, PolicyName>> = {
  'GET /': 'anybody',
  'GET /console.css': 'anybody',
  'GET /assets/:name': 'anybody',
  'GET /metrics': 'metrics-reader',
  'GET /status': 'operator',
  'GET /captured': 'this-machine',
  'GET /captured.json': 'this-machine',
  'GET /captured/:id': 'this-machine',
  'GET /held/:token': 'token-holder',
  'POST /held/:token': 'token-holder',
  'GET /undo/:token': 'token-holder',
  'POST /undo/:token': 'token-holder',
  'GET /mails/:token': 'token-holder',
  'POST /mails/:token': 'token-holder',
  'GET /sign-in': 'anybody',
  'POST /sign-in/link': 'anybody',
  'GET /sign-in/link/:token': 'token-holder',
  'POST /sign-in/link/:token': 'token-holder',
  'GET /sign-in/oidc': 'anybody',
  'GET /sign-in/oidc/callback': 'anybody',
  'POST /sign-in/passkey/options': 'anybody',
  'POST /sign-in/passkey': 'anybody',
  'GET /invite/:token': 'token-holder',
  'POST /invite/:token/options': 'token-holder',
  'POST /invite/:token': 'token-holder',
  'POST /sign-out': 'anybody',
  'GET /account': 'sender',
  'POST /account/addresses': 'sender',
  'POST /account/addresses/remove': 'sender',
  'GET /account/addresses/:token': 'sender',
  'POST /account/addresses/:token': 'sender',
  'POST /account/mails': 'sender',
  'POST /account/passkeys/options': 'sender',
  'POST /account/passkeys': 'sender',
  'POST /account/passkeys/remove': 'sender',
  'POST /account/sessions/end': 'sender',
  'POST /account/sessions/end-all': 'sender',
  'GET /messages': 'sender',
  'POST /messages/search': 'sender',
  'GET /messages/:id': 'sender',
  'GET /waiting': 'sender',
  'POST /messages/:id/hold': 'sender',
  'POST /messages/:id/:recipient/grant': 'sender',
  'POST /messages/:id/:recipient/decline': 'sender',
  'POST /messages/:id/:recipient/other-way-done': 'sender',
  'POST /messages/:id/:recipient/lock': 'sender',
  'POST /messages/:id/:recipient/unlock': 'sender',
  'POST /messages/:id/:recipient/remind': 'sender',
  'POST /messages/:id/:recipient/announce': 'sender',
  'POST /messages/:id/:recipient/end': 'sender',
  'POST /messages/:id/:recipient/read-by': 'sender',
  'POST /messages/:id/:recipient/refuse-replies': 'sender',
  'POST /messages/:id/:recipient/allow-replies': 'sender',
  'POST /messages/:id/:recipient/ask-code': 'sender',
  'POST /messages/:id/:recipient/no-code': 'sender',
  'POST /messages/:id/:recipient/new-code': 'sender',
  'POST /messages/:id/:recipient/passphrase': 'sender',
  'POST /messages/:id/:recipient/wrong-recipient': 'sender',
  'GET /messages/:id/incident/:recipient': 'sender',
  'GET /help-desk': 'help-desk',
  'POST /help-desk': 'help-desk',
  'POST /help-desk/announce': 'help-desk',
  'POST /help-desk/end-sessions': 'help-desk',
  'POST /help-desk/start-reset': 'help-desk',
  'POST /help-desk/hand-over': 'help-desk',
  'POST /administration/accounts/recipient/:id/start-reset': 'help-desk',
  'GET /domains': 'sender',
  'GET /domains/:domain': 'sender',
  'GET /domains/try': 'sender',
  'POST /domains/try': 'sender',
  'GET /domains/new': 'partner-editor',
  'GET /domains/:domain/edit': 'partner-editor',
  'POST /domains/save': 'partner-editor',
  'POST /domains/:domain/remove': 'partner-editor',
  'POST /domains/probe': 'partner-editor',
  'GET /domains/import': 'partner-editor',
  'POST /domains/import': 'partner-editor',
  'GET /domains/runs/:id': 'partner-editor',
  'POST /domains/runs/:id': 'partner-editor',
  'GET /administration': 'officer',
  'GET /administration/defaults': 'officer',
  'GET /administration/announcements': 'officer',
  'GET /administration/announcements/:file': 'officer',
  'GET /administration/accounts': 'help-desk',
  'POST /administration/accounts': 'help-desk',
  'POST /administration/accounts/recipient/:id/lock': 'help-desk',
  'POST /administration/accounts/recipient/:id/unlock': 'help-desk',
  'POST /administration/accounts/recipient/:id/end-sessions': 'help-desk',
  'POST /administration/accounts/staff/:id/lock': 'administrator',
  'POST /administration/accounts/staff/:id/end-sessions': 'administrator',
  'POST /administration/accounts/staff/:id/take-role': 'administrator',
  'POST /administration/accounts/staff/:id/give-role': 'administrator',
  'POST /administration/accounts/staff/:id/unlock': 'administrator',
  'GET /administration/tracking': 'officer',
  'POST /administration/tracking': 'officer',
  'GET /administration/tracking/:id': 'officer',
  'GET /administration/holds': 'security-officer',
  'POST /administration/holds/:id': 'security-officer',
  'GET /administration/incidents': 'incident-reader',
  'GET /administration/alarms': 'partner-editor',
  'GET /administration/proposals': 'officer',
  'GET /administration/proposals/:id': 'officer',
  'POST /administration/proposals/:id/approve': 'officer',
  'POST /administration/proposals/:id/refuse': 'officer',
};

const UNREACHABLE_PROVIDER = {
  issuer: 'http://localhost:1/',
  clientId: 'c',
  clientSecret: 's',
  scopes: ['openid'],
  acrValues: [],
  redirectUri: `${CONSOLE_ORIGIN}/sign-in/oidc/callback`,
  groupsClaim: 'groups',
  groups: {},
  mfaClaim: 'amr',
  mfaValues: ['mfa'],
};

describe('the routes of the staff listener', () => {
  let world: StaffWorld;
  const people = new Map<Viewer, string>();
  before(async () => {
    world = await openStaffWorld({ staff: { oidc: UNREACHABLE_PROVIDER } });
    for (const viewer of SIGNED_IN) {
      const roles = HIGHER_ROLES.filter((role) => role === viewer);
      people.set(viewer, await world.addPerson(`${viewer}@hospital.test`, roles));
    }
  });
  after(() => world.dispose());

  const browserOf = async (viewer: Viewer, mfa: boolean): Promise<StaffBrowser> => {
    const id = people.get(viewer);
    return id === undefined ? new StaffBrowser(world) : world.signedIn(id, { mfa });
  };

  it('R53: are those of the table, each with its policy', () => {
    const listed = world.routes
      .filter(({ method }) => method !== 'HEAD')
      .map(({ method, path, policy }) => [`${method} ${path}`, policy]);
    assert.deepEqual(Object.fromEntries(listed), ROUTES);
    for (const { method, path, policy } of world.routes.filter((route) => route.method === 'HEAD'))
      assert.equal(policy, ROUTES[`GET ${path}`], `${method} ${path}`);
  });

  for (const mfa of [true, false]) {
    it(`R53: let in whom the table says, ${mfa ? 'with' : 'without'} a second factor`, async () => {
      for (const viewer of EVERYBODY) {
        for (const [route, policy] of Object.entries(ROUTES)) {
          const [method = '', path = ''] = route.split(' ');
          // Signing out ends the session: a fresh one for each route.
          const browser = await browserOf(viewer, mfa);
          const answer = await ask(browser, method, path);
          const isHigher = viewer !== 'anonymous' && viewer !== 'sender';
          const counts = mfa || !isHigher ? viewer : 'sender';
          const expected = ALLOWED[policy].includes(counts);
          assert.equal(isLetIn(answer.statusCode, answer.body, policy), expected, `${viewer}: ${route}`);
        }
      }
    });
  }

  it('R62: a role that wants a second factor is told so, and a missing one not', async () => {
    const probe = await openStaffWorld();
    try {
      const officer = await probe.addPerson('officer@hospital.test', ['administrator']);
      const sender = await probe.addPerson('ann@hospital.test');
      for (const [id, wants] of [
        [officer, true],
        [sender, false],
      ] as const) {
        const browser = await probe.signedIn(id, { method: 'mailed-link', mfa: false });
        const viewer = await probe.staff.viewerOf(browser.sessionToken);
        assert.deepEqual([...(viewer?.roles ?? [])], ['sender']);
        const asker = { viewer, isThisMachine: false, readsMetrics: false };
        assert.equal(wantsSecondFactor('administrator', asker), wants);
      }
    } finally {
      await probe.dispose();
    }
  });

  it('lead a person who is not signed in to the sign-in page and back, and tell a program 401', async () => {
    const browser = new StaffBrowser(world);
    const page = await browser.get('/account?x=1');
    assert.equal(page.statusCode, 303);
    assert.equal(page.headers.location, '/sign-in?to=%2Faccount%3Fx%3D1');
    const program = await browser.get('/account', { accept: 'application/json' });
    assert.deepEqual([program.statusCode, program.json().code], [401, 'session-needed']);
  });

  it('do not exist without a policy', async () => {
    const options = { log: silentLog, publicUrl: CONSOLE_ORIGIN, allowedHosts: [], acceptsForms: true };
    const { app, close } = await createHttpServer(options);
    const never = (): boolean => false;
    guardRoutes(app, {
      findViewer: async () => null,
      admits: never,
      isThisMachine: never,
      readsMetrics: never,
    });
    for (const config of [{}, { policy: 'everybody' }, { policy: 'toString' }]) {
      assert.throws(() => app.get('/loose', { config }, () => ''), { code: 'route-without-policy' });
    }
    assert.throws(() => app.post('/loose', () => ''), { code: 'route-without-policy' });
    app.get('/tight', { config: { policy: 'sender' } }, () => '');
    await close();
  });
});

describe('where requests to the staff listener come from', () => {
  let world: StaffWorld;
  before(async () => {
    world = await openStaffWorld({
      console: {
        admits: (address) => address !== '198.51.100.9',
        metricsAccess: () => ({
          networks: new NetworkList(['127.0.0.0/8', '10.9.0.0/16']),
          token: 'a-token-of-twenty-characters',
        }),
      },
    });
  });
  after(() => world.dispose());
  const from = (remoteAddress: string) => new StaffBrowser(world, { remoteAddress });

  it('counts before anything else: other networks reach nothing', async () => {
    for (const path of ['/', '/sign-in', '/held/x', '/metrics', '/console.css', '/nothing']) {
      const answer = await from('198.51.100.9').get(path);
      assert.equal(answer.statusCode, 403, path);
      assert.match(answer.body, /Not from here/u);
    }
    assert.equal((await from('192.0.2.7').get('/sign-in')).statusCode, 200);
  });

  it('opens /metrics to networks of monitoring and to the token', async () => {
    const status = async (address: string, headers: Record<string, string> = {}) =>
      (await from(address).get('/metrics', { accept: '*/*', ...headers })).statusCode;
    assert.equal(await status('127.0.0.1'), 200);
    assert.equal(await status('10.9.1.1'), 200);
    assert.equal(await status('192.0.2.7'), 403);
    assert.equal(await status('192.0.2.7', { authorization: 'Bearer a-token-of-twenty-characters' }), 200);
    assert.equal(await status('192.0.2.7', { authorization: 'Bearer a-token-of-twenty-characterS' }), 403);
    assert.equal(await status('192.0.2.7', { authorization: 'Basic a-token-of-twenty-characters' }), 403);
  });

  it('shows captured mail, metrics and state to nobody through a proxy that is not named', async () => {
    const proxied = { accept: '*/*', 'x-forwarded-for': '203.0.113.5' };
    assert.equal((await from('127.0.0.1').get('/captured.json', { accept: '*/*' })).statusCode, 200);
    assert.equal((await from('127.0.0.1').get('/captured.json', proxied)).statusCode, 404);
    assert.equal((await from('127.0.0.1').get('/metrics', proxied)).statusCode, 403);
    assert.equal((await from('127.0.0.1').get('/status', { accept: '*/*' })).statusCode, 200);
    assert.equal((await from('127.0.0.1').get('/status', proxied)).statusCode, 401);
  });
});

function ask(browser: StaffBrowser, method: string, path: string) {
  const concrete = path
    .replace(':token', 'x'.repeat(43))
    .replace(':id', 'none.eml')
    .replace(':name', 'passkeys.js')
    .replace(':domain', 'clinic.example');
  if (method === 'GET') return browser.get(concrete, { accept: '*/*' });
  const body = { address: 'x', session: 'x', kind: 'own', choice: 'stop' };
  return browser.post(concrete, body, { accept: '*/*' });
}

/** The guard's own refusals; whatever a handler answers, a missing message or a bad form, is past it. */
function isLetIn(status: number, body: string, policy: PolicyName): boolean {
  if (policy === 'this-machine') return status !== 404;
  return status !== 401 && !/session-needed|not-allowed|second-factor-needed/u.test(body);
}
