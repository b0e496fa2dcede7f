/** Mail that comes back, and mail that pretends to. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';

describe('loops', () => {
  const cleanUp = new CleanUpLater();
  let world: GatewayWithSinks;
  before(async () => {
    world = await startGatewayWithSinks(cleanUp);
  });
  after(cleanUp.run);

  it('refuses a relayed mail that comes back from outside', async () => {
    const queueId = await world.accept({ recipients: ['jane@outside.example'] });
    const [relayed] = await world.waitFor('outside', ({ wire }) => wire.bytes.includes(queueId));
    const { final } = await world.submit({
      recipients: ['jane@outside.example'],
      mail: relayed?.bytes ?? '',
    });
    assert.match(final, /^554 5\.4\.6 /u);
  });

  it('refuses mails of our own that come back, each kind of them', async () => {
    await world.accept({ recipients: ['joe@outside.example'], subject: 'send secure' });
    const [notice] = await world.waitFor('outside', ({ kind }) => kind === 'notice');
    const [secured] = await world.waitFor('inside', ({ kind }) => kind === 'secured');
    for (const mail of [notice, secured]) {
      assert.match(mail?.field('X-SendSecure-Mark') ?? '', /^v1 /u, mail?.kind);
      const { final } = await world.submit({ recipients: ['joe@outside.example'], mail: mail?.bytes ?? '' });
      assert.match(final, /^554 5\.4\.6 /u, mail?.kind);
    }
  });

  it('takes no forged mark for its own: it is removed and the mail decided as any other', async () => {
    const queueId = await world.accept({ recipients: ['real@outside.example'] });
    const [relayed] = await world.waitFor('outside', ({ wire }) => wire.bytes.includes(queueId));
    const real = relayed?.field('X-SendSecure-Mark') ?? '';
    const forged = [
      real,
      real.replace(/.$/u, (last) => (last === 'A' ? 'B' : 'A')),
      'v1',
      'relay',
      `${real} x`,
    ];
    for (const [i, mark] of forged.entries()) {
      const to = `forged${i}@outside.example`;
      await world.accept({
        recipients: [to],
        subject: 'send secure',
        fields: [`X-SendSecure-Mark: ${mark}`, 'x-sendsecure-notice: notice'],
      });
      const [notice] = await world.waitFor('outside', (mail) => mail.to === to);
      assert.equal(notice?.kind, 'notice', mark);
    }
    await world.accept({
      recipients: ['plain@outside.example'],
      fields: ['X-SENDSECURE-MARK : v1 x', 'X-SendSecure-Mark: y'],
    });
    const [plain] = await world.waitFor('outside', (mail) => mail.to === 'plain@outside.example');
    assert.equal(plain?.bytes.toString('latin1').match(/x-sendsecure-mark/giu)?.length, 1, 'ours alone');
  });

  it('refuses a mail that has passed 50 servers', async () => {
    const hops = (count: number): string[] =>
      Array.from(
        { length: count },
        (_, i) => `Received: from a${i}.test by b${i}.test; Sat, 21 Nov 2026 12:00:00 +0000`,
      );
    const { final } = await world.submit({ recipients: ['far@outside.example'], fields: hops(50) });
    assert.match(final, /^554 5\.4\.6 /u);
    assert.match(
      (await world.submit({ recipients: ['far@outside.example'], fields: hops(49) })).final,
      /^250 /u,
    );
  });

  it('reports to the reverse-path whom it refused beside recipients that it served', async () => {
    const queueId = await world.accept({ recipients: ['again@outside.example'] });
    const [relayed] = await world.waitFor('outside', ({ wire }) => wire.bytes.includes(queueId));
    await world.accept({
      recipients: ['eve@hospital.test', 'again@outside.example'],
      mail: relayed?.bytes ?? '',
    });
    await world.waitFor('inside', ({ to }) => to === 'eve@hospital.test');
    const [report] = await world.waitFor(
      'inside',
      ({ kind, text }) => ['bounce', 'returned'].includes(kind) && text.includes('again@outside.example'),
    );
    assert.equal(report?.to, 'ann.lee@hospital.test');
    assert.equal(report?.reversePath, '');
  });
});
