/** An author who chose one summary a day: what is gathered for it, what comes alone all the same, what it says. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { FakeClock, HOUR_MS } from '#src/base/clock.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';
import { codeOf, PortalClient } from '#test/support/portal-client.ts';

const ANN = 'ann.lee@hospital.test';
const JANE = 'jane@outside.example';

describe('one summary a day', () => {
  const cleanUp = new CleanUpLater();
  const clock = new FakeClock();
  let world: GatewayWithSinks;
  let choicePage = '';
  before(async () => {
    clock.advance(Date.UTC(2026, 10, 2, 9) - clock.now());
    world = await startGatewayWithSinks(cleanUp, { clock });
  });
  after(cleanUp.run);

  const inside = (kind: string) => world.at('inside', (mail) => mail.kind === kind);
  const choose = (choice: 'single' | 'summary'): Promise<string> =>
    fetch(choicePage, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: new URL(choicePage).origin,
      },
      body: new URLSearchParams({ choice }).toString(),
    }).then((answer) => answer.text());

  it('is offered in “Secured”, and the choice counts from the next message on', async () => {
    await world.accept({ recipients: ['first@outside.example'], subject: 'send secure: first' });
    const [secured] = await world.waitFor('inside', ({ kind }) => kind === 'secured');
    choicePage = /http:\/\/localhost:\d+\/mails\/[\w-]+/u.exec(secured?.text ?? '')?.[0] ?? '';
    assert.match(await choose('summary'), /Saved/u);
    await world.accept({
      recipients: [JANE, 'omar@elsewhere.example'],
      subject: 'send secure: the secret canary',
    });
    await world.waitFor('outside', ({ kind }) => kind === 'notice', 3);
    await world.settled();
    assert.equal(inside('secured').length, 1);
  });

  it('gathers openings', async () => {
    const jane = new PortalClient(world.gateway.publicUrl);
    const [notice] = world.at('outside', ({ kind, to }) => kind === 'notice' && to === JANE);
    await jane.register(notice?.link ?? '', async () => {
      const [mail] = await world.waitFor('outside', ({ kind }) => kind === 'code');
      return codeOf(mail?.subject ?? '');
    });
    const messageId = String(
      world.rows('select messageId from recipients where address = ?', JANE)[0]?.['messageId'],
    );
    await jane.open(messageId);
    await world.settled();
    assert.equal(inside('opened').length, 0);
    const kinds = world.rows('select kind from gathered_news order by happenedAt').map(({ kind }) => kind);
    assert.deepEqual(kinds, ['secured', 'opened']);
  });

  it('lets come alone, at once, what needs the author, and what a message asked for itself', async () => {
    const asking = `Disposition-Notification-To: <${ANN}>`;
    const messageId = await world.accept({
      recipients: [JANE],
      mail: `From: <${ANN}>\r\nTo: <${JANE}>\r\nSubject: send secure: asking\r\n${asking}\r\n\r\nHi\r\n`,
    });
    const jane = new PortalClient(world.gateway.publicUrl);
    await jane.signIn(JANE);
    await jane.open(messageId);
    await world.waitFor('inside', ({ kind }) => kind === 'opened');
    await world.accept({ recipients: [JANE], subject: 'send secrue: slip' });
    await world.accept({ recipients: [JANE], subject: 'send secure expires someday: wish' });
    await world.waitFor('inside', ({ kind }) => kind === 'held');
    const [, alone] = await world.waitFor('inside', ({ kind }) => kind === 'secured', 2);
    assert.equal(alone?.to, ANN);
  });

  it('is one mail that says who got what, who opened it, and never a subject', async () => {
    clock.advance(8 * HOUR_MS);
    await Promise.all([1, 2].map(() => world.gateway.gateway.summaries.sendDue()));
    await world.settled();
    const [summary, ...more] = inside('summary');
    assert.deepEqual([summary?.to, more.length], [ANN, 0]);
    assert.match(summary?.subject ?? '', /^Summary of 2 November 2026: 2 sent, 1 opened$/u);
    const text = summary?.text ?? '';
    assert.match(text, /jane@outside\.example: opened on 2 November 2026, 09:00 \(UTC\)/u);
    assert.match(text, /omar@elsewhere\.example: read on our website, not opened yet/u);
    assert.doesNotMatch(summary?.bytes.toString('latin1') ?? '', /canary/u);
    choicePage = /http:\/\/localhost:\d+\/mails\/[\w-]+/u.exec(text)?.[0] ?? '';
    assert.match(await (await fetch(choicePage)).text(), /at 17:00/u);
  });

  it('ends with what was gathered when single mails are chosen again', async () => {
    clock.advance(HOUR_MS);
    await world.accept({ recipients: [JANE], subject: 'send secure: later' });
    await world.settled();
    assert.match(await choose('single'), /on its way/u);
    const [, rest] = await world.waitFor('inside', ({ kind }) => kind === 'summary', 2);
    assert.match(rest?.text ?? '', /You asked for single emails again/u);
    await world.accept({ recipients: [JANE], subject: 'send secure: last' });
    await world.waitFor('inside', ({ kind }) => kind === 'secured', 3);
  });
});
