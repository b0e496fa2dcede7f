/** The notice: in whose name, in which languages, to whom (W24). */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import PostalMime from 'postal-mime';

import { type NoticeData, renderNotice } from '#src/notification/notice.ts';
import { noticeData, site } from './fixed-mails.ts';
import { readRaw } from './read-mail.ts';

const field = (data: NoticeData, name: string): string | undefined =>
  readRaw(renderNotice(site, data)).header.get(name)?.[0];

test('From is the author where we may', () => {
  assert.equal(field(noticeData, 'from'), '"Dr. Ann Lee" <ann.lee@hospital.example>');
  assert.equal(field(noticeData, 'reply-to'), undefined);
});

test('else From is the service address, and an answer goes to the author', () => {
  const data = { ...noticeData, fromAuthor: false };
  assert.equal(field(data, 'from'), '"Dr. Ann Lee via Example Hospital" <send-secure@hospital.example>');
  assert.equal(field(data, 'reply-to'), '"Dr. Ann Lee" <ann.lee@hospital.example>');
});

test('mail of an outside author is forwarded in the name of the organisation', async () => {
  const author = { name: 'Dr. Ann Lee', address: 'ann@elsewhere.test' };
  const data = { ...noticeData, author, fromAuthor: false, authorOutside: true };
  assert.equal(field(data, 'from'), '"Example Hospital" <send-secure@hospital.example>');
  assert.equal(field(data, 'reply-to'), undefined);
  assert.equal(field(data, 'subject'), 'Secure message from Example Hospital (7K4-2QF-9XM)');
  const { text } = await PostalMime.parse(renderNotice(site, data).bytes);
  assert.match(text ?? '', /Dr\. Ann Lee\s+<ann@elsewhere\.test>/u);
  assert.doesNotMatch(text ?? '', /ann@elsewhere\.test>\s+at Example/u);
});

test('an author without a name is the address, once', async () => {
  const data = { ...noticeData, author: { name: ' ', address: 'ann.lee@hospital.example' } };
  assert.equal(field(data, 'from'), 'ann.lee@hospital.example');
  const { text } = await PostalMime.parse(renderNotice(site, data).bytes);
  assert.match(text ?? '', /^ann\.lee@hospital\.example at Example Hospital/mu);
});

test('an author address that needs UTF-8 is left to the words', () => {
  const data = { ...noticeData, author: { name: 'Jörg', address: 'jörg@hospital.example' } };
  const mail = renderNotice(site, data);
  assert.equal(field(data, 'from'), '"Example Hospital" <send-secure@hospital.example>');
  assert.equal(mail.smtputf8, undefined);
});

test('a recipient address beyond ASCII makes the only mail that is not 7bit', () => {
  const mail = renderNotice(site, { ...noticeData, to: 'jörg@bücher.example' });
  assert.equal(mail.smtputf8, true);
  assert.equal(mail.to, 'jörg@bücher.example');
  assert.equal(readRaw(mail).header.get('to')?.[0], 'jörg@xn--bcher-kva.example');
});

test('the name of an author is never shown without the address, in either language', async () => {
  const author = { name: 'Dr. Ann Lee <ann.lee@hospital.example>', address: 'mallory@hоspital.example' };
  const { text, html } = await PostalMime.parse(renderNotice(site, { ...noticeData, author }).bytes);
  for (const part of [text ?? '', (html ?? '').replaceAll('&#1086;', 'о')]) {
    assert.equal(part.split('mallory@hоspital.example').length, 3);
    assert.equal(part.split('xn--hspital-9ig.example').length, 3);
  }
});

test('languages: the preferred one first, the other below, or one alone', async () => {
  const order = async (data: NoticeData, ofSite = site): Promise<number[]> => {
    const { text } = await PostalMime.parse(renderNotice(ofSite, data).bytes);
    return ['Is this email real?', '¿Este correo es verdadero?'].map((words) => (text ?? '').indexOf(words));
  };
  const [englishFirst, spanishBelow] = await order(noticeData);
  assert.ok(englishFirst! > 0 && spanishBelow! > englishFirst!);
  const [englishBelow, spanishFirst] = await order({ ...noticeData, locale: 'es' });
  assert.ok(spanishFirst! > 0 && englishBelow! > spanishFirst!);
  const [alone, none] = await order(noticeData, { ...site, secondLocale: null });
  assert.ok(alone! > 0 && none === -1);
});

test('notices of one site differ only by their own values', () => {
  const first = renderNotice(site, noticeData).bytes.toString();
  const link = 'https://secure.hospital.example/m/AAAAAAAAAAAAAAAAAAAAAA';
  const second = renderNotice(site, { ...noticeData, link, messageCode: '000000000' }).bytes.toString();
  assert.ok(!second.includes('q83vASNFZ4mrze8BI0VniQ') && !second.includes('7K4'));
  assert.equal(
    second
      .replaceAll('AAAAAAAAAAAAAAAAAAAAAA', 'q83vASNFZ4mrze8BI0VniQ')
      .replaceAll('000-000-000', '7K4-2QF-9XM'),
    first,
  );
});

test('an outer subject of the organisation keeps the message code', () => {
  assert.equal(field({ ...noticeData, outerSubject: 'Your visit' }, 'subject'), 'Your visit (7K4-2QF-9XM)');
});

test('a Message-ID that is none is refused before anything is written', () => {
  assert.throws(
    () => renderNotice(site, { ...noticeData, messageIdField: '<a@b>\r\nBcc: x@y.test' }),
    RangeError,
  );
});
