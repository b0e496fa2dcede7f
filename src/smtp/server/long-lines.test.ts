/** S61, S63: lines at the limit, over it and far over it, in ASCII and UTF-8: taken as they are, or refused whole. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startRecordingServer } from '#test/peers/recording-smtp-server.ts';
import { DialogPeer, randomPackets, wholePackets } from '#test/peers/smtp-dialog.ts';

const MEGABYTE = 1_048_576;

/** So many octets with CR LF, of characters of so many octets each; what is left over is filled with `x`. */
function lineOf(octets: number, character: string): Buffer {
  const size = Buffer.byteLength(character);
  const left = (octets - 2) % size;
  return Buffer.from(`${'x'.repeat(left)}${character.repeat((octets - 2 - left) / size)}\r\n`);
}

async function openData(port: number): Promise<DialogPeer> {
  const peer = new DialogPeer(port);
  await peer.reply();
  await peer.send(
    'EHLO client.test\r\nMAIL FROM:<a@hospital.test> BODY=8BITMIME\r\nRCPT TO:<b@outside.test>\r\nDATA\r\n',
  );
  for (let count = 0; count < 4; count++) await peer.reply();
  return peer;
}

for (const [name, character] of [
  ['ASCII', 'x'],
  ['two octets', '\u00e4'],
  ['three octets', '\u4f8b'],
  ['four octets', '\u{1f600}'],
] as const)
  for (const octets of [998, 999, 1_000, 1_001, MEGABYTE])
    test(`S63: a line of ${octets} octets, characters of ${name}`, async () => {
      await using server = await startRecordingServer({ maxMessageBytes: 4 * MEGABYTE });
      const line = lineOf(octets, character);
      assert.equal(line.length, octets);
      const mail = Buffer.concat([
        Buffer.from('Subject: x\r\n\r\nbefore\r\n'),
        line,
        Buffer.from('after\r\n'),
      ]);
      for (const packets of octets > 2_000 ? [wholePackets] : [wholePackets, randomPackets(octets)]) {
        const peer = await openData(server.port);
        for (const packet of packets(Buffer.concat([mail, Buffer.from('.\r\n')]))) await peer.send(packet);
        const reply = await peer.reply();
        if (octets <= 1_000) {
          assert.match(reply ?? '', /^250 /u);
          assert.deepEqual(server.handler.mails.at(-1)?.content, mail);
        } else {
          assert.match(reply ?? '', /^554 5\.6\.0 .*line over 1000 octets/u);
          assert.equal(server.handler.mails.length, 0);
        }
        await peer.send('NOOP\r\n');
        assert.match((await peer.reply()) ?? '', /^250 /u, 'the session goes on');
        peer.close();
      }
    });

test('S61: who sends without a line end is cut off long before ten megabytes', async () => {
  await using server = await startRecordingServer();
  const peer = new DialogPeer(server.port);
  await peer.reply();
  const piece = Buffer.alloc(16 * 1_024, 0x78);
  let sent = 0;
  for (; sent < 10 * MEGABYTE && !peer.socket.readableEnded; sent += piece.length) await peer.send(piece);
  assert.match((await peer.reply()) ?? '', /^500 5\.5\.2 /u);
  assert.equal(await peer.reply(), null);
  assert.ok(sent < 10 * MEGABYTE, `${sent} octets`);
  peer.close();
});
