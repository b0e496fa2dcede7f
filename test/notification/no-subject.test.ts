/** The subject and the content of a protected message stand in none of our mails, in no encoding (O3, W24). */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import PostalMime from 'postal-mime';

import { type Carried, renderBounce, renderDelay } from '#src/notification/bounce.ts';
import { renderHeld } from '#src/notification/held.ts';
import type { WrittenMail } from '#src/notification/written-mail.ts';
import { renderNotice } from '#src/notification/notice.ts';
import { bounceData, heldData, noticeData, sentMs, site } from './fixed-mails.ts';

const canary = 'CNRY-4f1d2c7a-lab-results';

/** Raw with folding undone, and every field and part decoded by somebody else's reader. */
async function holdsCanary(mail: WrittenMail): Promise<boolean> {
  const raw = mail.bytes
    .toString('latin1')
    .replaceAll('=\r\n', '')
    .replaceAll(/\r\n[ \t]?/gu, '');
  const { attachments, ...rest } = await PostalMime.parse(mail.bytes, { attachmentEncoding: 'utf8' });
  return [raw, JSON.stringify(rest), JSON.stringify(attachments)].some((text) => text.includes(canary));
}

const headerFields = Buffer.from(`From: a@hospital.example\r\nSubject: send secure ${canary}\r\n`);
const reply = `554 5.7.1 Message "${canary}" refused`;
const recipients = bounceData.recipients.map((one) => ({ ...one, reply }));

function undelivered(carried: Carried): WrittenMail[] {
  return [
    renderBounce(site, { ...bounceData, recipients, carried }),
    renderDelay(site, { ...bounceData, recipients, carried, willRetryUntilMs: sentMs }),
  ];
}

test('the probe sees what is returned for ordinary mail', async () => {
  const ordinary: Carried = { kind: 'ordinary', headerFields };
  const quiet = bounceData.recipients.map((one) => ({ ...one, reply: null }));
  assert.ok(await holdsCanary(renderBounce(site, { ...bounceData, recipients: quiet, carried: ordinary })));
  const outerSubject = `ñ ${canary} ${'x'.repeat(60)}`;
  assert.ok(await holdsCanary(renderNotice(site, { ...noticeData, outerSubject })));
  for (const mail of undelivered({ kind: 'notice' })) assert.ok(await holdsCanary(mail));
});

test('where protected content was on the wire, only the codes of a reply are repeated', async () => {
  for (const mail of undelivered({ kind: 'protected-content' })) {
    assert.ok(!(await holdsCanary(mail)));
    assert.match(mail.bytes.toString('latin1'), /^Diagnostic-Code: smtp; 554 5\.7\.1\r$/mu);
  }
});

test('header fields are returned for nothing but ordinary mail', async () => {
  const sly = { kind: 'notice', headerFields } as const;
  const quiet = bounceData.recipients.map((one) => ({ ...one, reply: null }));
  const mail = renderBounce(site, { ...bounceData, recipients: quiet, carried: sly });
  assert.ok(!(await holdsCanary(mail)));
  assert.doesNotMatch(mail.bytes.toString('latin1'), /rfc822-headers/u);
});

test('the words that looked like the code are described, not repeated', async () => {
  const nearMiss = { kind: 'misspelled', text: `sned secure ${canary}` } as const;
  const mail = renderHeld(site, { ...heldData, ...nearMiss, nearMiss: nearMiss.kind });
  assert.ok(!(await holdsCanary(mail)));
  assert.doesNotMatch(mail.bytes.toString('latin1'), /sned/u);
});
