/** S55 to S60: some hundred hostile addresses as RCPT, and those that are right on their way out again. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { hopTo, mailOf, newPool, withSink } from '#test/peers/outgoing.ts';
import { startRecordingServer, type RecordingServer } from '#test/peers/recording-smtp-server.ts';
import { DialogPeer } from '#test/peers/smtp-dialog.ts';

const file = new URL('../../../test/fixtures/smtp/hostile-addresses.json', import.meta.url);
const addresses = JSON.parse(readFileSync(file, 'utf8')) as Record<
  'taken' | 'takenWithSmtputf8' | 'refused' | 'refusedWithSmtputf8' | 'endsSession',
  readonly string[]
>;

let server: RecordingServer;
before(async () => {
  server = await startRecordingServer();
});
after(() => server[Symbol.asyncDispose]());

/** The reply to the address as RCPT, and what the session answers to NOOP after it; null: it has ended. */
async function repliesTo(
  address: string,
  smtputf8: boolean,
): Promise<{ rcpt: string; noop: string | null; seen: string[] }> {
  const peer = new DialogPeer(server.port);
  const known = server.handler.recipients.length;
  try {
    await peer.reply();
    await peer.send(`EHLO client.test\r\nMAIL FROM:<>${smtputf8 ? ' SMTPUTF8' : ''}\r\n`);
    await peer.reply();
    assert.match((await peer.reply()) ?? '', /^250 2\.1\.0/u);
    await peer.send(`RCPT TO:<${address}>\r\n`);
    const rcpt = (await peer.reply()) ?? '';
    await peer.send('NOOP\r\n');
    const noop = await peer.reply();
    const seen = server.handler.recipients.slice(known).map((recipient) => recipient.address.raw);
    return { rcpt, noop, seen };
  } finally {
    peer.close();
  }
}

const shown = (address: string): string => JSON.stringify(address).slice(0, 70);

test('S56 S59: what is odd and right is taken as it stands, once', async () => {
  for (const [list, smtputf8] of [
    [addresses.taken, false],
    [addresses.taken, true],
    [addresses.takenWithSmtputf8, true],
  ] as const)
    for (const address of list) {
      const { rcpt, noop, seen } = await repliesTo(address, smtputf8);
      assert.match(rcpt, /^250 2\.1\.5/u, shown(address));
      assert.deepEqual([seen, noop?.slice(0, 3)], [[address], '250'], shown(address));
    }
});

test('S58: what needs SMTPUTF8 is refused without it', async () => {
  for (const address of [...addresses.takenWithSmtputf8, ...addresses.refusedWithSmtputf8]) {
    const { rcpt, noop, seen } = await repliesTo(address, false);
    assert.match(rcpt, /^(?:553 5\.6\.7|500 5\.5\.2) /u, shown(address));
    assert.deepEqual([seen, noop?.slice(0, 3)], [[], '250'], shown(address));
  }
});

test('S51 S55 S58 S59: what is wrong is refused, and the session goes on', async () => {
  for (const [list, smtputf8] of [
    [addresses.refused, false],
    [addresses.refused, true],
    [addresses.refusedWithSmtputf8, true],
  ] as const)
    for (const address of list) {
      const { rcpt, noop, seen } = await repliesTo(address, smtputf8);
      assert.match(rcpt, /^(?:50[01]|553|555) 5\./u, `${shown(address)}: ${rcpt}`);
      assert.deepEqual([seen, noop?.slice(0, 3)], [[], '250'], shown(address));
    }
});

test('S56: CR, LF or NUL in an address ends the session, and nothing behind it is read', async () => {
  for (const address of addresses.endsSession) {
    const { rcpt, noop, seen } = await repliesTo(address, true);
    // CR LF ends the command: what came before it is half an address.
    if (address.includes('\r\n')) assert.match(rcpt, /^50[01] 5\./u, shown(address));
    else assert.deepEqual([rcpt.slice(0, 9), noop], ['500 5.5.2', null], shown(address));
    assert.deepEqual(seen, [], shown(address));
  }
  assert.equal(server.handler.mails.length, 0);
});

test('S51 S56: what was taken leaves as it stood, as one command', async () => {
  await withSink({ extensions: ['SMTPUTF8'] }, async (sink) => {
    const pool = newPool();
    for (const recipient of [...addresses.taken, ...addresses.takenWithSmtputf8]) {
      const mail = mailOf('Subject: x\r\n\r\nx\r\n', { recipient, smtputf8: true });
      const outcome = await pool.transmit(hopTo(sink), mail);
      assert.equal(outcome.kind, 'accepted', `${shown(recipient)}: ${outcome.reply}`);
      const [mailFrom, rcptTo, data] = sink.commands.slice(-3);
      assert.deepEqual([rcptTo, data], [`RCPT TO:<${recipient}>`, 'DATA'], shown(recipient));
      assert.match(mailFrom ?? '', /^MAIL FROM:<doctor@hospital\.test>/u);
    }
    await pool.close();
  });
});

test('S51 S56: what is wrong never leaves, whoever put it into the queue', async () => {
  const breaking = [...addresses.endsSession, ...addresses.refused].filter((address) =>
    /[\s<>\0]/u.test(address.replaceAll(/"[^"]*"/gu, '')),
  );
  assert.ok(breaking.length > 20);
  await withSink({ extensions: ['SMTPUTF8'] }, async (sink) => {
    const pool = newPool();
    for (const recipient of breaking) {
      const outcome = await pool.transmit(hopTo(sink), mailOf('x\r\n', { recipient, smtputf8: true }));
      assert.equal(outcome.kind, 'rejected', shown(recipient));
    }
    await pool.close();
    assert.deepEqual(
      sink.commands.filter((line) => line.startsWith('MAIL')),
      [],
    );
  });
});
