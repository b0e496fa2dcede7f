/** R09, R10: too little memory, too few file descriptors. It refuses what it can't do, lives on, and recovers. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';

import { eventually } from '#test/support/eventually.ts';

import { FaultWorld } from './fault-world.ts';
import { FULL } from './form.ts';

const DESCRIPTORS = 64;
const HEAP_MB = 96;
const MAX_RSS_MB = 450;
const CLIENTS = FULL ? 20 : 8;
const MESSAGE_BYTES = (FULL ? 20 : 4) * 1024 * 1024;

describe('a starved process', { timeout: 240_000 }, () => {
  it('R10: lives on without file descriptors, and serves when there are some', async (t) => {
    const world = await FaultWorld.open();
    t.after(() => world.dispose());
    await world.start({ wrapper: ['sh', '-c', `ulimit -n ${DESCRIPTORS}; exec "$0" "$@"`] });
    await world.sendUntilTaken([world.newMail({ coded: true })]);
    const sockets = Array.from({ length: 3 * DESCRIPTORS }, () => holdOpen(world.smtpPort));
    const refused = world.newMail({ coded: true, large: true });
    await Promise.race([world.send(refused), eventually('a moment', () => false, 1_500).catch(() => {})]);
    assert.ok(world.gateway.alive);
    for (const socket of sockets) socket.destroy();
    await world.sendUntilTaken();
    await world.everythingArrived();
    await world.closeAndCheck();
  });

  it(`R09: takes ${CLIENTS} large mails at once with ${HEAP_MB} MB of heap, and stays small`, async (t) => {
    const world = await FaultWorld.open({ keepMails: false });
    t.after(() => world.dispose());
    await world.start({ nodeOptions: [`--max-old-space-size=${HEAP_MB}`] });
    const { pid } = world.gateway;
    let peakMb = 0;
    const watch = setInterval(() => (peakMb = Math.max(peakMb, residentMb(pid))), 50);
    const mails = Array.from({ length: CLIENTS }, (_, n) =>
      world.newMail({ coded: false, recipients: [`big${n}@outside.example`], textBytes: MESSAGE_BYTES }),
    );
    await Promise.all(mails.map((mail) => world.send(mail)));
    await world.sendUntilTaken(mails);
    await world.everythingArrived(mails, 180_000);
    clearInterval(watch);
    t.diagnostic(`at most ${Math.round(peakMb)} MB resident`);
    assert.ok(peakMb > 0 && peakMb < MAX_RSS_MB, `${peakMb} MB`);
    await world.closeAndCheck();
  });
});

function holdOpen(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  return socket;
}

/** 0 where the system has no /proc. */
function residentMb(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/u.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
