/** Bounces: the report that machines read, and words that fit what failed (RFC 3464, RFC 6522). */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import PostalMime from 'postal-mime';

import {
  type BounceData,
  renderBounce,
  renderDelay,
  type UndeliveredRecipient,
} from '#src/notification/bounce.ts';
import { renderReturned } from '#src/notification/returned.ts';
import type { WrittenMail } from '#src/notification/written-mail.ts';
import { bounceData, fixedMails, returnedData, sentMs, site } from './fixed-mails.ts';
import { readRaw, splitEntity, splitParts } from './read-mail.ts';

const wrongAddress = bounceData.recipients[0]!;

function failed(address: string, status: string | null, reply: string | null): UndeliveredRecipient {
  return { ...wrongAddress, address, originalRecipient: null, status, reply };
}

/** Groups of fields of the second part. */
function statusGroups(mail: WrittenMail): ReadonlyMap<string, readonly string[]>[] {
  const part = splitParts(readRaw(mail))[1]!;
  assert.equal(part.header.get('content-type')?.[0], 'message/delivery-status');
  const groups = part.body.trimEnd().split('\r\n\r\n');
  return groups.map((group) => splitEntity(`${group}\r\n\r\n`).header);
}

async function words(data: BounceData): Promise<string> {
  const { text } = await PostalMime.parse(renderBounce(site, data).bytes);
  return (text ?? '').replaceAll(/\s+/gu, ' ');
}

test('every recipient has its group, in its own words and codes', () => {
  const recipients = [
    wrongAddress,
    failed('full@clinic.test', '4.2.2', '452 4.2.2 over quota'),
    failed('x@y.test', null, null),
  ];
  const [message, first, second, third] = statusGroups(renderBounce(site, { ...bounceData, recipients }));
  assert.deepEqual(message?.get('reporting-mta'), ['dns; gateway.hospital.example']);
  assert.deepEqual(message?.get('original-envelope-id'), ['QQ314159']);
  assert.deepEqual(first?.get('original-recipient'), ['rfc822;pta.doe@outside.example']);
  assert.deepEqual(first?.get('action'), ['failed']);
  assert.deepEqual(second?.get('final-recipient'), ['rfc822; full@clinic.test']);
  // Given up after a transient reply: the reader is told that it is final.
  assert.deepEqual(second?.get('status'), ['5.2.2']);
  assert.deepEqual(second?.get('diagnostic-code'), ['smtp; 452 4.2.2 over quota']);
  assert.deepEqual(third?.get('status'), ['5.0.0']);
  assert.equal(third?.has('diagnostic-code'), false);
});

test('a delay says until when, and stays transient', () => {
  const mail = renderDelay(site, { ...bounceData, willRetryUntilMs: sentMs });
  const [, recipient] = statusGroups(mail);
  assert.deepEqual(recipient?.get('action'), ['delayed']);
  assert.deepEqual(recipient?.get('status'), ['4.1.1']);
  assert.deepEqual(recipient?.get('will-retry-until'), ['Sat, 21 Nov 2026 13:05:00 +0000']);
});

test('an address beyond ASCII is written in the 7bit form of RFC 6533', () => {
  const mail = renderBounce(site, { ...bounceData, recipients: [failed('jörg+a@x.test', '5.1.1', null)] });
  assert.deepEqual(statusGroups(mail)[1]?.get('final-recipient'), [
    String.raw`utf-8; j\x{F6}rg\x{2B}a@x.test`,
  ]);
});

test('recipients with one cause are told of together', async () => {
  const recipients = [wrongAddress, failed('b@x.test', '5.1.1', null), failed('c@x.test', '5.2.2', null)];
  const text = await words({ ...bounceData, recipients });
  assert.equal(text.split('There is no mailbox with this address.').length, 2);
  assert.equal(text.split('The mailbox is full.').length, 2);
  assert.match(text, /did not reach these 3 people/u);
});

test('advice for the mail of the author is not given about a notice', async () => {
  const recipients = [failed('a@x.test', '5.7.10', null)];
  const advice = /Put "send secure" in the subject/u;
  assert.doesNotMatch(await words({ ...bounceData, recipients, carried: { kind: 'notice' } }), advice);
  assert.match(
    await words({ ...bounceData, recipients, carried: { kind: 'ordinary', headerFields: null } }),
    advice,
  );
});

test('others are mentioned only where there are some', async () => {
  assert.doesNotMatch(await words(bounceData), /The other people/u);
  assert.match(await words({ ...bounceData, hasOtherRecipients: true }), /The other people/u);
});

test('too large: size and limit in plain numbers, never the same', async () => {
  const limitBytes = 10 * 1024 * 1024;
  const mail = renderReturned(site, {
    ...returnedData,
    reason: { kind: 'message-too-large', limitBytes, sizeBytes: limitBytes + 1 },
  });
  const { text } = await PostalMime.parse(mail.bytes);
  assert.match(text ?? '', /^Size: 10\.1 MB\nLimit: 10 MB$/mu);
  assert.deepEqual(statusGroups(mail)[1]?.get('status'), ['5.3.4']);
});

test('the disposition of an opening is a report of RFC 8098', () => {
  const whole = readRaw(fixedMails['opened-disposition']!());
  assert.match(
    whole.header.get('content-type')?.[0] ?? '',
    /^multipart\/report; report-type=disposition-notification;/u,
  );
  const fields = splitEntity(`${splitParts(whole)[1]!.body}\r\n`).header;
  assert.deepEqual(fields.get('disposition'), ['manual-action/MDN-sent-automatically; displayed']);
  assert.deepEqual(fields.get('final-recipient'), ['rfc822; pat.doe@outside.example']);
  assert.deepEqual(fields.get('original-message-id'), ['<original.1@hospital.example>']);
});
