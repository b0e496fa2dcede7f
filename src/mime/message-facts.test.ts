import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { parseHeaderFields } from './header-fields.ts';
import {
  automaticKind,
  encryptedByAuthor,
  isUrgent,
  messageIds,
  replyPrefix,
  reportType,
} from './message-facts.ts';
import { MimeScanner } from './scanner.ts';
import type { HeaderField, ScanResult } from './scan-result.ts';

/** Processor time: what others do on the machine doesn't count. */
const cpuMs = (): number => process.cpuUsage().user / 1_000;

const fieldsOf = (header: string): HeaderField[] => parseHeaderFields(Buffer.from(`${header}\r\n`, 'latin1'));

function scan(message: string): ScanResult {
  const scanner = new MimeScanner();
  scanner.write(Buffer.from(message, 'latin1'));
  return scanner.finish();
}

describe('automatic mail', () => {
  const rows: readonly [header: string, kind: string | null][] = [
    ['Subject: x', null],
    ['Auto-Submitted: auto-replied (vacation)', 'auto-submitted'],
    ['Auto-Submitted: No', null],
    ['Precedence: auto_reply', 'auto-submitted'],
    ['X-Autoreply: yes', 'auto-submitted'],
    ['Content-Type: multipart/report; report-type=disposition-notification; boundary=b', 'report'],
    ['Content-Type: message/delivery-status', 'report'],
    ['X-MS-Journal-Report:', 'journal'],
    ['Content-Type: TEXT/calendar; Method="REPLY"', 'calendar-reply'],
    ['Content-Type: text/calendar; method=REQUEST', null],
    ['List-Id: <x.example>', 'list-or-bulk'],
    ['Precedence: BULK', 'list-or-bulk'],
    ['Precedence: first-class', null],
  ];
  for (const [header, kind] of rows)
    test(header, () => assert.equal(automaticKind(fieldsOf(header), 'a@b.example'), kind));

  test('a null reverse-path', () => assert.equal(automaticKind([], ''), 'null-reverse-path'));

  test('a calendar reply in a forwarded mail is not this mail', () => {
    const inner = 'Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR';
    const message = `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n${inner}\r\n--b--\r\n`;
    const result = scan(message);
    assert.equal(result.parts.at(-1)?.calendarMethod, 'reply');
    assert.equal(automaticKind(result.header, 'a@b.example', result), null);
  });

  test('report types', () => {
    assert.equal(reportType('multipart/report; report-type="Delivery-Status"'), 'delivery-status');
    assert.equal(reportType('multipart/report'), '');
    assert.equal(reportType('multipart/mixed'), null);
  });
});

const ENVELOPED = `308006092a864886f70d010703${'a080'.repeat(20)}`;
const cms = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
const ENCRYPTED = cms(ENVELOPED);
const der = (identifier: string, extra = ''): string =>
  cms(`3020${identifier}${'00'.repeat(32 - identifier.length / 2)}${extra}`);

function smime(parameters: string, body: string, more = ''): string {
  return `Content-Type: application/pkcs7-mime${parameters}\r\n${more}Content-Transfer-Encoding: base64\r\n\r\n${body}\r\n`;
}

function pgp(options: {
  preamble?: string;
  control?: string;
  content?: string;
  more?: string;
  type?: string;
}): string {
  const { preamble = '', control = 'Version: 1', more = '', type = 'application/octet-stream' } = options;
  const { content = '-----BEGIN PGP MESSAGE-----\r\n\r\nabcd\r\n-----END PGP MESSAGE-----' } = options;
  return (
    `Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b\r\n\r\n${preamble}\r\n--b\r\n` +
    `Content-Type: application/pgp-encrypted\r\n\r\n${control}\r\n--b\r\nContent-Type: ${type}\r\n\r\n${content}\r\n${more}--b--\r\n`
  );
}

