import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { startRecordingServer } from '#test/peers/recording-smtp-server.ts';
import { DialogPeer } from '#test/peers/smtp-dialog.ts';

interface Case {
  readonly path: string;
  readonly smtputf8?: boolean;
  readonly code: string;
  readonly domain?: string;
}

const { cases } = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/smtp/addresses.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly Case[] };

async function openTransaction(port: number, mail: string): Promise<DialogPeer> {
  const peer = new DialogPeer(port);
  await peer.reply();
  await peer.send(`EHLO client.test\r\n${mail}\r\n`);
  await peer.reply();
  assert.match((await peer.reply()) ?? '', /^250 2\.1\.0/u);
  return peer;
}

for (const { path, smtputf8, code, domain } of cases)
  test(`S51 S55 S56 S58 S60: RCPT TO:${path}${smtputf8 === true ? ' with SMTPUTF8' : ''} is answered ${code}`, async () => {
    await using server = await startRecordingServer();
    const peer = await openTransaction(server.port, `MAIL FROM:<>${smtputf8 === true ? ' SMTPUTF8' : ''}`);
    await peer.send(`RCPT TO:${path}\r\n`);
    assert.ok((await peer.reply())?.startsWith(`${code} `), `expected ${code}`);
    peer.close();
    const [recipient] = server.handler.recipients;
    assert.equal(recipient !== undefined, code.startsWith('2'));
    if (domain !== undefined) assert.equal(recipient?.address.domain, domain);
    const written = path.trim().slice(1, -1);
    if (recipient !== undefined && !/^postmaster$/iu.test(written))
      assert.equal(recipient.address.raw, written);
  });

test('a sender is checked like a recipient and handed on as it was written', async () => {
  await using server = await startRecordingServer();
  const peer = new DialogPeer(server.port);
  await peer.reply();
  await peer.send('EHLO client.test\r\n');
  await peer.reply();
  for (const [mail, code] of [
    ['MAIL FROM:<ä@hospital.test>', '553 5.6.7'],
    ['MAIL FROM:<@a.test:b@c.test>', '553 5.1.7'],
    ['MAIL FROM:<b@@c.test>', '501 5.1.7'],
    ['MAIL FROM: <"Dr. Who"@Hospital.TEST> BODY=7BIT', '250 2.1.0'],
  ] as const) {
    await peer.send(`${mail}\r\n`);
    const reply = await peer.reply();
    assert.ok(reply?.startsWith(code), `${mail}: ${reply}`);
  }
  assert.equal(server.handler.senders.at(-1)?.reversePath, '"Dr. Who"@Hospital.TEST');
  peer.close();
});

test('S55: a thousand recipients, the next is asked to wait, a repeated one is not counted', async () => {
  await using server = await startRecordingServer();
  const peer = await openTransaction(server.port, 'MAIL FROM:<a@hospital.test>');
  const many = Array.from({ length: 1_000 }, (_, index) => `RCPT TO:<r${index}@outside.test>\r\n`);
  await peer.send(many.join(''));
  for (let count = 0; count < 1_000; count++) assert.match((await peer.reply()) ?? '', /^250 2\.1\.5/u);
  await peer.send('RCPT TO:<one-more@outside.test>\r\nRCPT TO:<R7@outside.test>\r\nDATA\r\nx\r\n.\r\n');
  assert.match((await peer.reply()) ?? '', /^452 4\.5\.3/u);
  assert.match((await peer.reply()) ?? '', /^250 2\.1\.5/u);
  assert.match((await peer.reply()) ?? '', /^354/u);
  assert.match((await peer.reply()) ?? '', /^250/u);
  assert.equal(server.handler.mails[0]?.envelope.recipients.length, 1_000);
  peer.close();
});

test('parameters reach the handler as they stood on the wire', async () => {
  await using server = await startRecordingServer();
  const peer = await openTransaction(
    server.port,
    'MAIL FROM:<a@hospital.test> SIZE=123 BODY=8bitmime SMTPUTF8 RET=hdrs ENVID=x+2By',
  );
  await peer.send('RCPT TO:<b@outside.test> NOTIFY=failure,delay ORCPT=rfc822;B+2Bx@outside.test\r\n');
  await peer.reply();
  peer.close();
  assert.deepEqual(server.handler.senders[0], {
    reversePath: 'a@hospital.test',
    smtputf8: true,
    body: '8bitmime',
    sizeBytes: 123,
    ret: 'HDRS',
    envid: 'x+2By',
    requireTls: false,
    recipients: [],
  });
  assert.equal(server.handler.recipients[0]?.notify, 'FAILURE,DELAY');
  assert.equal(server.handler.recipients[0]?.orcpt, 'rfc822;B+2Bx@outside.test');
});
