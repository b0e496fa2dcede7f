/** What authors can do about a recipient: each counts once, is audited, and is theirs alone; on either database. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { endOfDay } from '#src/base/calendar-day.ts';
import { DAY_MS, HOUR_MS } from '#src/base/clock.ts';
import { statement, type Database } from '#src/storage/database.ts';
import type { RecipientsTable } from '#src/storage/tables.ts';
import { addAuthored, type AuthoredRecipient, type StoredMessage } from '#test/support/authored-messages.ts';
import { openStaffWorld, type StaffBrowser, type StaffWorld } from '#test/support/staff-world.ts';

const ANN = 'ann.ames@hospital.test';

export function testMessageActions(opened: () => Database): void {
  let world: StaffWorld;
  let annId = '';
  let robId = '';
  let ann: StaffBrowser;
  let rob: StaffBrowser;
  before(async () => {
    world = await openStaffWorld({ database: opened() });
    // Forms name days of the calendar.
    world.clock.advance(Date.UTC(2026, 10, 1, 9) - world.clock.now());
    annId = await world.addPerson(ANN);
    ann = await world.signedIn(annId);
    robId = await world.addPerson('rob@hospital.test');
    rob = await world.signedIn(robId);
  });
  after(() => world.dispose());

  const send = (recipient: Partial<AuthoredRecipient> = {}): Promise<StoredMessage> => {
    world.clock.advance(1_000);
    const recipients = [{ address: 'jane@outside.example', tlsFacts: null, ...recipient }];
    return addAuthored(world, { author: ANN, subject: 'Results', recipients });
  };
  const act = async (
    { id, recipientIds: [recipient = ''] }: StoredMessage,
    what: string,
    form: Record<string, string> = {},
    browser = ann,
  ) => {
    const answer = await browser.post(`/messages/${id}/${recipient}/${what}`, form);
    const done = /done=([\w-]+)/u.exec(answer.headers.location ?? '')?.[1];
    return { status: answer.statusCode, done, location: answer.headers.location ?? '' };
  };
  const rowOf = (message: StoredMessage): Promise<RecipientsTable> =>
    world.database.query
      .selectFrom('recipients')
      .selectAll()
      .where('id', '=', message.recipientIds[0] ?? '')
      .executeTakeFirstOrThrow();
  const events = async (message: StoredMessage): Promise<string[]> => {
    const rows = await world.database.query
      .selectFrom('audit_entries')
      .select('event')
      .where('messageId', '=', message.id)
      .orderBy('sequence')
      .execute();
    return rows.map(({ event }) => event);
  };
  const mailsAbout = (message: StoredMessage) =>
    world.database.query
      .selectFrom('deliveries')
      .innerJoin('messages', 'messages.id', 'deliveries.messageId')
      .select(['deliveries.kind', 'deliveries.recipient', 'deliveries.recipientId'])
      .where('messages.aboutMessageId', '=', message.id)
      .execute();

  test('a lock and its end count once each, and an old page ends no newer lock', async () => {
    const message = await send();
    const both = await Promise.all([act(message, 'lock'), act(message, 'lock')]);
    assert.deepEqual(both.map(({ done }) => done).sort(), ['changed', 'locked']);
    const { lockedAt, lockReason } = await rowOf(message);
    assert.deepEqual([lockedAt, lockReason], [world.clock.now(), 'author']);
    const page = (await ann.get(`/messages/${message.id}`)).body;
    assert.match(page, /Locked[\s\S]*by its author/u);
    assert.equal((await act(message, 'unlock', { lockedAt: String(Number(lockedAt) - 1) })).done, 'changed');
    assert.equal((await act(message, 'unlock', { lockedAt: String(lockedAt) })).done, 'unlocked');
    assert.equal((await rowOf(message)).lockedAt, null);
    assert.deepEqual(await events(message), ['recipient-locked', 'recipient-unlocked']);
  });

  test('mail that was relayed, or has not left, is not locked', async () => {
    for (const recipient of [
      { protection: 'verified-tls', state: 'handed-over' },
      { state: 'held' },
      { state: 'cancelled' },
    ] as const) {
      const message = await send(recipient);
      assert.equal((await act(message, 'lock')).done, 'changed');
      assert.equal((await rowOf(message)).lockedAt, null);
      assert.deepEqual(await events(message), []);
    }
  });

  test('W10: nobody else can do any of it, and learns nothing by trying', async () => {
    const message = await send();
    const forms = { lockedAt: '1', day: '2026-12-01', seen: '', passphrase: 'blue otter hill' };
    for (const what of [
      'lock',
      'unlock',
      'remind',
      'announce',
      'end',
      'read-by',
      'refuse-replies',
      'allow-replies',
      'ask-code',
      'no-code',
      'new-code',
      'passphrase',
      'wrong-recipient',
    ]) {
      assert.equal((await act(message, what, forms, rob)).status, 404, what);
      const elsewhere = { ...message, recipientIds: ['0'.repeat(26)] };
      assert.equal((await act(elsewhere, what, forms)).status, 404, what);
    }
    const other = await send();
    const mixed = { id: message.id, recipientIds: other.recipientIds };
    assert.equal((await act(mixed, 'lock')).status, 404);
    assert.deepEqual([await events(message), await events(other)], [[], []]);
    assert.deepEqual(await mailsAbout(message), []);
  });

  test('the date is a whole day, not past, not beyond what is kept, and not over another one', async () => {
    const message = await send();
    const end = (day: string, seen = ''): Promise<{ done: string | undefined }> =>
      act(message, 'end', { day, seen });
    assert.equal((await end('2026-10-31')).done, 'day-past');
    assert.equal((await end('2027-11-03')).done, 'day-too-late');
    assert.equal((await end('2026-02-30')).done, 'no-day');
    assert.equal((await end('2026-11-14')).done, 'date-saved');
    const saved = Number((await rowOf(message)).expiresAt);
    assert.equal(saved, Date.UTC(2026, 10, 15));
    assert.equal((await end('2026-11-20')).done, 'changed');
    assert.equal((await end('', String(saved))).done, 'date-saved');
    assert.equal((await rowOf(message)).expiresAt, null);
    assert.deepEqual(await events(message), ['recipient-end-changed', 'recipient-end-changed']);
    const { query } = world.database;
    await world.database.commit([statement(query.deleteFrom('wraps').where('messageId', '=', message.id))]);
    assert.equal((await end('2026-11-14')).done, 'changed');
  });

  test('the day to be read by is whole and not past, for what is unread, and the author is told anew', async () => {
    const message = await send();
    const readBy = (day: string, seen = ''): Promise<{ done: string | undefined }> =>
      act(message, 'read-by', { day, seen });
    assert.equal((await readBy('2026-10-31')).done, 'day-past');
    assert.equal((await readBy('2026-02-30')).done, 'no-day');
    const { query } = world.database;
    const change = (set: Partial<RecipientsTable>) =>
      world.database.commit([
        statement(query.updateTable('recipients').set(set).where('messageId', '=', message.id)),
      ]);
    await change({ notOpenedToldAt: 1 });
    assert.equal((await readBy('2026-11-14')).done, 'date-saved');
    const { readBy: saved, notOpenedToldAt } = await rowOf(message);
    assert.deepEqual([saved, notOpenedToldAt], [Date.UTC(2026, 10, 15), null]);
    assert.equal((await readBy('2026-11-20')).done, 'changed');
    assert.equal((await readBy('', String(saved))).done, 'date-saved');
    assert.equal((await rowOf(message)).readBy, null);
    await change({ firstOpenedAt: 1 });
    assert.equal((await readBy('2026-11-14')).done, 'changed');
    assert.deepEqual(await events(message), ['recipient-read-by-changed', 'recipient-read-by-changed']);
  });

  test('replies are refused and allowed again, each once', async () => {
    const message = await send();
    assert.equal((await act(message, 'refuse-replies')).done, 'replies-refused');
    assert.equal((await rowOf(message)).noReply, 1);
    assert.equal((await act(message, 'refuse-replies')).done, 'changed');
    assert.equal((await act(message, 'allow-replies')).done, 'replies-allowed');
    assert.equal((await rowOf(message)).noReply, null);
    assert.deepEqual(await events(message), ['recipient-replies-changed', 'recipient-replies-changed']);
  });

  test('R27: a code by telephone: asked for, shown, renewed, a passphrase instead, taken back', async () => {
    const message = await send();
    const page = async (): Promise<string> => (await ann.get(`/messages/${message.id}`)).body;
    const shownCode = async (): Promise<string> => /(\d{4} \d{4})<\/strong>/u.exec(await page())?.[1] ?? '';
    assert.equal((await act(message, 'new-code')).done, 'changed', 'nobody asked for one');
    assert.equal((await act(message, 'ask-code')).done, 'code-asked');
    assert.equal((await act(message, 'ask-code')).done, 'changed');
    assert.match(await page(), /there is no code/u);
    assert.equal((await act(message, 'new-code')).done, 'code-made');
    const code = await shownCode();
    assert.match(code, /^\d{4} \d{4}$/u);
    assert.equal(await shownCode(), code, 'its author can look again');
    await act(message, 'new-code');
    assert.notEqual(await shownCode(), code);
    assert.equal((await act(message, 'passphrase', { passphrase: 'short' })).done, 'passphrase-length');
    assert.equal(
      (await act(message, 'passphrase', { passphrase: 'blue otter hill' })).done,
      'passphrase-agreed',
    );
    const after = await page();
    assert.ok(!after.includes('blue otter hill'));
    assert.match(after, /the passphrase that you agreed on/u);
    assert.equal((await act(message, 'no-code')).done, 'code-not-asked');
    assert.equal((await rowOf(message)).secondChannel, null);
    assert.deepEqual(await events(message), [
      'second-channel-changed',
      'second-channel-secret-made',
      'second-channel-secret-made',
      'second-channel-secret-made',
      'second-channel-changed',
    ]);
    const { query } = world.database;
    await world.database.commit([
      statement(
        query.updateTable('recipients').set({ firstOpenedAt: 1 }).where('messageId', '=', message.id),
      ),
    ]);
    assert.equal((await act(message, 'ask-code')).done, 'changed', 'it was opened');
  });

  test('the end of a day follows the clocks of the place', () => {
    assert.equal(endOfDay('2026-11-14', 'America/New_York'), Date.UTC(2026, 10, 15, 5));
    // Clocks go back in the night before: the day has 25 hours.
    assert.equal(endOfDay('2026-11-01', 'America/New_York'), Date.UTC(2026, 10, 2, 5));
    assert.equal(endOfDay('2026-10-31', 'America/New_York'), Date.UTC(2026, 10, 1, 4));
    for (const nothing of ['2026-13-01', 'soon', '2026-1-1'])
      assert.ok(Number.isNaN(endOfDay(nothing, 'UTC')));
  });

  test('a reminder goes once a day, to whom waits and has not opened', async () => {
    const message = await send();
    const clicks = await Promise.all([act(message, 'remind'), act(message, 'remind')]);
    const results = clicks.map(({ done }) => done);
    assert.equal(results.filter((done) => done === 'reminded').length, 1, results.join());
    assert.equal((await act(message, 'remind')).done, 'too-soon');
    world.clock.advance(DAY_MS);
    // Sessions end after half an hour: a new one.
    ann = await world.signedIn(annId);
    assert.equal((await act(message, 'remind')).done, 'reminded');
    const mails = await mailsAbout(message);
    assert.deepEqual(
      mails.map(({ kind, recipient }) => `${kind} ${recipient}`),
      ['reminder jane@outside.example', 'reminder jane@outside.example'],
    );
    const opened = await send({ state: 'opened', firstOpenedAt: 1 });
    assert.equal((await act(opened, 'remind')).done, 'changed');
    const locked = await send({ lockedAt: 1 });
    assert.equal((await act(locked, 'remind')).done, 'changed');
  });

  test('the notice goes again once an hour; after a failure it decides the recipient’s fate anew', async () => {
    const message = await send({ state: 'failed', lastReply: '550 no' });
    const clicks = await Promise.all([act(message, 'announce'), act(message, 'announce')]);
    assert.equal(clicks.filter(({ done }) => done === 'announced').length, 1);
    const { state, lastReply } = await rowOf(message);
    assert.deepEqual([state, lastReply], ['queued', null]);
    assert.deepEqual(await mailsAbout(message), [
      { kind: 'notice', recipient: 'jane@outside.example', recipientId: message.recipientIds[0] },
    ]);
    const waiting = await send();
    assert.equal((await act(waiting, 'announce')).done, 'announced');
    assert.equal((await act(waiting, 'announce')).done, 'too-soon');
    assert.equal((await rowOf(waiting)).state, 'notified');
    const over = await send({ expiresAt: world.clock.now() - HOUR_MS });
    assert.equal((await act(over, 'announce')).done, 'changed');
  });

  test('wrong recipient: locked, the privacy officer told, the sheet there for both, once', async () => {
    const message = await send({ state: 'opened', firstOpenedAt: world.clock.now() });
    const sheet = `/messages/${message.id}/incident/${message.recipientIds[0]}`;
    const officer = await world.signedIn(await world.addPerson('privacy@hospital.test', ['privacy-officer']));
    assert.equal((await officer.get(sheet)).statusCode, 404);
    const clicks = await Promise.all([act(message, 'wrong-recipient'), act(message, 'wrong-recipient')]);
    assert.ok(clicks.some(({ location }) => location === sheet));
    assert.equal((await act(message, 'wrong-recipient')).location, sheet);
    const row = await rowOf(message);
    assert.deepEqual([row.lockReason, row.wrongRecipientAt], ['wrong-recipient', world.clock.now()]);
    assert.deepEqual(await events(message), ['wrong-recipient-reported', 'recipient-locked']);
    assert.deepEqual(
      (await mailsAbout(message)).map(({ kind, recipient }) => `${kind} ${recipient}`),
      ['wrong-recipient privacy@hospital.test'],
    );
    const mine = (await ann.get(sheet)).body;
    assert.match(mine, /3\. Whether it was really seen[\s\S]*once, on[\s\S]*4\.[\s\S]*wrong recipient/u);
    assert.match(mine, /href="mailto:\?subject=send%20secure%20Results"/u);
    assert.match(
      (await ann.get(`/messages/${message.id}`)).body,
      /mailto:\?subject=send%20secure%20Results/u,
    );
    const theirs = await officer.get(sheet);
    assert.equal(theirs.statusCode, 200);
    assert.doesNotMatch(theirs.body, /Results|mailto:/u);
    const stranger = await world.signedIn(robId);
    assert.equal((await stranger.get(sheet)).statusCode, 404);
    assert.equal((await officer.get(`/messages/${message.id}`)).statusCode, 404);
  });

  test('wrong recipient of relayed mail: told as it is, and not locked', async () => {
    const message = await send({ protection: 'opportunistic-tls', state: 'handed-over' });
    const { location } = await act(message, 'wrong-recipient');
    assert.equal((await rowOf(message)).lockedAt, null);
    assert.match((await ann.get(location)).body, /left as an ordinary mail/u);
    const held = await send({ state: 'held' });
    assert.equal((await act(held, 'wrong-recipient')).done, 'changed');
  });
}
