/**
 * R13, R14: the connection is cut after each byte of a dialogue, in both directions, before the gateway and behind it
 * (in the short form after a few of them). What was acknowledged arrives; what is repeated had lost its reply.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { FakeClock, MINUTE_MS } from '#src/base/clock.ts';

import { CuttingProxy, type Cut } from './cutting-proxy.ts';
import { inThisForm } from './form.ts';
import { WatchedGateway } from './watched-gateway.ts';

/** About the length of a dialogue, as far as it is short of it; what is left out of one is cut in the next. */
const TO_SERVER_BYTES = 800;
const TO_CLIENT_BYTES = 350;

function cuts(every: number): Cut[] {
  const after = (direction: Cut['direction'], bytes: number): Cut[] =>
    Array.from({ length: bytes }, (_, afterBytes) => ({ direction, afterBytes }));
  return [
    ...inThisForm(after('to-server', TO_SERVER_BYTES), every),
    ...inThisForm(after('to-client', TO_CLIENT_BYTES), every),
  ];
}

describe('R13: a connection that is cut', () => {
  it('from a client: nothing acknowledged is lost, nothing else is kept', { timeout: 600_000 }, async (t) => {
    const gateway = await WatchedGateway.start(t);
    const proxy = await CuttingProxy.listen(() => gateway.world.gateway.smtpPort);
    t.after(() => proxy.stop());
    const places = cuts(41);
    for (const [n, cut] of places.entries()) {
      proxy.cuts.push(cut);
      await gateway.send(gateway.newMail({ coded: n % 2 === 0 }), proxy.port);
      proxy.cuts.length = 0;
    }
    assert.ok(proxy.made >= places.length / 2, `${proxy.made} of ${places.length} were cut`);
    await gateway.sendUntilTaken();
    assert.equal(await gateway.check(120_000), 0);
  });

  it('to a next hop: repeated is only what had lost its reply', { timeout: 600_000 }, async (t) => {
    const clock = new FakeClock();
    const proxy = await CuttingProxy.listen(() => gateway.world.outside.port);
    t.after(() => proxy.stop());
    const gateway: WatchedGateway = await WatchedGateway.start(t, {
      clock,
      nextHop: `smtp://127.0.0.1:${proxy.port}`,
    });
    const places = cuts(41);
    proxy.cuts.push(...places);
    for (const n of places.keys())
      await gateway.sendUntilTaken([
        gateway.newMail({ coded: false, recipients: [`cut${n}@outside.example`] }),
      ]);
    await gateway.passTimeUntilSettled(clock, 10 * MINUTE_MS, 500_000);
    assert.equal(proxy.cuts.length, 0, 'every place was cut at');
    gateway.oracle.spoiltConnections = proxy.made;
    const repeated = await gateway.check();
    const uncertain = gateway.world.rows("select id from audit_entries where event = 'delivery-uncertain'");
    assert.ok(
      uncertain.length >= repeated,
      `${repeated} repeated, ${uncertain.length} known to be uncertain`,
    );
    assert.ok(repeated > 0, 'some replies to the final dot were lost');
  });
});
