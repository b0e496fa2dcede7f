/** What next hops do to a delivery: refuse, defer, vanish; and what the author learns of it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { DAY_MS, FakeClock, HOUR_MS, MINUTE_MS } from '#src/base/clock.ts';
import type { SinkAnswer } from '#test/peers/smtp-sink.ts';
import { eventually } from '#test/support/eventually.ts';
import { startGatewayWithSinks, type GatewayWithSinks } from '#test/support/gateway-with-sinks.ts';

/** Answers RCPT by what stands before the @ of the recipient: 450-3@… is deferred three times. */
function byLocalPart(): (step: { verb: string; line: string }) => SinkAnswer {
  const seen = new Map<string, number>();
  return ({ verb, line }) => {
    const match = /<(\d{3})-(\d+)@/u.exec(line);
    if (verb !== 'RCPT' || match === null) return null;
    const [path, code = '', times = ''] = match;
    const count = (seen.get(path) ?? 0) + 1;
    seen.set(path, count);
    if (count > Number(times)) return null;
    return code.startsWith('4') ? `${code} 4.2.1 Later` : `${code} 5.1.1 No such user here`;
  };
}

const isReport = (address: string) => (mail: { kind: string; text: string }) =>
  mail.kind === 'bounce' && mail.text.includes(address);

/** Moves the clock to just after the next attempt of whatever waits (or further, by `stepMs`), again and again. */
async function passTime(
  world: GatewayWithSinks,
  clock: FakeClock,
  untilMs: number,
  stepMs = 0,
): Promise<void> {
  while (clock.now() < untilMs) {
    const [next] = world.rows("select min(nextAttemptAt) as at from deliveries where state = 'queued'");
    if (next?.['at'] == null) return;
    clock.advance(Math.max(stepMs, 1, Math.min(untilMs, Number(next['at']) + 1) - clock.now()));
    await nudge(world);
    await eventually('attempted', () => {
      const due = world.rows(
        "select id from deliveries where state = 'queued' and nextAttemptAt <= ?",
        String(clock.now()),
      );
      return due.length === 0;
    });
  }
}

/** The deliverer looks by itself every two seconds; anything that is queued wakes it. */
async function nudge(world: GatewayWithSinks): Promise<void> {
  await world.accept({ recipients: ['clock@hospital.test'], reversePath: '' });
}

