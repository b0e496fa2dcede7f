import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { type BuiltIndex, buildMessageIndex, buildRawIndex } from './index-builder.ts';
import { parseHeaderFields } from './header-fields.ts';
import { MimeScanner } from './scanner.ts';

interface Built {
  readonly index: BuiltIndex;
  readonly derived: string;
}

function build(message: string, hasRoom = true): Built {
  const bytes = Buffer.from(message, 'utf8');
  const derived: Buffer[] = [];
  const scanner = new MimeScanner({
    onDerived: (utf8) => {
      if (hasRoom) derived.push(Buffer.from(utf8));
      return hasRoom;
    },
  });
  scanner.write(bytes);
  const all = Buffer.concat(derived);
  const lengths = { contentLength: bytes.length, derivedLength: all.length };
  return { index: buildMessageIndex(scanner.finish(), lengths), derived: all.toString('utf8') };
}

let boundaries = 0;

/** A multipart entity: its header and body. */
function multipart(subtype: string, ...parts: string[]): string {
  const boundary = `b${boundaries++}`;
  const body = parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('');
  return `Content-Type: multipart/${subtype}; boundary=${boundary}\r\n\r\n${body}--${boundary}--\r\n`;
}

const leaf = (type: string, body: string, more = ''): string => `Content-Type: ${type}\r\n${more}\r\n${body}`;
const TEXT = leaf('text/plain', 'text');
const HTML = leaf('text/html', '<p>html</p>');
const PDF = leaf('application/pdf; name=a.pdf', 'pdf');
const IMAGE = leaf('image/png', 'png', 'Content-ID: <i>\r\nContent-Disposition: inline\r\n');

/** Body parts and attachments. */
function outline(message: string): string {
  const { body, attachments } = build(message).index;
  return `${body.html ?? '-'} ${body.text ?? '-'} ${body.calendar ?? '-'} | ${attachments.join(' ')}`;
}

describe('body and attachments', () => {
  const rows: readonly [name: string, message: string, expected: string][] = [
    ['the last HTML of an alternative', multipart('alternative', TEXT, HTML, HTML), '3 1 - | '],
    [
      'an alternative that holds more',
      multipart('alternative', TEXT, multipart('mixed', HTML, PDF)),
      '2.1 1 - | 2.2',
    ],
    ['an image of the HTML', multipart('related', HTML, IMAGE), '1 - - | '],
    ['the same image without HTML', multipart('mixed', TEXT, IMAGE), '- 1 - | 2'],
    [
      'an image that is an attachment',
      multipart('mixed', HTML, leaf('image/png; name=a.png', 'x')),
      '1 - - | 2',
    ],
    ['an image beside the HTML, inline and with an id', multipart('mixed', HTML, IMAGE), '1 - - | '],
    ['a related part that is no image', multipart('related', HTML, PDF), '1 - - | 2'],
    ['a text file', multipart('mixed', TEXT, leaf('text/plain; name=a.txt', 'x')), '- 1 - | 2'],
    ['HTML behind a text that is no alternative', multipart('mixed', TEXT, HTML), '- 1 - | 2'],
    [
      'a second mail in the mail',
      multipart('mixed', multipart('alternative', TEXT, HTML), multipart('alternative', TEXT, HTML)),
      '1.2 1.1 - | 2.2',
    ],
    [
      'a calendar part',
      multipart('alternative', TEXT, HTML, leaf('text/calendar; method=REQUEST', 'x')),
      '2 1 3 | ',
    ],
    [
      'a calendar file',
      multipart('mixed', TEXT, leaf('text/calendar; name=a.ics', 'x', 'Content-Disposition: attachment\r\n')),
      '- 1 - | 2',
    ],
    ['a signature', multipart('signed', TEXT, leaf('application/pgp-signature', 'x')), '- 1 - | '],
    ['something else in a signed mail', multipart('signed', TEXT, PDF), '- 1 - | 2'],
    [
      'two halves of a file of a Mac',
      multipart('mixed', TEXT, multipart('appledouble', leaf('application/applefile', 'x'), PDF)),
      '- 1 - | 2.2',
    ],
    ['only a file', PDF, '- - - | 1'],
    ['an alternative without text', multipart('alternative', PDF), '- - - | 1'],
    [
      'a forwarded mail',
      multipart('mixed', TEXT, leaf('message/rfc822', `Subject: a/b\r\n${multipart('mixed', TEXT, PDF)}`)),
      '- 1 - | 2',
    ],
    ['nothing but a forwarded mail', leaf('message/rfc822', `Subject: x\r\n\r\ny`), '- - - | 1'],
  ];
  for (const [name, message, expected] of rows) test(name, () => assert.equal(outline(message), expected));

  test('a forwarded mail is named by its subject, and what is in it is not listed', () => {
    const { index } = build(
      multipart(
        'mixed',
        TEXT,
        leaf('message/rfc822', `Subject: a/b: ü\r\n\r\nx`),
        leaf('message/rfc822', '\r\nx'),
      ),
    );
    assert.deepEqual(
      index.parts.map(({ path, name }) => [path, name]),
      [
        ['1', null],
        ['2', 'a b ü.eml'],
        ['3', 'message.eml'],
      ],
    );
  });

  test('every part is body, attachment, image or signature of the body: nothing is lost', () => {
    const { index } = build(
      multipart('mixed', multipart('related', HTML, IMAGE), PDF, leaf('video/mp4', 'x'), leaf('x/y', 'z')),
    );
    const shown = new Set([index.body.html, ...index.attachments]);
    assert.deepEqual(
      index.parts.filter(({ path }) => !shown.has(path)).map(({ contentId }) => contentId),
      ['i'],
    );
  });
});

