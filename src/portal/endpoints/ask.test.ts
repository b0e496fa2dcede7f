import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { DAY_MS, HOUR_MS } from '#src/base/clock.ts';
import { statement } from '#src/storage/database.ts';
import {
  AUTHOR,
  openPortalWorld,
  TestBrowser,
  TestPage,
  type PortalWorld,
  type SentCopy,
  type SentMessage,
} from '#test/support/portal-world.ts';

describe('asking for a closed message', () => {
  let world: PortalWorld;
  before(async () => {
    world = await openPortalWorld();
  });
  after(() => world.dispose());

  let count = 0;
  const send = async (options = {}): Promise<{ message: SentMessage; copy: SentCopy; url: string }> => {
    const message = await world.send([`asker-${count++}@mail.test`], options);
    const [copy] = message.copies;
    assert.ok(copy);
    return { message, copy, url: `/api/links/${copy.token}` };
  };
  const set = (copy: SentCopy, values: Record<string, string | number | null>) =>
    world.database.commit([
      statement(
        world.database.query.updateTable('recipients').set(values).where('id', '=', copy.recipientId),
        { exactly: 1 },
      ),
    ]);
  const asks = async (message: SentMessage): Promise<number> => {
    const rows = await world.database.query
      .selectFrom('deliveries')
      .select('recipient')
      .where('messageId', '=', message.messageId)
      .where('kind', '=', 'asked-again')
      .execute();
    assert.ok(rows.every(({ recipient }) => recipient === AUTHOR));
    return rows.length;
  };
  const ask = (url: string, body: unknown = {}, browser = new TestBrowser(world)) =>
    browser.post(`${url}/ask`, body);

  it('tells what closed it and when, and mails the author once, however often it is asked', async () => {
    const expiresAt = world.clock.now() + DAY_MS;
    const { message, copy, url } = await send({ expiresAt });
    assert.equal((await new TestBrowser(world).get(url)).json().closed, null);
    assert.equal((await ask(url)).json().closed, null, 'an open message is not asked for');
    world.clock.advance(DAY_MS + HOUR_MS);
    const { closed, state } = (await new TestBrowser(world).get(url)).json();
    assert.equal(state, 'expired');
    assert.deepEqual(
      { ...closed, at: undefined },
      {
        state: 'expired',
        at: undefined,
        by: 'organization',
        gone: false,
        mayAsk: true,
        request: 'none',
        askedAt: null,
      },
    );
    assert.equal(Date.parse(closed.at), expiresAt);
    const note = 'I was away. https://evil.test/ <b>please</b>';
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask(url, { note })));
    assert.ok(answers.some(({ statusCode }) => statusCode === 200));
    assert.equal((await ask(url, { note: 'again' })).json().closed.request, 'asked');
    assert.equal(await asks(message), 1);
    const mail = world.lastMail('asked-again');
    assert.match(mail, /Subject: Needs you: asker-\d+@mail\.test asks for your message/u);
    assert.match(mail, /I was away/u);
    assert.doesNotMatch(mail, /evil\.test/u, 'nothing that a mail program makes a link of');
    assert.match(mail, /&lt;b&gt;please/u);
    const events = await world.auditEvents();
    assert.equal(events.filter((event) => event === 'access-asked').length, 1);
    assert.equal((await new TestBrowser(world).post(`/api/links/${copy.token}/code`)).statusCode, 410);
  });

  it('keeps what they wrote under the root key only', async () => {
    const { copy, url } = await send();
    await set(copy, { lockedAt: world.clock.now(), lockReason: 'author' });
    await ask(url, { note: 'my secret diagnosis' });
    const row = await world.database.query
      .selectFrom('access_requests')
      .selectAll()
      .where('recipientId', '=', copy.recipientId)
      .executeTakeFirstOrThrow();
    assert.ok(row.note !== null);
    assert.ok(!Buffer.from(row.note).includes('diagnosis'));
    const entries = await world.database.query.selectFrom('audit_entries').select('entry').execute();
    assert.ok(entries.every(({ entry }) => !entry.includes('diagnosis')));
  });

  it('is not open to who got it by mistake, nor where nobody would answer', async () => {
    const wrong = await send();
    await set(wrong.copy, { lockedAt: world.clock.now(), lockReason: 'wrong-recipient' });
    const answer = await ask(wrong.url);
    assert.deepEqual([answer.statusCode, answer.json().code], [409, 'not-to-be-asked']);
    const nobody = await send({ authorAddress: null });
    await set(nobody.copy, { lockedAt: world.clock.now(), lockReason: 'author' });
    assert.equal((await ask(nobody.url)).statusCode, 409);
    assert.equal((await ask('/api/links/AAAAAAAAAAAAAAAAAAAAAA')).statusCode, 404);
    assert.deepEqual([await asks(wrong.message), await asks(nobody.message)], [0, 0]);
  });

  it('says so where the content is gone', async () => {
    const { copy, url, message } = await send({ expiresAt: world.clock.now() + 1 });
    world.clock.advance(DAY_MS);
    await world.database.commit([
      statement(world.database.query.deleteFrom('wraps').where('recipientId', '=', copy.recipientId), {
        exactly: 1,
      }),
    ]);
    assert.equal((await new TestBrowser(world).get(url)).json().closed.gone, true);
    assert.equal((await ask(url)).statusCode, 200);
    assert.equal(await asks(message), 1);
    assert.match(world.lastMail('asked-again'), /We do not keep this message any more/u);
  });

  it('may be asked again after an answer, but is no nuisance', async () => {
    const { copy, url } = await send();
    await set(copy, { lockedAt: world.clock.now(), lockReason: 'author' });
    const decline = () =>
      world.database.commit([
        statement(
          world.database.query
            .updateTable('access_requests')
            .set({ openSince: null, answer: 'declined', answeredAt: world.clock.now() })
            .where('recipientId', '=', copy.recipientId),
          { exactly: 1 },
        ),
      ]);
    for (let i = 0; i < 3; i++) {
      world.clock.advance(HOUR_MS);
      assert.equal((await ask(url)).json().closed.request, 'asked');
      await decline();
      assert.equal((await new TestBrowser(world).get(url)).json().closed.request, 'declined');
    }
    const refused = await ask(url);
    assert.deepEqual([refused.statusCode, refused.json().code], [429, 'slow-down']);
    assert.ok(refused.json().retryAfterSeconds > 0);
  });

  it('works for a reader who is signed in, and shows a stranger nothing', async () => {
    const { copy, message } = await send();
    const reader = new TestBrowser(world);
    await reader.register(copy);
    const open = () =>
      reader.post(`/api/messages/${message.messageId}/open`, { pageKey: new TestPage().pageKey });
    assert.equal((await open()).statusCode, 200);
    await set(copy, { lockedAt: world.clock.now(), lockReason: 'author' });
    assert.equal((await open()).statusCode, 410);
    const path = `/api/messages/${message.messageId}`;
    const seen = (await reader.get(`${path}/closed`)).json();
    assert.deepEqual([seen.closed.state, seen.closed.by, seen.author.address], ['locked', 'author', AUTHOR]);
    assert.equal((await reader.post(`${path}/ask`, { note: 'x'.repeat(301) })).statusCode, 400);
    assert.equal((await reader.post(`${path}/ask`, {})).json().closed.request, 'asked');
    assert.equal(await asks(message), 1);
    const { copy: theirs } = await send();
    const stranger = new TestBrowser(world);
    await stranger.register(theirs);
    for (const answer of [await stranger.get(`${path}/closed`), await stranger.post(`${path}/ask`, {})])
      assert.deepEqual([answer.statusCode, answer.json().code], [404, 'not-available']);
  });
});
