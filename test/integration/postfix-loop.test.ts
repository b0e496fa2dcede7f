/** R31: a pair that loops on purpose: our next hop is a Postfix that gives everything back to us. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { MAX_OWN_PASSES } from '#src/acceptance/own-passes.ts';
import { startPostfix, type Postfix } from '#test/peers/postfix.ts';
import { startWireTap, type WireTap } from '#test/peers/wire-tap.ts';
import { eventually, pause } from '#test/support/eventually.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';

const BOUNCE_DOMAIN = 'secure.hospital.test';
const SECRET = 'CANARY-that-goes-round';
/** Mails that one submission may make on the way between the two, in both directions, before all is quiet. */
const MOST_HOPS = 8;

describe('a Postfix that gives everything back', () => {
  const cleanUp = new CleanUpLater();
  /** What Postfix gives to us, and what we give to Postfix. */
  let back: WireTap;
  let forth: WireTap;
  let postfix: Postfix;
  let world: GatewayWithSinks;
  let hopsBefore = 0;
  before(async () => {
    back = await startWireTap(() => world.gateway.smtpPort);
    cleanUp.after(() => back.stop());
    const returns = await startWireTap(() => world.gateway.gateway.returnsPort ?? 0);
    cleanUp.after(() => returns.stop());
    postfix = await startPostfix({
      files: { transport: `${BOUNCE_DOMAIN} smtp:[127.0.0.1]:${returns.port}\n` },
      main: {
        relayhost: `[127.0.0.1]:${back.port}`,
        transport_maps: 'texthash:$config_directory/transport',
      },
    });
    cleanUp.after(() => postfix.stop());
    forth = await startWireTap(() => postfix.smtpPort);
    cleanUp.after(() => forth.stop());
    world = await startGatewayWithSinks(cleanUp, {
      nextHop: `smtp://127.0.0.1:${forth.port}`,
      toml: {
        delivery: `bounceDomain = "${BOUNCE_DOMAIN}"`,
        returns: 'listen = "127.0.0.1:0"',
      },
    });
  });
  after(cleanUp.run);
  beforeEach(() => {
    hopsBefore = hops();
  });

  const mailsOn = (tap: WireTap): number =>
    tap.connections.flatMap(({ fromClient }) => fromClient.toString('latin1').match(/^MAIL FROM:/gmu) ?? [])
      .length;
  const hops = (): number => mailsOn(back) + mailsOn(forth);
  const reportsTo = (address: string) =>
    world.at('inside', ({ to, reversePath }) => to === address && reversePath === '');

  /** Nothing queued on either side, and nothing new on the wire for a while. */
  async function quiet(): Promise<void> {
    await eventually(
      'both queues are empty',
      async () => {
        const seen = hops();
        await world.settled(20_000);
        if ((await postfix.queued()).length > 0) return false;
        await pause(500);
        return hops() === seen;
      },
      30_000,
    );
    assert.ok(hops() - hopsBefore <= MOST_HOPS, `${hops() - hopsBefore} mails went between the two`);
  }

  it('plain mail: refused when it comes back, and the author gets the report', async () => {
    await world.accept({ recipients: ['jane@outside.example'], text: 'round and round' });
    const report = await eventually('reported', () => reportsTo('ann.lee@hospital.test')[0]);
    assert.match(report.text, /jane@outside\.example/u);
    assert.match(report.text, /5\.4\.6/u);
    await quiet();
    assert.equal(reportsTo('ann.lee@hospital.test').length, 1);
  });

  it('mail with the code: the notice is stopped, the recipient failed, the author told, nothing in clear', async () => {
    const queueId = await world.accept({
      recipients: ['joe@outside.example'],
      subject: 'send secure: results',
      text: SECRET,
    });
    const state = (): unknown =>
      world.rows('select state from recipients where messageId = ?', queueId)[0]?.['state'];
    await eventually('failed', () => state() === 'failed', 20_000);
    await eventually('told', () =>
      reportsTo('ann.lee@hospital.test').some(({ text }) => text.includes('joe@outside.example')),
    );
    await quiet();
    const wires = [...back.connections, ...forth.connections];
    assert.ok(!wires.some(({ fromClient }) => fromClient.includes(SECRET)));
    assert.ok(!(await postfix.log()).includes(SECRET));
  });

  it('mail without a reverse-path makes no report, and no storm', async () => {
    const reports = reportsTo('ann.lee@hospital.test').length;
    await world.accept({
      recipients: ['nobody@outside.example'],
      reversePath: '',
      fields: ['Auto-Submitted: auto-replied'],
    });
    await eventually('came back', () => mailsOn(back) > 0 && hops() - hopsBefore >= 2);
    await quiet();
    assert.equal(reportsTo('ann.lee@hospital.test').length, reports);
  });
});

describe('a Postfix inside that gives everything back', () => {
  const cleanUp = new CleanUpLater();
  let back: WireTap;
  let world: GatewayWithSinks;
  let postfix: Postfix;
  before(async () => {
    back = await startWireTap(() => world.gateway.smtpPort);
    cleanUp.after(() => back.stop());
    postfix = await startPostfix({ main: { relayhost: `[127.0.0.1]:${back.port}` } });
    cleanUp.after(() => postfix.stop());
    world = await startGatewayWithSinks(cleanUp, {
      nextHop: `smtp://127.0.0.1:${postfix.smtpPort}`,
      internalNextHop: `smtp://127.0.0.1:${postfix.smtpPort}`,
    });
  });
  after(cleanUp.run);

  it('even the report of the loop ends, and both sides come to rest', async () => {
    const recipients = ['bob@hospital.test', 'jane@outside.example'];
    await world.accept({ recipients });
    await world.accept({ recipients, subject: 'send secure: results', text: SECRET });
    await eventually(
      'at rest',
      async () => {
        const seen = back.connections.length;
        await world.settled(20_000);
        if ((await postfix.queued()).length > 0) return false;
        await pause(500);
        return back.connections.length === seen;
      },
      30_000,
    );
    const taken = world.rows('select id from messages where purpose = ?', 'submitted').length;
    // Two mails to Bob, Postfix's reports on both, on the mail and the notice to Jane, and one "Secured".
    assert.ok(taken >= 7 && taken <= 7 * MAX_OWN_PASSES, `${taken} mails were taken`);
    const toJane = back.connections.flatMap(
      ({ fromClient }) => fromClient.toString('latin1').match(/^RCPT TO:<jane@[^]*?\r\n\.\r\n/gmu) ?? [],
    );
    assert.equal(toJane.length, 2, 'the plain mail, and the notice');
    assert.ok(!toJane.some((mail) => mail.includes(SECRET)));
  });
});
