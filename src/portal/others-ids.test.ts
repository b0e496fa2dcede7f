/**
 * W10: every id that a route of the portal takes, in its path or its body, given by everybody whom it does not belong to.
 * The routes come from the portal's own description; one that takes an id without an example here fails.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import type { LightMyRequestResponse } from 'fastify';

import { insertProvider, lookups } from '#src/accounts/credential-rows.ts';
import { rememberedDeviceMac } from '#src/accounts/row-mac.ts';
import { AuditLog } from '#src/audit/audit-log.ts';
import { DAY_MS } from '#src/base/clock.ts';
import { newId, systemRandom } from '#src/base/identifiers.ts';
import { silentLog } from '#src/base/log.ts';
import { statement } from '#src/storage/database.ts';
import { describedRoutes, type ApiDescription, type DescribedRoute } from '#test/support/described-routes.ts';
import { openPortalWorld, TestBrowser, TestPage, type PortalWorld } from '#test/support/portal-world.ts';

const UPLOADS = { maxFileBytes: 1e6, maxTotalBytes: 1e6, scanner: null };
const NEVER = '01JD0000000000000000000000';

/** Parts of addresses and bodies that name nothing of anybody. */
const PLAIN = {
  'streams/{stream}': 'index',
  'chunks/{chunk}': '0',
  'providers/{provider}': 'google',
  query: 'code=x',
  pageKey: new TestPage().pageKey,
  to: 'author',
  code: '000000',
  password: 'vier Pferde traben leise heim',
  before: undefined,
};
/** The token of a link is itself the permission; what it shows to whom is tested with the links. */
const PERMISSIONS = new Set(['links/{token}', 'stop/{token}']);

/** Where ids of these are given by others: `endpoints/access.test.ts`, with an access that is asked for and given. */
const ELSEWHERE = new Set(['POST /api/access/answer', 'POST /api/access/end', 'POST /api/access/give']);

interface Someone {
  readonly who: string;
  readonly browser: () => Promise<TestBrowser>;
  /** Ids that they give; those in `others` are not theirs. */
  readonly ids: Readonly<Record<string, string>>;
  readonly others: readonly string[];
}

