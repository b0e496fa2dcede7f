/** Mail whose author is not the usual one person of ours: nobody named, several, somebody outside. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';

const NEAR_MISS = 'Subject: sned secure CANARY-SUBJECT';

const mailFrom = (...header: readonly string[]): string =>
  [...header, `Message-ID: <${crypto.randomUUID()}@hospital.test>`, '', 'Hello.', ''].join('\r\n');

describe('unusual authors', () => {
  const cleanUp = new CleanUpLater();
  let world: GatewayWithSinks;
  before(async () => {
    world = await startGatewayWithSinks(cleanUp);
  });
  after(cleanUp.run);

  for (const [name, header] of [
    ['no From', []],
    ['several in From', ['From: ann.lee@hospital.test, bob@hospital.test']],
    ['no address in From', ['From: Ann Lee (ann.lee@hospital.test)']],
  ] as const) {
    it(`a mistyped code with ${name} waits for an answer by the sender of the envelope`, async () => {
      const to = `${name.replaceAll(' ', '-')}@outside.example`;
      const queueId = await world.accept({ recipients: [to], mail: mailFrom(...header, NEAR_MISS) });
      assert.deepEqual(
        world.rows('select state from recipients where messageId = ?', queueId).map(({ state }) => state),
        ['held'],
      );
      const [held] = await world.waitFor('inside', ({ kind, text }) => kind === 'held' && text.includes(to));
      assert.equal(held?.to, 'ann.lee@hospital.test');
      assert.deepEqual(
        world.at('outside', (mail) => mail.to === to),
        [],
      );
    });
  }

  it('the notice of a mail that somebody outside wrote speaks in the name of the organisation', async () => {
    const to = 'forwarded@outside.example';
    const from = 'From: "Dr. Ann Lee" <stranger@elsewhere.example>';
    await world.accept({ recipients: [to], mail: mailFrom(from, 'Subject: send secure') });
    const [notice] = await world.waitFor('outside', (mail) => mail.to === to);
    assert.match(notice?.subject ?? '', /^Secure message from Example Hospital \(/u);
    assert.equal(notice?.field('From'), '"Example Hospital" <send-secure@hospital.test>');
    assert.equal(notice.field('Reply-To'), null, 'no answer goes to a stranger by itself');
    assert.match(notice.text, /stranger@elsewhere\.example/u);
  });

  it('the name of the author is the same in a notice that a hold kept back', async () => {
    const to = 'later@outside.example';
    const name = Buffer.from('Żółw, Łukasz').toString('base64');
    const from = `From: =?UTF-8?B?${name}?= <ann.lee@hospital.test>`;
    await world.accept({ recipients: [to], mail: mailFrom(from, NEAR_MISS) });
    const [held] = await world.waitFor('inside', ({ kind, text }) => kind === 'held' && text.includes(to));
    const url = /http:\/\/localhost:\d+\/held\/[\w-]+/u.exec(held?.text ?? '')?.[0] ?? '';
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(url).origin },
      body: 'choice=send',
    });
    assert.equal(answer.status, 200);
    const [notice] = await world.waitFor('outside', (mail) => mail.to === to);
    assert.match(notice?.text ?? '', /Żółw, Łukasz sent you a secure message/u);
  });
});