describe('encrypted by its author', () => {
  const rows: readonly [name: string, message: string, kind: string | null][] = [
    ['enveloped data', smime('; smime-type=enveloped-data; name=smime.p7m', ENCRYPTED), 'smime'],
    [
      'enveloped data of definite length',
      smime('; smime-type=enveloped-data', der('06092a864886f70d010703')),
      'smime',
    ],
    [
      'authenticated enveloped data',
      smime('; smime-type=authEnveloped-data', der('060b2a864886f70d0109100117')),
      'smime',
    ],
    ['no type but the name', smime('; name="smime.P7M"', ENCRYPTED), 'smime'],
    ['neither type nor name', smime('', ENCRYPTED), null],
    ['a signature by its label', smime('; smime-type=signed-data; name=smime.p7m', ENCRYPTED), null],
    ['a signature by its content', smime('; smime-type=enveloped-data', der('06092a864886f70d010702')), null],
    [
      'no CMS at all',
      smime('; smime-type=enveloped-data', Buffer.from('plain text').toString('base64')),
      null,
    ],
    [
      'text behind the ciphertext',
      smime('; smime-type=enveloped-data', der('06092a864886f70d010703', '61626364')),
      null,
    ],
    [
      'two media types',
      smime('; smime-type=enveloped-data', ENCRYPTED, 'Content-Type: text/plain\r\n'),
      null,
    ],
    [
      'beside a text',
      `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n${smime('; smime-type=enveloped-data', ENCRYPTED)}--b--\r\n`,
      null,
    ],
    ['OpenPGP', pgp({}), 'openpgp'],
    [
      'OpenPGP with the hint of mailers',
      pgp({ preamble: 'This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)' }),
      'openpgp',
    ],
    ['OpenPGP with a text before it', pgp({ preamble: 'text '.repeat(60) }), null],
    ['OpenPGP with a text in its first part', pgp({ control: 'text '.repeat(60) }), null],
    ['OpenPGP with a third part', pgp({ more: '--b\r\n\r\ntext\r\n' }), null],
    ['OpenPGP of another type', pgp({ type: 'text/plain' }), null],
    ['OpenPGP without ciphertext', pgp({ content: 'text' }), null],
    ['OpenPGP inside a text', 'Content-Type: text/plain\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n', null],
  ];
  for (const [name, message, kind] of rows) {
    test(name, () => {
      const result = scan(message);
      assert.equal(encryptedByAuthor(result.header, result), kind);
    });
  }
});

describe('answers and forwards', () => {
  const rows: readonly [subject: string, prefix: string | null][] = [
    ['Re: x', 'Re:'],
    ['RE[2]: x', 'RE[2]:'],
    ['AW: WG: x', 'AW:'],
    ['[EXTERNAL] Fwd : x', 'Fwd :'],
    ['Re: [EXTERNAL] send secure', 'Re:'],
    ['Antw.: x', null],
    ['TR : résultats', 'TR :'],
    ['SV: x', 'SV:'],
    ['RV: x', 'RV:'],
    ['回复：x', '回复：'],
    ['Vá: x', 'Vá:'],
    ['Result: x', null],
    ['Regarding: x', null],
    ['send secure', null],
    ['x Re: y', null],
  ];
  for (const [subject, prefix] of rows) test(subject, () => assert.equal(replyPrefix(subject), prefix));

  test('many brackets are linear', () => {
    const started = cpuMs();
    for (const unit of ['[', '[]', '[x] ', ' ']) replyPrefix(unit.repeat(100_000));
    assert.ok(cpuMs() - started < 500);
  });
});

test('message ids, the last ones of many', () => {
  assert.deepEqual(messageIds('<a@b.example> (x) <c@d.example>\t<e f@g.example><>'), [
    '<a@b.example>',
    '<c@d.example>',
  ]);
  const many = messageIds(Array.from({ length: 5_000 }, (_, i) => `<${i}@b.example>`).join(' '));
  assert.deepEqual([many.length, many.at(-1)], [200, '<4999@b.example>']);
  assert.deepEqual(messageIds('<'.repeat(200_000)), []);
});

describe('urgent', () => {
  const rows: readonly (readonly [string, boolean])[] = [
    ['Importance: High\r\n', true],
    ['importance:  high (please)\r\n', true],
    ['Priority: urgent\r\n', true],
    ['X-Priority: 1 (Highest)\r\n', true],
    ['X-Priority: 2\r\n', true],
    ['X-MSMail-Priority: High\r\n', true],
    ['Importance: normal\r\n', false],
    ['Importance: highway\r\n', false],
    ['X-Priority: 3 (Normal)\r\n', false],
    ['X-Priority: 10\r\n', false],
    ['Priority: non-urgent\r\n', false],
    ['Subject: urgent\r\n', false],
  ];
  for (const [header, urgent] of rows)
    test(header.trim(), () => assert.equal(isUrgent(fieldsOf(header)), urgent));
});
