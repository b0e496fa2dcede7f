/** R01 step m: the portal dies while a message is opened; after it the author has exactly one receipt. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import type { StepName } from '#src/base/steps.ts';
import { eventually } from '#test/support/eventually.ts';
import { codeOf, PortalClient, tokenOf } from '#test/support/portal-client.ts';

import { checkAudit } from './oracle.ts';
import { FaultWorld } from './fault-world.ts';

const READER = 'reader@outside.example';
const STEPS: readonly StepName[] = ['opening-before-commit', 'opening-committed', 'opening-released'];

describe('kill -9 while a message is opened', () => {
  let world: FaultWorld;
  let reader: PortalClient;
  before(async () => {
    world = await FaultWorld.open();
    await world.start();
    reader = new PortalClient(world.publicUrl);
  });
  after(() => world.dispose());

  async function sendAndGetLink(): Promise<{ messageId: string; link: string }> {
    const mail = world.newMail({ coded: true, recipients: [READER] });
    await world.sendUntilTaken([mail]);
    await world.everythingArrived([mail]);
    const notice = world.arrivedAt('outside').find(({ refersTo }) => refersTo.includes(mail.messageId));
    return { messageId: mail.queueId ?? '', link: notice?.link ?? '' };
  }

  it('the reader registers, and a sign-in outlives a crash', async () => {
    const { messageId, link } = await sendAndGetLink();
    const registered = await reader.register(link, () =>
      eventually('code', () => {
        const mail = world.arrivedAt('outside').find(({ kind, to }) => kind === 'code' && to === READER);
        return mail && codeOf(mail.subject);
      }),
    );
    assert.deepEqual([registered.status, registered.body['messageId']], [201, messageId]);
    await world.kill();
    await world.start();
    assert.equal((await reader.request('GET', '/api/session')).body['signedIn'], true);
  });

  for (const step of STEPS) {
    it(`makes one receipt although it died at ${step}`, async () => {
      const { messageId, link } = await sendAndGetLink();
      await world.arm(step, 1);
      await assert.rejects(reader.open(messageId), 'the answer was lost');
      await world.died();
      await world.start();
      await reader.request('GET', `/api/links/${tokenOf(link)}`);
      const opened = await reader.open(messageId);
      assert.equal(opened.status, 200);
      assert.match((await reader.stream(opened.body, 'content')).toString(), /Text nothing secret/u);
      assert.equal((await reader.open(messageId)).status, 200);
      await eventually('receipt', () => receiptsAbout(messageId).length === 1);
      await world.queueIsEmpty();
      assert.equal(receiptsAbout(messageId).length, 1);
    });
  }

  it('has every state once in the audit log', async () => {
    await world.close();
    await checkAudit(world.rows);
  });

  /** Message-IDs of the receipts that arrived; a repeat of the same one is no second receipt. */
  function receiptsAbout(queueId: string): string[] {
    const original = world.oracle.submitted.find((mail) => mail.queueId === queueId)?.messageId ?? '';
    const receipts = world
      .arrivedAt('inside')
      .filter(({ kind, refersTo }) => kind === 'opened' && refersTo.includes(original));
    return [...new Set(receipts.map(({ messageId }) => messageId))];
  }
});
