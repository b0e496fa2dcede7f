import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

import { startRecordingServer } from '#test/peers/recording-smtp-server.ts';
import {
  octetsOf,
  parseDialog,
  playDialog,
  randomPackets,
  singleOctets,
  wholePackets,
} from '#test/peers/smtp-dialog.ts';
import type { Packets } from '#test/peers/smtp-dialog.ts';

const folder = new URL('../../../test/fixtures/smtp/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.txt'));

const cuts: Record<string, Packets> = {
  whole: wholePackets,
  'octet by octet': singleOctets,
  'random packets 1': randomPackets(1),
  'random packets 2': randomPackets(2),
};

for (const file of files) {
  const dialog = parseDialog(readFileSync(new URL(file, folder), 'utf8'));
  for (const [name, packets] of Object.entries(cuts))
    test(`${file}, ${name}`, async () => {
      await using server = await startRecordingServer();
      await playDialog(server.port, dialog, packets);
      assert.equal(server.handler.mails.length, Number(dialog.facts.get('stored')), 'mails stored');
      const content = dialog.facts.get('content');
      if (content !== undefined)
        assert.deepEqual(server.handler.mails[0]?.content, octetsOf(content), 'content of the first mail');
    });
}