describe('delivery', () => {
  it('reports a refusal at once, with what the next hop said, and serves the others', async (t) => {
    const world = await startGatewayWithSinks(t, { outside: { answer: byLocalPart() } });
    await world.accept({
      recipients: ['550-9@outside.example', 'good@outside.example', '450-1@outside.example'],
      text: 'PLAIN-BODY',
      subject: 'PLAIN-SUBJECT',
    });
    await world.waitFor('outside', ({ to }) => to === 'good@outside.example');
    const [report] = await world.waitFor('inside', isReport('550-9@outside.example'));
    assert.equal(report?.to, 'ann.lee@hospital.test');
    assert.equal(report?.reversePath, '', 'RFC 3464: from the null reverse-path');
    assert.match(report?.text ?? '', /Final-Recipient: rfc822; ?550-9@outside\.example/u);
    assert.match(report?.text ?? '', /Action: failed/u);
    assert.match(report?.text ?? '', /Status: 5\.1\.1/u);
    assert.match(report?.text ?? '', /No such user here/u);
    assert.ok(
      !report?.text.includes('good@outside.example') || report.text.includes('To: '),
      'one recipient',
    );
    assert.ok(!report?.text.includes('PLAIN-BODY'), 'a report carries no content');
    await eventually('others done', () => {
      const left = world.rows("select recipient from deliveries where state = 'queued'");
      return left.length === 1 && left[0]?.['recipient'] === '450-1@outside.example';
    });
  });

  it('tells who asked for a report of success that the next hop sends none', async (t) => {
    const world = await startGatewayWithSinks(t, { outside: { extensions: ['PIPELINING', '8BITMIME'] } });
    const asked = { rcptParameters: 'NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;jane+2Bx@outside.example' };
    await world.accept({
      ...asked,
      recipients: ['jane@outside.example'],
      mailParameters: 'RET=HDRS ENVID=QQ1',
      subject: 'PLAIN-SUBJECT',
      text: 'PLAIN-BODY',
    });
    await world.accept({ ...asked, recipients: ['of-nobody@outside.example'], reversePath: '' });
    await world.accept({ recipients: ['not-asked@outside.example'], rcptParameters: 'NOTIFY=FAILURE' });
    // The next hop inside sends its own.
    await world.accept({ ...asked, recipients: ['bob@hospital.test'] });
    await world.settled();
    const reports = world.at('inside', ({ kind }) => kind === 'passed-on');
    assert.deepEqual(
      reports.map(({ to, reversePath }) => [to, reversePath]),
      [['ann.lee@hospital.test', '']],
    );
    const text = reports[0]?.text ?? '';
    assert.match(text, /^Original-Envelope-Id: QQ1$/mu);
    assert.match(text, /^Original-Recipient: rfc822;jane\+x@outside\.example$/mu);
    assert.match(text, /^Final-Recipient: rfc822; jane@outside\.example$/mu);
    assert.match(text, /^Action: relayed$/mu);
    assert.match(text, /^Status: 2\.0\.0$/mu);
    assert.doesNotMatch(text, /PLAIN-BODY/u);
    assert.equal(world.at('outside').length, 3, 'each once');
  });

  it('tries again by its schedule and delivers once', async (t) => {
    const clock = new FakeClock();
    const world = await startGatewayWithSinks(t, { clock, outside: { answer: byLocalPart() } });
    await world.accept({ recipients: ['450-3@outside.example'] });
    await eventually(
      'deferred',
      () => world.rows("select id from deliveries where attempts = 1 and state = 'queued'").length === 1,
    );
    await passTime(world, clock, clock.now() + HOUR_MS);
    await world.waitFor('outside', ({ to }) => to === '450-3@outside.example');
    await world.settled();
    assert.equal(world.outside.mails.length, 1);
    assert.equal(
      world.at('inside', ({ kind }) => kind !== 'relay').length,
      0,
      'nobody is told of a short wait',
    );
    const [row] = world.rows("select attempts from deliveries where recipient = '450-3@outside.example'");
    assert.equal(row?.['attempts'], 4);
  });

  it('tells of a delay after four hours, once, and gives up after five days with a report', async (t) => {
    const clock = new FakeClock();
    const world = await startGatewayWithSinks(t, { clock, outside: { answer: byLocalPart() } });
    const began = clock.now();
    await world.accept({ recipients: ['450-999@outside.example'] });
    await world.accept({ recipients: ['451-999@outside.example'], rcptParameters: 'NOTIFY=NEVER' });
    await world.accept({
      recipients: ['452-999@outside.example'],
      reversePath: '',
      author: 'ann.lee@hospital.test',
    });
    await eventually(
      'deferred',
      () => world.rows("select id from deliveries where attempts = 1 and state = 'queued'").length === 3,
    );
    await passTime(world, clock, began + 3 * HOUR_MS + 30 * MINUTE_MS, 20 * MINUTE_MS);
    assert.equal(world.at('inside', isReport('450-999@')).length, 0);
    await passTime(world, clock, began + 12 * HOUR_MS, 2 * HOUR_MS);
    const delays = world.at(
      'inside',
      ({ kind, text }) => kind === 'delay' && text.includes('450-999@outside.example'),
    );
    assert.equal(delays.length, 1, 'told once');
    assert.match(delays[0]?.text ?? '', /Action: delayed/u);
    await passTime(world, clock, began + 6 * DAY_MS, 20 * HOUR_MS);
    const [report] = await world.waitFor('inside', isReport('450-999@outside.example'));
    assert.match(report?.text ?? '', /Action: failed/u);
    await world.settled();
    const states = world.rows("select state from deliveries where recipient like '45_-999@outside.example'");
    assert.deepEqual(
      states.map(({ state }) => state),
      ['expired', 'expired', 'expired'],
    );
    const ours = world.at('inside', ({ kind }) => kind !== 'relay');
    assert.equal(ours.length, 2, 'one delay and one failure; none for NEVER, none to a null reverse-path');
  });

  it('reports a failed notice with neither subject nor content of what was protected', async (t) => {
    const world = await startGatewayWithSinks(t, { outside: { answer: byLocalPart() } });
    await world.accept({
      recipients: ['550-9@outside.example'],
      subject: 'send secure CNRY-SUBJECT',
      text: 'CNRY-BODY',
    });
    const [report] = await world.waitFor('inside', isReport('550-9@outside.example'));
    assert.equal(report?.to, 'ann.lee@hospital.test');
    assert.ok(!/CNRY/u.test(report?.bytes.toString('latin1') ?? ''));
    await world.settled();
    const [recipient] = world.rows('select state from recipients');
    assert.equal(recipient?.['state'], 'failed');
  });

  it('repeats nothing of a message in a report where any of its recipients was protected', async (t) => {
    const world = await startGatewayWithSinks(t, {
      inside: {
        answer: ({ verb, line }) => (verb === 'RCPT' && line.includes('gone@') ? '550 5.1.1 Gone' : null),
      },
    });
    await world.accept({
      recipients: ['gone@hospital.test', 'jane@outside.example'],
      subject: 'send secure CNRY-SUBJECT',
      text: 'CNRY-BODY',
    });
    const [report] = await world.waitFor('inside', isReport('gone@hospital.test'));
    assert.ok(!/CNRY/u.test(report?.bytes.toString('latin1') ?? ''));
  });

  it('R11: repeats once, with the same Message-ID, what was lost behind the final dot', async (t) => {
    let lost = 0;
    const clock = new FakeClock();
    const world = await startGatewayWithSinks(t, {
      clock,
      outside: {
        answer: ({ verb, socket }) => {
          if (verb !== 'dot' || lost === 1) return null;
          lost += 1;
          socket.destroy();
          return null;
        },
      },
    });
    await world.accept({ recipients: ['twice@outside.example'] });
    await eventually(
      'uncertain',
      () => world.rows("select id from audit_entries where event = 'delivery-uncertain'").length === 1,
    );
    await passTime(world, clock, clock.now() + HOUR_MS);
    const copies = await world.waitFor('outside', ({ to }) => to === 'twice@outside.example', 2);
    await world.settled();
    assert.equal(copies.length, 2);
    assert.equal(new Set(copies.map(({ messageId }) => messageId)).size, 1);
    assert.ok(copies[0]?.bytes.equals(copies[1]?.bytes ?? Buffer.alloc(0)), 'trace fields too');
  });

  it('lets a slow next hop outside keep nobody inside waiting', async (t) => {
    let stuck = true;
    const waiting: (() => void)[] = [];
    const world = await startGatewayWithSinks(t, {
      outside: {
        answer: ({ verb }) =>
          verb === 'dot' && stuck ? new Promise((resolve) => waiting.push(() => resolve(null))) : null,
      },
    });
    for (let i = 0; i < 80; i += 1) await world.accept({ recipients: [`slow${i}@outside.example`] });
    await eventually('outside is stuck', () => waiting.length >= 5);
    const began = performance.now();
    await world.accept({ recipients: ['eve@hospital.test'] });
    await world.accept({ recipients: ['near@outside.example'], subject: 'sned secure' });
    await world.waitFor('inside', ({ to }) => to === 'eve@hospital.test', 1, 5_000);
    await world.waitFor('inside', ({ kind }) => kind === 'held', 1, 5_000);
    assert.ok(performance.now() - began < 5_000);
    stuck = false;
    for (const release of waiting) release();
    await world.settled(20_000);
    assert.equal(world.at('outside').length, 80);
  });
});
