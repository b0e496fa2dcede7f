/** S01 to S18: forms of an end of data that is none, each with a second mail behind it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startRecordingServer } from '#test/peers/recording-smtp-server.ts';
import type { RecordingServer } from '#test/peers/recording-smtp-server.ts';
import { DialogPeer, randomPackets, singleOctets, wholePackets } from '#test/peers/smtp-dialog.ts';
import type { Packets } from '#test/peers/smtp-dialog.ts';
import { readEndOfDataForms, readTrueEndOfData } from '#test/support/end-of-data-forms.ts';

const forms = readEndOfDataForms();
const control = readTrueEndOfData();

const cuts: Record<string, Packets> = {
  whole: wholePackets,
  'octet by octet': singleOctets,
  'random packets': randomPackets(5),
};

const SECOND_MAIL =
  'MAIL FROM:<smuggled@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\nSubject: inner\r\n\r\ninner\r\n.\r\n';

interface Probe {
  readonly replies: readonly string[];
  readonly smuggled: boolean;
}

/** One mail, the form, and a second mail in one burst; then QUIT. */
async function probe(server: RecordingServer, form: Buffer, packets: Packets, padding = ''): Promise<Probe> {
  const peer = new DialogPeer(server.port);
  await peer.reply();
  await peer.send('EHLO client.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n');
  for (let count = 0; count < 4; count++) await peer.reply();
  const burst = Buffer.concat([
    Buffer.from(`Subject: outer\r\n\r\n${padding}body`),
    form,
    Buffer.from(SECOND_MAIL),
  ]);
  for (const packet of packets(burst)) await peer.send(packet);
  await peer.send('QUIT\r\n');
  const replies = await peer.replies();
  peer.close();
  return { replies, smuggled: server.handler.senders.some((mail) => mail.reversePath === 'smuggled@a.test') };
}

for (const [name, packets] of Object.entries(cuts)) {
  test(`S17: the probe shows the second mail after a true end of data, ${name}`, async () => {
    await using server = await startRecordingServer();
    const { smuggled } = await probe(server, control, packets);
    assert.equal(smuggled, true);
    assert.equal(server.handler.mails.length, 2);
  });

  for (const form of forms)
    test(`${form.id}: ${JSON.stringify(form.raw.toString('latin1'))} ends nothing, ${name}`, async () => {
      await using server = await startRecordingServer();
      const { replies, smuggled } = await probe(server, form.raw, packets);
      assert.equal(smuggled, false);
      if (form.bare) {
        assert.equal(server.handler.mails.length, 0);
        assert.match(replies[0] ?? '', /^554 5\.6\.0 /u);
        assert.equal(replies.length, 1, 'closed without a further word');
      } else {
        assert.equal(server.handler.mails.length, 1);
        // RFC 5321 section 4.5.2: a dot that begins a line with more on it is taken for stuffing.
        const asContent = Buffer.from(form.raw.toString('latin1').replace('\r\n.', '\r\n'), 'latin1');
        assert.ok(server.handler.mails[0]?.content.includes(asContent), 'the form is content');
      }
    });
}

for (const form of forms)
  test(`S18: ${form.id} after the message has passed the size limit`, async () => {
    await using server = await startRecordingServer({ maxMessageBytes: 2_000 });
    const { smuggled } = await probe(server, form.raw, wholePackets, `${'x'.repeat(80)}\r\n`.repeat(40));
    assert.equal(smuggled, false);
    assert.equal(server.handler.mails.length, 0);
  });

for (const [name, packets] of Object.entries(cuts))
  for (const form of forms)
    test(`${form.id} from a network whose line ends are repaired: one mail, clean, ${name}`, async () => {
      await using server = await startRecordingServer({ lineEndings: () => 'normalise' });
      const { smuggled } = await probe(server, form.raw, packets);
      assert.equal(smuggled, false);
      assert.equal(server.handler.mails.length, 1);
      const content = server.handler.mails[0]?.content.toString('latin1') ?? '';
      assert.doesNotMatch(content.replaceAll('\r\n', ''), /[\r\n\0]/u);
      assert.match(content, /smuggled@a\.test/u, 'what was meant as a second mail is content of the first');
    });

test('the handler sees an error, not the end, where content broke off', async () => {
  await using server = await startRecordingServer();
  await probe(server, Buffer.from('\n'), wholePackets);
  assert.equal(server.handler.failures.length, 1);
  assert.deepEqual(
    server.handler.failures.map((error) => (error instanceof Error && 'code' in error ? error.code : null)),
    ['line-endings'],
  );
});
