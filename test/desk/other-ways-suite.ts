/** R65: what an author sees of how recipients want to get a message, and that *done* deletes how to reach them. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { keepChoice, type NewChoice } from '#src/accounts/reading-choices.ts';
import { systemRandom } from '#src/base/identifiers.ts';
import type { Database } from '#src/storage/database.ts';
import { addAuthored, type StoredMessage } from '#test/support/authored-messages.ts';
import { openStaffWorld, type StaffBrowser, type StaffWorld } from '#test/support/staff-world.ts';

const ANN = 'ann.ways@hospital.test';

export function testOtherWays(opened: () => Database): void {
  let world: StaffWorld;
  let ann: StaffBrowser;
  let rob: StaffBrowser;
  before(async () => {
    world = await openStaffWorld({ database: opened() });
    ann = await world.signedIn(await world.addPerson(ANN));
    rob = await world.signedIn(await world.addPerson('rob.ways@hospital.test'));
  });
  after(() => world.dispose());

  const chosen = async (
    ...choices: readonly Pick<NewChoice, 'way' | 'details'>[]
  ): Promise<{ message: StoredMessage; recipientId: string }> => {
    const recipients = [{ address: 'pat@outside.example' }, { address: 'kim@outside.example' }];
    const message = await addAuthored(world, { author: ANN, subject: 'Results', recipients });
    const recipientId = message.recipientIds[0] ?? '';
    for (const choice of choices) {
      world.clock.advance(1_000);
      const kept = { ...choice, recipientId, messageId: message.id, text: '2026-11', locale: 'en' } as const;
      await world.database.commit([await keepChoice({ ...world, random: systemRandom }, kept)]);
    }
    return { message, recipientId };
  };
  const rowsOf = (recipientId: string) =>
    world.database.query
      .selectFrom('reading_choices')
      .selectAll()
      .where('recipientId', '=', recipientId)
      .orderBy('id')
      .execute();
  const done = async (
    { message, recipientId }: Awaited<ReturnType<typeof chosen>>,
    choice: string,
    browser = ann,
  ) => {
    const reply = await browser.post(`/messages/${message.id}/${recipientId}/other-way-done`, {
      wish: choice,
    });
    return [reply.statusCode, /done=([\w-]+)/u.exec(reply.headers.location ?? '')?.[1]];
  };
  const pageOf = async (message: StoredMessage): Promise<string> =>
    (await ann.get(`/messages/${message.id}`)).body.replaceAll(/\s+/gu, ' ');

  test('R65: the author sees what was chosen, how to reach them, and which text was shown', async () => {
    const { message } = await chosen(
      { way: 'web', details: { name: '', contact: '' } },
      { way: 'call', details: { name: '', contact: '+1 555 0199 <b>now</b>' } },
      { way: 'somebody', details: { name: 'Maria Lopez', contact: '' } },
    );
    const page = await pageOf(message);
    assert.match(page, /they asked you to call them.*\+1 555 0199 &lt;b&gt;now&lt;\/b&gt;/u);
    assert.match(page, /somebody reads it to them: Maria Lopez/u);
    assert.match(page, /make sure that it is really them/u);
    assert.match(page, /reads on our website \(text 2026-11\)/u);
    assert.equal(page.match(/other-way-done"/gu)?.length, 2);
  });

  test('done once: deletes what they wrote, keeps the choice, and is recorded with who said so', async () => {
    const made = await chosen({ way: 'letter', details: { name: '', contact: '1 Elm Street' } });
    const [row] = await rowsOf(made.recipientId);
    assert.ok(row);
    const clicks = await Promise.all([done(made, row.id), done(made, row.id)]);
    assert.deepEqual(clicks.map(([, said]) => said).sort(), ['changed', 'other-way-done']);
    const [after] = await rowsOf(made.recipientId);
    assert.deepEqual([after?.way, after?.details, after?.doneAt], ['letter', null, world.clock.now()]);
    const page = await pageOf(made.message);
    assert.doesNotMatch(page, /Elm Street/u);
    assert.match(page, /asked for a letter \(text 2026-11, done /u);
    const entries = await world.database.query
      .selectFrom('audit_entries')
      .select('entry')
      .where('messageId', '=', made.message.id)
      .where('event', '=', 'other-way-done')
      .execute();
    assert.equal(entries.length, 1);
    assert.match(entries[0]?.entry ?? '', /"by":"/u);
  });

  test('nobody else ends it, and a choice of another recipient is not reached', async () => {
    const made = await chosen({ way: 'call', details: { name: '', contact: '' } });
    const [row] = await rowsOf(made.recipientId);
    assert.ok(row);
    assert.equal((await done(made, row.id, rob))[0], 404);
    const kim = { message: made.message, recipientId: made.message.recipientIds[1] ?? '' };
    assert.deepEqual(await done(kim, row.id), [303, 'changed']);
    const web = await chosen({ way: 'web', details: { name: '', contact: '' } });
    const [read] = await rowsOf(web.recipientId);
    assert.deepEqual(await done(web, read?.id ?? ''), [303, 'changed']);
    assert.equal((await rowsOf(made.recipientId))[0]?.doneAt, null);
  });
}
