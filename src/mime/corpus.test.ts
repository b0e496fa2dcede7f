/** Mails as mail programs write them, each against what is expected and against another parser. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import PostalMime from 'postal-mime';

import { type BuiltIndex, type BuiltPart, buildMessageIndex } from './index-builder.ts';
import { automaticKind, encryptedByAuthor } from './message-facts.ts';
import { MimeScanner } from './scanner.ts';
import type { ScanResult } from './scan-result.ts';
import { transferDecoder } from './transfer-decoding.ts';

const FOLDER = new URL('../../test/fixtures/mime/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.eml'));

interface Read {
  readonly message: Buffer;
  readonly scan: ScanResult;
  readonly derived: Buffer;
  readonly index: BuiltIndex;
}

function readMail(file: string, pieceBytes = 65_536): Read {
  const message = readFileSync(new URL(file, FOLDER));
  const derived: Buffer[] = [];
  const scanner = new MimeScanner({ onDerived: (utf8) => derived.push(Buffer.from(utf8)) > 0 });
  for (let at = 0; at < message.length; at += pieceBytes)
    scanner.write(message.subarray(at, at + pieceBytes));
  const scan = scanner.finish();
  const text = Buffer.concat(derived);
  const index = buildMessageIndex(scan, { contentLength: message.length, derivedLength: text.length });
  return { message, scan, derived: text, index };
}

function contentOf({ message }: Read, part: BuiltPart): Buffer {
  const decoder = transferDecoder(part.transferEncoding);
  const decoded = decoder.decode(message.subarray(part.source.start, part.source.end));
  return Buffer.concat([decoded, decoder.finish()]);
}

function textOf(read: Read, path: string | null): string | null {
  const part = read.index.parts.find((candidate) => candidate.path === path);
  if (part === undefined || part.text === null) return null;
  return read.derived.toString('utf8', part.text.start, part.text.end);
}

/** Body parts and attachments: `html text calendar | attachments`. */
const OUTLINES: Readonly<Record<string, string>> = {
  'apple-mail-html-around-pdf.eml': '2.1 1 - | 2.2 Referral le\u0301tter.pdf',
  'copier-scan.eml': '- - - | 1 Scan 0042.pdf',
  'delivery-status-report.eml': '- 1 - | 2 null, 3 null',
  'forwarded-as-attachment.eml': '- 1 - | 2 Spørsmål.eml',
  'gb18030-base64.eml': '1 - - | ',
  'gmail-alternative-attachment.eml': '1.2 1.1 - | 2 Résultats.pdf',
  'iphone-photo.eml': '- 1 - | 2 IMG_0042.jpeg',
  'iso-2022-jp.eml': '- 1 - | ',
  'iso-8859-15-8bit.eml': '- 1 - | ',
  'mutt-8bit.eml': '- 1 - | ',
  'no-mime-fields.eml': '- 1 - | ',
  'outlook-calendar-reply.eml': '2 1 3 | ',
  'outlook-invitation.eml': '2 1 3 | ',
  'outlook-related-mixed.eml': '1.1.2 1.1.1 - | 2 Befund Grün.docx',
  'outlook-winmail.eml': '- 1 - | 2 winmail.dat',
  'pgp-inline.eml': '- 1 - | ',
  'pgp-mime-encrypted.eml': '- - - | 1 null, 2 encrypted.asc',
  'related-in-alternative.eml': '3.1 1 - | ',
  'smime-enveloped.eml': '- - - | 1 smime.p7m',
  'smime-opaque-signed.eml': '- - - | 1 smime.p7m',
  'smime-signed.eml': '1.2 1.1 - | ',
  'thunderbird-format-flowed.eml': '- 1 - | ',
};

function outline({ body, attachments, parts }: BuiltIndex): string {
  const names = attachments.map(
    (path) => `${path} ${parts.find((part) => part.path === path)?.name ?? 'null'}`,
  );
  return `${body.html ?? '-'} ${body.text ?? '-'} ${body.calendar ?? '-'} | ${names.join(', ')}`;
}

describe('what the reader is offered', () => {
  for (const file of FILES) test(file, () => assert.equal(outline(readMail(file).index), OUTLINES[file]));
});

describe('every mail of the corpus', () => {
  for (const file of FILES) {
    test(`${file}: one piece, small pieces and single bytes give the same`, () => {
      const whole = readMail(file);
      assert.equal(whole.scan.uninspectable, null);
      for (const pieceBytes of [1, 7, 333]) assert.deepEqual(readMail(file, pieceBytes), whole);
    });

    test(`${file}: decoded sizes are exact`, () => {
      const read = readMail(file);
      for (const part of read.index.parts)
        assert.equal(contentOf(read, part).length, part.decodedBytes, part.path);
    });
  }
});

/** Line ends and blank lines at the end differ between parsers; joined lines of format=flowed are the reader's. */
function comparable(text: string | null | undefined): string {
  return (text ?? '').replaceAll('\r\n', '\n').replaceAll(' \n', ' ').replaceAll(/\n+/gu, '\n').trim();
}

function bytesOf(content: ArrayBuffer | Uint8Array | string): Buffer {
  return typeof content === 'string' ? Buffer.from(content) : Buffer.from(content as Uint8Array);
}

describe('the same as another parser', () => {
  for (const file of FILES) {
    test(file, async () => {
      const read = readMail(file);
      const other = await PostalMime.parse(read.message, { forceRfc822Attachments: true });
      const { index } = read;
      assert.equal(index.header.subject, other.subject ?? '');
      assert.equal(comparable(textOf(read, index.body.text)), comparable(other.text));
      assert.equal(comparable(textOf(read, index.body.html)), comparable(other.html));
      for (const attachment of other.attachments) {
        const content = bytesOf(attachment.content);
        // Texts come out of the other parser with other line ends.
        const same = index.parts.find((part) =>
          part.transferEncoding === 'base64' && !part.mediaType.startsWith('text/')
            ? contentOf(read, part).equals(content)
            : comparable(contentOf(read, part).toString('latin1')) === comparable(content.toString('latin1')),
        );
        assert.ok(same !== undefined, attachment.mimeType);
        assert.equal(same.mediaType, attachment.mimeType);
        if (attachment.mimeType !== 'message/rfc822') assert.equal(same.name, attachment.filename);
      }
    });
  }
});

describe('facts', () => {
  const facts = (file: string): [string | null, string | null] => {
    const { scan } = readMail(file);
    return [automaticKind(scan.header, 'a@hospital.example', scan), encryptedByAuthor(scan.header, scan)];
  };
  const expected: Readonly<Record<string, [string | null, string | null]>> = {
    'delivery-status-report.eml': ['auto-submitted', null],
    'outlook-calendar-reply.eml': ['calendar-reply', null],
    'related-in-alternative.eml': ['list-or-bulk', null],
    'smime-enveloped.eml': [null, 'smime'],
    'pgp-mime-encrypted.eml': [null, 'openpgp'],
  };
  for (const file of FILES) test(file, () => assert.deepEqual(facts(file), expected[file] ?? [null, null]));
});

test('text that a phone writes around a photo is shown as one', () => {
  const read = readMail('iphone-photo.eml');
  assert.match(textOf(read, '1') ?? '', /^Photo of today\.[\r\n]+Sent from my iPhone$/u);
});
