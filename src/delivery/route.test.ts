import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { TlsSetting } from '#src/routing/route-plan.ts';

import { chooseWay, type Route, type RoutedDelivery, type Routes, type Way } from './route.ts';

const relay: Route & { kind: 'smtp' } = {
  kind: 'smtp',
  onThisHost: false,
  hop: { host: 'relay.hospital.test', port: 25, implicitTls: false, tls: 'opportunistic' },
};
const here: Route & { kind: 'smtp' } = { ...relay, onThisHost: true };
const mx: Route = { kind: 'mx' };

const settings: Readonly<Record<string, TlsSetting>> = {
  'partner.test': { kind: 'pkix' },
  'named.test': { kind: 'pkix', nextHop: { host: 'mx.named.test', port: 25 } },
};

function wayOf(routes: Partial<Routes>, delivery: Partial<RoutedDelivery>): Way {
  return chooseWay(
    { internal: here, outside: relay, protectedThroughNextHop: false, ...routes },
    { route: 'outside', kind: 'relay', domain: 'outside.test', tlsRequirement: null, ...delivery },
    (domain) => settings[domain] ?? { kind: 'authenticated' },
  );
}

/** In a word: where, at least how, and whether the duty must be passed on. */
function summary(routes: Partial<Routes>, delivery: Partial<RoutedDelivery>): string {
  const way = wayOf(routes, delivery);
  if (way.kind === 'capture') return 'capture';
  const duty = way.requireTls ? ' REQUIRETLS' : '';
  return way.kind === 'hop' ? `hop ${way.hop.tls}${duty}` : `${way.setting.kind} ${way.atLeast}${duty}`;
}

suite('ways', () => {
  test('internal mail never takes the outside route', () => {
    const other: Route = { ...relay, hop: { ...relay.hop, host: 'inside.hospital.test' } };
    const way = wayOf({ internal: other, outside: mx }, { route: 'internal' });
    assert.equal(way.kind === 'hop' && way.hop.host, 'inside.hospital.test');
  });

  test('a code leaves this host over TLS or not at all; other mail as the route has it', () => {
    assert.equal(summary({}, { kind: 'code' }), 'hop encrypted');
    assert.equal(summary({}, { kind: 'notice' }), 'hop opportunistic');
    assert.equal(summary({ outside: here }, { kind: 'code' }), 'hop opportunistic');
    const verified: Route = { ...relay, hop: { ...relay.hop, tls: 'verified' } };
    assert.equal(summary({ outside: verified }, { kind: 'code' }), 'hop verified');
    assert.equal(summary({ outside: mx }, { kind: 'code' }), 'opportunistic encrypted');
    assert.equal(summary({ outside: mx }, { kind: 'notice' }), 'opportunistic planned');
  });

  test('what must be protected goes to the servers of the domain, whatever the route is', () => {
    for (const outside of [relay, here, mx]) {
      const partner = { tlsRequirement: 'verified', domain: 'partner.test' } as const;
      assert.equal(summary({ outside }, partner), 'pkix verified');
      assert.equal(summary({ outside }, { ...partner, domain: 'other.test' }), 'authenticated verified');
    }
  });

  test('through the general next hop only where that was allowed, verified and with REQUIRETLS', () => {
    const partner = { tlsRequirement: 'verified', domain: 'partner.test' } as const;
    for (const outside of [relay, here])
      assert.equal(summary({ outside, protectedThroughNextHop: true }, partner), 'hop verified REQUIRETLS');
    assert.equal(summary({ outside: mx, protectedThroughNextHop: true }, partner), 'pkix verified');
    const named = { ...partner, domain: 'named.test' };
    assert.equal(summary({ protectedThroughNextHop: true }, named), 'pkix verified', 'its own server');
    assert.equal(summary({ protectedThroughNextHop: true }, {}), 'hop opportunistic', 'other mail as ever');
  });

  test('REQUIRETLS that the submitter asked for holds on every route', () => {
    const asked = { tlsRequirement: 'requiretls' } as const;
    assert.equal(summary({}, asked), 'hop verified REQUIRETLS');
    assert.equal(summary({ outside: mx }, asked), 'authenticated verified REQUIRETLS');
    assert.equal(summary({}, { ...asked, route: 'internal' }), 'hop verified REQUIRETLS');
    assert.equal(summary({}, { ...asked, domain: 'partner.test' }), 'pkix verified REQUIRETLS');
  });

  test('without a route everything is captured', () => {
    const capture = { outside: { kind: 'capture' } } as const;
    assert.equal(summary(capture, {}), 'capture');
    assert.equal(summary(capture, { tlsRequirement: 'verified' }), 'capture');
  });
});
