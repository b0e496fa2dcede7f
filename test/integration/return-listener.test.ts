/** The return listener answers everybody: what it refuses, how it ends loops, and how it slows down who tries. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';

import { FakeClock, MINUTE_MS } from '#src/base/clock.ts';
import { eventually } from '#test/support/eventually.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';
import { submit } from '#test/support/submit.ts';

const TOML = {
  delivery: 'bounceDomain = "secure.hospital.test"',
  returns: 'listen = "127.0.0.1:0"',
};
const report = readFileSync(new URL('../fixtures/returns/gmail.eml', import.meta.url), 'latin1');
const PERSON = 'From: Jane <jane@outside.example>\r\nTo: x\r\nMessage-ID: <p@outside.example>\r\n';

async function noticeTo(world: GatewayWithSinks, to: string) {
  const queueId = await world.accept({ recipients: [to], subject: 'send secure' });
  const [notice] = await world.waitFor('outside', (mail) => mail.kind === 'notice' && mail.to === to);
  await world.settled();
  return { queueId, notice, back: notice?.reversePath ?? '' };
}

const giveTo = (world: GatewayWithSinks, to: readonly string[], mail: string | Buffer, from = '') =>
  submit({ port: world.gateway.gateway.returnsPort ?? 0, from, to, mail });

describe('the return listener', () => {
  const cleanUp = new CleanUpLater();
  let world: GatewayWithSinks;
  let back: string;
  before(async () => {
    world = await startGatewayWithSinks(cleanUp, { toml: TOML });
    ({ back } = await noticeTo(world, 'jane@outside.example'));
  });
  after(cleanUp.run);
  const give = (to: readonly string[], mail: string | Buffer = `${PERSON}\r\nHello.\r\n`, from = '') =>
    giveTo(world, to, mail, from);
  const arrivedInside = (text: string) => world.at('inside', ({ bytes }) => bytes.includes(text)).length;

  it('S50 S51 relays nothing, however the address is written', async () => {
    const [local = ''] = back.split('@');
    for (const [address, reply] of [
      ['u@ext.test', /^550 5\.1\.1 /u],
      ['ann.lee@hospital.test', /^550 5\.1\.1 /u],
      ['postmaster', /^550 5\.1\.1 /u],
      ['postmaster@secure.hospital.test', /^550 5\.1\.1 /u],
      ['u%ext.test@secure.hospital.test', /^550 5\.1\.1 /u],
      ['"u@ext.test"@secure.hospital.test', /^550 5\.1\.1 /u],
      ['"u@ext.test"', /^501 /u],
      ['ext.test!u', /^501 /u],
      [`@secure.hospital.test:u@ext.test`, /^553 /u],
      [`@ext.test:${back}`, /^553 /u],
      [`u@ext.test@secure.hospital.test`, /^501 /u],
      ['u@[127.0.0.1]', /^550 5\.1\.1 /u],
      ['u@[IPv6:::1]', /^550 5\.1\.1 /u],
      ['u@0x7f.1', /^501 /u],
      [`${local}@hospital.test`, /^550 5\.1\.1 /u],
      [`${local}@ext.test`, /^550 5\.1\.1 /u],
      [`${local}@secure.hospital.test.`, /^501 /u],
      [`${local}%ext.test@secure.hospital.test`, /^550 5\.1\.1 /u],
      [`ext.test!${local}@secure.hospital.test`, /^550 5\.1\.1 /u],
    ] as const) {
      const { replies } = await give([address]);
      assert.match(replies[2] ?? '', reply, address);
      assert.match(replies[3] ?? '', /^5/u, `${address}: no DATA`);
    }
    const { replies } = await give([`${local}@SECURE.hospital.test`], report);
    assert.match(replies[2] ?? '', /^250 /u);
    await world.settled();
    assert.equal(world.at('outside', ({ kind }) => kind !== 'notice').length, 0);
  });

  it('gives one and the same answer to forged, malformed and unknown addresses', async () => {
    const [hash = ''] = /[0-9a-f]{24}(?=@)/u.exec(back) ?? [];
    const other = hash.replace(/^./u, (first) => (first === '0' ? '1' : '0'));
    const answers = new Set<string>();
    for (const address of [
      back.replace(hash, other),
      back.replace(hash, hash.slice(1)),
      back.replace(/^b-./u, 'b-7'),
      back.replace(/^b-/u, ''),
      `b-@secure.hospital.test`,
      'nobody@secure.hospital.test',
      'nobody@elsewhere.example',
    ])
      answers.add((await give([address])).replies[2] ?? '');
    assert.deepEqual([...answers], ['550 5.1.1 There is no such address here']);
  });

  it('takes at most 10 recipients, 1 MB, and a header of 50 KB', async () => {
    const backs: string[] = [];
    for (let i = 0; i < 11; i++) backs.push((await noticeTo(world, `many${i}@outside.example`)).back);
    const { replies } = await give(backs, `${PERSON}\r\nTen of you.\r\n`);
    assert.equal(replies.slice(2, 13).filter((reply) => reply.startsWith('250 ')).length, 10);
    assert.match(replies[12] ?? '', /^452 4\.5\.3 /u);
    assert.match(replies.at(-1) ?? '', /^250 /u);
    await world.settled();
    assert.equal(arrivedInside('Ten of you.'), 1, 'one author gets it once');
    const [free = ''] = backs;
    const line = `${'x'.repeat(70)}\r\n`;
    assert.match((await give([free], `${PERSON}\r\n${line.repeat(15_000)}`)).final, /^552 5\.3\.4 /u);
    assert.match(
      (await give([free], `${PERSON}X-Y: ${line}${` ${line}`.repeat(800)}\r\nHi\r\n`)).final,
      /^552 5\.3\.4 /u,
    );
    assert.match((await give([free], `${PERSON}\r\n${line.repeat(13_000)}`)).final, /^250 /u);
  });

  it('ends loops: our own mails, and what has seen fifty servers', async () => {
    const { notice, back } = await noticeTo(world, 'loop@outside.example');
    assert.match((await give([back], notice?.bytes ?? '')).final, /^554 5\.4\.6 /u);
    const hops = 'Received: from a.test by b.test; Sat, 21 Nov 2026 12:00:00 +0000\r\n'.repeat(50);
    assert.match((await give([back], `${hops}${PERSON}\r\nfar\r\n`)).final, /^554 5\.4\.6 /u);
    const [bounce] = await world.waitFor('inside', ({ kind }) => kind === 'bounce');
    assert.equal(bounce?.reversePath, '');
    assert.match((await give([back], bounce?.bytes ?? '')).final, /^554 5\.4\.6 /u);
    const ofBounce = report.replaceAll('jane@outside.example', 'ann.lee@hospital.test');
    const before = world.at('inside', ({ kind }) => kind === 'bounce').length;
    assert.match((await give([back], ofBounce)).final, /^250 /u);
    await world.settled();
    assert.equal(world.at('inside', ({ kind }) => kind === 'bounce').length, before);
    assert.equal(
      world.rows("select id from deliveries where kind = 'returned' and reversePath <> ''").length,
      0,
    );
  });

  it('takes no mail that claims to be from inside', async () => {
    const { back } = await noticeTo(world, 'forge@outside.example');
    for (const from of [
      'From: Help Desk <help@hospital.test>',
      'From: "help@hospital.test" <x@evil.example>',
      'From: x@evil.example\r\nSender: ann.lee@hospital.test',
      'From: x@evil.example, ann.lee@hospital.test',
    ]) {
      const { final } = await give(
        [back],
        `${from}\r\nMessage-ID: <f@evil.example>\r\n\r\nYour password.\r\n`,
      );
      assert.match(final, /^550 5\.7\.1 /u, from);
    }
    await world.settled();
    assert.equal(arrivedInside('Your password'), 0);
  });

  it('removes marks and fields of ours that somebody typed', async () => {
    const { back } = await noticeTo(world, 'typed@outside.example');
    const typed = `X-SendSecure-Mark: v1 x\r\nX-SendSecure-Notice: secured\r\n${PERSON}\r\ntyped by hand\r\n`;
    assert.match((await give([back], typed)).final, /^250 /u);
    const [passed] = await world.waitFor('inside', ({ bytes }) => bytes.includes('typed by hand'));
    assert.equal(passed?.kind, 'relay');
    assert.equal(passed?.bytes.toString('latin1').match(/x-sendsecure-mark/giu)?.length, 1);
  });

  it('passes on at most 20 mails a day for one address', async () => {
    const { back } = await noticeTo(world, 'chatty@outside.example');
    const finals: string[] = [];
    for (let i = 0; i < 21; i++) finals.push((await give([back], `${PERSON}\r\nmail ${i}\r\n`)).final);
    assert.equal(finals.filter((final) => final.startsWith('250 ')).length, 20);
    assert.match(finals.at(-1) ?? '', /^450 4\.7\.1 /u);
    const about = report.replaceAll('jane@outside.example', 'chatty@outside.example');
    assert.match((await give([back], about)).final, /^250 /u, 'a report is taken all the same');
  });

  it('knows nothing of messages that are past their date', async (t) => {
    const clock = new FakeClock();
    const later = await startGatewayWithSinks(t, { clock, toml: { ...TOML, limits: 'keepDays = 1' } });
    const { back } = await noticeTo(later, 'old@outside.example');
    assert.match((await giveTo(later, [back], report)).replies[2] ?? '', /^250 /u);
    clock.advance(25 * 60 * MINUTE_MS);
    assert.match((await giveTo(later, [back], report)).replies[2] ?? '', /^550 5\.1\.1 /u);
  });

  it('slows down who tries addresses, and forgets it after ten minutes', async (t) => {
    const clock = new FakeClock();
    const tried = await startGatewayWithSinks(t, { clock, toml: TOML });
    const { back } = await noticeTo(tried, 'jane@outside.example');
    const guesses = Array.from({ length: 60 }, (_, i) => `b-${i}@secure.hospital.test`);
    const { replies } = await giveTo(tried, guesses, report);
    assert.ok(replies.slice(2, 62).every((reply) => reply.startsWith('550 5.1.1 ')));
    const again = await giveTo(tried, [back], report);
    assert.match(again.replies[1] ?? '', /^450 4\.7\.1 /u, 'also for addresses that exist');
    clock.advance(10 * MINUTE_MS);
    assert.match((await giveTo(tried, [back], report)).final, /^250 /u);
  });

  it('asks for a report again that is faster than our own record', async (t) => {
    let release = (): void => {};
    const held = new Promise<null>((resolve) => {
      release = () => resolve(null);
    });
    const slow = await startGatewayWithSinks(t, {
      toml: TOML,
      outside: { answer: ({ verb }) => (verb === 'dot' ? held : null) },
    });
    const queueId = await slow.accept({ recipients: ['jane@outside.example'], subject: 'send secure' });
    const command = await eventually('MAIL', () =>
      slow.outside.commands.find((line) => line.startsWith('MAIL FROM:<b-')),
    );
    const back = /<([^>]+)>/u.exec(command)?.[1] ?? '';
    assert.match((await giveTo(slow, [back], report)).final, /^451 4\.3\.0 /u);
    release();
    await slow.settled();
    assert.match((await giveTo(slow, [back], report)).final, /^250 /u);
    assert.equal(
      slow.rows('select state from recipients where messageId = ?', queueId)[0]?.['state'],
      'failed',
    );
  });

  it('is not there where it is not configured', async (t) => {
    const without = await startGatewayWithSinks(t, { toml: { delivery: TOML.delivery } });
    assert.equal(without.gateway.gateway.returnsPort, null);
  });
});
