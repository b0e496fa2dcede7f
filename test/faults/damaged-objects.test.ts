/**
 * R07: stored content with a flipped bit or a missing end. What is damaged is not delivered, not dropped, and told to
 * the log; what is whole goes out as it came in. (The oracle compares every octet of what is relayed.)
 */
import assert from 'node:assert/strict';
import { truncateSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { FakeClock, HOUR_MS } from '#src/base/clock.ts';
import { eventually } from '#test/support/eventually.ts';
import { CleanUpLater } from '#test/support/gateway-with-sinks.ts';

import { FULL } from './form.ts';
import { WatchedGateway } from './watched-gateway.ts';

const SMALL = FULL ? 600 : 40;
const LARGE = 4;

describe('R07: damaged content', () => {
  it('is neither delivered nor dropped, and the log tells of it', { timeout: 300_000 }, async (t) => {
    const later = new CleanUpLater();
    t.after(later.run);
    const clock = new FakeClock();
    const refusing = await WatchedGateway.start(later, {
      clock,
      outside: { answer: ({ verb }) => (verb === 'MAIL' ? '451 4.3.0 Not now' : null) },
    });
    const { oracle } = refusing;
    for (let n = 0; n < SMALL + LARGE; n += 1) {
      const recipients = [`d${n}@outside.example`];
      await refusing.sendUntilTaken([refusing.newMail({ coded: false, recipients, large: n >= SMALL })]);
    }
    await eventually('all are deferred', () => waiting(refusing.world, 'attempts = 0').length === 0, 60_000);
    const ids = oracle.submitted.map(({ queueId }) => queueId ?? '');
    // A process that knows the content from before would not read it.
    await refusing.world.gateway.stop();
    damageRows(refusing.world, ids.slice(0, SMALL));
    damageFiles(refusing.world, ids.slice(SMALL));
    const { folder } = refusing.world.gateway;
    const gateway = await WatchedGateway.start(later, { clock, folder }, oracle);
    const { world } = gateway;
    for (let attempt = 0; attempt < 4; attempt += 1) {
      clock.advance(HOUR_MS);
      await gateway.sendUntilTaken([gateway.newMail({ coded: false, recipients: ['wake@hospital.test'] })]);
      await eventually(
        'what is due was tried',
        () => waiting(world, `"nextAttemptAt" <= ${clock.now()}`).length === 0,
        30_000,
      );
    }
    const left = new Set(waiting(world, 'true').map(({ messageId }) => messageId));
    assert.ok(left.size > ids.length / 2, `${left.size} of ${ids.length} are kept back`);
    for (const mail of oracle.submitted) {
      const copies = oracle.fatesOf(mail)[0]?.copies ?? [];
      assert.equal(copies.length, left.has(mail.queueId) ? 0 : 1, 'delivered whole, or kept');
    }
    const alarms = world.gateway.log.filter(({ message }) => message.includes('keeps failing on our side'));
    const alarmed = new Set(alarms.map(({ fields }) => fields?.deliveryId));
    for (const { id } of waiting(world, 'true')) assert.ok(alarmed.has(String(id)), 'somebody is told');
  });
});

type World = WatchedGateway['world'];

function waiting(world: World, condition: string): Record<string, unknown>[] {
  return world.rows(`select id, messageId from deliveries where state = 'queued' and ${condition}`);
}

/** Each small object in another place: one bit flipped, or its end cut off. */
function damageRows(world: World, ids: readonly string[]): void {
  const statements = ids.map((id, n) => {
    const [row] = world.rows('select hex(objectBytes) as hex from messages where id = ?', id);
    const bytes = Buffer.from(String(row?.['hex']), 'hex');
    const at = Math.floor((n * bytes.length) / ids.length);
    const damaged = n % 2 === 0 ? flipped(bytes, at) : bytes.subarray(0, at);
    return `update messages set objectBytes = x'${damaged.toString('hex')}' where id = '${id}'`;
  });
  world.change(statements.join(';'));
}

function flipped(bytes: Buffer, at: number): Buffer {
  const damaged = Buffer.from(bytes);
  damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
  return damaged;
}

function damageFiles(world: World, ids: readonly string[]): void {
  const folder = join(world.gateway.folder, 'data', 'objects');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const [n, id] of ids.entries()) {
    const file = files.find((name) => name.endsWith(id));
    assert.ok(file !== undefined, 'large ones are files');
    truncateSync(join(folder, file), 20_000 * n);
  }
}
