import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import {
  AUTHOR,
  openPortalWorld,
  TestBrowser,
  type PortalWorld,
  type SentMessage,
} from '#test/support/portal-world.ts';
import { formatMessageCode } from '#src/base/identifiers.ts';
import { HOUR_MS } from '#src/base/clock.ts';

describe('the genuineness check', () => {
  let world: PortalWorld;
  let message: SentMessage;
  let other: SentMessage;
  before(async () => {
    world = await openPortalWorld();
    message = await world.send(['Asker@mail.test']);
    other = await world.send(['other@mail.test']);
  });
  after(() => world.dispose());

  it('knows a notice by its code and address, however they are typed', async () => {
    const browser = new TestBrowser(world);
    for (const [code, address] of [
      [formatMessageCode(codeOf(message)), 'asker@mail.test'],
      [codeOf(message).toLowerCase(), ' ASKER@MAIL.TEST'],
      [` ${formatMessageCode(codeOf(message)).replaceAll('-', ' ')} `, 'Asker@mail.test'],
    ]) {
      const answer = (await browser.post('/api/check', { code, address })).json();
      assert.equal(answer.genuine, true, `${code} ${address}`);
      assert.equal(answer.organization, 'Example Hospital');
      assert.equal(answer.author.address, AUTHOR);
      assert.ok(Date.parse(answer.sentAt) > 0);
    }
  });

  it('answers alike where code, address or both are wrong, and causes nothing', async () => {
    const browser = new TestBrowser(world);
    const bodies = new Set<string>();
    for (const [code, address] of [
      [codeOf(other), 'asker@mail.test'],
      [codeOf(message), 'other@mail.test'],
      ['000-000-000', 'asker@mail.test'],
      ['not a code', 'not an address'],
      ['', ''],
    ]) {
      const answer = await browser.post('/api/check', { code, address });
      assert.equal(answer.statusCode, 200);
      bodies.add(answer.body);
    }
    assert.deepEqual([...bodies], ['{"genuine":false}']);
    assert.equal(world.mails.length, 0);
  });

  it('a code says nothing about another recipient, blind copies included', async () => {
    const [asker, blind] = (await world.send(['asker@mail.test', 'blind@mail.test'])).copies;
    assert.ok(asker && blind);
    const browser = new TestBrowser(world);
    const check = async (code: string, address: string): Promise<unknown> =>
      (await browser.post('/api/check', { code, address })).json();
    for (const [own, others] of [
      [asker, blind],
      [blind, asker],
    ] as const) {
      assert.deepEqual(await check(own.messageCode, others.address), { genuine: false });
      assert.partialDeepStrictEqual(await check(own.messageCode, own.address), { genuine: true });
    }
  });

  it('is slowed down per network', async () => {
    const asker = (network: number) => new TestBrowser(world, { remoteAddress: `203.0.${network}.7` });
    const ask = (network: number) =>
      asker(network).post('/api/check', { code: '000000000', address: 'a@b.test' });
    for (let i = 0; i < 60; i++) assert.equal((await ask(50)).statusCode, 200);
    const refused = await ask(50);
    assert.deepEqual([refused.statusCode, refused.json().code], [429, 'slow-down']);
    assert.ok(refused.json().retryAfterSeconds <= HOUR_MS / 1_000);
    assert.equal((await ask(51)).statusCode, 200);
  });
});

function codeOf(message: SentMessage): string {
  const [copy] = message.copies;
  assert.ok(copy);
  return copy.messageCode;
}
