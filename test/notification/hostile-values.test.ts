/** Values from outside are text, wherever they land (S67): no field, part or tag can be made of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';
import PostalMime from 'postal-mime';

import { renderBounce } from '#src/notification/bounce.ts';
import { renderNotForMe } from '#src/notification/not-for-me.ts';
import { renderNotice } from '#src/notification/notice.ts';
import { renderOpened } from '#src/notification/opened.ts';
import { renderSecured } from '#src/notification/secured.ts';
import type { WrittenMail } from '#src/notification/written-mail.ts';
import { bounceData, noticeData, notForMeData, openedData, securedData, site } from './fixed-mails.ts';
import { readRaw, splitParts } from './read-mail.ts';
import '#test/support/seeded-properties.ts';

const hostile = [
  'Ann\r\nBcc: evil@x.test',
  'Ann\nBcc: evil@x.test',
  'Ann\rBcc: evil@x.test',
  'Ann\u0085Bcc: evil@x.test\u2028X-Evil: 1',
  'Ann\0\r\n\r\n<script>alert(1)</script>',
  '=?utf-8?B?eA0KQmNjOiBhQGIuYw==?=',
  '=?utf-8?Q?x=0D=0ABcc:_evil@x.test?=',
  '"><img src=https://evil.test/x.png><a href="https://evil.test/',
  '</td></table><style>*{display:none}</style>',
  '\r\n--=_sendsecure_words\r\nContent-Type: text/html\r\n\r\n<b>x</b>',
  '\r\n--=_sendsecure_report--\r\n',
  '.\r\n.\r\nMAIL FROM:<evil@x.test>',
  '\u202Elmth.exe\u202C \u2066x',
  '\ue000\ue001\ue002\ue003',
  '&#57344; ${link} $1 $& {author}',
  'a'.repeat(100_000),
  'Lee, Ann <boss@hospital.example>, "x',
  '\ud800',
];

/** Every mail with the value wherever a value from outside may stand. */
function mailsWith(value: string): WrittenMail[] {
  const original = { messageIdField: value, references: [value, `<${value}>`] };
  return [
    renderNotice(site, {
      ...noticeData,
      original,
      author: { name: value, address: 'ann.lee@hospital.example' },
    }),
    renderNotice(site, {
      ...noticeData,
      original,
      fromAuthor: false,
      author: { name: value, address: value },
    }),
    renderNotice(site, { ...noticeData, to: value, outerSubject: value }),
    renderNotice({ ...site, organization: value }, { ...noticeData, fromAuthor: false }),
    renderSecured(site, {
      ...securedData,
      original,
      recipients: [{ address: value, how: 'secure-message' }],
    }),
    renderOpened(site, {
      ...openedData,
      original,
      recipient: value,
      disposition: { reportingHost: 'gateway.hospital.example', originalRecipient: value },
    }),
    renderNotForMe(site, { ...notForMeData, recipient: value }),
    renderBounce(site, {
      ...bounceData,
      original,
      envelopeId: value,
      recipients: [
        {
          address: value,
          originalRecipient: value,
          status: value,
          reply: value,
          remoteHost: value,
          lastAttemptMs: 0,
        },
      ],
      carried: { kind: 'ordinary', headerFields: Buffer.from(value) },
    }),
  ];
}

const shapes = mailsWith('ann@x.test').map((mail) => shapeOf(mail));

/** Names of the fields, types of the parts, tags of the HTML: what a value must not change. */
function shapeOf(mail: WrittenMail): { fields: string[]; parts: string[] } {
  const whole = readRaw(mail);
  const parts = splitParts(whole).flatMap((part) => {
    const inner = splitParts(part);
    return [part, ...(part.header.get('content-type')?.[0]?.startsWith('multipart/') === true ? inner : [])];
  });
  const threading = ['in-reply-to', 'references', 'reply-to'];
  return {
    fields: [...whole.header.keys()].filter((name) => !threading.includes(name)),
    parts: parts.map((part) =>
      [...part.header].map(([name, values]) => `${name}: ${values.join(' | ')}`).join('; '),
    ),
  };
}

async function checkMails(value: string): Promise<void> {
  for (const [index, mail] of mailsWith(value).entries()) {
    assert.match(mail.bytes.toString('latin1'), /^(?:[\t\x20-\x7e\x80-\xff]{0,998}\r\n)+$/u);
    assert.deepEqual(shapeOf(mail), shapes[index]);
    const { html } = await PostalMime.parse(mail.bytes);
    const tags = new Set([...(html ?? '').matchAll(/<\/?(\w+)/gu)].map(([, tag]) => tag));
    for (const tag of tags) assert.match(tag ?? '', TAGS);
    for (const [, href] of (html ?? '').matchAll(/href="([^"]*)"/gu)) {
      assert.match(href ?? '', /^https:\/\/(?:secure|staff)\.hospital\.example\//u);
    }
  }
}

const TAGS = /^(?:html|head|meta|title|style|body|table|tr|td|h1|h2|p|a|span|br|wbr|ul|li)$/u;

for (const value of hostile) {
  test(`S67 ${JSON.stringify(value.slice(0, 60))}`, async () => {
    await checkMails(value);
  });
}

test('S67 any text', async () => {
  const piece = fc.oneof(
    fc.constantFrom(...hostile.filter((one) => one.length < 100)),
    fc.string({ unit: 'binary' }),
  );
  const value = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));
  await fc.assert(fc.asyncProperty(value, checkMails), { numRuns: 30 });
});
