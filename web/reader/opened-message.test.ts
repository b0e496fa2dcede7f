/** A whole message opened as the page opens it, from a sealed object of the server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { HEADER_BYTES, SEALED_CHUNK_BYTES } from '#src/sealing/chunked-encryption.ts';
import { releaseToPage } from '#src/sealing/page-release.ts';
import { sealMail, type SealedMail } from '#test/e2e/mock-mail.ts';
import { TEXT_MAIL, PLAIN_TEXT, largeMail } from '#test/e2e/mock-mails.ts';

import type { OpenedMessageJson } from '../ui/api-types.ts';
import type { StreamName } from './crypto/contexts.ts';
import { makePageKey, type PageKeyPair } from './crypto/hpke-open.ts';
import { openListEntry } from './list-entry.ts';
import { openMessage } from './opened-message.ts';

const ORGANIZATION = 'cd'.repeat(16);
const ACCOUNT = 'account-9';

function released(sealed: SealedMail, purpose: 'content-key' | 'list-key', pageKey: PageKeyPair) {
  const key = purpose === 'content-key' ? sealed.contentKey : sealed.listKey;
  const { enc, ciphertext } = releaseToPage({
    purpose,
    key,
    organizationId: ORGANIZATION,
    messageId: sealed.mail.id,
    accountId: ACCOUNT,
    pagePoint: pageKey.publicPoint,
  });
  return { enc: enc.toString('base64url'), ciphertext: ciphertext.toString('base64url') };
}

function answerFor(sealed: SealedMail, pageKey: PageKeyPair): OpenedMessageJson {
  return {
    messageId: sealed.mail.id,
    layout: sealed.layout,
    organizationId: ORGANIZATION,
    accountId: ACCOUNT,
    contentKey: released(sealed, 'content-key', pageKey),
    streams: {},
    author: { name: '', address: sealed.mail.author.address },
    sentAt: sealed.mail.sentAt,
    keptUntil: sealed.mail.sentAt,
    recipientAddress: 'margaret.olsen@mail.example',
    canReply: true,
    repliesRefused: false,
  };
}

function transport(sealed: SealedMail, counted: { bytes: number }) {
  return (stream: StreamName) => {
    const { offset, length } = sealed.layout[stream];
    const part = sealed.object.subarray(offset, offset + length);
    const give = (start: number, end: number) => {
      const piece = Uint8Array.from(part.subarray(start, end));
      counted.bytes += piece.length;
      return Promise.resolve(piece);
    };
    return {
      header: () => give(0, HEADER_BYTES),
      chunks: (first: number, count: number) => {
        const start = HEADER_BYTES + first * SEALED_CHUNK_BYTES;
        return give(start, start + count * SEALED_CHUNK_BYTES);
      },
    };
  };
}

const DAMAGED = { code: 'message-damaged' };

test('index, text and attachments come out as they went in', async () => {
  const sealed = sealMail(TEXT_MAIL, ORGANIZATION);
  const pageKey = await makePageKey();
  const message = await openMessage(
    answerFor(sealed, pageKey),
    TEXT_MAIL.id,
    pageKey,
    transport(sealed, { bytes: 0 }),
  );
  assert.equal(message.index.header.subject, TEXT_MAIL.subject);
  assert.equal(await message.text(message.index.body.text ?? ''), PLAIN_TEXT);
  for (const path of message.index.attachments) {
    const part = message.part(path);
    assert.ok(part !== null);
    const pieces: Uint8Array[] = [];
    for await (const piece of message.read(part)) pieces.push(piece);
    assert.deepEqual(Buffer.concat(pieces), TEXT_MAIL.parts[Number(path) - 1]?.bytes);
    assert.equal(Buffer.concat(pieces).length, part.decodedBytes);
  }
});

test('the text of a 10 MB message needs a few kilobytes', async () => {
  const sealed = sealMail(largeMail(), ORGANIZATION);
  const pageKey = await makePageKey();
  const counted = { bytes: 0 };
  const message = await openMessage(
    answerFor(sealed, pageKey),
    'msg-large',
    pageKey,
    transport(sealed, counted),
  );
  assert.match(await message.text('1'), /pictures/);
  assert.ok(sealed.object.length > 9_500_000);
  assert.ok(counted.bytes < 4096, `${counted.bytes} bytes`);
});

test('streams that came with the key are not fetched, and are opened with the same care', async () => {
  const sealed = sealMail(TEXT_MAIL, ORGANIZATION);
  const pageKey = await makePageKey();
  const counted = { bytes: 0 };
  const whole = (name: StreamName, cut = 0): string => {
    const { offset, length } = sealed.layout[name];
    return sealed.object.subarray(offset, offset + length - cut).toString('base64url');
  };
  const open = (streams: OpenedMessageJson['streams']) =>
    openMessage(
      { ...answerFor(sealed, pageKey), streams },
      TEXT_MAIL.id,
      pageKey,
      transport(sealed, counted),
    );

  const all = { index: whole('index'), derived: whole('derived'), content: whole('content') };
  const message = await open(all);
  assert.equal(await message.text(message.index.body.text ?? ''), PLAIN_TEXT);
  let mailBytes = 0;
  for await (const piece of message.readMail()) mailBytes += piece.length;
  assert.equal(mailBytes, sealed.layout.content.plaintextLength);
  assert.equal(counted.bytes, 0);

  await assert.rejects(open({ ...all, index: whole('index', 1) }), DAMAGED);
  await assert.rejects(open({ ...all, index: whole('content') }), DAMAGED);
  const cut = await open({ ...all, content: whole('content', 1) });
  await assert.rejects(async () => {
    for await (const piece of cut.readMail()) assert.ok(piece);
  }, DAMAGED);
});

test('an answer for another message, another layout or a foreign key opens nothing', async () => {
  const sealed = sealMail(TEXT_MAIL, ORGANIZATION);
  const other = sealMail({ ...TEXT_MAIL, id: 'msg-other' }, ORGANIZATION);
  const pageKey = await makePageKey();
  const answer = answerFor(sealed, pageKey);
  const open = (changed: OpenedMessageJson, from = sealed) =>
    openMessage(changed, TEXT_MAIL.id, pageKey, transport(from, { bytes: 0 }));
  await assert.rejects(open(answerFor(other, pageKey)), DAMAGED);
  await assert.rejects(open({ ...answer, contentKey: released(other, 'content-key', pageKey) }), DAMAGED);
  await assert.rejects(open({ ...answer, contentKey: released(sealed, 'list-key', pageKey) }), DAMAGED);
  await assert.rejects(open({ ...answer, layout: other.layout }), DAMAGED);
  await assert.rejects(open(answer, other), DAMAGED);
  const shorter = { ...answer.layout.content, plaintextLength: answer.layout.content.plaintextLength - 1 };
  await assert.rejects(open({ ...answer, layout: { ...answer.layout, content: shorter } }), DAMAGED);
});

test('a closed message gives nothing any more', async () => {
  const sealed = sealMail(TEXT_MAIL, ORGANIZATION);
  const pageKey = await makePageKey();
  const message = await openMessage(
    answerFor(sealed, pageKey),
    TEXT_MAIL.id,
    pageKey,
    transport(sealed, { bytes: 0 }),
  );
  message.close();
  await assert.rejects(message.text('1'), DAMAGED);
});

test('a list entry opens with its own key and for its own message only', async () => {
  const sealed = sealMail(TEXT_MAIL, ORGANIZATION);
  const pageKey = await makePageKey();
  const listed = {
    id: TEXT_MAIL.id,
    sentAt: TEXT_MAIL.sentAt,
    sizeBytes: 1,
    opened: false,
    sent: null,
    state: 'ready' as const,
    keptUntil: TEXT_MAIL.sentAt,
    listEntry: sealed.listEntry.toString('base64url'),
    listKey: released(sealed, 'list-key', pageKey),
  };
  const reader = { organizationId: ORGANIZATION, accountId: ACCOUNT, pageKey };
  assert.deepEqual(await openListEntry(listed, reader), {
    author: 'Dr. Ana Ruiz',
    subject: TEXT_MAIL.subject,
  });
  await assert.rejects(openListEntry({ ...listed, id: 'msg-other' }, reader), DAMAGED);
  await assert.rejects(
    openListEntry({ ...listed, listKey: released(sealed, 'content-key', pageKey) }, reader),
    DAMAGED,
  );
  await assert.rejects(
    openListEntry({ ...listed, listEntry: listed.listEntry.slice(0, -4) }, reader),
    DAMAGED,
  );
  await assert.rejects(openListEntry(listed, { ...reader, accountId: 'account-8' }), DAMAGED);
});
