/** The signed-in author's answers to a held message: secured, not at all, or as it is; the last never over another reason. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';
import { signInAuthor, type SignedInAuthor } from '#test/support/signed-in-author.ts';

const SUBJECT = 'sned secure results';
const ANN = 'ann.lee@hospital.test';

describe('a held message on the staff pages', () => {
  const cleanUp = new CleanUpLater();
  let world: GatewayWithSinks;
  let ann: SignedInAuthor;
  let bob: SignedInAuthor;
  before(async () => {
    world = await startGatewayWithSinks(cleanUp, {});
    ann = await signInAuthor(world, ANN);
    bob = await signInAuthor(world, 'bob@hospital.test');
  });
  after(cleanUp.run);

  const hold = async (...recipients: string[]): Promise<string> => {
    const queueId = await world.accept({ recipients, subject: SUBJECT });
    await world.waitFor('inside', ({ kind, text }) => kind === 'held' && text.includes(recipients[0] ?? ''));
    return queueId;
  };
  const answer = (queueId: string, choice: string, who = ann): Promise<string> =>
    who.post(`/messages/${queueId}/hold`, { choice });
  const outsideAbout = (address: string) => world.at('outside', ({ to }) => to === address);

  it('lists each with all who get nothing yet, to its author alone, and goes out as it is, once', async () => {
    const queueId = await hold('plain@outside.example', 'too@outside.example');
    const page = await ann.get('/waiting');
    for (const text of ['plain@outside.example', 'too@outside.example', 'Send it as it is', SUBJECT])
      assert.ok(page.includes(text), text);
    assert.ok(!(await bob.get('/waiting')).includes('plain@'));
    assert.equal(await answer(queueId, 'as-it-is', bob), '404');
    assert.equal(outsideAbout('plain@outside.example').length, 0);
    const clicks = await Promise.all(
      ['as-it-is', 'as-it-is', 'send'].map((choice) => answer(queueId, choice)),
    );
    assert.equal(clicks.filter((to) => !to.endsWith('=changed')).length, 1);
    await world.settled();
    const mails = [...outsideAbout('plain@outside.example'), ...outsideAbout('too@outside.example')];
    assert.equal(mails.length, 2);
    assert.equal(new Set(mails.map(({ kind }) => kind)).size, 1);
    assert.deepEqual(await ann.get('/waiting').then((text) => text.includes('plain@')), false);
  });

  it('as it is: the mail arrives as its author wrote it, and the log says who let it go', async () => {
    const queueId = await hold('as-is@outside.example');
    assert.equal(await answer(queueId, 'as-it-is'), '/waiting?done=sent-as-it-is');
    const [mail] = await world.waitFor('outside', ({ to }) => to === 'as-is@outside.example');
    assert.equal(mail?.kind, 'relay');
    assert.ok(mail?.text.includes('Hello Jane'));
    await world.settled();
    assert.deepEqual(world.rows('select id from wraps where messageId = ?', queueId), []);
    const rows = world.rows(
      "select entry from audit_entries where messageId = ? and event = 'recipient-sent-as-it-is'",
      queueId,
    );
    assert.equal(rows.length, 1);
    assert.match(String(rows[0]?.['entry']), /"by":"[0-9A-Z]{26}"/u);
    assert.deepEqual(
      world
        .rows('select protection from recipients where messageId = ?', queueId)
        .map((row) => row['protection']),
      ['opportunistic-tls'],
    );
  });

  it('the mailed link has no such answer', async () => {
    const queueId = await hold('mailed@outside.example');
    const [mail] = world.at('inside', ({ kind, text }) => kind === 'held' && text.includes('mailed@'));
    const link = /http:\/\/localhost:\d+\/held\/[\w-]+/u.exec(mail?.text ?? '')?.[0] ?? '';
    const refused = await fetch(link, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: world.gateway.consoleUrl },
      body: 'choice=as-it-is',
    });
    assert.equal(refused.status, 400);
    assert.equal(await answer(queueId, 'stop'), '/waiting?done=stopped');
    await world.settled();
    assert.equal(outsideAbout('mailed@outside.example').length, 0);
  });

  it('sends secured', async () => {
    const queueId = await hold('yes@outside.example');
    assert.equal(await answer(queueId, 'send'), '/waiting?done=sent');
    const [notice] = await world.waitFor('outside', ({ to }) => to === 'yes@outside.example');
    assert.equal(notice?.kind, 'notice');
    assert.ok(!notice?.text.includes('Hello Jane'));
  });

  it('never goes out as it is where its thread was secured meanwhile, or its row was changed', async () => {
    const first = await world.accept({ recipients: ['thread@outside.example'], subject: 'send secure: x' });
    const [id] = world.rows('select originalMessageId from messages where id = ?', first);
    const answered = String(id?.['originalMessageId']);
    world.change('create table kept as select * from secured_threads; delete from secured_threads');
    const queueId = await world.accept({
      recipients: ['thread@outside.example'],
      mail:
        `From: ${ANN}\r\nTo: thread@outside.example\r\nSubject: sned secure this\r\n` +
        `In-Reply-To: ${answered}\r\nMessage-ID: <answer@hospital.test>\r\n\r\nHello Jane\r\n`,
    });
    assert.equal(
      world.rows("select id from recipients where state = 'held' and messageId = ?", queueId).length,
      1,
    );
    world.change('insert or ignore into secured_threads select * from kept; drop table kept');
    assert.equal(await answer(queueId, 'as-it-is'), '/waiting?done=must-be-protected');
    await world.settled();
    assert.ok(outsideAbout('thread@outside.example').every(({ kind }) => kind === 'notice'));
    const planted = await hold('planted@outside.example');
    world.change(`update recipients set address = 'thief@outside.example' where messageId = '${planted}'`);
    assert.equal(await answer(planted, 'as-it-is'), '404');
    await world.settled();
    assert.equal(outsideAbout('thief@outside.example').length, 0);
  });
});
