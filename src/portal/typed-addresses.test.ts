/**
 * W05: wherever an address is typed, one that has an account and one that nobody knows get the same answer for the same
 * work: status, body, headers, cookies, and as many hashes of passwords, queries, units and statements of the database
 * until the answer has left. Counted, not timed: a count does not depend on the machine.
 */
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { after, before, describe, it, mock } from 'node:test';

import { accountMac } from '#src/accounts/row-mac.ts';
import { DAY_MS } from '#src/base/clock.ts';
import type { Database } from '#src/storage/database.ts';
import {
  GOOD_PASSWORD,
  openPortalWorld,
  PORTAL_ORIGIN,
  TestBrowser,
  type PortalWorld,
} from '#test/support/portal-world.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/test-database.ts';

const WRONG = 'not the password at all';

interface Work {
  hashes: number;
  queries: number;
  units: number;
  statements: number;
}

interface Step {
  readonly path: string;
  readonly body: (address: string) => object;
}

const work: Work = { hashes: 0, queries: 0, units: 0, statements: 0 };
/** What had been done when the answer to the last request had left. */
let atAnswer: Promise<Work> = Promise.resolve(work);

function counting(database: Database): Database {
  const query = database.query.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      work.queries++;
      return result;
    },
  });
  return {
    dialect: database.dialect,
    query,
    commit: (statements) => {
      work.units++;
      work.statements += statements.length;
      return database.commit(statements);
    },
    close: () => database.close(),
  };
}

