/** Tracking and the officers' lists, on either database. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import type { Officer } from '#src/administration/administration-context.ts';
import { listOfficerHolds, stopHold } from '#src/administration/officer-holds.ts';
import {
  trackMessage,
  trackMessages,
  TRACKED_ON_A_PAGE,
  type TrackingQuestion,
} from '#src/administration/track-messages.ts';
import { listAlarms, listIncidents } from '#src/administration/what-to-look-at.ts';
import { hashMessageCode } from '#src/accounts/link-tokens.ts';
import { raiseTamperAlarm } from '#src/accounts/accounts-context.ts';
import { statement, type Database } from '#src/storage/database.ts';
import { deliveryRow, messageRow } from '#test/storage/rows.ts';
import { recipientRow } from '#test/support/authored-messages.ts';

import { openAdministrationWorld, type AdministrationWorld } from './administration-world.ts';

const NOTHING: TrackingQuestion = {
  author: '',
  recipient: '',
  code: '',
  messageId: '',
  state: '',
  from: null,
  until: null,
  before: null,
};

export function testTracking(database: () => Database): void {
  let world: AdministrationWorld;
  let olga: Officer;
  const id = (n: number): string => `01JTRACK0000000000000${String(n).padStart(5, '0')}`;
  before(async () => {
    world = await openAdministrationWorld(database());
    olga = await world.addOfficer('olga', 'help-desk');
    const { query } = database();
    const codeHash = hashMessageCode(world.context.keys, '7K42QF9XM');
    for (let n = 1; n <= TRACKED_ON_A_PAGE + 2; n++) {
      const author = n === 1 ? 'ann@hospital.test' : 'bob@hospital.test';
      await database().commit([
        statement(
          query.insertInto('messages').values(
            messageRow(id(n), {
              acceptedAt: n * 1_000,
              authorAddress: author,
              authorCanonical: author,
              originalMessageId: `<m${n}@hospital.test>`,
              ...(n === 2 && { holdUntil: 9_000, holdFor: 'officer' as const }),
            }),
          ),
        ),
        statement(
          query.insertInto('recipients').values(
            recipientRow(world.context.keys, id(n), `${id(n)}R`, {
              address: 'Jane@outside.example',
              state: n === 1 ? 'opened' : n === 2 ? 'held' : 'failed',
              ...(n === 1 && { messageCodeHash: codeHash, wrongRecipientAt: 5_000, firstOpenedAt: 4_000 }),
            }),
          ),
        ),
        statement(
          query.insertInto('deliveries').values(
            deliveryRow(`${id(n)}D`, {
              messageId: id(n),
              recipient: 'Jane@outside.example',
              recipientId: `${id(n)}R`,
              state: n === 2 ? 'held' : 'handed-over',
              ...(n === 2 && { heldReason: 'author-limit' as const }),
              lastReply: '250 2.0.0 taken',
              tlsFacts: '{"version":"TLSv1.3","verifiedBy":"dane"}',
            }),
          ),
        ),
      ]);
    }
  });

  async function idsFor(question: Partial<TrackingQuestion>): Promise<readonly string[]> {
    const found = await trackMessages(world.context, olga, { ...NOTHING, ...question });
    return found.messages.map((message) => message.id);
  }

  test('each field finds its message, together they narrow', async () => {
    const first = [id(1)];
    assert.deepEqual(await idsFor({ author: 'Ann@Hospital.test' }), first);
    assert.deepEqual(await idsFor({ messageId: 'm1@hospital.test' }), first);
    assert.deepEqual(await idsFor({ messageId: '<m1@hospital.test>' }), first);
    assert.deepEqual(await idsFor({ code: '7k4-2qf-9xm' }), first);
    assert.deepEqual(await idsFor({ recipient: 'jane@OUTSIDE.example', state: 'opened' }), first);
    assert.deepEqual(await idsFor({ from: 1_000, until: 2_000 }), first);
    assert.deepEqual(await idsFor({ author: 'bob@hospital.test', code: '7k4-2qf-9xm' }), []);
    assert.deepEqual(await idsFor({ code: 'no code' }), []);
  });

  test('pages follow one another without a gap', async () => {
    const first = await trackMessages(world.context, olga, { ...NOTHING, recipient: 'jane@outside.example' });
    assert.equal(first.messages.length, TRACKED_ON_A_PAGE);
    assert.ok(first.next);
    const rest = await idsFor({ recipient: 'jane@outside.example', before: first.next });
    assert.deepEqual(rest, [id(2), id(1)]);
  });

  test('one message is shown with times, TLS and replies, and nothing of its content', async () => {
    const message = await trackMessage(world.context, olga, id(1));
    assert.ok(message);
    assert.deepEqual(
      message.deliveries.map(({ tls, lastReply, state }) => [tls, lastReply, state]),
      [['TLSv1.3, dane', '250 2.0.0 taken', 'handed-over']],
    );
    assert.equal(message.recipients[0]?.firstOpenedAt, 4_000);
    assert.doesNotMatch(JSON.stringify(message), /subject|listEntry|objectBytes/iu);
    assert.equal(await trackMessage(world.context, olga, id(99_999)), null);
  });

  test('a search and a look stand in the audit log, with who and for what', async () => {
    await idsFor({ author: 'ann@hospital.test' });
    await trackMessage(world.context, olga, id(1));
    const events = await world.events();
    const search = events.findLast(({ event }) => event === 'messages-tracked');
    assert.deepEqual(search?.facts, { by: olga.staffId, author: 'ann@hospital.test' });
    assert.equal(events.findLast(({ event }) => event === 'message-tracked')?.facts['by'], olga.staffId);
  });

  test('what is over a limit, reported wrong recipients and alarms are listed', async () => {
    const hold = (await listOfficerHolds(world.context)).find(({ messageId }) => messageId === id(2));
    assert.deepEqual(hold?.recipients, [{ address: 'Jane@outside.example', asOrdinaryMail: true }]);
    const incident = (await listIncidents(database())).find(({ messageId }) => messageId === id(1));
    assert.deepEqual([incident?.address, incident?.opened], ['Jane@outside.example', true]);
    await raiseTamperAlarm(world.context, { what: 'sessions', rowKey: 'planted' });
    assert.deepEqual(
      (await listAlarms(database())).slice(0, 1).map(({ what, row }) => [what, row]),
      [['sessions', 'planted']],
    );
  });

  test('a hold is stopped by one officer', async () => {
    assert.equal(await stopHold(world.context, olga, id(2), 'stolen mailbox'), true);
  });
}
