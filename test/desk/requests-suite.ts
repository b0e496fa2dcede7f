/** Who answers a recipient that asks for a closed copy, what it opens, and that it counts once; on either database. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { askStatement, sealNote, type ClosedBecause } from '#src/accounts/access-requests.ts';
import { releaseMac } from '#src/accounts/row-mac.ts';
import { DAY_MS, HOUR_MS } from '#src/base/clock.ts';
import { statement, type Database } from '#src/storage/database.ts';
import { addAuthored, type AuthoredRecipient, type StoredMessage } from '#test/support/authored-messages.ts';
import { openStaffWorld, type StaffBrowser, type StaffWorld } from '#test/support/staff-world.ts';

const ANN = 'ann.asked@hospital.test';

export function testAccessRequests(opened: () => Database): void {
  let world: StaffWorld;
  let ann: StaffBrowser;
  let rob: StaffBrowser;
  let officer: StaffBrowser;
  before(async () => {
    world = await openStaffWorld({ database: opened() });
    world.clock.advance(Date.UTC(2026, 10, 1, 9) - world.clock.now());
    ann = await world.signedIn(await world.addPerson(ANN));
    rob = await world.signedIn(await world.addPerson('rob.asked@hospital.test'));
    officer = await world.signedIn(await world.addPerson('sec@hospital.test', ['security-officer']));
  });
  after(() => world.dispose());

  /** A copy that its recipient asked for; answers with the moment of asking. */
  const asked = async (
    recipient: Partial<AuthoredRecipient>,
    why: ClosedBecause,
    note = '',
  ): Promise<{ message: StoredMessage; recipientId: string; askedAt: number }> => {
    world.clock.advance(1_000);
    const recipients = [{ address: 'jane@outside.example', tlsFacts: null, ...recipient }];
    const message = await addAuthored(world, { author: ANN, subject: 'Results', recipients });
    const recipientId = message.recipientIds[0] ?? '';
    const askedAt = world.clock.now();
    const sealed = await sealNote(world.keys, { recipientId, askedAt }, note);
    await world.database.commit([
      askStatement(world.database, null, { recipientId, messageId: message.id, why, askedAt, note: sealed }),
    ]);
    return { message, recipientId, askedAt };
  };
  const answer = async (
    { message, recipientId, askedAt }: Awaited<ReturnType<typeof asked>>,
    act: 'grant' | 'decline',
    browser = ann,
    form: Record<string, string> = {},
  ) => {
    const url = `/messages/${message.id}/${recipientId}/${act}`;
    const reply = await browser.post(url, { askedAt: String(askedAt), ...form });
    const location = reply.headers.location ?? '';
    return { status: reply.statusCode, location, done: /done=([\w-]+)/u.exec(location)?.[1] };
  };
  const rowOf = (recipientId: string) =>
    world.database.query
      .selectFrom('recipients')
      .selectAll()
      .where('id', '=', recipientId)
      .executeTakeFirstOrThrow();
  const facts = async (message: StoredMessage, event: string): Promise<Record<string, unknown>[]> => {
    const rows = await world.database.query
      .selectFrom('audit_entries')
      .select('entry')
      .where('messageId', '=', message.id)
      .where('event', '=', event)
      .execute();
    return rows.map(({ entry }) => (JSON.parse(entry) as { facts: Record<string, unknown> }).facts);
  };
  const mailsAbout = async (message: StoredMessage): Promise<string[]> => {
    const rows = await world.database.query
      .selectFrom('deliveries')
      .innerJoin('messages', 'messages.id', 'deliveries.messageId')
      .select(['deliveries.kind', 'deliveries.recipient'])
      .where('messages.aboutMessageId', '=', message.id)
      .execute();
    return rows.map(({ kind, recipient }) => `${kind} ${recipient}`);
  };

  test('a locked copy is unlocked by one click of its author, who sees who asks and what they wrote', async () => {
    const request = await asked({ lockedAt: 5, lockReason: 'author' }, 'locked', 'Please, <b>Ann</b>!');
    const page = (await ann.get(`/messages/${request.message.id}`)).body;
    assert.match(page, /Asked on[\s\S]*They wrote[\s\S]*Please, &lt;b&gt;Ann&lt;\/b&gt;!/u);
    assert.match((await ann.get('/waiting')).body, /jane@outside\.example[\s\S]*Results/u);
    const clicks = await Promise.all([answer(request, 'grant'), answer(request, 'grant')]);
    assert.deepEqual(clicks.map(({ done }) => done).sort(), ['changed', 'granted']);
    const { lockedAt, lockReason, releasedAt } = await rowOf(request.recipientId);
    assert.deepEqual([lockedAt, lockReason, releasedAt], [null, null, null]);
    assert.deepEqual(await mailsAbout(request.message), ['granted jane@outside.example']);
    const [entry, ...more] = await facts(request.message, 'access-granted');
    assert.deepEqual([entry?.['unlocked'], entry?.['released'], more], ['true', 'false', []]);
    assert.doesNotMatch((await ann.get('/waiting')).body, /jane@outside\.example/u);
  });

  test('a copy past its date is open for two weeks more, but not longer than the message is kept', async () => {
    const request = await asked({ expiresAt: world.clock.now() - HOUR_MS }, 'expired');
    assert.equal((await answer(request, 'grant')).done, 'granted');
    assert.equal((await rowOf(request.recipientId)).expiresAt, world.clock.now() + 14 * DAY_MS);
    const short = await asked({ expiresAt: world.clock.now() - HOUR_MS }, 'expired');
    const keptUntil = world.clock.now() + DAY_MS;
    const { query } = world.database;
    const keep = query.updateTable('messages').set({ keptUntil }).where('id', '=', short.message.id);
    await world.database.commit([statement(keep)]);
    assert.equal((await answer(short, 'grant')).done, 'granted');
    assert.equal((await rowOf(short.recipientId)).expiresAt, keptUntil);
  });

  test('what is destroyed is not granted, and its page says to send it again', async () => {
    const request = await asked({ expiresAt: 1 }, 'expired');
    const wraps = world.database.query.deleteFrom('wraps').where('recipientId', '=', request.recipientId);
    await world.database.commit([statement(wraps)]);
    assert.match((await ann.get(`/messages/${request.message.id}`)).body, /send it to them again/u);
    assert.equal((await answer(request, 'grant')).done, 'changed');
    assert.deepEqual(await mailsAbout(request.message), []);
    assert.equal((await answer(request, 'decline')).done, 'declined');
  });

  test('declining changes nothing of the copy, writes no mail, and counts once', async () => {
    const request = await asked({ lockedAt: 5, lockReason: 'author' }, 'locked');
    assert.equal((await answer(request, 'decline')).done, 'declined');
    assert.equal((await answer(request, 'decline')).done, 'changed');
    assert.equal((await answer(request, 'grant')).done, 'changed');
    assert.equal((await rowOf(request.recipientId)).lockedAt, 5);
    assert.deepEqual(await mailsAbout(request.message), []);
    assert.equal((await facts(request.message, 'access-declined')).length, 1);
  });

  test('an answer to an old page ends no newer request', async () => {
    const request = await asked({ lockedAt: 5, lockReason: 'author' }, 'locked');
    assert.equal((await answer({ ...request, askedAt: request.askedAt - 1 }, 'grant')).done, 'changed');
    assert.equal((await rowOf(request.recipientId)).lockedAt, 5);
  });

  test('W10: a lock or a date is its author’s alone, whoever else tries', async () => {
    const request = await asked({ lockedAt: 5, lockReason: 'author' }, 'locked');
    for (const browser of [rob, officer])
      for (const act of ['grant', 'decline'] as const)
        assert.equal((await answer(request, act, browser)).status, 404);
    assert.doesNotMatch((await rob.get('/waiting')).body, /jane@/u);
    assert.doesNotMatch((await officer.get('/waiting')).body, /jane@/u);
    const other = await asked({}, 'locked');
    const mixed = { ...request, recipientId: other.recipientId };
    assert.equal((await answer(mixed, 'grant', officer)).status, 404);
  });

  test('after a reset the author or the security officer releases, with a keyed hash; the officer sees no subject', async () => {
    const request = await asked({ state: 'opened', firstOpenedAt: 7 }, 'needs-release', 'it is me');
    assert.equal((await answer(request, 'grant', rob)).status, 404);
    const page = (await officer.get('/waiting')).body;
    assert.match(page, /jane@outside\.example[\s\S]*make sure that it is really them/u);
    assert.doesNotMatch(page, /Results/u);
    const { done, location } = await answer(request, 'grant', officer, { backTo: 'waiting' });
    assert.deepEqual([done, location], ['granted', '/waiting?done=granted']);
    const { releasedAt, releaseMac: mac } = await rowOf(request.recipientId);
    assert.equal(releasedAt, world.clock.now());
    assert.ok(mac !== null);
    assert.deepEqual(Buffer.from(mac), releaseMac(world.keys, request.recipientId, releasedAt ?? 0));
    const [entry] = await facts(request.message, 'access-granted');
    assert.deepEqual([entry?.['released'], entry?.['unlocked']], ['true', 'false']);
    const own = await asked({ state: 'opened', firstOpenedAt: 7 }, 'needs-release');
    assert.equal((await answer(own, 'grant')).done, 'granted');
    assert.notEqual((await rowOf(own.recipientId)).releasedAt, null);
  });
}
