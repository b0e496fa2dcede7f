import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeClock, HOUR_MS } from '#src/base/clock.ts';
import { silentLog } from '#src/base/log.ts';

import { OutsidePort } from './outside-port.ts';

function open() {
  const said: string[] = [];
  const clock = new FakeClock();
  const log = {
    ...silentLog,
    warn: (message: string) => void said.push(`warn ${message}`),
    info: (message: string) => void said.push(`info ${message}`),
  };
  return { port: new OutsidePort({ clock, log }), clock, said };
}

test('where no server answers, port 25 seems closed: said once, and once when it is open again', () => {
  const { port, said } = open();
  for (const address of ['192.0.2.1', '192.0.2.1', '192.0.2.2', '192.0.2.3'])
    port.note('a.test', address, false);
  assert.equal(port.seemsClosed, false, 'three servers may be dead by chance');
  port.note('b.test', '192.0.2.4', false);
  port.note('b.test', '192.0.2.5', false);
  assert.equal(port.seemsClosed, true);
  assert.match(said[0] ?? '', /^warn port 25 to the outside seems closed.*\[delivery\] nextHop/u);
  port.note('b.test', '192.0.2.6', true);
  port.note('b.test', '192.0.2.6', true);
  assert.equal(port.seemsClosed, false);
  assert.deepEqual([said.length, said[1]?.slice(0, 4)], [2, 'info']);
});

test('one that answers between them, or half an hour, makes them single failures', () => {
  const { port, clock, said } = open();
  for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) port.note('a.test', address, false);
  port.note('b.test', '192.0.2.9', true);
  port.note('b.test', '192.0.2.4', false);
  clock.advance(HOUR_MS);
  for (const address of ['192.0.2.5', '192.0.2.6', '192.0.2.7']) port.note('a.test', address, false);
  assert.deepEqual([port.seemsClosed, said], [false, []]);
});

test('many addresses of one dead domain say nothing about the port', () => {
  const { port } = open();
  for (let last = 1; last <= 12; last++) port.note('dead.test', `192.0.2.${last}`, false);
  assert.equal(port.seemsClosed, false);
  port.note('other.test', '198.51.100.1', false);
  assert.equal(port.seemsClosed, true);
});
