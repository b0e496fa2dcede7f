import assert from 'node:assert/strict';
import { test } from 'node:test';

import { NetworkList } from './network-list.ts';

test('addresses are found in their networks, also mapped into IPv6', () => {
  const list = new NetworkList(['10.1.0.0/16', '192.0.2.7/32', '2001:db8::/32', '::1/128']);
  for (const address of ['10.1.2.3', '192.0.2.7', '2001:db8:1::5', '::1', '::ffff:10.1.2.3'])
    assert.ok(list.has(address), address);
  for (const address of ['10.2.0.1', '192.0.2.8', '2001:db9::1', '::ffff:10.2.0.1', '', 'localhost'])
    assert.ok(!list.has(address), address);
});

test('an empty list holds nothing', () => {
  assert.equal(new NetworkList([]).has('127.0.0.1'), false);
});
