import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import {
  AUTHOR,
  openPortalWorld,
  readStreamByChunks,
  TestBrowser,
  TestPage,
  type PortalWorld,
  type SentMessage,
} from '#test/support/portal-world.ts';
import { releaseMac } from '#src/accounts/row-mac.ts';
import { DAY_MS, HOUR_MS } from '#src/base/clock.ts';
import { formatMessageCode } from '#src/base/identifiers.ts';
import { openListEntry } from '#src/sealing/list-entry.ts';
import { statement } from '#src/storage/database.ts';

describe('opening a message', () => {
  let world: PortalWorld;
  let browser: TestBrowser;
  let first: SentMessage;
  const page = new TestPage();
  before(async () => {
    world = await openPortalWorld();
    browser = new TestBrowser(world);
    first = await world.send(['reader@mail.test'], { subject: 'First', content: 'x'.repeat(40_000) });
    const [copy] = first.copies;
    assert.ok(copy);
    await browser.register(copy);
  });
  after(() => world.dispose());

  const open = (messageId: string, who = browser) =>
    who.post(`/api/messages/${messageId}/open`, { pageKey: page.pageKey });
  const receipts = async (messageId: string) =>
    (
      await world.database.query
        .selectFrom('deliveries')
        .select('recipient')
        .where('messageId', '=', messageId)
        .where('kind', '=', 'opened')
        .execute()
    ).length;

  it('lists without opening: entries under their keys, newest first, no receipt', async () => {
    const second = await world.send(['reader@mail.test'], { subject: 'Second' });
    const answer = (await browser.post('/api/messages', { pageKey: page.pageKey })).json();
    assert.deepEqual(
      answer.messages.map((message: { id: string }) => message.id),
      [second.messageId, first.messageId],
    );
    const subjects: string[] = [];
    for (const { id, listEntry, listKey, opened } of answer.messages) {
      const ids = { organizationId: answer.organizationId, accountId: answer.accountId, messageId: id };
      const key = await page.openKey('list-key', listKey, ids);
      subjects.push(openListEntry(Buffer.from(listEntry, 'base64url'), key, ids).subject);
      assert.equal(opened, false);
    }
    assert.deepEqual(subjects, ['Second', 'First']);
    assert.equal(await receipts(first.messageId), 0);
    assert.ok(!(await world.auditEvents()).includes('message-opened'));
  });

  it('pages through the list', async () => {
    for (let i = 0; i < 22; i++) await world.send(['many@mail.test']);
    const many = await world.send(['many@mail.test']);
    const reader = new TestBrowser(world);
    const [copy] = many.copies;
    assert.ok(copy);
    await reader.register(copy);
    const one = (await reader.post('/api/messages', { pageKey: page.pageKey })).json();
    assert.equal(one.messages.length, 20);
    const two = (await reader.post('/api/messages', { pageKey: page.pageKey, before: one.next })).json();
    assert.equal(two.messages.length, 3);
    assert.equal(two.next, null);
  });

  it('releases the content key to the page, serves chunks, and tells the author once', async () => {
    world.steps.length = 0;
    const answer = await open(first.messageId);
    assert.equal(answer.statusCode, 200);
    const opened = answer.json();
    assert.equal(opened.recipientAddress, 'reader@mail.test');
    assert.equal(opened.author.address, AUTHOR);
    assert.deepEqual(world.steps, ['opening-before-commit', 'opening-committed', 'opening-released']);
    const contentKey = await page.openKey('content-key', opened.contentKey, opened);
    assert.deepEqual(contentKey, first.contentKey);
    assert.doesNotMatch(answer.body, new RegExp(first.contentKey.toString('base64url'), 'u'));
    assert.deepEqual(await readStreamByChunks(browser, opened, contentKey, 'content'), first.content);
    assert.equal(await receipts(first.messageId), 1);
    assert.equal((await open(first.messageId)).statusCode, 200);
    assert.equal(await receipts(first.messageId), 1);
    assert.match(world.lastMail('opened'), /reader@mail\.test/u);
    const code = formatMessageCode(first.copies[0]?.messageCode ?? '');
    assert.ok(world.lastMail('opened').includes(code), 'the code of that recipient’s notice');
    const events = await world.auditEvents();
    assert.equal(events.filter((event) => event === 'message-opened').length, 1);
    assert.equal(events.filter((event) => event === 'message-opened-again').length, 1);
    const row = await recipient(first);
    assert.equal(row.state, 'opened');
    assert.equal(
      (await browser.post('/api/messages', { pageKey: page.pageKey })).json().messages.at(-1).opened,
      true,
    );
  });

  it('sends small streams along with the key, of a large message only the index', async () => {
    const sealed = async (message: SentMessage, stream: 'index' | 'derived' | 'content', length: number) => {
      const base = `/api/messages/${message.messageId}/streams/${stream}`;
      const answers = [await browser.get(`${base}/header`), await browser.get(`${base}/chunks/0?count=64`)];
      return Buffer.concat(answers.map(({ rawPayload }) => rawPayload)).subarray(0, length);
    };
    const small = (await open(first.messageId)).json();
    assert.deepEqual(Object.keys(small.streams), ['index', 'derived', 'content']);
    for (const name of ['index', 'derived', 'content'] as const) {
      const along = Buffer.from(small.streams[name], 'base64url');
      assert.deepEqual(along, await sealed(first, name, small.layout[name].length), name);
    }
    const large = await world.send(['reader@mail.test'], { content: 'x'.repeat(80_000) });
    assert.deepEqual(Object.keys((await open(large.messageId)).json().streams), ['index', 'derived']);
  });

  it('R30: fifty openings at once make exactly one receipt', async () => {
    const message = await world.send(['reader@mail.test']);
    const answers = await Promise.all(Array.from({ length: 50 }, () => open(message.messageId)));
    assert.ok(answers.every((answer) => answer.statusCode === 200));
    assert.equal(await receipts(message.messageId), 1);
    const entries = await world.database.query
      .selectFrom('audit_entries')
      .select('event')
      .where('messageId', '=', message.messageId)
      .execute();
    assert.equal(entries.filter(({ event }) => event === 'message-opened').length, 1);
    assert.equal(entries.filter(({ event }) => event === 'message-opened-again').length, 49);
  });

  it('W25: link fetches, HEAD and chunks cause no receipt and change nothing', async () => {
    const message = await world.send(['reader@mail.test']);
    const [copy] = message.copies;
    assert.ok(copy);
    const before = await recipient(message);
    for (let i = 0; i < 50; i++) await new TestBrowser(world).get(`/api/links/${copy.token}`);
    await browser.request('HEAD', `/api/links/${copy.token}`);
    await browser.get(`/api/messages/${message.messageId}/streams/index/header`);
    assert.equal((await browser.get(`/api/messages/${message.messageId}/open`)).statusCode, 404);
    assert.deepEqual(await recipient(message), before);
    assert.equal(await receipts(message.messageId), 0);
  });

  it('stops opening and chunks when the copy is locked or its time is over', async () => {
    const locked = await world.send(['reader@mail.test']);
    assert.equal((await open(locked.messageId)).statusCode, 200);
    await change('recipients', { lockedAt: 1 }, locked.copies[0]?.recipientId ?? '');
    const expired = await world.send(['reader@mail.test'], { expiresAt: world.clock.now() - 1 });
    for (const [message, code] of [
      [locked, 'locked'],
      [expired, 'expired'],
    ] as const) {
      const refused = await open(message.messageId);
      assert.deepEqual([refused.statusCode, refused.json().code], [410, code]);
      for (const path of ['header', 'chunks/0']) {
        const chunk = await browser.get(`/api/messages/${message.messageId}/streams/content/${path}`);
        assert.deepEqual([chunk.statusCode, chunk.json().code], [410, code]);
      }
      const list = (await browser.post('/api/messages', { pageKey: page.pageKey })).json().messages;
      const listed = list.find((item: { id: string }) => item.id === message.messageId);
      assert.deepEqual([listed.state, listed.listEntry, listed.listKey.enc], [code, '', '']);
      const link = (await browser.get(`/api/links/${message.copies[0]?.token ?? ''}`)).json();
      assert.equal(link.state, code);
    }
  });

  it('keeps a message 90 days from its first opening', async () => {
    const message = await world.send(['reader@mail.test']);
    await change('messages', { keptUntil: world.clock.now() + DAY_MS }, message.messageId);
    const opened = (await open(message.messageId)).json();
    assert.equal(Date.parse(opened.keptUntil), world.clock.now() + 90 * DAY_MS);
    assert.equal((await open(message.messageId)).json().keptUntil, opened.keptUntil);
  });

  it('opens what was accepted while its recipient registered', async () => {
    const late = await world.send(['reader@mail.test']);
    assert.equal((await wrapOf(late)).holderKind, 'enrolment');
    assert.equal((await open(late.messageId)).statusCode, 200);
    assert.equal((await wrapOf(late)).holderKind, 'account');
  });

  it('tells nobody where the author is not to be told', async () => {
    const message = await world.send(['reader@mail.test'], { authorAddress: null });
    assert.equal((await open(message.messageId)).statusCode, 200);
    assert.equal(await receipts(message.messageId), 0);
  });

  it('refuses a page key that is no point, before anything is recorded', async () => {
    const message = await world.send(['reader@mail.test']);
    const noPoint = Buffer.concat([Buffer.of(4), Buffer.alloc(64, 1)]).toString('base64url');
    for (const pageKey of [noPoint, 'x', '', null, 7, ['a']]) {
      const answer = await browser.post(`/api/messages/${message.messageId}/open`, { pageKey });
      assert.equal(answer.statusCode, 400);
    }
    assert.equal(await receipts(message.messageId), 0);
  });

  it('serves whole chunks only: counts, ends and unknown streams', async () => {
    const base = `/api/messages/${first.messageId}/streams`;
    assert.equal((await browser.get(`${base}/content/header`)).rawPayload.length, 56);
    assert.equal((await browser.get(`${base}/content/chunks/0`)).rawPayload.length, 16_400);
    assert.equal((await browser.get(`${base}/content/chunks/0?count=64`)).rawPayload.length, 40_000 + 3 * 16);
    assert.equal(
      (await browser.get(`${base}/content/chunks/2?count=9`)).rawPayload.length,
      40_000 - 32_768 + 16,
    );
    assert.equal((await browser.get(`${base}/content/chunks/3`)).statusCode, 404);
    assert.equal(
      (await browser.get(`${base}/content/chunks/0`)).headers['content-type'],
      'application/octet-stream',
    );
    assert.equal((await browser.get(`${base}/content/chunks/0`)).headers['cache-control'], 'no-store');
    for (const path of [
      'content/chunks/-1',
      'content/chunks/01',
      'content/chunks/1e3',
      'content/chunks/0?count=0',
      'content/chunks/0?count=100',
      'content/chunks/0?count=4&count=5',
      'secrets/header',
      '..%2f..%2fetc/header',
    ]) {
      assert.ok([400, 404].includes((await browser.get(`${base}/${path}`)).statusCode), path);
    }
  });

  it("needs the author's release for what was opened before a reset by mail", async () => {
    const address = 'reset@mail.test';
    const seen = await world.send([address]);
    const unseen = await world.send([address]);
    const [copy] = seen.copies;
    assert.ok(copy);
    const reader = new TestBrowser(world);
    await reader.register(copy);
    assert.equal((await open(seen.messageId, reader)).statusCode, 200);
    world.clock.advance(HOUR_MS);
    const thief = new TestBrowser(world);
    await thief.post('/api/reset', { address });
    await world.portal.settled();
    await thief.post('/api/reset/verify', { code: world.lastCode(address) });
    assert.equal(
      (await thief.post('/api/reset/password', { password: 'a new long pass phrase here' })).statusCode,
      200,
    );
    const refused = await open(seen.messageId, thief);
    assert.deepEqual([refused.statusCode, refused.json().code], [403, 'needs-release']);
    const chunk = await thief.get(`/api/messages/${seen.messageId}/streams/content/chunks/0`);
    assert.equal(chunk.json().code, 'needs-release');
    assert.equal((await open(unseen.messageId, thief)).statusCode, 200);
    assert.equal((await open(unseen.messageId, reader)).statusCode, 401);
    await releaseAt(copy.recipientId, world.clock.now() - HOUR_MS);
    assert.equal((await open(seen.messageId, thief)).json().code, 'needs-release', 'an older release');
    await releaseAt(copy.recipientId, world.clock.now());
    assert.equal((await open(seen.messageId, thief)).statusCode, 200);
    const { query } = world.database;
    const forged = query.updateTable('recipients').set({ releasedAt: world.clock.now() + 1 });
    await world.database.commit([statement(forged.where('id', '=', copy.recipientId))]);
    assert.equal((await open(seen.messageId, thief)).statusCode, 404);
    assert.ok((await world.auditEvents()).includes('tamper-detected'));
  });

  /** As the author's answer writes it. */
  async function releaseAt(recipientId: string, releasedAt: number): Promise<void> {
    const { query } = world.database;
    const mac = releaseMac(world.keys, recipientId, releasedAt);
    const release = query.updateTable('recipients').set({ releasedAt, releaseMac: mac });
    await world.database.commit([statement(release.where('id', '=', recipientId))]);
  }

  async function recipient(message: SentMessage) {
    return world.database.query
      .selectFrom('recipients')
      .selectAll()
      .where('messageId', '=', message.messageId)
      .executeTakeFirstOrThrow();
  }

  async function wrapOf(message: SentMessage) {
    return world.database.query
      .selectFrom('wraps')
      .selectAll()
      .where('messageId', '=', message.messageId)
      .executeTakeFirstOrThrow();
  }

  async function change(
    table: 'recipients' | 'messages',
    values: Record<string, number>,
    id: string,
  ): Promise<void> {
    await world.database.commit([
      statement(world.database.query.updateTable(table).set(values).where('id', '=', id)),
    ]);
  }
});