describe('texts that go on', () => {
  const joined = (message: string): string | null => {
    const { index, derived } = build(message);
    const part = index.parts.find(({ path }) => path === (index.body.html ?? index.body.text));
    return part?.text === undefined || part.text === null
      ? null
      : Buffer.from(derived).toString('utf8', part.text.start, part.text.end);
  };

  test('around a photo, three times', () => {
    const message = multipart(
      'mixed',
      leaf('text/plain', 'ä'),
      leaf('image/jpeg', 'x'),
      leaf('text/plain', 'b'),
      leaf('text/plain', 'c'),
    );
    assert.equal(joined(message), 'ä\r\nb\r\nc');
    assert.equal(outline(message), '- 1 - | 2');
  });

  test('without room in the derived stream they are attachments', () => {
    const message = multipart('mixed', TEXT, TEXT);
    assert.deepEqual(build(message, false).index.attachments, ['2']);
    assert.equal(build(message, false).index.parts[0]?.text, null);
  });
});

describe('header', () => {
  test('decoded, once each', () => {
    const message =
      'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nSubject: second\r\nFrom: =?utf-8?q?Zo=C3=AB?= <z@b.example>\r\n' +
      'To: a@b.example, "C, D" <c@d.example>\r\nReply-To: r@b.example\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\nx';
    assert.deepEqual(build(message).index.header, {
      subject: 'Grüße',
      from: 'Zoë <z@b.example>',
      to: 'a@b.example, C, D <c@d.example>',
      cc: '',
      replyTo: 'r@b.example',
      date: 'Sat, 21 Nov 2026 10:00:00 +0000',
    });
  });

  test('S84: a field of 20,000 addresses is cut', () => {
    const { header } = build(`To: ${'someone@b.example,'.repeat(14_000)}\r\n\r\nx`).index;
    assert.ok(header.to.length < 17_000 && header.to.endsWith('…'));
  });
});

test('the whole message as one attachment', () => {
  const index = buildRawIndex(parseHeaderFields(Buffer.from('Subject: x\r\n')), {
    contentLength: 99,
    derivedLength: 0,
  });
  assert.equal(index.raw, true);
  assert.equal(index.header.subject, 'x');
  assert.deepEqual(index.attachments, ['1']);
  assert.deepEqual(index.parts[0]?.source, { stream: 'content', start: 0, end: 99 });
  assert.equal(index.parts[0]?.mediaType, 'message/rfc822');
});
