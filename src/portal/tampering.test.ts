/** A writer to the database who has no keys: whatever they plant or swap opens nothing and raises the alarm. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import {
  GOOD_PASSWORD,
  openPortalWorld,
  TestBrowser,
  TestPage,
  type PortalWorld,
  type SentMessage,
} from '#test/support/portal-world.ts';
import { byHand } from '#test/support/written-by-hand.ts';
import { hashSessionToken } from '#src/accounts/sessions.ts';
import { newId, systemRandom } from '#src/base/identifiers.ts';
import { makeAccountKeyPair } from '#src/keys/account-key-pair.ts';
import { wrapKey } from '#src/sealing/wrapped-key.ts';
import { statement } from '#src/storage/database.ts';
import type { Tables } from '#src/storage/tables.ts';

describe('a database that somebody wrote into', () => {
  let world: PortalWorld;
  let victim: TestBrowser;
  let thief: TestBrowser;
  let message: SentMessage;
  let victimAddress: string;
  let thiefAddress: string;
  let alarmsBefore: number;
  let people = 0;
  const page = new TestPage();

  before(async () => {
    world = await openPortalWorld();
  });
  after(() => world.dispose());
  beforeEach(async () => {
    people++;
    victimAddress = `victim${people}@mail.test`;
    thiefAddress = `thief${people}@evil.test`;
    victim = new TestBrowser(world, { remoteAddress: `192.0.${people}.1` });
    thief = new TestBrowser(world, { remoteAddress: `198.51.${people}.1` });
    message = await world.send([victimAddress]);
    const own = await world.send([thiefAddress]);
    const [toVictim] = message.copies;
    const [toThief] = own.copies;
    assert.ok(toVictim && toThief);
    await Promise.all([victim.register(toVictim), thief.register(toThief)]);
    alarmsBefore = (await alarms()).length;
    world.logged.length = 0;
  });

  it("a recipient row turned to the thief's address", async () => {
    await update('recipients', { canonicalAddress: thiefAddress }, 'messageId', message.messageId);
    await assertRefused(await open(thief, message));
    await assertAlarm('recipients');
  });

  it("a wrap turned to the thief's account", async () => {
    await update('recipients', { canonicalAddress: thiefAddress }, 'messageId', message.messageId);
    await update('wraps', { holderId: await accountOf(thiefAddress) }, 'messageId', message.messageId);
    await assertRefused(await open(thief, message));
    await assertAlarm('recipients');
  });

  it('a wrap made anew, to the right account but with another key', async () => {
    const accountId = await accountOf(victimAddress);
    const pair = await makeAccountKeyPair(world.keys, accountId, world.clock);
    const ids = { organizationId: world.keys.publicKeys().organizationId, messageId: message.messageId };
    const wrap = wrapKey(systemRandom(32), { kind: 'account', id: accountId, key: pair.key }, ids);
    await update('wraps', { wrap }, 'messageId', message.messageId);
    await assertRefused(await open(victim, message));
    await assertAlarm('wrap');
  });

  it("a public key record swapped for the thief's", async () => {
    const record = await world.database.query
      .selectFrom('account_keys')
      .select(['record', 'kid', 'wrappedPrivateKey'])
      .where('accountId', '=', await accountOf(thiefAddress))
      .executeTakeFirstOrThrow();
    await update('account_keys', { record: record.record }, 'accountId', await accountOf(victimAddress));
    await assertRefused(await open(victim, message));
    await assertAlarm('key record');
  });

  it("a private half swapped for the thief's", async () => {
    const theirs = await world.database.query
      .selectFrom('account_keys')
      .select('wrappedPrivateKey')
      .where('accountId', '=', await accountOf(thiefAddress))
      .executeTakeFirstOrThrow();
    const victimId = await accountOf(victimAddress);
    await update('account_keys', { wrappedPrivateKey: theirs.wrappedPrivateKey }, 'accountId', victimId);
    await assertRefused(await open(victim, message));
    await assertAlarm('wrap');
    const receipts = world.mails.filter((mail) => mail.kind === 'opened');
    assert.equal(receipts.length, 0, 'no receipt for what could not be opened');
  });

  it("an address proof turned to the thief's account", async () => {
    await update(
      'account_addresses',
      { accountId: await accountOf(thiefAddress) },
      'canonicalAddress',
      victimAddress,
    );
    await assertRefused(await open(thief, message));
    await assertAlarm('account_addresses');
  });

  it('leave to read planted for the thief, turned to another owner, or made out of what was only asked for', async () => {
    const asked = await thief.post(`/api/links/${message.copies[0]?.token ?? ''}/ask-owner`);
    assert.equal(asked.statusCode, 202);
    await assertRefused(await open(thief, message));
    await update('address_access', { state: 'given' }, 'readerAddress', thiefAddress);
    await assertRefused(await open(thief, message));
    await assertAlarm('address_access');
    const planted = {
      id: newId(world.clock),
      ownerAccountId: await accountOf(victimAddress),
      canonicalAddress: victimAddress,
      recipientId: null,
      readerAddress: thiefAddress,
      state: 'given' as const,
      createdAt: world.clock.now(),
      until: null,
      mac: systemRandom(32),
    };
    const { query } = world.database;
    await world.database.commit([
      statement(query.deleteFrom('address_access').where('readerAddress', '=', thiefAddress)),
      statement(query.insertInto('address_access').values(planted)),
    ]);
    await assertRefused(await open(thief, message));
  });

  it('leave to read that was given to somebody else, turned to the thief, or made to last', async () => {
    const friend = `friend-of-${victimAddress}`;
    const until = new Date(world.clock.now() + 60_000).toISOString();
    const give = { address: victimAddress, reader: friend, until };
    assert.equal((await victim.post('/api/access/give', give)).statusCode, 200);
    await update('address_access', { readerAddress: thiefAddress }, 'readerAddress', friend);
    await assertRefused(await open(thief, message));
    await assertAlarm('address_access');
  });

  it('a session planted for the victim', async () => {
    const token = systemRandom(32).toString('base64url');
    const session = await world.database.query
      .selectFrom('sessions')
      .selectAll()
      .where('accountId', '=', await accountOf(thiefAddress))
      .executeTakeFirstOrThrow();
    const planted = {
      ...session,
      tokenHash: hashSessionToken(token),
      accountId: await accountOf(victimAddress),
    };
    await world.database.commit([statement(world.database.query.insertInto('sessions').values(planted))]);
    const browser = new TestBrowser(world);
    browser.cookies.set('__Host-session', token);
    assert.equal((await open(browser, message)).statusCode, 401);
    await assertAlarm('sessions');
  });

  it("a session turned from the thief's account to the victim's, or made to live longer", async () => {
    const tokenHash = hashSessionToken(thief.cookies.get('__Host-session') ?? '');
    const victimId = await accountOf(victimAddress);
    for (const values of [{ accountId: victimId }, { expiresAt: 9_000_000_000_000 }]) {
      const { query } = world.database;
      await world.database.commit([
        statement(query.updateTable('sessions').set(values).where('tokenHash', '=', tokenHash)),
      ]);
      assert.equal((await open(thief, message)).statusCode, 401);
    }
    await assertAlarm('sessions');
  });

  it('a password hash copied to the victim', async () => {
    const { query } = world.database;
    const theirs = await query
      .selectFrom('credentials')
      .selectAll()
      .where('accountId', '=', await accountOf(thiefAddress))
      .executeTakeFirstOrThrow();
    await update('credentials', { secret: theirs.secret }, 'accountId', await accountOf(victimAddress));
    const answer = await thief.post('/api/session', { address: victimAddress, password: GOOD_PASSWORD });
    assert.deepEqual([answer.statusCode, answer.json().code], [401, 'sign-in-failed']);
    await assertAlarm('credentials');
  });

  it('an account brought back from a reset', async () => {
    await update('accounts', { resetAt: 1 }, 'id', await accountOf(victimAddress));
    await assertRefused(await open(victim, message));
    await assertAlarm('accounts');
  });

  it('a code whose tries were set back, or whose address was changed', async () => {
    const fresh = await world.send(['new@mail.test']);
    const [copy] = fresh.copies;
    assert.ok(copy);
    const browser = new TestBrowser(world);
    await browser.post(`/api/links/${copy.token}/code`);
    const code = world.lastCode('new@mail.test');
    await update('address_codes', { canonicalAddress: victimAddress }, 'canonicalAddress', 'new@mail.test');
    const answer = await browser.post(`/api/links/${copy.token}/code/verify`, { code });
    assert.equal(answer.statusCode, 404);
    await assertAlarm('address_codes');
  });

  it('a message planted with rows of every kind but no seal key', async () => {
    const planted = await world.send([victimAddress]);
    const row = await world.database.query
      .selectFrom('messages')
      .select('manifest')
      .where('id', '=', planted.messageId)
      .executeTakeFirstOrThrow();
    const manifest = JSON.parse(row.manifest ?? '') as { manifest: { author: string } };
    manifest.manifest.author = 'mallory@evil.test';
    await update('messages', { manifest: JSON.stringify(manifest) }, 'id', planted.messageId);
    await assertRefused(await open(victim, planted));
    const chunk = await victim.get(`/api/messages/${planted.messageId}/streams/content/chunks/0`);
    assert.deepEqual([chunk.statusCode, chunk.json().code], [404, 'not-available']);
    const listed = (await victim.post('/api/messages', { pageKey: page.pageKey })).json().messages;
    assert.deepEqual(
      listed.map((item: { id: string }) => item.id),
      [message.messageId],
    );
    await assertAlarm('manifest');
  });

  it('a copy added to a message for an address that it never had', async () => {
    const { query } = world.database;
    const row = await query
      .selectFrom('recipients')
      .selectAll()
      .where('messageId', '=', message.messageId)
      .executeTakeFirstOrThrow();
    const added = {
      ...row,
      id: newId(world.clock),
      address: thiefAddress,
      canonicalAddress: thiefAddress,
      linkTokenHash: systemRandom(32),
    };
    await world.database.commit([statement(query.insertInto('recipients').values(added))]);
    await assertRefused(await open(thief, message));
    await assertAlarm('recipients');
  });

  it("an enrolment wrap turned to the thief's address before they register", async () => {
    const waiting = await world.send(['other@mail.test']);
    await update('wraps', { holderId: 'second@evil.test' }, 'messageId', waiting.messageId);
    const [copy] = (await world.send(['second@evil.test'])).copies;
    assert.ok(copy);
    const registered = await new TestBrowser(world).register(copy);
    assert.equal(registered.statusCode, 201);
    const moved = await world.database.query
      .selectFrom('wraps')
      .select('holderKind')
      .where('messageId', '=', waiting.messageId)
      .executeTakeFirstOrThrow();
    assert.equal(moved.holderKind, 'enrolment');
    await assertAlarm('wraps');
  });

  it('an address proof that asks for a reset: the answer stays the same, and no code is sent', async () => {
    await update(
      'account_addresses',
      { accountId: await accountOf(thiefAddress) },
      'canonicalAddress',
      victimAddress,
    );
    const before = world.mails.length;
    assert.equal((await thief.post('/api/reset', { address: victimAddress })).statusCode, 202);
    await world.portal.settled();
    assert.equal(world.mails.length, before);
    await assertAlarm('account_addresses');
  });

  it('a link turned to another copy', async () => {
    const other = await world.send(['other@mail.test']);
    const { query } = world.database;
    const hash = await query
      .selectFrom('recipients')
      .select('linkTokenHash')
      .where('messageId', '=', other.messageId)
      .executeTakeFirstOrThrow();
    await update('recipients', { linkTokenHash: null }, 'messageId', other.messageId);
    await update('recipients', { linkTokenHash: hash.linkTokenHash }, 'messageId', message.messageId);
    assert.equal((await thief.get(`/api/links/${other.copies[0]?.token ?? ''}`)).statusCode, 404);
    await assertAlarm('recipients');
  });

  it('the author of a message: nobody is shown somebody who did not write it', async () => {
    await update('messages', { fromAddress: 'chief@hospital.test' }, 'id', message.messageId);
    await assertRefused(await open(victim, message));
    const [copy] = message.copies;
    assert.ok(copy);
    assert.equal((await victim.get(`/api/links/${copy.token}`)).statusCode, 404);
    const check = await victim.post('/api/check', { code: copy.messageCode, address: victimAddress });
    assert.deepEqual(check.json(), { genuine: false });
    await assertAlarm('author');
  });

  function open(browser: TestBrowser, which: SentMessage) {
    return browser.post(`/api/messages/${which.messageId}/open`, { pageKey: page.pageKey });
  }

  async function assertRefused(answer: { statusCode: number; json(): { code: string } }): Promise<void> {
    assert.deepEqual([answer.statusCode, answer.json().code], [404, 'not-available']);
    const opened = await world.database.query
      .selectFrom('recipients')
      .select('id')
      .where('firstOpenedAt', 'is not', null)
      .execute();
    assert.deepEqual(opened, []);
  }

  async function assertAlarm(what: string): Promise<void> {
    const entries = (await alarms()).slice(alarmsBefore);
    assert.ok(
      entries.some(({ entry }) => (JSON.parse(entry) as { facts: { what: string } }).facts.what === what),
      JSON.stringify(entries),
    );
    assert.ok(
      world.logged.some(({ level, fields }) => level === 'error' && fields.code === 'tamper-detected'),
    );
  }

  async function alarms(): Promise<{ entry: string }[]> {
    return world.database.query
      .selectFrom('audit_entries')
      .select('entry')
      .where('event', '=', 'tamper-detected')
      .orderBy('sequence')
      .execute();
  }

  async function accountOf(canonicalAddress: string): Promise<string> {
    const row = await world.database.query
      .selectFrom('account_addresses')
      .select('accountId')
      .where('canonicalAddress', '=', canonicalAddress)
      .executeTakeFirstOrThrow();
    return row.accountId;
  }

  async function update<Table extends keyof Tables>(
    table: Table,
    values: Record<string, string | number | Uint8Array | null>,
    column: string,
    value: string,
  ): Promise<void> {
    const columns = Object.keys(values);
    const sets = columns.map((name) => `"${name}" = ?`).join(', ');
    const sql = `update "${table}" set ${sets} where "${column}" = ?`;
    await world.database.commit([byHand(world.database, sql, ...Object.values(values), value)]);
  }
});
