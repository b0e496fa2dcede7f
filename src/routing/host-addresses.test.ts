import assert from 'node:assert/strict';
import { test } from 'node:test';

import { shuffle, unroutableNetworks } from './host-addresses.ts';

test('addresses that lead to ourselves, our link or nobody are known in every form', () => {
  for (const address of [
    '127.0.0.1',
    '127.8.9.10',
    '0.0.0.0',
    '169.254.169.254',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    'fe80::1',
    'ff02::1',
  ])
    assert.ok(unroutableNetworks.has(address), address);
  for (const address of ['192.0.2.1', '10.0.0.1', '2001:db8::1', '::ffff:192.0.2.1', 'fd00::1'])
    assert.ok(!unroutableNetworks.has(address), address);
});

test('shuffling keeps every item once', () => {
  const items = [1, 2, 3, 4, 5];
  assert.deepEqual(
    shuffle(items, (limit) => limit - 1),
    [5, 4, 3, 2, 1],
  );
  assert.deepEqual(
    shuffle(items, () => 0),
    items,
  );
});
