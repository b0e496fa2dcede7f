/** Limits, times and what happens around a message. */
import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';

import { FakeClock } from '#src/base/clock.ts';
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js';
import { SMTPStream } from 'smtp-server/lib/smtp-stream.js';

import { RecordingHandler, startRecordingServer } from '#test/peers/recording-smtp-server.ts';
import { DialogPeer } from '#test/peers/smtp-dialog.ts';

import type { SmtpEnvelope, SmtpReply, SmtpSession } from './smtp-transaction.ts';

const ENVELOPE = 'EHLO client.test\r\nMAIL FROM:<a@hospital.test>\r\nRCPT TO:<b@outside.test>\r\nDATA\r\n';

async function openData(port: number): Promise<DialogPeer> {
  const peer = new DialogPeer(port);
  await peer.reply();
  await peer.send(ENVELOPE);
  for (const code of ['250', '250', '250', '354']) assert.equal((await peer.reply())?.slice(0, 3), code);
  return peer;
}

test('the pinned smtp-server still has the inner methods that we replace', () => {
  for (const method of [
    'init',
    'connectionReady',
    '_createParser',
    '_onCommand',
    '_getEnhancedStatusCode',
    '_resetSession',
    '_setClientHostname',
    '_sendGreeting',
    '_setListeners',
    '_whenWritable',
    '_onClose',
    '_onTimeout',
    '_armTimeout',
    'handler_MAIL',
    'handler_RCPT',
    'handler_DATA',
    'handler_STARTTLS',
    'handler_VRFY',
    'upgrade',
    'send',
    'close',
  ])
    assert.equal(typeof Reflect.get(SMTPConnection.prototype, method), 'function', method);
  for (const method of ['_write', 'continue', 'oncommand'])
    assert.equal(typeof Reflect.get(SMTPStream.prototype, method), 'function', method);
});

test('the greeting waits for no timer', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  await using server = await startRecordingServer();
  const socket = net.connect(server.port, '127.0.0.1');
  const greeting = await new Promise<string>((resolve) => {
    socket.once('data', (chunk: Buffer) => resolve(chunk.toString()));
  });
  assert.match(greeting, /^220 gateway\.test ESMTP\r\n$/u);
  socket.destroy();
});

for (const early of ['EHLO x\r\nMAIL FROM:<a@hospital.test>\r\n', 'EHL'])
  test(`S66: who sends ${JSON.stringify(early)} before the greeting is not served`, async () => {
    await using server = await startRecordingServer();
    const socket = net.connect(server.port, '127.0.0.1');
    socket.write(early);
    const peer = new DialogPeer(0, socket);
    const replies = await peer.replies();
    assert.equal(replies.length, 1);
    assert.match(replies[0] ?? '', /^554 5\.5\.1 /u);
    assert.equal(server.handler.senders.length, 0);
  });

test('S62: content over the limit is read to its end and refused; the session goes on', async () => {
  await using server = await startRecordingServer({ maxMessageBytes: 1_000 });
  const peer = await openData(server.port);
  await peer.send(`${'x'.repeat(98)}\r\n`.repeat(20));
  await peer.send('.\r\nNOOP\r\n');
  assert.match((await peer.reply()) ?? '', /^552 5\.3\.4 /u);
  assert.match((await peer.reply()) ?? '', /^250 2\.0\.0 /u);
  assert.equal(server.handler.mails.length, 0);
  peer.close();
});

test('S62: who sends more than ten times the limit is disconnected', async () => {
  await using server = await startRecordingServer({ maxMessageBytes: 1_000 });
  const peer = await openData(server.port);
  for (let count = 0; count < 12; count++) await peer.send(`${'x'.repeat(98)}\r\n`.repeat(10));
  const replies = await peer.replies();
  assert.match(replies[0] ?? '', /^552 5\.3\.4 /u);
  assert.equal(server.handler.mails.length, 0);
});

