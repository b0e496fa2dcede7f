/**
 * R19, R21: two processes on one queue, on PostgreSQL. Each delivery is one process's at a time; a process that was
 * stopped until its lease had ended sends no final dot when it goes on. On SQLite the second process is refused.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { MINUTE_MS } from '#src/base/clock.ts';
import type { SinkAnswer } from '#test/peers/smtp-sink.ts';
import { startTestPostgres } from '#test/peers/postgres.ts';
import { eventually, pause } from '#test/support/eventually.ts';
import { freePort } from '#test/support/free-port.ts';

import { FaultWorld } from './fault-world.ts';
import { GatewayProcess } from './gateway-process.ts';
import { FULL } from './form.ts';
import { rowsOf } from './postgres-rows.ts';

const MAILS = FULL ? 300 : 40;
const LEASE_OVER_MS = 20 * MINUTE_MS;

/** A process on the same folders and database, with ports of its own. */
async function secondProcess(world: FaultWorld): Promise<GatewayProcess> {
  let text = readFileSync(join(world.folder, 'gateway.toml'), 'utf8');
  for (const line of text.match(/^listen = .*$/gmu) ?? [])
    text = text.replace(line, line.replace(/\d+"$/u, `${await freePort()}"`));
  const file = join(world.folder, 'second.toml');
  writeFileSync(file, text);
  return new GatewayProcess(file);
}

describe('R21: two processes on one queue', { timeout: 240_000 }, () => {
  it('are refused on SQLite', async (t) => {
    const world = await FaultWorld.open();
    t.after(() => world.dispose());
    await world.start();
    const second = await secondProcess(world);
    t.after(() => second.dispose());
    await assert.rejects(second.start(), /database-in-use/u);
    await world.sendUntilTaken([world.newMail({ coded: true })]);
    await world.everythingArrived();
    await world.closeAndCheck();
  });

  it('send each mail once, also where one was stopped for longer than its lease (R19)', async (t) => {
    const postgres = await startTestPostgres();
    t.after(() => postgres.stop());
    const database = await postgres.createDatabase('shared');
    const waiting: ((answer: SinkAnswer) => void)[] = [];
    let holding = false;
    const world = await FaultWorld.open({
      database,
      rows: rowsOf(database),
      answer: ({ verb }) =>
        holding && verb === 'DATA' ? new Promise<SinkAnswer>((resolve) => waiting.push(resolve)) : null,
    });
    t.after(() => world.dispose());
    await world.start();
    const second = await secondProcess(world);
    t.after(() => second.dispose());
    await second.start();
    const load = Array.from({ length: MAILS }, (_, n) => world.newMail({ coded: n % 3 === 0 }));
    await Promise.all(load.map((mail) => pause(Math.random() * 500).then(() => world.send(mail))));
    await world.sendUntilTaken(load);
    await world.everythingArrived(load);
    assert.equal(world.oracle.countRepeats(), 0);

    // The first claims a delivery and is stopped in the middle of it; the second finds the lease ended.
    await world.queueIsEmpty();
    second.signal('SIGSTOP');
    holding = true;
    const mail = world.newMail({ coded: false, recipients: ['stopped@outside.example'] });
    await world.sendUntilTaken([mail]);
    await eventually('the first is on its way', () => waiting.length === 1);
    world.gateway.signal('SIGSTOP');
    holding = false;
    second.signal('SIGCONT');
    await second.moveClock(LEASE_OVER_MS);
    await world.everythingArrived([mail]);
    world.gateway.signal('SIGCONT');
    await world.gateway.moveClock(LEASE_OVER_MS);
    for (const answer of waiting.splice(0)) answer(null);
    await pause(1_000);
    assert.equal(
      world.fatesOf(mail)[0]?.copies.length,
      1,
      'the one whose lease has ended sends no final dot',
    );
    await second.close();
    await world.closeAndCheck();
  });
});