describe('an address that is typed', () => {
  let test: TestDatabase;
  let world: PortalWorld;
  let port: number;
  /** Addresses of which a stranger must not learn how they differ. */
  const kinds: Record<string, string> = {
    'has an account': 'known@mail.test',
    'signs in by passkey alone': 'passkey@mail.test',
    'has a locked account': 'locked@mail.test',
    'was reset by mail': 'reset@mail.test',
    'got a message and never registered': 'waiting@mail.test',
    'was never heard of': 'nobody@mail.test',
  };

  before(async () => {
    const original = crypto.argon2;
    mock.method(crypto, 'argon2', (...given: Parameters<typeof original>) => {
      work.hashes++;
      return original(...given);
    });
    syncBuiltinESMExports();
    test = await openTestDatabase();
    world = await openPortalWorld({ database: counting(test.database) });
    const bound = await world.portal.listen({ host: '127.0.0.1', port: 0 });
    port = bound.port;
    // Before any listener that a route adds: work after the answer is not what its client can measure.
    world.portal.app.server.prependListener('request', (_request, response: http.ServerResponse) => {
      atAnswer = new Promise((resolve) => response.once('finish', () => resolve({ ...work })));
    });
    for (const [kind, address] of Object.entries(kinds)) {
      if (kind === 'was never heard of') continue;
      const [copy] = (await world.send([address])).copies;
      assert.ok(copy);
      if (kind === 'got a message and never registered') continue;
      await new TestBrowser(world).register(copy);
      world.clock.advance(DAY_MS);
    }
    await setUp();
    world.clock.advance(DAY_MS);
  });
  after(async () => {
    mock.restoreAll();
    syncBuiltinESMExports();
    await world.dispose();
    await test.dispose();
  });

  async function accountIdOf(address: string): Promise<string> {
    const { accountId } = await world.database.query
      .selectFrom('account_addresses')
      .select('accountId')
      .where('canonicalAddress', '=', address)
      .executeTakeFirstOrThrow();
    return accountId;
  }

  async function setUp(): Promise<void> {
    const { query } = world.database;
    const passwordless = query
      .deleteFrom('credentials')
      .where('accountId', '=', await accountIdOf('passkey@mail.test'))
      .compile();
    const id = await accountIdOf('locked@mail.test');
    const account = await query
      .selectFrom('accounts')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    const locked = { ...account, state: 'locked' as const };
    const lock = query
      .updateTable('accounts')
      .set({ state: 'locked', mac: accountMac(world.keys, locked) })
      .where('id', '=', id)
      .compile();
    await world.database.commit([passwordless, lock].map(({ sql, parameters }) => ({ sql, parameters })));
    const browser = new TestBrowser(world);
    await browser.post('/api/reset', { address: 'reset@mail.test' });
    await world.portal.settled();
    await browser.post('/api/reset/verify', { code: world.lastCode('reset@mail.test') });
    const set = await browser.post('/api/reset/password', { password: 'ein ganz anderer langer Satz' });
    assert.equal(set.statusCode, 200);
  }

  /** Over a socket, because only there is it plain what came before the answer and what after. */
  function send(
    path: string,
    body: object,
    jar: Map<string, string>,
  ): Promise<http.IncomingMessage & { text: string }> {
    return new Promise((resolve, reject) => {
      const request = http.request({ port, path, method: 'POST', agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.on('end', () => {
          for (const set of response.headers['set-cookie'] ?? []) {
            const [name = '', value = ''] = set.split(';', 1)[0]?.split('=') ?? [];
            jar.set(name, value);
          }
          resolve(Object.assign(response, { text }));
        });
      });
      request.on('error', reject);
      request.setHeader('host', new URL(PORTAL_ORIGIN).host);
      request.setHeader('origin', PORTAL_ORIGIN);
      request.setHeader('content-type', 'application/json');
      request.setHeader('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
      request.end(JSON.stringify(body));
    });
  }

  /** What a stranger sees and makes us do. */
  async function observe(
    address: string,
    steps: readonly Step[],
    jar = new Map<string, string>(),
  ): Promise<object[]> {
    const seen: object[] = [];
    for (const { path, body } of steps) {
      // Codes asked for within one millisecond have no order.
      world.clock.advance(1);
      const start = { ...work };
      const { statusCode, headers, text } = await send(path, body(address), jar);
      const cost = Object.fromEntries(
        Object.entries(await atAnswer).map(([name, count]) => [name, count - start[name as keyof Work]]),
      );
      await world.portal.settled();
      const { date: _date, 'x-request-id': _id, 'set-cookie': cookies = [], ...rest } = headers;
      const shapes = cookies.map((cookie) => cookie.replace(/=[^;]*/u, '='));
      seen.push({ path, statusCode, text, headers: rest, cookies: shapes, cost });
    }
    return seen;
  }

  async function assertAlike(
    steps: readonly Step[],
    jarFor?: () => Promise<Map<string, string>>,
  ): Promise<void> {
    let expected: object[] | null = null;
    for (const [kind, address] of Object.entries(kinds)) {
      // Limits of the network and of each address begin anew.
      world.clock.advance(DAY_MS + 1);
      const seen = await observe(address, steps, await jarFor?.());
      expected ??= seen;
      assert.deepEqual(seen, expected, kind);
    }
  }

  const times = (count: number, step: Step): Step[] => Array.from({ length: count }, () => step);

  it('W05: signing in with a wrong password, until it has to wait', async () => {
    const attempt = { path: '/api/session', body: (address: string) => ({ address, password: WRONG }) };
    await assertAlike(times(11, attempt));
    assert.ok(work.hashes >= 60);
  });

  it('W05: asking for a reset, six wrong codes, asking until nothing is sent any more', async () => {
    const ask = { path: '/api/reset', body: (address: string) => ({ address }) };
    const guess = { path: '/api/reset/verify', body: () => ({ code: 'none' }) };
    await assertAlike([ask, ...times(6, guess), ...times(6, ask), guess]);
    const mailed = new Set(world.mails.filter(({ kind }) => kind === 'code').map(({ to }) => to));
    assert.ok(!mailed.has('nobody@mail.test') && mailed.has('known@mail.test'));
  });

  it('W05: asking for a code to join, and six wrong codes', async () => {
    const ask = { path: '/api/join/code', body: (address: string) => ({ address }) };
    const guess = { path: '/api/join/verify', body: () => ({ code: 'none' }) };
    await assertAlike([ask, ...times(6, guess)]);
  });

  it('W05: a code of the help desk that is not the right one, for a new password and to join', async () => {
    const body = (address: string) => ({ address, code: '12345678' });
    await assertAlike([
      ...times(7, { path: '/api/reset/verify', body }),
      ...times(7, { path: '/api/join/verify', body }),
    ]);
  });

  it('W05: asking whether a mail is real, with a code that is not its own', async () => {
    await assertAlike([{ path: '/api/check', body: (address) => ({ address, code: '7K4-2QF-9XM' }) }]);
  });

  it('W05: signed in: adding the address to an account, letting it read', async () => {
    const [copy] = (await world.send(['curious@mail.test'])).copies;
    assert.ok(copy);
    await new TestBrowser(world).register(copy);
    const jarFor = async () => {
      const jar = new Map<string, string>();
      await send('/api/session', { address: 'curious@mail.test', password: GOOD_PASSWORD }, jar);
      return jar;
    };
    await assertAlike(
      [
        { path: '/api/account/addresses/code', body: (address) => ({ address }) },
        ...times(5, { path: '/api/account/addresses/verify', body: () => ({ code: 'none' }) }),
        {
          path: '/api/access/give',
          body: (reader) => ({ address: 'curious@mail.test', reader, until: null }),
        },
      ],
      jarFor,
    );
  });

  it('W05: the measure sees a difference where there is one', async () => {
    world.clock.advance(DAY_MS + 1);
    const attempt = (password: string) => [
      { path: '/api/session', body: (address: string) => ({ address, password }) },
    ];
    const right = await observe('known@mail.test', attempt(GOOD_PASSWORD));
    assert.notDeepEqual(right, await observe('nobody@mail.test', attempt(GOOD_PASSWORD)));
  });
});