test('content of exactly the limit is taken', async () => {
  await using server = await startRecordingServer({ maxMessageBytes: 1_000 });
  const peer = await openData(server.port);
  await peer.send(`${`${'x'.repeat(98)}\r\n`.repeat(10)}.\r\n`);
  assert.match((await peer.reply()) ?? '', /^250 2\.6\.0 /u);
  assert.equal(server.handler.mails[0]?.content.length, 1_000);
  peer.close();
});

class EagerHandler extends RecordingHandler {
  readonly reply: SmtpReply;

  constructor(reply: SmtpReply) {
    super();
    this.reply = reply;
  }

  override data(_session: SmtpSession, _envelope: SmtpEnvelope): Promise<SmtpReply> {
    return Promise.resolve(this.reply);
  }
}

test('a handler may refuse without reading; the rest is read away and the session goes on', async () => {
  const recorder = new EagerHandler({
    code: 550,
    enhanced: '5.7.1',
    text: 'No\r\n250 smuggled reply \u00e4',
  });
  await using server = await startRecordingServer({ handler: recorder });
  const peer = await openData(server.port);
  await peer.send(`${'x'.repeat(98)}\r\n`.repeat(500));
  await peer.send('.\r\nNOOP\r\n');
  assert.equal(await peer.reply(), '550 5.7.1 No??250 smuggled reply ?');
  assert.match((await peer.reply()) ?? '', /^250 /u);
  peer.close();
});

test('a handler that accepts what it has not read is not believed', async () => {
  const recorder = new EagerHandler({ code: 250, enhanced: '2.6.0', text: 'Taken' });
  await using server = await startRecordingServer({ handler: recorder });
  const peer = await openData(server.port);
  await peer.send('x\r\n.\r\n');
  assert.match((await peer.reply()) ?? '', /^451 4\.3\.0 /u);
  assert.deepEqual(server.warnings, ['smtp: handler failed']);
  peer.close();
});

test('an exception in any step is 451 and says nothing of its cause', async () => {
  class Failing extends RecordingHandler {
    failing = 'mailFrom';

    #failAt(step: string): void {
      if (this.failing === step) throw new Error('database at 10.0.0.1 refused');
    }

    override async mailFrom(): Promise<SmtpReply | null> {
      this.#failAt('mailFrom');
      return null;
    }

    override async rcptTo(): Promise<SmtpReply | null> {
      this.#failAt('rcptTo');
      return null;
    }

    override async data(): Promise<SmtpReply> {
      this.#failAt('data');
      return { code: 250, enhanced: '2.6.0', text: 'Taken' };
    }
  }
  const handler = new Failing();
  await using server = await startRecordingServer({ handler });
  const peer = new DialogPeer(server.port);
  await peer.reply();
  await peer.send('EHLO client.test\r\n');
  await peer.reply();
  const answers: (string | null)[] = [];
  for (const step of ['mailFrom', 'rcptTo', 'data']) {
    handler.failing = step;
    await peer.send('RSET\r\nMAIL FROM:<>\r\n');
    await peer.reply();
    answers.push(await peer.reply());
    if (step === 'mailFrom') continue;
    await peer.send('RCPT TO:<b@outside.test>\r\n');
    answers.push(await peer.reply());
    if (step === 'rcptTo') continue;
    await peer.send('DATA\r\nx\r\n.\r\n');
    answers.push(await peer.reply(), await peer.reply());
  }
  const local = '451 4.3.0 Local error, try again later';
  assert.deepEqual(
    answers.map((answer) => (answer === local ? answer : answer?.slice(0, 3))),
    [local, '250', local, '250', '250', '354', local],
  );
  peer.close();
});