describe('W10: ids of others', () => {
  let world: PortalWorld;
  let routes: DescribedRoute[];
  let people: Someone[];
  let owner: TestBrowser;
  let ownersIds: Readonly<Record<string, string>>;

  before(async () => {
    world = await openPortalWorld({}, undefined, UPLOADS);
    const shared = await world.send(['owner@mail.test', 'copied@mail.test']);
    const own = await world.send(['owner@mail.test']);
    const [ownersCopy, othersCopy] = shared.copies;
    const [strangersCopy] = (await world.send(['stranger@mail.test'])).copies;
    assert.ok(ownersCopy && othersCopy && strangersCopy);
    owner = new TestBrowser(world);
    const [copied, stranger, gone] = [new TestBrowser(world), new TestBrowser(world), new TestBrowser(world)];
    await owner.register(ownersCopy);
    await copied.register(othersCopy);
    await stranger.register(strangersCopy);
    const cookies = new Map(owner.cookies);
    // A cookie that was good once: the owner signed out and in again.
    await owner.request('DELETE', '/api/session');
    await owner.post('/api/session', { address: 'owner@mail.test', password: PLAIN.password });
    for (const [name, value] of cookies) gone.cookies.set(name, value);
    ownersIds = { ...(await write(owner, shared.messageId)), ...(await accountIds('owner@mail.test')) };
    const copiedIds = await write(copied, shared.messageId);
    const onlyOwners = {
      ...ownersIds,
      ...(await write(owner, own.messageId)),
      'messages/{id}': own.messageId,
    };
    const ids: Readonly<Record<string, string>> = { ...ownersIds, 'messages/{id}': shared.messageId };
    const all = Object.keys(ids);
    const as = (browser: TestBrowser) => async () => browser;
    people = [
      { who: 'nobody', browser: async () => new TestBrowser(world), ids, others: all },
      { who: 'who signed out', browser: as(gone), ids, others: all },
      { who: 'a stranger', browser: as(stranger), ids, others: all },
      { who: 'a recipient of another message', browser: as(copied), ids: onlyOwners, others: all },
      {
        who: 'another recipient of the same message',
        browser: as(copied),
        ids,
        others: ['draftId', 'files/{file}'],
      },
      {
        who: 'another recipient with a draft of their own',
        browser: as(copied),
        ids: { ...copiedIds, 'messages/{id}': shared.messageId, 'files/{file}': ids['files/{file}'] ?? '' },
        others: ['files/{file}'],
      },
      {
        who: 'the owner, in the draft of another message',
        browser: as(owner),
        ids: { ...onlyOwners, draftId: ids['draftId'] ?? '', 'files/{file}': ids['files/{file}'] ?? '' },
        others: ['draftId', 'files/{file}'],
      },
    ];
    ownersIds = ids;
    const described = (await owner.get('/api/openapi.json')).json() as ApiDescription;
    routes = describedRoutes(described, PLAIN).filter(
      ({ method, path }) => !ELSEWHERE.has(`${method} ${path}`),
    );
  });
  after(() => world.dispose());

  function providerContext() {
    const { database, keys, clock } = world;
    return {
      database,
      keys,
      clock,
      random: systemRandom,
      log: silentLog,
      audit: new AuditLog({ database, clock }),
    };
  }

  /** What an account names of its own: a credential, a remembered device. */
  async function accountIds(address: string): Promise<Record<string, string>> {
    const { query } = world.database;
    const { accountId } = await query
      .selectFrom('account_addresses')
      .select('accountId')
      .where('canonicalAddress', '=', address)
      .executeTakeFirstOrThrow();
    const credential = await query
      .selectFrom('credentials')
      .select('id')
      .where('accountId', '=', accountId)
      .executeTakeFirstOrThrow();
    const lookup = lookups.provider('https://accounts.google.com', 'of the owner');
    await world.database.commit(insertProvider(providerContext(), accountId, lookup, `google ${address}`));
    const now = world.clock.now();
    const device = {
      tokenHash: Buffer.alloc(32, 7),
      id: newId(world.clock),
      accountId,
      browser: 'Firefox, Linux',
      createdAt: now,
      lastUsedAt: now,
      expiresAt: now + DAY_MS,
    };
    const mac = rememberedDeviceMac(world.keys, device);
    await world.database.commit([
      statement(query.insertInto('remembered_devices').values({ ...device, mac })),
    ]);
    const provider = await query
      .selectFrom('credentials')
      .select('id')
      .where('accountId', '=', accountId)
      .where('kind', '=', 'provider')
      .executeTakeFirstOrThrow();
    return {
      'passkeys/{passkey}': credential.id,
      'providers/{credential}': provider.id,
      'devices/{device}': device.id,
    };
  }

  /** A draft of theirs with a file. */
  async function write(browser: TestBrowser, messageId: string): Promise<Record<string, string>> {
    const path = `/api/messages/${messageId}/reply`;
    await browser.post(`/api/messages/${messageId}/open`, { pageKey: PLAIN.pageKey });
    const opened = await browser.post(path, { pageKey: PLAIN.pageKey });
    assert.equal(opened.statusCode, 200, opened.body);
    const { draftId } = opened.json() as { draftId: string };
    const file = await browser.post(`${path}/files`, { draftId, sizeBytes: 9 });
    assert.equal(file.statusCode, 200, file.body);
    return { draftId, 'files/{file}': (file.json() as { fileId: string }).fileId };
  }

  async function ask(browser: TestBrowser, route: DescribedRoute, ids: Readonly<Record<string, string>>) {
    const { url, body } = route.fill(ids);
    return browser.request(route.method, url, body);
  }

  it('are refused everywhere with the words for what never was, and nothing happens', async () => {
    const before = await everything();
    let cells = 0;
    for (const route of routes)
      for (const id of route.ids.filter((name) => !PERMISSIONS.has(name))) {
        assert.ok(id in ownersIds, `${route.method} ${route.path} takes ${id}: give an example of one here`);
        for (const { who, browser, ids, others } of people) {
          if (!others.includes(id)) continue;
          const asker = await browser();
          const theirs = await ask(asker, route, ids);
          const never = await ask(asker, route, { ...ids, [id]: NEVER });
          const cell = `${who}: ${route.method} ${route.path}, ${id}`;
          assert.deepEqual(look(theirs), look(never), cell);
          // What removes may answer that it is gone; that nothing changed is seen below.
          const isRefused = [401, 403, 404, 409].includes(theirs.statusCode) || theirs.body === '{}';
          assert.ok(isRefused, `${cell}: ${theirs.statusCode} ${theirs.body}`);
          cells += 1;
        }
      }
    assert.ok(cells >= 60, `${cells} cells`);
    assert.deepEqual(await everything(), before);
  });

  it('are taken from their owner, so that the refusals above say something', async () => {
    for (const route of routes.filter((one) => one.ids.includes('messages/{id}'))) {
      // Some of the routes end the draft.
      const ids = { ...ownersIds, ...(await write(owner, ownersIds['messages/{id}'] ?? '')) };
      const theirs = await ask(owner, route, ids);
      const never = await ask(owner, route, { ...ids, 'messages/{id}': NEVER });
      assert.notDeepEqual(look(theirs), look(never), `${route.method} ${route.path}: ${theirs.body}`);
    }
  });

  /** Rows that a refused request must leave alone. */
  async function everything(): Promise<unknown> {
    const { query } = world.database;
    return {
      // Refusals themselves are recorded.
      events: (await world.auditEvents()).filter((event) => event !== 'message-refused-to-reader'),
      recipients: await query.selectFrom('recipients').selectAll().orderBy('id').execute(),
      credentials: await query.selectFrom('credentials').select('id').orderBy('id').execute(),
      devices: await query.selectFrom('remembered_devices').select('id').orderBy('id').execute(),
      drafts: await query.selectFrom('drafts').select(['id', 'text']).orderBy('id').execute(),
      files: await query.selectFrom('draft_files').selectAll().orderBy('id').execute(),
      mails: world.mails.length,
    };
  }
});

function look(answer: LightMyRequestResponse): unknown {
  const { date: _date, 'x-request-id': _id, ...headers } = answer.headers;
  return [answer.statusCode, answer.body, headers];
}
