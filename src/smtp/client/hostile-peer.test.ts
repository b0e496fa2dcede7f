/** R15: whatever a peer sends, a mail is accepted only by a well-formed success after its dot. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { hopTo, mailOf, newPool, outcomeAt, withSink } from '#test/peers/outgoing.ts';
import type { SinkAnswer, SinkBehaviour } from '#test/peers/smtp-sink.ts';

const GARBAGE: Record<string, SinkAnswer> = {
  'a letter in the code': '25O OK',
  'two codes': '250-OK\r\n550 No',
  'no code': 'hello',
  'a NUL': Buffer.from('250 O\0K\r\n'),
  'a code of no class': '950 OK',
  'a preliminary code': '150 wait',
  'four digits': '2500 OK',
  'TLS octets': Buffer.from('160301020001000100', 'hex'),
  'two replies': '250 OK\r\n250 OK',
  'an endless line': Buffer.alloc(10_000_000, 'x'),
  'an endless reply': `${'250-x\r\n'.repeat(100_000)}250 x`,
  'a close': { do: 'close' },
};

// What has no line end is waited for.
const IMPATIENT = { sessionMs: 300, envelopeMs: 300, dataMs: 300, dotMs: 300 };

for (const verb of ['connect', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'dot'])
  for (const [what, answer] of Object.entries(GARBAGE))
    test(`${what} for ${verb} defers the mail`, async () => {
      const behaviour: SinkBehaviour = { answer: (step) => (step.verb === verb ? answer : null) };
      const { outcome } = await outcomeAt(behaviour, mailOf('x\r\n'), { timeouts: IMPATIENT });
      // The first of two replies to a dot is its reply; the connection is not used again.
      const expected = verb === 'dot' && what === 'two replies' ? 'accepted' : 'deferred';
      assert.equal(outcome.kind, expected, JSON.stringify(outcome));
      if (outcome.kind === 'deferred') assert.equal(outcome.uncertain, verb === 'dot');
      assert.ok(outcome.reply.length <= 512);
      assert.doesNotMatch(outcome.reply, /\p{Cc}/u);
    });

test('a connection on which something was out of order is not used again', async () => {
  await withSink(
    { answer: (step) => (step.verb === 'dot' && step.connection === 1 ? '250 OK\r\n250 again' : null) },
    async (sink) => {
      const pool = newPool();
      assert.equal((await pool.transmit(hopTo(sink), mailOf('x\r\n'))).kind, 'accepted');
      assert.equal((await pool.transmit(hopTo(sink), mailOf('y\r\n'))).kind, 'accepted');
      assert.equal(sink.mails.length, 2);
      assert.deepEqual(
        sink.mails.map((mail) => mail.connection),
        [1, 2],
      );
      await pool.close();
    },
  );
});

test('a success before the dot is none: nothing counts as handed over', async () => {
  for (const ahead of ['354 Go on\r\n250 2.6.0 Taken', '250 2.1.5 OK\r\n354 Go on\r\n250 2.6.0 Taken']) {
    const verb = ahead.startsWith('354') ? 'DATA' : 'RCPT';
    const { outcome, sink } = await outcomeAt({ answer: (step) => (step.verb === verb ? ahead : null) });
    assert.equal(outcome.kind, 'deferred', ahead);
    assert.equal(sink.mails.length, 0);
  }
});

test('a success while the content is on its way is none', async () => {
  let early: () => void = () => {};
  const behaviour: SinkBehaviour = {
    answer: (step) => {
      if (step.verb === 'DATA') early = () => step.socket.write('250 2.6.0 Taken\r\n');
      return null;
    },
  };
  const mail = mailOf('', {
    async *content() {
      yield Buffer.from('half\r\n');
      early();
      await new Promise((resolve) => setTimeout(resolve, 20));
      yield Buffer.from('rest\r\n');
    },
  });
  const { outcome, sink } = await outcomeAt(behaviour, mail);
  assert.equal(outcome.kind, 'deferred');
  assert.equal(outcome.kind === 'deferred' && outcome.uncertain, false);
  assert.equal(sink.mails.length, 0);
});

test('a refusal while the content is on its way counts', async () => {
  let early: () => void = () => {};
  const behaviour: SinkBehaviour = {
    answer: (step) => {
      if (step.verb === 'DATA') early = () => step.socket.write('552 5.3.4 Too big\r\n');
      return null;
    },
  };
  const mail = mailOf('', {
    async *content() {
      yield Buffer.from('half\r\n');
      early();
      await new Promise((resolve) => setTimeout(resolve, 20));
      yield Buffer.from('rest\r\n');
    },
  });
  const { outcome, sink } = await outcomeAt(behaviour, mail);
  assert.deepEqual(outcome, {
    kind: 'rejected',
    reply: '552 5.3.4 Too big',
    enhanced: '5.3.4',
    stage: 'data',
    tls: null,
  });
  assert.equal(sink.mails.length, 0);
});

test('DATA taken without a recipient gets no content', async () => {
  const { outcome, sink } = await outcomeAt({
    answer: (step) =>
      step.verb === 'RCPT' ? '550 5.1.1 Unknown' : step.verb === 'DATA' ? '354 Go on' : null,
  });
  assert.equal(outcome.kind, 'rejected');
  assert.equal(outcome.kind === 'rejected' && outcome.stage, 'rcpt');
  assert.equal(sink.mails.length, 0);
});

for (const [verb, answer, kind, stage, enhanced] of [
  ['connect', '554 5.3.2 Not today', 'deferred', 'connect', '5.3.2'],
  ['connect', '421 4.3.2 Busy', 'deferred', 'connect', '4.3.2'],
  ['MAIL', '550 5.7.1 Not you', 'rejected', 'mail', '5.7.1'],
  ['MAIL', '451 4.3.0 Later', 'deferred', 'mail', '4.3.0'],
  ['RCPT', '450 4.2.0 Greylisted', 'deferred', 'rcpt', '4.2.0'],
  ['RCPT', '421 4.3.2 Closing', 'deferred', 'rcpt', '4.3.2'],
  ['RCPT', '551 2.1.0 mixed classes', 'rejected', 'rcpt', null],
  ['DATA', '554 No valid recipients', 'rejected', 'data', null],
  ['DATA', '250 OK', 'deferred', 'data', null],
  ['dot', '554 5.6.0 Bad content', 'rejected', 'dot', '5.6.0'],
  ['dot', '452-4.3.1 Disk\r\n452 4.3.1 full', 'deferred', 'dot', '4.3.1'],
] as const)
  test(`${answer.split('\r')[0]} for ${verb} is ${kind} at ${stage}`, async () => {
    const { outcome } = await outcomeAt({ answer: (step) => (step.verb === verb ? answer : null) });
    assert.equal(outcome.kind, kind);
    assert.equal('stage' in outcome && outcome.stage, stage);
    assert.equal('enhanced' in outcome && outcome.enhanced, enhanced);
    assert.equal(outcome.kind === 'deferred' && outcome.uncertain, false);
  });

test('silence ends with the time for each stage', async () => {
  const timeouts = { connectMs: 500, sessionMs: 30, envelopeMs: 30, dataMs: 30, blockMs: 30, dotMs: 30 };
  for (const [verb, stage] of [
    ['connect', 'connect'],
    ['EHLO', 'connect'],
    ['MAIL', 'mail'],
    ['RCPT', 'rcpt'],
    ['DATA', 'data'],
    ['dot', 'dot'],
  ] as const) {
    const behaviour: SinkBehaviour = {
      extensions: [],
      answer: (step) => (step.verb === verb ? { do: 'nothing' } : null),
    };
    const { outcome } = await outcomeAt(behaviour, mailOf('x\r\n'), { timeouts });
    assert.equal(outcome.kind, 'deferred', verb);
    assert.equal(outcome.kind === 'deferred' && outcome.stage, stage);
    assert.equal(outcome.kind === 'deferred' && outcome.uncertain, verb === 'dot');
  }
});

test('a peer that does not read stops being waited for', async () => {
  const block = Buffer.from(`${'x'.repeat(98)}\r\n`.repeat(10_000));
  const { outcome } = await outcomeAt(
    {
      answer: (step) => {
        if (step.verb === 'DATA') setImmediate(() => step.socket.pause());
        return null;
      },
    },
    mailOf(Array<Buffer>(40).fill(block)),
    { timeouts: { blockMs: 100 } },
  );
  assert.equal(outcome.kind, 'deferred');
  assert.equal(outcome.kind === 'deferred' && outcome.stage, 'data');
});

test('nobody at the address: deferred at once', async () => {
  const sink = await withSink({}, (open) => Promise.resolve({ port: open.port }));
  const pool = newPool();
  const hop = { host: '127.0.0.1', port: sink.port, implicitTls: false, tls: 'none' } as const;
  const outcome = await pool.transmit(hop, mailOf('x\r\n'));
  assert.deepEqual(outcome, {
    kind: 'deferred',
    reply: "can't connect: ECONNREFUSED",
    enhanced: null,
    stage: 'connect',
    uncertain: false,
    unreachable: true,
    tls: null,
  });
});