test('the handler is told when the client leaves in the middle of a message', async () => {
  await using server = await startRecordingServer();
  const peer = await openData(server.port);
  await peer.send('half a message\r\n');
  peer.close();
  while (server.handler.failures.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(server.handler.mails.length, 0);
});

test('a slow handler slows the client instead of filling the memory', async () => {
  let release: () => void = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  class Slow extends RecordingHandler {
    override async data(
      session: SmtpSession,
      envelope: SmtpEnvelope,
      content: AsyncIterable<Buffer>,
    ): Promise<SmtpReply> {
      await gate;
      return super.data(session, envelope, content);
    }
  }
  const recorder = new Slow();
  await using server = await startRecordingServer({
    handler: recorder,
    recorder,
    maxMessageBytes: 64_000_000,
  });
  const peer = await openData(server.port);
  const block = Buffer.from(`${'x'.repeat(98)}\r\n`.repeat(10_000));
  let sent = 0;
  while (sent < 40 && !peer.socket.writableNeedDrain) {
    await peer.send(block);
    sent += 1;
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(peer.socket.writableLength > 0, 'octets wait on the side of the client');
  release();
  for (; sent < 40; sent++) await peer.send(block);
  await peer.send('.\r\n');
  assert.match((await peer.reply()) ?? '', /^250 /u);
  assert.equal(recorder.mails[0]?.content.length, 40 * block.length);
  peer.close();
});

test('S65: connections of one address are limited, and room comes back', async () => {
  await using server = await startRecordingServer({ limits: { connectionsPerAddress: 2 } });
  const first = new DialogPeer(server.port);
  const second = new DialogPeer(server.port);
  assert.match((await first.reply()) ?? '', /^220/u);
  assert.match((await second.reply()) ?? '', /^220/u);
  const third = new DialogPeer(server.port);
  assert.deepEqual(
    (await third.replies()).map((reply) => reply.slice(0, 9)),
    ['421 4.7.0'],
  );
  await first.send('QUIT\r\n');
  await first.replies();
  first.close();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const fourth = new DialogPeer(server.port);
  assert.match((await fourth.reply()) ?? '', /^220/u);
  for (const peer of [second, third, fourth]) peer.close();
});

test('the gate refuses before the greeting, with the reply it gives', async () => {
  const asked: string[] = [];
  await using server = await startRecordingServer({
    connection: (remoteAddress) => {
      asked.push(remoteAddress);
      return { code: 554, enhanced: '5.7.1', text: 'Not from here' };
    },
  });
  assert.deepEqual(await new DialogPeer(server.port).replies(), ['554 5.7.1 Not from here']);
  assert.deepEqual(asked, ['127.0.0.1']);
});

for (const [what, octets, code] of [
  ['silence', '', '421 4.4.2'],
  ['a command drawn out', 'NOOP', '421 4.4.2'],
  ['content drawn out', `${ENVELOPE}a slow line\r\n`, '421 4.4.2'],
] as const)
  test(`S64: ${what} ends the session after its time`, async () => {
    const clock = new FakeClock();
    await using server = await startRecordingServer({ clock, limits: { sweepMs: 5 } });
    const peer = new DialogPeer(server.port);
    await peer.reply();
    await peer.send(octets);
    for (let count = octets.startsWith('EHLO') ? 4 : 0; count > 0; count--) await peer.reply();
    clock.advance(299_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await peer.send('x');
    clock.advance(2_000);
    assert.equal((await peer.reply())?.slice(0, 9), code);
    assert.equal(await peer.reply(), null);
    assert.equal(server.handler.mails.length, 0);
    peer.close();
  });

test('S64: under load the time is short', async () => {
  const clock = new FakeClock();
  await using server = await startRecordingServer({ clock, limits: { sweepMs: 5, connections: 2 } });
  const peers = [new DialogPeer(server.port), new DialogPeer(server.port)];
  for (const peer of peers) await peer.reply();
  clock.advance(11_000);
  for (const peer of peers) assert.match((await peer.reply()) ?? '', /^421 4\.4\.2/u);
  for (const peer of peers) peer.close();
});

test('stopping ends idle sessions at once and lets a message under way be answered', async () => {
  const server = await startRecordingServer();
  const idle = new DialogPeer(server.port);
  await idle.reply();
  const busy = await openData(server.port);
  const stopped = server.server.close({ graceMs: 5_000 });
  assert.match((await idle.reply()) ?? '', /^421 4\.3\.2/u);
  await busy.send('x\r\n.\r\n');
  assert.match((await busy.reply()) ?? '', /^250 2\.6\.0/u);
  assert.match((await busy.reply()) ?? '', /^421 4\.3\.2/u);
  await stopped;
  assert.equal(server.handler.mails.length, 1);
});
