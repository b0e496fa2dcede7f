/** Daily summaries: one for an author and day whatever dies or runs twice, none without news; on either database. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';

import { AuditLog } from '#src/audit/audit-log.ts';
import { DAY_MS, HOUR_MS } from '#src/base/clock.ts';
import { systemRandom } from '#src/base/identifiers.ts';
import { silentLog } from '#src/base/log.ts';
import { noSteps } from '#src/base/steps.ts';
import type { MailSite } from '#src/notification/mail-site.ts';
import { WrittenMailSealer } from '#src/queue/written-mails.ts';
import { DatabaseUnavailable, statement, type Database } from '#src/storage/database.ts';
import { openFileObjectStore } from '#src/storage/object-store.ts';
import { gatherNews, type News } from '#src/summaries/gathered-news.ts';
import { chooseMail, mailChoiceOf, mailChoicePage } from '#src/summaries/mail-choice.ts';
import { Summaries } from '#src/summaries/summaries.ts';
import { addAuthored } from '#test/support/authored-messages.ts';
import { CONSOLE_ORIGIN, openStaffWorld, StaffBrowser, type StaffWorld } from '#test/support/staff-world.ts';

const ANN = 'ann.ames@hospital.test';
const SITE: MailSite = {
  organization: 'Example Hospital',
  serviceAddress: 'send-secure@hospital.test',
  publicUrl: 'https://secure.hospital.test',
  recipientHelp: { url: 'https://secure.hospital.test/help', phone: null, hours: null },
  senderHelp: { url: 'https://secure.hospital.test/help/send', phone: null, hours: null },
  timeZone: 'UTC',
  locale: 'en',
  secondLocale: null,
};

export function testSummaries(opened: () => Database): void {
  let world: StaffWorld;
  let folder = '';
  let woken = 0;
  before(async () => {
    const summaries = { hour: () => 17, wake: () => void (woken += 1) };
    world = await openStaffWorld({ database: opened(), console: { summaries } });
    folder = await mkdtemp(join(tmpdir(), 'send-secure-summaries-'));
    world.clock.advance(Date.UTC(2026, 10, 2, 9) - world.clock.now());
  });
  after(async () => {
    await world.dispose();
    await rm(folder, { recursive: true, force: true });
  });
  // Each test begins on a morning with nothing gathered and nobody who chose.
  afterEach(async () => {
    const { query } = world.database;
    await world.database.commit([
      statement(query.deleteFrom('gathered_news')),
      statement(query.deleteFrom('summary_choices')),
      statement(query.deleteFrom('deliveries')),
      statement(query.deleteFrom('audit_entries')),
    ]);
    world.clock.advance(DAY_MS - ((world.clock.now() - 9 * HOUR_MS) % DAY_MS));
    woken = 0;
  });

  /** As another process would have them. */
  const summariesOn = async (database: Database): Promise<Summaries> => {
    const { keys, clock } = world;
    const objects = await openFileObjectStore({ folder, clock, log: silentLog });
    const internalDomains = () => ['hospital.test'];
    return new Summaries({
      settings: () => ({
        hour: 17,
        timeZone: 'UTC',
        siteOf: () => SITE,
        mainDomain: 'hospital.test',
        consoleUrl: CONSOLE_ORIGIN,
        messagePage: (id) => `${CONSOLE_ORIGIN}/messages/${id}`,
        messagesPage: `${CONSOLE_ORIGIN}/messages`,
      }),
      database,
      keys,
      clock,
      audit: new AuditLog({ database, clock }),
      sealer: new WrittenMailSealer({ database, objects, keys, clock, internalDomains }),
      random: systemRandom,
      log: silentLog,
      steps: noSteps,
      onQueued: () => {},
    });
  };
  const sendDue = async (database = world.database): Promise<void> => (await summariesOn(database)).sendDue();
  const choose = (choice: 'single' | 'summary'): Promise<void> =>
    chooseMail(
      { ...world, audit: new AuditLog({ database: world.database, clock: world.clock }) },
      ANN,
      choice,
      'link',
    );
  const tell = (news: Pick<News, 'kind' | 'messageId'> & { recipientId?: string }): Promise<unknown> => {
    const { recipientId = '', ...what } = news;
    const all = { authorCanonical: ANN, happenedAt: world.clock.now(), recipientId, reader: null, ...what };
    return world.database.commit([gatherNews({ ...world, random: systemRandom }, all)]);
  };
  const sendOne = async (author = ANN) => {
    const recipients = [{ address: 'jane@outside.example', tlsFacts: null }];
    const sent = await addAuthored(world, { author, subject: 'Results', recipients });
    await tell({ kind: 'secured', messageId: sent.id });
    return sent;
  };
  const summariesSent = () =>
    world.database.query
      .selectFrom('deliveries')
      .select(['recipient', 'route', 'reversePath'])
      .where('kind', '=', 'summary')
      .execute();
  const count = async (): Promise<number> => (await summariesSent()).length;
  const waiting = async (): Promise<number> =>
    (await world.database.query.selectFrom('gathered_news').select('id').execute()).length;
  const events = async (): Promise<readonly string[]> => (await world.audit()).map(({ event }) => event);

  test('goes out once at its hour, with everything that waited, and again the next day', async () => {
    await choose('summary');
    await sendOne();
    await sendOne();
    await sendDue();
    assert.equal(await count(), 0, 'not before its hour');
    world.clock.advance(8 * HOUR_MS);
    await sendDue();
    await sendDue();
    assert.deepEqual(await summariesSent(), [{ recipient: ANN, route: 'internal', reversePath: '' }]);
    assert.equal(await waiting(), 0);
    await sendOne();
    world.clock.advance(HOUR_MS);
    await sendDue();
    assert.equal(await count(), 1, 'what came later is for tomorrow');
    world.clock.advance(DAY_MS);
    await sendDue();
    assert.equal(await count(), 2);
    assert.deepEqual(await events(), ['mail-choice-changed', 'summary-sent', 'summary-sent']);
  });

  test('is not sent where there is nothing to tell', async () => {
    await choose('summary');
    world.clock.advance(9 * HOUR_MS);
    await sendDue();
    const { id } = await sendOne();
    await world.database.commit([
      statement(world.database.query.deleteFrom('messages').where('id', '=', id)),
    ]);
    world.clock.advance(DAY_MS);
    await sendDue();
    assert.deepEqual([await count(), await waiting()], [0, 0]);
  });

  test('is one with two processes, and one after a day on which none ran', async () => {
    await choose('summary');
    await sendOne();
    world.clock.advance(24 * HOUR_MS);
    const [one, two] = await Promise.all([summariesOn(world.database), summariesOn(world.database)]);
    await Promise.all([one.sendDue(), two.sendDue(), one.sendDue()]);
    assert.deepEqual([await count(), await waiting()], [1, 0]);
    assert.equal((await events()).filter((event) => event === 'summary-sent').length, 1);
  });

  test('is told neither twice nor never where the unit fails, or its answer is lost', async () => {
    await choose('summary');
    await sendOne();
    world.clock.advance(8 * HOUR_MS);
    await sendDue(failing(world.database, 'refused'));
    assert.deepEqual([await count(), await waiting()], [0, 1]);
    await sendDue(failing(world.database, 'answer-lost'));
    await sendDue();
    assert.deepEqual([await count(), await waiting()], [1, 0]);
  });

  test('goes on after the clock had leapt ahead', async () => {
    await choose('summary');
    await sendOne();
    world.clock.advance(400 * DAY_MS);
    await sendDue();
    world.clock.advance(-399 * DAY_MS);
    await sendOne();
    world.clock.advance(DAY_MS);
    await sendDue();
    assert.equal(await count(), 2);
    world.clock.advance(-2 * DAY_MS);
  });

  test('what was gathered goes out at once when single mails are chosen again', async () => {
    await choose('summary');
    await sendOne();
    await choose('single');
    await choose('single');
    await sendDue();
    await sendDue();
    assert.deepEqual([await count(), await waiting()], [1, 0]);
    assert.deepEqual(await events(), ['mail-choice-changed', 'mail-choice-changed', 'summary-sent']);
  });

  test('tells nobody of a message of somebody else, whatever stands in the database', async () => {
    await choose('summary');
    await sendOne('rob@hospital.test');
    world.clock.advance(8 * HOUR_MS);
    await sendDue();
    assert.deepEqual([await count(), await waiting()], [0, 0]);
    assert.ok((await events()).includes('tamper-detected'));
  });

  test('the link in a mail shows the choice and changes it by a form alone', async () => {
    const { id } = await sendOne();
    const path = new URL(mailChoicePage(world.keys, CONSOLE_ORIGIN, id)).pathname;
    const browser = new StaffBrowser(world);
    const page = await browser.get(path);
    assert.equal(page.statusCode, 200);
    assert.match(page.body, /ann\.ames@hospital\.test[\s\S]*Send one summary a day/u);
    assert.equal(await mailChoiceOf(world.database, ANN), 'single', 'looking changes nothing');
    const changed = await browser.post(path, { choice: 'summary' });
    assert.match(changed.body, /Saved[\s\S]*at 17:00[\s\S]*Send each email at once/u);
    assert.deepEqual([await mailChoiceOf(world.database, ANN), woken], ['summary', 0]);
    assert.match((await browser.post(path, { choice: 'single' })).body, /on its way/u);
    assert.deepEqual([await mailChoiceOf(world.database, ANN), woken], ['single', 1]);
    const facts = (await world.audit()).map((entry) => entry.facts);
    assert.deepEqual(facts[0], { address: ANN, choice: 'summary', by: 'link' });
    assert.equal((await browser.post(path, { choice: 'none' })).statusCode, 400);
  });

  test('takes no token that was not mailed for this, nor of a message that is nobody’s', async () => {
    const { id } = await sendOne();
    const browser = new StaffBrowser(world);
    const path = new URL(mailChoicePage(world.keys, CONSOLE_ORIGIN, id)).pathname;
    const forged = [
      `${path.slice(0, -1)}${path.endsWith('A') ? 'B' : 'A'}`,
      `/mails/${'0'.repeat(48)}`,
      '/mails/x',
    ];
    for (const wrong of forged) {
      assert.equal((await browser.get(wrong)).statusCode, 404);
      assert.equal((await browser.post(wrong, { choice: 'summary' })).statusCode, 404);
    }
    const { query } = world.database;
    const change = query
      .updateTable('messages')
      .set({ authorCanonical: 'rob@hospital.test' })
      .where('id', '=', id);
    await world.database.commit([statement(change)]);
    assert.equal((await browser.post(path, { choice: 'summary' })).statusCode, 404);
    assert.deepEqual(await world.database.query.selectFrom('summary_choices').selectAll().execute(), []);
  });

  test('whoever is signed in chooses for their own addresses, and for no other', async () => {
    const ann = await world.signedIn(await world.addPerson(ANN));
    assert.match((await ann.get('/account')).body, /How much mail you get[\s\S]*Send one summary a day/u);
    assert.equal((await ann.post('/account/mails', { address: ANN, choice: 'summary' })).statusCode, 303);
    assert.equal(await mailChoiceOf(world.database, ANN), 'summary');
    assert.match((await ann.get('/account')).body, /together in one summary a day, at 17:00/u);
    const other = await ann.post('/account/mails', { address: 'rob@hospital.test', choice: 'summary' });
    assert.equal(other.statusCode, 404);
    assert.equal(await mailChoiceOf(world.database, 'rob@hospital.test'), 'single');
  });
}

/** The first unit fails: it is not kept, or kept without an answer. */
function failing(database: Database, how: 'refused' | 'answer-lost'): Database {
  let units = 0;
  return {
    ...database,
    async commit(statements) {
      units += 1;
      if (units > 1) return database.commit(statements);
      if (how === 'answer-lost') await database.commit(statements);
      throw new DatabaseUnavailable('gone (put in by a test)');
    },
  };
}
