/** Mails to somebody with an account come in the language that they chose there; to others as the site has it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { DAY_MS, FakeClock } from '#src/base/clock.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';
import { codeOf, PortalClient } from '#test/support/portal-client.ts';

const JANE = 'jane@outside.example';
const OMAR = 'omar@elsewhere.example';

describe('the language of a recipient', () => {
  const cleanUp = new CleanUpLater();
  const clock = new FakeClock();
  let world: GatewayWithSinks;
  before(async () => {
    world = await startGatewayWithSinks(cleanUp, { clock });
    await world.accept({ recipients: [JANE], subject: 'send secure: first' });
    const [notice] = await world.waitFor('outside', ({ kind }) => kind === 'notice');
    const jane = new PortalClient(world.gateway.publicUrl);
    await jane.register(notice?.link ?? '', async () => {
      const [mail] = await world.waitFor('outside', ({ kind }) => kind === 'code');
      return codeOf(mail?.subject ?? '');
    });
    assert.equal((await jane.request('POST', '/api/account/preferences', { language: 'es' })).status, 200);
  });
  after(cleanUp.run);

  const toJane = (kind: string) =>
    world.waitFor('outside', (mail) => mail.kind === kind && mail.to === JANE, kind === 'notice' ? 2 : 1);

  it('is the first one of the notice; that of others stays the site’s', async () => {
    await world.accept({ recipients: [JANE, OMAR], subject: 'send secure: second' });
    const [first, second] = await toJane('notice');
    assert.match(first?.subject ?? '', /^Secure message from /u);
    assert.match(second?.subject ?? '', /^Mensaje seguro de /u);
    assert.match(second?.text ?? '', /algo\s+privado\s+que\s+decirle[\s\S]*private\s+to\s+tell\s+you/u);
    const [omar] = await world.waitFor('outside', ({ kind, to }) => kind === 'notice' && to === OMAR);
    assert.match(omar?.subject ?? '', /^Secure message from /u);
  });

  it('is that of the reminder', async () => {
    clock.advance(4 * DAY_MS);
    await world.gateway.gateway.reminders.sendDue();
    const [reminder] = await toJane('reminder');
    assert.match(reminder?.subject ?? '', /Mensaje seguro de /u);
  });
});
