/** The receipt that an opening causes: for people, in the standard form where it was asked for; never for machines. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';
import { PortalClient } from '#test/support/portal-client.ts';

describe('receipts', () => {
  const cleanUp = new CleanUpLater();
  let world: GatewayWithSinks;
  before(async () => {
    world = await startGatewayWithSinks(cleanUp);
  });
  after(cleanUp.run);

  async function readCode(to: string): Promise<string> {
    const [mail] = await world.waitFor('outside', (one) => one.kind === 'code' && one.to === to);
    return (
      /(\d{3}) ?(\d{3})/u
        .exec(mail?.subject ?? '')
        ?.slice(1)
        .join('') ?? ''
    );
  }

  /** Accepts a secure message and has its recipient open it. */
  async function openedBy(to: string, fields: readonly string[]): Promise<void> {
    const queueId = await world.accept({
      recipients: [to],
      subject: 'send secure',
      fields,
      rcptParameters: 'ORCPT=rfc822;jane+2Bfirst@outside.example',
    });
    const [notice] = await world.waitFor('outside', (mail) => mail.to === to);
    const reader = new PortalClient(world.gateway.publicUrl);
    assert.equal((await reader.register(notice?.link ?? '', () => readCode(to))).status, 201);
    assert.equal((await reader.open(queueId)).status, 200);
    await world.settled();
  }

  const receiptsFor = (to: string) =>
    world.at('inside', ({ kind, text }) => kind === 'opened' && text.includes(to));

  it('names the original recipient as it was, not as xtext', async () => {
    const to = 'person@outside.example';
    await openedBy(to, ['Disposition-Notification-To: ann.lee@hospital.test']);
    assert.match(
      receiptsFor(to)[0]?.text ?? '',
      /^Original-Recipient: rfc822;\s?jane\+first@outside\.example\r$/mu,
    );
  });

  it('answers no machine, although the opening is recorded', async () => {
    const to = 'scan@outside.example';
    await openedBy(to, ['Auto-Submitted: auto-generated']);
    assert.deepEqual(receiptsFor(to), []);
    const [row] = world.rows('select state from recipients where address = ?', to);
    assert.equal(row?.['state'], 'opened');
  });
});
