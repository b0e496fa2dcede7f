/** Others who read what comes to an address: given, asked for, taken back; named to the author and in the audit log. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { findRecipientKeys } from '#src/acceptance/recipient-keys.ts';
import { DAY_MS, HOUR_MS } from '#src/base/clock.ts';
import { PortalPeople } from '#test/support/portal-people.ts';
import {
  GOOD_PASSWORD,
  openPortalWorld,
  TestBrowser,
  type PortalWorld,
  type SentMessage,
} from '#test/support/portal-world.ts';

interface ShownAccess {
  readonly id: string;
  readonly state: string;
  readonly address: string;
  readonly reader: string;
  readonly all: boolean;
}

describe('access for others', () => {
  let world: PortalWorld;
  const people = new PortalPeople(() => world);
  let office: string;
  let helper: string;
  let owner: TestBrowser;
  let reader: TestBrowser;
  let message: SentMessage;

  before(async () => {
    world = await openPortalWorld();
  });
  after(() => world.dispose());
  beforeEach(async () => {
    people.next();
    office = people.newAddress('office', 'law.test');
    helper = people.newAddress('helper');
    world.clock.advance(HOUR_MS);
    message = await world.send([office]);
    owner = await people.register(message);
    reader = await people.register(helper);
    world.mails.length = 0;
  });

  it('writes to a reader in the language that the reader chose', async () => {
    assert.equal((await reader.post('/api/account/preferences', { language: 'es' })).statusCode, 200);
    assert.equal((await give()).statusCode, 200);
    assert.match(world.lastMail('access', helper), /^Subject: .*Puede leer/mu);
    assert.match(world.lastMail('access', office), /^Subject: Somebody may now read/mu);
  });

  function give(until: number | null = null, to = helper) {
    const end = until === null ? null : new Date(until).toISOString();
    return owner.post('/api/access/give', { address: office, reader: to, until: end });
  }

  function open(browser: TestBrowser, opened = message) {
    return people.open(browser, opened);
  }

  async function shown(browser: TestBrowser, kind: 'readers' | 'readsFor'): Promise<ShownAccess[]> {
    return (await browser.get('/api/account')).json()[kind] as ShownAccess[];
  }

  async function assertRefused(browser = reader): Promise<void> {
    assert.deepEqual(
      [(await open(browser)).statusCode, (await open(browser)).json().code],
      [404, 'not-available'],
    );
    const chunk = await browser.get(`/api/messages/${message.messageId}/streams/content/chunks/0`);
    assert.equal(chunk.statusCode, 404);
    assert.ok(!(await people.listed(browser)).some(({ id }) => id === message.messageId));
  }

  it('opens everything that comes to the address, and says for whom; the author and the log learn who read', async () => {
    await assertRefused();
    assert.equal((await give()).statusCode, 200);
    const accounts = await findRecipientKeys(world.database, world.keys, [office]);
    const later = await world.send([office], { accounts });
    for (const sent of [message, later]) {
      assert.ok(
        (await people.listed(reader)).some(({ id, readFor }) => id === sent.messageId && readFor === office),
      );
      const opened = (await open(reader, sent)).json();
      assert.deepEqual(await people.page.openKey('content-key', opened.contentKey, opened), sent.contentKey);
      assert.equal(opened.canReply, false);
    }
    const receipt = world.lastMail('opened');
    assert.ok(receipt.includes(`${helper} opened your secure message for ${office}`), receipt);
    const entry = await world.database.query
      .selectFrom('audit_entries')
      .select('entry')
      .where('event', '=', 'message-opened')
      .where('messageId', '=', later.messageId)
      .executeTakeFirstOrThrow();
    const { facts } = JSON.parse(entry.entry) as { facts: Record<string, string> };
    assert.deepEqual([facts['address'], facts['reader']], [office, helper]);
    assert.equal(await people.alarms(), 0);
  });

  it('ends with its date, by the owner, by the reader, and with the address, also for a page that has a key', async () => {
    await give(world.clock.now() + DAY_MS);
    assert.equal((await open(reader)).statusCode, 200);
    for (const end of [
      () => Promise.resolve(world.clock.advance(10 * 60_000)),
      async () => {
        const [access] = await shown(owner, 'readers');
        assert.equal((await owner.post('/api/access/end', { id: access?.id })).statusCode, 200);
        assert.match(world.lastMail('access', helper), /You no longer read/u);
      },
      async () => {
        const [access] = await shown(reader, 'readsFor');
        assert.equal((await reader.post('/api/access/end', { id: access?.id })).statusCode, 200);
      },
    ]) {
      if (end.length === 0 && (await shown(owner, 'readers')).length === 0) await give();
      await end();
      if ((await shown(owner, 'readers')).length === 0) await assertRefused();
    }
    await give(world.clock.now() + 60_000);
    assert.equal((await open(reader)).statusCode, 200);
    world.clock.advance(60_000);
    await assertRefused();
    await give();
    assert.equal((await open(reader)).statusCode, 200);
    assert.equal((await owner.post('/api/account/delete', { confirm: true })).statusCode, 200);
    await assertRefused();
  });

  it('is the owner’s to give: not another’s address, not to oneself, not from an old sign-in', async () => {
    const theirs = await reader.post('/api/access/give', { address: office, reader: helper, until: null });
    assert.deepEqual([theirs.statusCode, theirs.json().code], [404, 'address-unknown']);
    assert.equal((await give(null, office)).json().code, 'address-yours');
    assert.equal((await give(world.clock.now() - 1)).json().code, 'date-wrong');
    await give();
    const [access] = await shown(owner, 'readers');
    const stranger = await people.register(people.newAddress('stranger'));
    for (const [path, body] of [
      ['/api/access/end', { id: access?.id }],
      ['/api/access/answer', { id: access?.id, allow: true }],
    ] as const) {
      const answer = await stranger.post(path, body);
      const never = await stranger.post(path, { ...body, id: '01JD0000000000000000000000' });
      assert.deepEqual([answer.statusCode, answer.body], [never.statusCode, never.body]);
      assert.equal(answer.json().code, 'access-gone');
    }
    await assertRefused(stranger);
    for (const minutes of [10, 10]) {
      world.clock.advance(minutes * 60_000);
      await owner.post('/api/session/extend');
    }
    assert.equal((await give()).json().code, 'sign-in-again');
  });

  it('does not get around a reset of the owner’s password', async () => {
    await give();
    assert.equal((await open(owner)).statusCode, 200);
    await owner.post('/api/reset', { address: office });
    await world.portal.settled();
    await owner.post('/api/reset/verify', { code: world.lastCode(office) });
    world.clock.advance(1);
    await owner.post('/api/reset/password', { password: 'zehn Katzen schlafen im Heu' });
    assert.equal((await open(owner)).json().code, 'needs-release');
    assert.equal((await open(reader)).json().code, 'not-available', 'what was given before rests');
    const [leave] = await shown(owner, 'readers');
    assert.equal((await owner.post('/api/access/answer', { id: leave?.id, allow: true })).statusCode, 200);
    assert.equal((await open(reader)).json().code, 'needs-release');
  });

  it('a forwarded notice: asks the owner, who says yes to that message alone', async () => {
    const other = await world.send([office]);
    const token = message.copies[0]?.token ?? '';
    const link = (await reader.get(`/api/links/${token}`)).json();
    assert.deepEqual([link.signedIn, link.signedInAs], [false, helper]);
    for (let times = 0; times < 2; times++) {
      assert.equal((await reader.post(`/api/links/${token}/ask-owner`)).statusCode, 202);
    }
    const asks = world.mails.filter(({ kind }) => kind === 'access');
    assert.deepEqual(
      asks.map(({ to }) => to),
      [office],
      'asked once',
    );
    assert.ok(world.lastMail('access', office).includes(helper));
    await assertRefused();
    const [asked] = await shown(owner, 'readers');
    assert.deepEqual([asked?.state, asked?.reader, asked?.all], ['asked', helper, false]);
    const self = await reader.post('/api/access/answer', { id: asked?.id, allow: true });
    assert.equal(self.json().code, 'access-gone', 'who asks does not answer');
    const yes = await owner.post('/api/access/answer', { id: asked?.id, allow: true });
    assert.equal(yes.statusCode, 200);
    assert.equal((await open(reader)).statusCode, 200);
    assert.equal((await open(reader, other)).json().code, 'not-available');
    assert.equal((await reader.get(`/api/links/${token}`)).json().signedIn, true);
    const twice = await owner.post('/api/access/answer', { id: asked?.id, allow: false });
    assert.equal(twice.json().code, 'access-gone');
  });

  it('a forwarded notice: no is told, and opens nothing', async () => {
    const token = message.copies[0]?.token ?? '';
    await reader.post(`/api/links/${token}/ask-owner`);
    const [asked] = await shown(owner, 'readers');
    await owner.post('/api/access/answer', { id: asked?.id, allow: false });
    assert.match(world.lastMail('access', helper), /They said no/u);
    await assertRefused();
    assert.deepEqual(await shown(owner, 'readers'), []);
  });

  it('somebody invited without an account makes one, and then reads', async () => {
    const invited = people.newAddress('invited');
    const stranger = people.newAddress('nobody');
    const browser = people.browser();
    const before = await browser.post('/api/join/code', { address: invited });
    await world.portal.settled();
    assert.equal(world.mails.filter(({ kind }) => kind === 'code').length, 0, 'nobody is mailed unasked');
    await give(null, invited);
    // The newest code counts, and within a millisecond none is the newest.
    world.clock.advance(1);
    const asked = await browser.post('/api/join/code', { address: invited });
    const unknown = await new TestBrowser(world).post('/api/join/code', { address: stranger });
    const known = await new TestBrowser(world).post('/api/join/code', { address: helper });
    await world.portal.settled();
    for (const one of [before, unknown, known]) assert.equal(one.body, asked.body);
    assert.deepEqual(
      world.mails.filter(({ kind }) => kind === 'code').map(({ to }) => to),
      [invited],
    );
    const verified = await browser.post('/api/join/verify', { code: world.lastCode(invited) });
    assert.equal(verified.statusCode, 200, verified.body);
    const made = await browser.post('/api/registration/password', { password: GOOD_PASSWORD });
    assert.deepEqual([made.statusCode, made.json().messageId], [201, null]);
    assert.equal((await open(browser)).statusCode, 200);
  });

  it('somebody with a forwarded notice and no account makes one, then asks; an address with one is told behind the code', async () => {
    const linkToken = message.copies[0]?.token ?? '';
    const browser = people.browser();
    await browser.post('/api/join/code', { address: helper, linkToken });
    await world.portal.settled();
    const has = await browser.post('/api/join/verify', { code: world.lastCode(helper) });
    assert.deepEqual([has.statusCode, has.json().code], [409, 'already-registered']);
    world.clock.advance(1);
    const fresh = people.newAddress('fresh');
    await browser.post('/api/join/code', { address: fresh, linkToken });
    await world.portal.settled();
    const begun = (await browser.get('/api/registration')).json();
    assert.deepEqual([begun.state, begun.joining], ['code-sent', true]);
    assert.equal((await browser.post('/api/join/verify', { code: world.lastCode(fresh) })).statusCode, 200);
    const proven = (await browser.get(`/api/registration?link=${linkToken}`)).json();
    assert.deepEqual([proven.state, proven.joining, proven.address], ['choose-password', true, fresh]);
    await browser.post('/api/registration/password', { password: GOOD_PASSWORD });
    assert.equal((await browser.post(`/api/links/${linkToken}/ask-owner`)).statusCode, 202);
    assert.equal((await open(browser)).json().code, 'not-available');
    assert.equal((await shown(owner, 'readers'))[0]?.reader, fresh);
  });
});
