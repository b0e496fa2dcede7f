/** What authors see of their own messages, and that they see nobody else's, on either database. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { addAddress } from '#src/staff/staff-rows.ts';
import { MESSAGES_ON_A_PAGE } from '#src/desk/find-messages.ts';
import { statement, type Database } from '#src/storage/database.ts';
import { addAuthored } from '#test/support/authored-messages.ts';
import { openStaffWorld, type StaffBrowser, type StaffWorld } from '#test/support/staff-world.ts';

const ANN = 'Ann.Lee@hospital.test';
const ROB = 'rob.roe@hospital.test';
const TLS = JSON.stringify({ version: 'TLSv1.3', cipher: 'x', verified: true, verifiedBy: 'dane' });

export function testMyMessages(opened: () => Database): void {
  let world: StaffWorld;
  let annId = '';
  let ann: StaffBrowser;
  let rob: StaffBrowser;
  before(async () => {
    world = await openStaffWorld({ database: opened() });
    annId = await world.addPerson('ann.lee@hospital.test');
    ann = await world.signedIn(annId);
    rob = await world.signedIn(await world.addPerson(ROB));
  });
  after(() => world.dispose());

  const send = (message: Partial<Parameters<typeof addAuthored>[1]>) => {
    world.clock.advance(1_000);
    return addAuthored(world, {
      author: ANN,
      subject: 'Results',
      recipients: [{ address: 'jane@outside.example' }],
      ...message,
    });
  };
  const list = async (browser: StaffBrowser): Promise<string> => (await browser.get('/messages')).body;
  const search = async (q: string, filter = 'all', before?: string): Promise<string> =>
    (await ann.post('/messages/search', { q, filter, ...(before !== undefined && { before }) })).body;
  const idsIn = (page: string): string[] =>
    [...page.matchAll(/href="\/messages\/([0-9A-Z]{26})"/gu)].map(([, id = '']) => id);

  test('an author with no message, and one with no address, is told what to do', async () => {
    assert.match(await list(ann), /No messages yet/u);
    const nobody = await world.signedIn(await world.addPerson('gone@hospital.test'));
    await nobody.post('/account/addresses/remove', { address: 'gone@hospital.test' });
    assert.match(await list(nobody), /no address yet/u);
  });

  test('each recipient is shown with its protection, its connection and its openings', async () => {
    const { id } = await send({
      subject: 'MRI <b>results</b>',
      recipients: [
        {
          address: 'jane@outside.example',
          state: 'opened',
          firstOpenedAt: 5,
          lastOpenedAt: 5,
          tlsFacts: TLS,
        },
        { address: 'omar@outside.example', tlsFacts: null },
        {
          address: 'clinic@partner.example',
          protection: 'verified-tls',
          state: 'handed-over',
          tlsFacts: TLS,
        },
        { address: 'lost@outside.example', state: 'failed', lastReply: '550 5.1.1 no such user' },
      ],
    });
    const listed = await list(ann);
    assert.match(listed, /MRI &lt;b&gt;results&lt;\/b&gt;/u);
    assert.match(listed, /and 1 more/u);
    const page = (await ann.get(`/messages/${id}`)).body;
    assert.match(page, /jane@outside[\s\S]*Opened[\s\S]*TLSv1\.3\), server verified by DANE[\s\S]*once, on/u);
    assert.match(page, /omar@outside[\s\S]*Not opened[\s\S]*not encrypted/u);
    assert.match(page, /clinic@partner[\s\S]*Handed over[\s\S]*verified, encrypted connection/u);
    assert.match(page, /lost@outside[\s\S]*Failed[\s\S]*550 5\.1\.1 no such user/u);
  });

  test('W10: a message of somebody else looks like one that never was', async () => {
    const { id } = await send({});
    const theirs = await rob.get(`/messages/${id}`);
    const none = await rob.get(`/messages/${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`);
    assert.deepEqual([theirs.statusCode, theirs.body], [404, none.body]);
    assert.equal(none.statusCode, 404);
    assert.deepEqual(idsIn(await list(rob)), []);
    assert.equal((await ann.get(`/messages/${id}`)).statusCode, 200);
  });

  test('a shared mailbox shows its messages to its members, and no longer to who left it', async () => {
    const { id } = await send({ author: 'desk@hospital.test' });
    assert.equal((await ann.get(`/messages/${id}`)).statusCode, 404);
    const address = { canonical: 'desk@hospital.test', raw: 'desk@hospital.test' };
    await world.database.commit(
      addAddress(world.staff.context, annId, address, { kind: 'shared', proof: 'mailed-link' }),
    );
    assert.equal((await ann.get(`/messages/${id}`)).statusCode, 200);
    await ann.post('/account/addresses/remove', { address: 'desk@hospital.test' });
    assert.equal((await ann.get(`/messages/${id}`)).statusCode, 404);
  });

  test('search finds words of the subject and addresses, together, and says where it found none', async () => {
    const { id } = await send({
      subject: 'Discharge letter Ångström',
      recipients: [{ address: 'Unusual.Name@outside.example' }],
    });
    for (const words of ['discharge', 'ÅNGSTRÖM letter', 'unusual.name', 'letter unusual'])
      assert.deepEqual(idsIn(await search(words)), [id], words);
    assert.match(await search('letter nobody'), /No message fits/u);
    assert.match(await search('"><script>'), /value="&quot;&gt;&lt;script&gt;"/u);
  });

  test('filters show what was not opened and what failed', async () => {
    const failed = await send({ subject: 'F', recipients: [{ address: 'a@x.example', state: 'failed' }] });
    const unread = await send({ subject: 'U', recipients: [{ address: 'b@x.example' }] });
    const locked = await send({ subject: 'L', recipients: [{ address: 'c@x.example', lockedAt: 1 }] });
    const [failures, notOpened] = [idsIn(await search('', 'failed')), idsIn(await search('', 'not-opened'))];
    assert.ok(failures.includes(failed.id) && !failures.includes(unread.id));
    assert.ok(notOpened.includes(unread.id) && !notOpened.includes(failed.id));
    assert.ok(!notOpened.includes(locked.id));
    assert.equal((await ann.post('/messages/search', { q: '', filter: 'other' })).statusCode, 400);
  });

  test('pages go on where the last one ended, each message once, newest first', async () => {
    const sent: string[] = [];
    for (let i = 0; i < MESSAGES_ON_A_PAGE + 3; i++) sent.push((await send({ subject: `Page ${i}` })).id);
    const first = await list(ann);
    assert.deepEqual(idsIn(first), sent.toReversed().slice(0, MESSAGES_ON_A_PAGE));
    const before = /name="before" value="(\w+)"/u.exec(first)?.[1];
    assert.deepEqual(idsIn(await search('', 'all', before)).slice(0, 3), sent.slice(0, 3).toReversed());
    const found = await search('page');
    assert.equal(idsIn(found).length, MESSAGES_ON_A_PAGE);
    const further = /name="before" value="(\w+)"/u.exec(found)?.[1];
    assert.deepEqual(idsIn(await search('page', 'all', further)), sent.slice(0, 3).toReversed());
  });

  test('a message that somebody gave to another author in the database is shown to nobody', async () => {
    const { id } = await send({ subject: 'Stolen' });
    const { query } = world.database;
    const change = query.updateTable('messages').set({ authorCanonical: ROB, authorAddress: ROB });
    await world.database.commit([statement(change.where('id', '=', id))]);
    const theirs = await rob.get(`/messages/${id}`);
    assert.equal(theirs.statusCode, 404);
    assert.doesNotMatch(theirs.body, /Stolen/u);
    const alarm = (await world.audit()).at(-1);
    assert.equal(alarm?.event, 'tamper-detected');
    await world.database.commit([statement(query.deleteFrom('messages').where('id', '=', id))]);
  });
}
