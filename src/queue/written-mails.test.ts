import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { DatabaseUnavailable, ExpectationFailed, exactlyOne } from '#src/storage/database.ts';
import { openPortalWorld, type PortalWorld } from '#test/support/portal-world.ts';

import { WrittenMailSealer, type MailToSend } from './written-mails.ts';

describe('mails whose unit was not committed', () => {
  let world: PortalWorld;
  before(async () => {
    world = await openPortalWorld();
  });
  after(() => world.dispose());

  /** Too large for the row of its message. */
  const mail: MailToSend = {
    kind: 'notice',
    recipientId: null,
    reversePath: '',
    mail: {
      messageIdField: '<large@hospital.test>',
      to: 'jane@outside.example',
      bytes: Buffer.alloc(100_000, 'x'),
    },
  };

  async function seal() {
    const { database, objects, keys, clock } = world;
    // Ids of one millisecond have no order.
    clock.advance(1);
    const sealer = new WrittenMailSealer({ database, objects, keys, clock, internalDomains: () => [] });
    const written = await sealer.seal([mail], null);
    await database.commit(written.statements);
    const row = await database.query
      .selectFrom('messages')
      .select(['objectName', 'objectLength'])
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow();
    assert.ok(row.objectName);
    const object = { storage: 'file', name: row.objectName, length: row.objectLength } as const;
    return { written, read: () => objects.read(object, 0, 1) };
  }

  it('keep their content where nobody knows whether it was: the rows may be there', async () => {
    const { written, read } = await seal();
    await written.abandon(new DatabaseUnavailable('the answer to COMMIT was lost'));
    assert.equal((await read()).length, 1);
  });

  it('lose it where it was refused', async () => {
    const { written, read } = await seal();
    await written.abandon(new ExpectationFailed(0, exactlyOne, 0));
    await assert.rejects(read(), { code: 'object-missing' });
  });
});
