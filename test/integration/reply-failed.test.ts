/** A reply from the site that somebody does not get: its writer is told by a mail, not only by the list on the site. */
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
const ANN = 'ann.lee@hospital.test';
const BEN = 'ben.ito@hospital.test';

describe('a reply that is not delivered', () => {
  const cleanUp = new CleanUpLater();
  const clock = new FakeClock();
  let world: GatewayWithSinks;
  let jane: PortalClient;
  let messageId = '';
  let answerToAnn: string | null = null;

  before(async () => {
    world = await startGatewayWithSinks(cleanUp, {
      clock,
      toml: { delivery: 'bounceDomain = "bounces.hospital.test"' },
      inside: { answer: ({ verb, line }) => (verb === 'RCPT' && line.includes(ANN) ? answerToAnn : null) },
    });
    messageId = await world.accept({ recipients: [JANE, BEN], subject: 'send secure: your results' });
    const [notice] = await world.waitFor('outside', ({ kind }) => kind === 'notice');
    jane = new PortalClient(world.gateway.publicUrl);
    await jane.register(notice?.link ?? '', async () => {
      const [mail] = await world.waitFor('outside', ({ kind }) => kind === 'code');
      return codeOf(mail?.subject ?? '');
    });
    await jane.open(messageId);
  });
  after(cleanUp.run);

  const told = () => world.at('outside', ({ kind, to }) => kind === 'reply-failed' && to === JANE);
  const stateFor = (replyId: string, address: string) =>
    world.rows('select state from recipients where messageId = ? and address = ?', replyId, address)[0]?.[
      'state'
    ];
  async function reply(text: string): Promise<string> {
    const sent = await jane.reply(messageId, text, 'all');
    assert.equal(sent.status, 200);
    return String(sent.body['messageId']);
  }

  it('refused inside: its writer is told once, of that person alone, with nothing of what was written or answered', async () => {
    answerToAnn = '550 5.1.1 Zebra unknown at exchange07';
    const replyId = await reply('A secret of mine.');
    const [mail] = await world.waitFor('outside', ({ kind }) => kind === 'reply-failed');
    assert.ok(mail);
    assert.deepEqual([mail.to, mail.reversePath], [JANE, '']);
    assert.match(mail.text, /did not reach this\s+person/u);
    assert.ok(mail.text.includes(ANN) && !mail.text.includes(BEN));
    assert.ok(mail.text.includes(world.gateway.publicUrl));
    assert.doesNotMatch(mail.bytes.toString('latin1'), /A secret|your results|Zebra|exchange07/u);
    await world.waitFor('inside', ({ text, to }) => to === BEN && text.includes('A secret of mine.'));
    await world.settled();
    assert.equal(told().length, 1);
    assert.deepEqual([stateFor(replyId, ANN), stateFor(replyId, BEN)], ['failed', 'handed-over']);
    const [queued] = world.rows("select route from deliveries where kind = 'reply-failed'");
    assert.equal(queued?.['route'], 'outside');
  });

  it('never taken inside: told when its time is over, in the language of the account', async () => {
    answerToAnn = '451 4.3.0 Not now';
    world.change("update accounts set locale = 'es'");
    const replyId = await reply('Another one.');
    await world.waitFor('inside', ({ text, to }) => to === BEN && text.includes('Another one.'));
    assert.equal(told().length, 1);
    clock.advance(6 * DAY_MS);
    const mails = await world.waitFor('outside', ({ kind }) => kind === 'reply-failed', 2, 20_000);
    assert.match(mails[1]?.text ?? '', /no llegó a\s+esta\s+persona/u);
    assert.equal(stateFor(replyId, ANN), 'expired');
  });

  it('other mail without a reverse-path is answered by nothing', async () => {
    answerToAnn = '550 5.1.1 no';
    await world.accept({ reversePath: '', author: BEN, recipients: [ANN], subject: 'a report' });
    await world.settled();
    assert.equal(told().length, 2);
    assert.equal(world.at('inside', ({ kind }) => kind === 'bounce').length, 0);
  });
});
