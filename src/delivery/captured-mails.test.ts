import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { bindContext } from '#src/keys/context.ts';
import { openPortalWorld, TestBrowser, type PortalWorld } from '#test/support/portal-world.ts';

import { CapturedMails } from './captured-mails.ts';

describe('captured mail', () => {
  const mail = Buffer.from('Subject: nothing that may lie in the database\r\n\r\nHello.\r\n');
  let world: PortalWorld;
  let captured: CapturedMails;
  before(async () => {
    world = await openPortalWorld();
    captured = new CapturedMails(world);
    const [delivery] = await queued();
    assert.ok(delivery);
    await world.database.commit([await captured.capture(delivery, mail)]);
  });
  after(() => world.dispose());

  /** Asking for a code queues a mail. */
  async function queued() {
    const { copies } = await world.send(['jane@mail.test']);
    await new TestBrowser(world).post(`/api/links/${copies[0]?.token}/code`, {});
    return world.database.query.selectFrom('deliveries').selectAll().execute();
  }

  it('is sealed, and bound to its id by the context of docs/formats', async () => {
    const [row] = await world.database.query.selectFrom('captured_mails').selectAll().execute();
    assert.ok(row);
    assert.equal(Buffer.from(row.sealed).includes('Hello'), false);
    const { organizationId } = world.keys.publicKeys();
    const context = (id: string): Buffer => bindContext('captured-mail', organizationId, id);
    assert.deepEqual(await world.keys.unwrap(row.sealed, context(row.id)), mail);
    await assert.rejects(world.keys.unwrap(row.sealed, context('another')), { code: 'unwrap-failed' });
  });

  it('is listed as it would have left', async () => {
    const [listed, ...others] = await captured.list(10);
    assert.deepEqual(listed?.bytes, mail);
    assert.equal(others.length, 0);
  });
});
