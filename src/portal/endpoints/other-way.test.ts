/** R65: another way than the site, chosen with the link alone; what is kept of it, and what is told to whom. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { findLastChoice, openDetails } from '#src/accounts/reading-choices.ts';
import { DAY_MS, SECOND_MS } from '#src/base/clock.ts';
import { exactlyOne, statement } from '#src/storage/database.ts';
import {
  AUTHOR,
  openPortalWorld,
  TestBrowser,
  type PortalWorld,
  type SentCopy,
  type SentMessage,
} from '#test/support/portal-world.ts';

const PHONE = '+1 555 0199, after 5 pm';
const call = { way: 'call', contact: PHONE, text: '2026-11', locale: 'en' };

describe('another way than the site', () => {
  let world: PortalWorld;
  before(async () => {
    world = await openPortalWorld();
  });
  after(() => world.dispose());

  let count = 0;
  const send = async (options = {}): Promise<{ message: SentMessage; copy: SentCopy; url: string }> => {
    const message = await world.send([`pat-${count++}@mail.test`], options);
    const [copy] = message.copies;
    assert.ok(copy);
    return { message, copy, url: `/api/links/${copy.token}` };
  };
  const choose = (url: string, body: object) => new TestBrowser(world).post(`${url}/other-way`, body);
  const choicesOf = ({ copy }: { copy: SentCopy }) =>
    world.database.query
      .selectFrom('reading_choices')
      .selectAll()
      .where('recipientId', '=', copy.recipientId)
      .orderBy('id')
      .execute();
  const mailsAbout = async ({ message }: { message: SentMessage }): Promise<string[]> => {
    const rows = await world.database.query
      .selectFrom('deliveries')
      .select(['recipient'])
      .where('messageId', '=', message.messageId)
      .where('kind', '=', 'other-way')
      .execute();
    return rows.map(({ recipient }) => recipient);
  };
  const entriesOf = async ({ message }: { message: SentMessage }, event: string): Promise<string[]> => {
    const rows = await world.database.query
      .selectFrom('audit_entries')
      .select('entry')
      .where('messageId', '=', message.messageId)
      .where('event', '=', event)
      .execute();
    return rows.map(({ entry }) => entry);
  };

  it('R65: keeps the choice with time and text, and tells the author at once', async () => {
    const sent = await send();
    const before = (await new TestBrowser(world).get(sent.url)).json();
    assert.deepEqual([before.otherWays, before.otherWay], [true, null]);
    const answer = await choose(sent.url, call);
    assert.equal(answer.statusCode, 200);
    const now = new Date(world.clock.now()).toISOString();
    assert.deepEqual(answer.json(), { way: 'call', chosenAt: now });
    const after = (await new TestBrowser(world).get(sent.url)).json();
    assert.deepEqual(after.otherWay, { way: 'call', chosenAt: now });
    assert.equal(after.state, 'ready', 'it can still be read');

    const [row, ...more] = await choicesOf(sent);
    assert.ok(row !== undefined && more.length === 0);
    assert.deepEqual(
      [row.way, row.text, row.locale, row.chosenAt, row.doneAt],
      ['call', '2026-11', 'en', world.clock.now(), null],
    );
    assert.ok(!Buffer.from(row.details ?? []).includes('0199'), 'not in clear');
    assert.deepEqual(await openDetails(world.keys, row), { name: '', contact: PHONE });

    assert.deepEqual(await mailsAbout(sent), [AUTHOR]);
    const mail = world.lastMail('other-way');
    assert.match(mail, /Subject: Needs you: pat-\d+@mail\.test asks you to call/u);
    assert.match(mail, /\+1 555 0199, after 5 pm/u);
    assert.match(mail, /make sure that it is really them/u);

    const [entry, ...others] = await entriesOf(sent, 'reading-way-chosen');
    assert.ok(entry !== undefined && others.length === 0);
    const { facts } = JSON.parse(entry) as { facts: unknown };
    const address = sent.copy.address;
    assert.deepEqual(facts, { address, way: 'call', text: '2026-11', language: 'en', contact: 'true' });
    assert.ok(!JSON.stringify(world.logged).includes('0199'));
  });

  it('takes a letter without an address, and somebody only with a name', async () => {
    const sent = await send();
    assert.equal((await choose(sent.url, { way: 'letter', text: '2026-11', locale: 'es' })).statusCode, 200);
    assert.match(world.lastMail('other-way'), /asks for a letter/u);
    world.clock.advance(SECOND_MS);
    const somebody = { way: 'somebody', text: '2026-11', locale: 'en' };
    for (const name of [undefined, '', '  ', 7])
      assert.equal((await choose(sent.url, { ...somebody, name })).statusCode, 400);
    const name = 'Maria https://evil.test/ Lopez';
    assert.equal((await choose(sent.url, { ...somebody, name })).statusCode, 200);
    assert.doesNotMatch(world.lastMail('other-way'), /evil\.test/u, 'nothing to follow');
    assert.match(world.lastMail('other-way'), /Maria \[=E2=80=A6\] Lopez/u);
    const last = await findLastChoice(world.database, sent.copy.recipientId);
    assert.ok(last !== null);
    assert.equal((await openDetails(world.keys, last)).name, name);
    assert.deepEqual(
      (await choicesOf(sent)).map(({ way }) => way),
      ['letter', 'somebody'],
      'what was chosen before stays',
    );
  });

  it('takes only words that were shown, and nothing else', async () => {
    const sent = await send();
    for (const body of [
      {},
      { ...call, way: 'web' },
      { ...call, way: 'fax' },
      { ...call, text: 'other' },
      { ...call, contact: 'x'.repeat(301) },
      { ...call, name: 'not asked for' },
      { ...call, locale: 'xx' },
    ])
      assert.equal((await choose(sent.url, body)).statusCode, 400, JSON.stringify(body));
    assert.deepEqual(await choicesOf(sent), []);
  });

  it('is posted by a person on our page: a scanner that fetches links changes nothing', async () => {
    const sent = await send();
    const url = `${sent.url}/other-way`;
    const scanner = new TestBrowser(world);
    for (const method of ['GET', 'HEAD'] as const)
      assert.equal((await scanner.request(method, url)).statusCode, 404);
    const page = await scanner.request('HEAD', `/m/${sent.copy.token}`);
    assert.ok(page.statusCode < 500);
    assert.deepEqual(await choicesOf(sent), []);
    assert.deepEqual(await mailsAbout(sent), []);
    assert.equal((await choose('/api/links/AAAAAAAAAAAAAAAAAAAAAA', call)).json().code, 'link-unknown');
  });

  it('is counted: three a day, and a choice that comes too often tells nobody', async () => {
    const sent = await send();
    for (let i = 0; i < 3; i++) assert.equal((await choose(sent.url, call)).statusCode, 200);
    const fourth = await choose(sent.url, call);
    assert.deepEqual([fourth.statusCode, fourth.json().code], [429, 'slow-down']);
    assert.equal((await mailsAbout(sent)).length, 3);
  });

  it('is not there for a closed message, nor where nobody would be told', async () => {
    const closed = await send({ expiresAt: world.clock.now() + DAY_MS });
    world.clock.advance(DAY_MS);
    assert.equal((await new TestBrowser(world).get(closed.url)).json().otherWays, false);
    const late = await choose(closed.url, call);
    assert.deepEqual([late.statusCode, late.json().code], [410, 'expired']);
    const nobody = await send({ authorAddress: null });
    assert.equal((await new TestBrowser(world).get(nobody.url)).json().otherWays, false);
    const answer = await choose(nobody.url, call);
    assert.deepEqual([answer.statusCode, answer.json().code], [409, 'not-to-be-asked']);
    assert.deepEqual(await choicesOf(closed), []);
    assert.deepEqual(await choicesOf(nobody), []);
  });

  it('R65: whoever goes on below the warning has chosen the site, once for each text', async () => {
    const sent = await send();
    const browser = new TestBrowser(world);
    const ask = (body: object) => browser.post(`${sent.url}/code`, { locale: 'es', ...body });
    assert.equal((await ask({})).statusCode, 202);
    assert.deepEqual(await choicesOf(sent), [], 'no warning was shown: nothing is claimed');
    assert.equal((await ask({ text: '1999-01' })).statusCode, 400);
    for (let i = 0; i < 2; i++) assert.equal((await ask({ text: '2026-11' })).statusCode, 202);
    const [row, ...more] = await choicesOf(sent);
    assert.ok(row !== undefined && more.length === 0);
    assert.deepEqual([row.way, row.text, row.locale, row.details], ['web', '2026-11', 'es', null]);
    assert.equal((await entriesOf(sent, 'reading-way-chosen')).length, 1);
    assert.equal((await mailsAbout(sent)).length, 0);
  });

  it('forgets after 90 days how somebody can be reached, not what they chose', async () => {
    const sent = await send();
    await choose(sent.url, call);
    const details = async () => (await choicesOf(sent))[0]?.details ?? null;
    world.clock.advance(90 * DAY_MS);
    await world.database.commit(world.portal.sweep());
    assert.ok((await details()) !== null);
    world.clock.advance(1);
    await world.database.commit(world.portal.sweep());
    assert.equal(await details(), null);
    assert.equal((await choicesOf(sent)).length, 1);
  });

  it('keeps nothing, and says so, where the mail to the author can not be queued', async () => {
    const broken = await openPortalWorld({
      mailer: {
        statementsForMail: async () => [
          statement(world.database.query.deleteFrom('secured_threads'), exactlyOne),
        ],
      },
    });
    try {
      const [copy] = (await broken.send(['pat@mail.test'])).copies;
      assert.ok(copy);
      const answer = await new TestBrowser(broken).post(`/api/links/${copy.token}/other-way`, call);
      assert.equal(answer.statusCode, 500);
      assert.equal(await findLastChoice(broken.database, copy.recipientId), null);
    } finally {
      await broken.dispose();
    }
  });
});
