import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chooseRoute, hopFor, routeName, type Route } from './route.ts';

const outside: Route & { kind: 'smtp' } = {
  kind: 'smtp',
  onThisHost: false,
  hop: { host: 'relay.hospital.test', port: 25, implicitTls: false, tls: 'opportunistic' },
};
const here: Route & { kind: 'smtp' } = { ...outside, onThisHost: true };

test('internal mail never takes the outside route', () => {
  const routes = { internal: here, outside };
  assert.equal(chooseRoute(routes, { route: 'internal' }), here);
  assert.equal(chooseRoute(routes, { route: 'outside' }), outside);
});

test('a code leaves this host over TLS or not at all; other mail as the route has it', () => {
  assert.equal(hopFor(outside, { kind: 'code' }).tls, 'encrypted');
  assert.equal(hopFor(outside, { kind: 'notice' }).tls, 'opportunistic');
  assert.equal(hopFor(here, { kind: 'code' }).tls, 'opportunistic');
  const verified: Route & { kind: 'smtp' } = { ...outside, hop: { ...outside.hop, tls: 'verified' } };
  assert.equal(hopFor(verified, { kind: 'code' }).tls, 'verified', 'never less than the route asks for');
});

test('routes are named for logs', () => {
  assert.equal(routeName(outside), 'relay.hospital.test:25');
  assert.equal(routeName({ kind: 'capture' }), 'capture');
});
