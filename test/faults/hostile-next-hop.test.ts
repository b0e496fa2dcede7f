/**
 * R11, R15, R17: next hops that answer nonsense, slowly, or each recipient otherwise. A mail waits until a sane
 * answer comes; nobody else waits for it; the author has one report of each recipient that failed.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { FakeClock, MINUTE_MS } from '#src/base/clock.ts';
import type { SinkAnswer } from '#test/peers/smtp-sink.ts';
import { pause } from '#test/support/eventually.ts';

import { WatchedGateway } from './watched-gateway.ts';

const VERBS = ['connect', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'dot'];
const GARBAGE: readonly Exclude<SinkAnswer, null>[] = [
  Buffer.alloc(3_000_000, 'x'),
  Buffer.from('25O 2.0.0 OK\r\n'),
  Buffer.from('250-one\r\n550 two\r\n'),
  Buffer.from('250 ok\0\r\n'),
  Buffer.from('\r\n'),
  Buffer.from('999 what\r\n'),
  Buffer.from('HTTP/1.1 200 OK\r\n\r\n'),
  Buffer.from([0x16, 0x03, 0x01, 0x00, 0xff, 0x0d, 0x0a]),
  // Answers to what nobody has asked yet.
  Buffer.from('250 1\r\n250 2\r\n250 3\r\n250 4\r\n'),
  { do: 'close' },
];

describe('a next hop that is not sane', () => {
  it('R15: garbage at any place makes a mail wait, and nothing more', { timeout: 120_000 }, async (t) => {
    const clock = new FakeClock();
    const wanted = VERBS.flatMap((verb) => GARBAGE.map((answer) => ({ verb, answer })));
    const onConnection = new Map<number, (typeof wanted)[number] | undefined>();
    const gateway = await WatchedGateway.start(t, {
      clock,
      outside: {
        answer: ({ verb, connection }) => {
          if (!onConnection.has(connection)) onConnection.set(connection, wanted.shift());
          const garbage = onConnection.get(connection);
          if (garbage?.verb !== verb) return null;
          onConnection.set(connection, undefined);
          return garbage.answer;
        },
      },
    });
    for (let n = 0; n < VERBS.length * GARBAGE.length; n += 1)
      await gateway.sendUntilTaken([
        gateway.newMail({ coded: false, recipients: [`g${n}@outside.example`] }),
      ]);
    await gateway.passTimeUntilSettled(clock, 10 * MINUTE_MS);
    assert.equal(wanted.length, 0, 'all of it was answered once');
    gateway.oracle.spoiltConnections = VERBS.length * GARBAGE.length;
    await gateway.check();
    assert.deepEqual(gateway.world.rows("select id from deliveries where state <> 'handed-over'"), []);
  });

  it('R11: one that is slow keeps no other waiting', { timeout: 60_000 }, async (t) => {
    const gateway = await WatchedGateway.start(t, {
      outside: { answer: ({ verb }) => (verb === 'connect' ? null : pause(300).then(() => null)) },
    });
    const mails = Array.from({ length: 12 }, () => gateway.newMail({ coded: false }));
    await gateway.sendUntilTaken(mails);
    assert.equal(await gateway.check(40_000), 0);
  });

  it(
    'R17: each recipient has a fate of its own, and a report where it failed',
    { timeout: 60_000 },
    async (t) => {
      const clock = new FakeClock();
      let sane = false;
      const gateway = await WatchedGateway.start(t, {
        clock,
        outside: {
          answer: ({ verb, line }) => {
            if (verb !== 'RCPT') return null;
            if (line.includes('<no-such-')) return '550 5.1.1 No such user';
            return line.includes('<a') && !sane ? '450 4.2.0 Later' : null;
          },
        },
      });
      const mails = [false, true].map((coded) => gateway.newMail({ coded, refused: true }));
      await gateway.sendUntilTaken(mails);
      await gateway.world.waitFor('inside', ({ kind }) => kind === 'bounce', 2);
      sane = true;
      await gateway.passTimeUntilSettled(clock, 10 * MINUTE_MS);
      assert.equal(await gateway.check(), 0);
      assert.equal(gateway.world.at('inside', ({ kind }) => kind === 'bounce').length, 2);
    },
  );
});
