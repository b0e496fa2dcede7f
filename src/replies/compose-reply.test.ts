import assert from 'node:assert/strict';
import { test } from 'node:test';

import PostalMime from 'postal-mime';

import type { MailSite } from '#src/notification/mail-site.ts';

import { answerSubject, composeReply, type ReplyToCompose } from './compose-reply.ts';

const help = { url: 'https://secure.hospital.test/help', phone: null, hours: null };
const site: MailSite = {
  organization: 'Example Hospital',
  serviceAddress: 'send-secure@hospital.test',
  publicUrl: 'https://secure.hospital.test',
  recipientHelp: help,
  senderHelp: help,
  timeZone: 'UTC',
  locale: 'en',
  secondLocale: 'es',
};
const plain: ReplyToCompose = {
  messageIdField: '<reply@hospital.test>',
  dateMs: Date.UTC(2026, 10, 21),
  writer: { name: 'Jane Doe', address: 'jane@outside.example' },
  fromAddress: 'r-1@bounces.hospital.test',
  replyTo: null,
  to: ['ann.lee@hospital.test'],
  cc: [],
  subject: 'your results',
  original: { messageIdField: '<first@hospital.test>', references: [] },
  text: 'Thank you.',
  files: [],
};

async function written(reply: Partial<ReplyToCompose>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of composeReply(site, { ...plain, ...reply })) pieces.push(piece);
  return Buffer.concat(pieces);
}

const parse = async (reply: Partial<ReplyToCompose>) => PostalMime.parse(await written(reply));

test('another mail program reads what was written', async () => {
  const mail = await parse({
    cc: ['ben@hospital.test'],
    replyTo: 'jane@outside.example',
    text: 'Grüße,\n.\nJane',
  });
  assert.equal(mail.subject, 'Re: your results');
  assert.equal(mail.from?.name, 'Jane Doe (jane@outside.example) via Send Secure');
  assert.equal(mail.from?.address, 'r-1@bounces.hospital.test');
  assert.deepEqual(
    mail.cc?.map(({ address }) => address),
    ['ben@hospital.test'],
  );
  assert.equal(mail.inReplyTo, '<first@hospital.test>');
  assert.match(mail.text ?? '', /^Grüße,\n\.\nJane\n\n-- \njane@outside\.example wrote this/u);
});

const HOSTILE = 'x\r\nBcc: evil@evil.example\r\n\r\nbody\0\u202e\u2028end';

test('no value begins a line of its own', async () => {
  const bytes = await written({
    writer: { name: HOSTILE, address: 'jane@outside.example' },
    subject: HOSTILE,
    cc: [HOSTILE],
    text: HOSTILE,
    files: [{ name: HOSTILE, type: HOSTILE, content: () => contentOf('x') }],
  });
  const text = bytes.toString('latin1');
  const header = text.slice(0, text.indexOf('\r\n\r\n'));
  assert.doesNotMatch(header, /^(?:bcc|body)/imu);
  assert.doesNotMatch(text, /(?<!\r)\n|\r(?!\n)|\0/u);
  const mail = await PostalMime.parse(bytes);
  assert.deepEqual([mail.bcc, mail.attachments.length], [undefined, 1]);
  assert.doesNotMatch(mail.subject ?? '', /[\r\n\0\u202e\u2028]/u);
});

test('files come through bit for bit, with names and types made harmless', async () => {
  const octets = Buffer.from(Array.from({ length: 70_001 }, (_, i) => (i * 7) % 256));
  const cases = [
    ['x-ray.png', 'image/png', 'x-ray.png', 'image/png'],
    ['Röntgen Bild.pdf', 'application/pdf', 'Röntgen Bild.pdf', 'application/pdf'],
    ['../../etc/passwd', 'text/html', 'passwd', 'application/octet-stream'],
    ['cod\u202Egpj.exe', 'image/svg+xml', 'codgpj.exe', 'application/octet-stream'],
    ['C:\\temp\\a"b.txt', 'message/rfc822', 'a_b.txt', 'application/octet-stream'],
    ['', '', 'file', 'application/octet-stream'],
  ] as const;
  const files = cases.map(([name, type]) => ({ name, type, content: () => contentOf(octets, 1_000) }));
  const { attachments } = await parse({ files });
  assert.deepEqual(
    attachments.map(({ filename, mimeType, disposition }) => [filename, mimeType, disposition]),
    cases.map(([, , name, type]) => [name, type, 'attachment']),
  );
  for (const { content } of attachments) assert.ok(octets.equals(Buffer.from(content as ArrayBuffer)));
});

test('a subject is answered once', () => {
  for (const [subject, answer] of [
    ['hello', 'Re: hello'],
    ['RE: hello', 'RE: hello'],
    ['Aw: hallo', 'Aw: hallo'],
    ['', 'Re:'],
    [`x${'y'.repeat(5_000)}`, `Re: x${'y'.repeat(398)}…`],
  ] as const)
    assert.equal(answerSubject(subject), answer);
});

async function* contentOf(bytes: Buffer | string, pieceBytes = 1): AsyncGenerator<Buffer> {
  const buffer = Buffer.from(bytes);
  for (let at = 0; at < buffer.length; at += pieceBytes) yield buffer.subarray(at, at + pieceBytes);
}
