/** Messages that nobody opens: the recipient is reminded once, the author told once, and nobody of what was opened. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { DAY_MS, FakeClock, MINUTE_MS } from '#src/base/clock.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';
import { codeOf, PortalClient, tokenOf } from '#test/support/portal-client.ts';

const JANE = 'jane@outside.example';
const OMAR = 'omar@elsewhere.example';
const LOST = 'lost@elsewhere.example';
const ANN = 'ann.lee@hospital.test';

describe('reminders', () => {
  const cleanUp = new CleanUpLater();
  const clock = new FakeClock();
  let world: GatewayWithSinks;
  let omar: PortalClient;
  let messageId = '';

  before(async () => {
    world = await startGatewayWithSinks(cleanUp, {
      clock,
      toml: { delivery: 'bounceDomain = "bounces.hospital.test"' },
    });
    messageId = await world.accept({
      recipients: [JANE, OMAR, LOST],
      mail: [
        `From: "Dr. Ann Lee" <${ANN}>`,
        `To: ${JANE}, ${OMAR}`,
        'Subject: send secure: the secret canary',
        'Message-ID: <first@hospital.test>',
        '',
        'Inside.',
        '',
      ].join('\r\n'),
    });
    await world.waitFor('outside', ({ kind }) => kind === 'notice', 3);
    await world.settled();
    omar = new PortalClient(world.gateway.publicUrl);
    await omar.register(linkTo(OMAR, 'notice'), async () => {
      const [mail] = await world.waitFor('outside', ({ kind, to }) => kind === 'code' && to === OMAR);
      return codeOf(mail?.subject ?? '');
    });
    await omar.open(messageId);
    const lost = new PortalClient(world.gateway.publicUrl);
    await lost.request('POST', `/api/links/${tokenOf(linkTo(LOST, 'notice'))}/not-for-me`, { confirm: true });
    await world.settled();
  });
  after(cleanUp.run);

  const linkTo = (address: string, kind: string): string =>
    world.at('outside', (mail) => mail.kind === kind && mail.to === address)[0]?.link ?? '';
  const sendDue = async (): Promise<void> => {
    await Promise.all([1, 2, 3].map(() => world.gateway.gateway.reminders.sendDue()));
    await world.settled();
  };
  const count = (sink: 'outside' | 'inside', kind: string): number =>
    world.at(sink, (mail) => mail.kind === kind).length;

  it('says nothing before it is time', async () => {
    clock.advance(3 * DAY_MS - MINUTE_MS);
    await sendDue();
    assert.equal(count('outside', 'reminder'), 0);
  });

  it('reminds once, with the same link, whoever neither opened it nor refused it', async () => {
    clock.advance(2 * MINUTE_MS);
    await sendDue();
    await sendDue();
    const reminders = world.at('outside', ({ kind }) => kind === 'reminder');
    assert.deepEqual(
      reminders.map(({ to }) => to),
      [JANE],
    );
    const [reminder] = reminders;
    assert.match(
      reminder?.subject ?? '',
      /^Reminder: Secure message from Dr\. Ann Lee, Example Hospital \(/u,
    );
    assert.equal(reminder?.link, linkTo(JANE, 'notice'));
    assert.match(reminder?.reversePath ?? '', /^b-\w+-\w+@bounces\.hospital\.test$/u);
    assert.ok(reminder?.refersTo.includes('<first@hospital.test>'));
    assert.doesNotMatch(reminder?.bytes.toString('latin1') ?? '', /canary|Inside|omar|lost@/u);
    assert.equal(count('inside', 'not-opened'), 0);
  });

  it('tells the author once after a week, and the recipient can read all the same', async () => {
    clock.advance(4 * DAY_MS);
    await sendDue();
    await sendDue();
    const told = world.at('inside', ({ kind }) => kind === 'not-opened');
    assert.deepEqual(
      told.map(({ to }) => to),
      [ANN],
    );
    assert.equal(told[0]?.subject, `Not opened: your message to ${JANE}`);
    assert.match(told[0]?.text ?? '', /We reminded them once by email\./u);
    assert.doesNotMatch(told[0]?.bytes.toString('latin1') ?? '', /canary|Inside/u);
    const jane = new PortalClient(world.gateway.publicUrl);
    const link = await jane.request('GET', `/api/links/${tokenOf(linkTo(JANE, 'reminder'))}`);
    assert.equal(link.body['state'], 'ready');
  });

  it('is in the audit log, once each', () => {
    const events = world.rows(
      "select event, recipientId from audit_entries where event in ('recipient-reminded', 'author-told-not-opened')",
    );
    assert.deepEqual(
      events.map(({ event }) => event),
      ['recipient-reminded', 'author-told-not-opened'],
    );
  });
});
