import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { MimeScanner, type MimeScannerOptions } from './scanner.ts';
import type { ScannedPart, ScanResult } from './scan-result.ts';

interface Scanned extends ScanResult {
  readonly derived: string;
}

function scan(
  message: Buffer | string,
  pieceBytes = Number.MAX_SAFE_INTEGER,
  options: MimeScannerOptions = {},
): Scanned {
  const bytes = typeof message === 'string' ? Buffer.from(message, 'latin1') : message;
  const derived: Buffer[] = [];
  const scanner = new MimeScanner({
    onDerived: (utf8) => {
      derived.push(Buffer.from(utf8));
      return true;
    },
    ...options,
  });
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = Buffer.from(bytes.subarray(at, at + pieceBytes));
    scanner.write(piece);
    // The caller may use its buffer again: nothing of it may be kept.
    piece.fill(0x2a);
  }
  return { ...scanner.finish(), derived: Buffer.concat(derived).toString('utf8') };
}

const lines = (...all: string[]): string => all.join('\r\n');

function bodyOf(message: string, part: ScannedPart | undefined): string {
  assert.ok(part !== undefined);
  return message.slice(part.start, part.end);
}

const outline = (result: ScanResult): string[] =>
  result.parts.map(({ path, mediaType }) => `${path} ${mediaType}`);

const NESTED = lines(
  'Subject: outer',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  'preamble',
  '--b',
  'Content-Type: multipart/alternative; boundary="b1"',
  '',
  '--b1',
  '',
  'text',
  '--b1',
  'Content-Type: text/html; charset=iso-8859-1',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'Gr=FC=DFe',
  '--b1--',
  'between',
  '--b  ',
  'Content-Type: message/rfc822',
  '',
  'Subject: =?utf-8?q?inner?=',
  'Content-Type: multipart/mixed; boundary=c',
  '',
  '--c',
  '',
  'nested text',
  '--c',
  'Content-Type: image/png; name="x.png"',
  'Content-ID: <i@x.example>',
  'Content-Transfer-Encoding: BASE64',
  '',
  'AAEC',
  'AwQ=',
  '--c--',
  '--b',
  'Content-Type: application/pdf',
  'Content-Disposition: attachment; filename*0="a.p";',
  ' filename*1="df.exe"',
  'Content-Transfer-Encoding: base64',
  '',
  'AAAA',
  '--b--',
  'epilogue',
  '',
);

describe('structure', () => {
  const result = scan(NESTED);

  test('parts are numbered as IMAP numbers them', () => {
    assert.deepEqual(outline(result), [
      '1.1 text/plain',
      '1.2 text/html',
      '2 message/rfc822',
      '2.1 text/plain',
      '2.2 image/png',
      '3 application/pdf',
    ]);
    assert.deepEqual(
      result.containers.map(({ path, mediaType }) => `${path} ${mediaType}`),
      [' multipart/mixed', '1 multipart/alternative', '2 multipart/mixed'],
    );
    assert.equal(result.uninspectable, null);
  });

  test('ranges hold the encoded body without the line end of the boundary', () => {
    const [text, html, message, inner, image, pdf] = result.parts;
    assert.equal(bodyOf(NESTED, text), 'text');
    assert.equal(bodyOf(NESTED, html), 'Gr=FC=DFe');
    assert.match(bodyOf(NESTED, message), /^Subject: =\?utf-8\?q\?inner[\s\S]*--c--$/u);
    assert.equal(bodyOf(NESTED, inner), 'nested text');
    assert.equal(bodyOf(NESTED, image), 'AAEC\r\nAwQ=');
    assert.equal(bodyOf(NESTED, pdf), 'AAAA');
    assert.equal(NESTED.slice(0, result.headerBytes).endsWith('boundary=b\r\n\r\n'), true);
  });

  test('what is known of a part', () => {
    const [, html, message, , image, pdf] = result.parts;
    assert.equal(html?.charset, 'iso-8859-1');
    assert.equal(html?.parentMediaType, 'multipart/alternative');
    assert.equal(message?.embeddedSubject, 'inner');
    assert.deepEqual(
      [image?.name, image?.contentId, image?.transferEncoding, image?.decodedBytes],
      ['x.png', 'i@x.example', 'base64', 5],
    );
    assert.deepEqual([pdf?.name, pdf?.disposition, pdf?.decodedBytes], ['a.pdf.exe', 'attachment', 3]);
  });

  test('text is derived as UTF-8, of the message itself and not of messages in it', () => {
    assert.equal(result.derived, 'text\r\nGrüße');
    assert.deepEqual(
      result.parts.map(({ text }) => text),
      [{ start: 0, end: 4 }, { start: 6, end: 13 }, null, null, null, null],
    );
    assert.equal(result.firstBodyLine, 'text');
  });

  test('sums: leaves, and what stands outside', () => {
    assert.equal(result.outsideBytes, 'preamble'.length + 'between'.length + 'epilogue\r\n'.length);
    assert.equal(result.decodedBytes, result.outsideBytes + 4 + 5 + 11 + 5 + 3);
    assert.equal(result.largestAttachmentBytes, bodyOf(NESTED, result.parts[2]).length);
  });

  test('the result does not depend on the pieces', () => {
    for (const pieceBytes of [1, 2, 3, 7, 64, 100]) assert.deepEqual(scan(NESTED, pieceBytes), result);
  });
});

const twoParts = (boundaryParameter: string, delimiter: string): string =>
  lines(
    `Content-Type: multipart/mixed; boundary=${boundaryParameter}`,
    '',
    delimiter,
    '',
    'one',
    delimiter,
    '',
    'two',
    `${delimiter}--`,
    '',
  );

describe('boundaries', () => {
  const cases: readonly [name: string, parameter: string, delimiter: string][] = [
    ['quoted with blanks', '"a b  c"', '--a b  c'],
    ['that ends in dashes', '"a--"', '--a--'],
    ['with parameters after it', '"x;y"; charset=utf-8', '--x;y'],
    ['that begins with dashes', '----=_Part_1', '------=_Part_1'],
    ['of one character', 'x', '--x'],
  ];
  for (const [name, parameter, delimiter] of cases) {
    test(`S87: a boundary ${name}`, () => {
      const message = twoParts(parameter, delimiter);
      for (const pieceBytes of [1, 5, 1_000]) {
        const { parts } = scan(message, pieceBytes);
        assert.deepEqual(
          parts.map((part) => bodyOf(message, part)),
          ['one', 'two'],
        );
      }
    });
  }

  test('S87: the outer boundary is a prefix of the inner, and the other way round', () => {
    for (const [outer, inner] of [
      ['b', 'b1'],
      ['b1', 'b'],
      ['b', 'b--'],
      ['b--', 'b'],
    ] as const) {
      const message = lines(
        `Content-Type: multipart/mixed; boundary="${outer}"`,
        '',
        `--${outer}`,
        `Content-Type: multipart/mixed; boundary="${inner}"`,
        '',
        `--${inner}`,
        '',
        'one',
        `--${inner}`,
        '',
        'two',
        `--${inner}--`,
        `--${outer}`,
        '',
        'three',
        `--${outer}--`,
        '',
      );
      assert.deepEqual(
        scan(message).parts.map((part) => bodyOf(message, part)),
        ['one', 'two', 'three'],
        `${outer} ${inner}`,
      );
    }
  });

  test('lines that only look like boundaries are text', () => {
    const message = lines(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      '',
      '--',
      '--bb',
      ' --b',
      '--b x',
      '-',
      '--b--',
    );
    const { parts } = scan(message);
    assert.equal(bodyOf(message, parts[0]), '--\r\n--bb\r\n --b\r\n--b x\r\n-');
    assert.equal(parts.length, 1);
  });

  test('S87: a missing end boundary, and an outer boundary that ends the inner multipart', () => {
    const message = lines(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: multipart/mixed; boundary=c',
      '',
      '--c',
      '',
      'one',
      '--b',
      '',
      'two',
      '',
    );
    const result = scan(message);
    assert.deepEqual(outline(result), ['1.1 text/plain', '2 text/plain']);
    assert.deepEqual(
      result.parts.map((part) => bodyOf(message, part)),
      ['one', 'two\r\n'],
    );
  });

  test('parts of a header only, of an empty body, of nothing', () => {
    const message = lines(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: image/png',
      '--b',
      'Content-Type: image/gif',
      '',
      '--b',
      '--b',
      '',
      '--b--',
    );
    const result = scan(message);
    assert.deepEqual(outline(result), ['1 image/png', '2 image/gif', '3 text/plain', '4 text/plain']);
    assert.deepEqual(
      result.parts.map(({ start, end }) => end - start),
      [0, 0, 0, 0],
    );
    assert.deepEqual(scan(message, 1), result);
  });

  test('a multipart without a boundary line is one plain part, so that its text is not lost', () => {
    const message = lines('Content-Type: multipart/mixed; boundary=b', '', 'all of it', '');
    const result = scan(message);
    assert.deepEqual(outline(result), ['1 text/plain']);
    assert.equal(bodyOf(message, result.parts[0]), 'all of it\r\n');
    assert.equal(result.decodedBytes, 11);
  });
});

describe('single parts', () => {
  test('no MIME fields at all', () => {
    const result = scan('Subject: x\r\n\r\nbody\r\n\r\nlast\r\n');
    assert.deepEqual(outline(result), ['1 text/plain']);
    assert.deepEqual(
      [result.derived, result.firstBodyLine, result.lastBodyLine],
      ['body\r\n\r\nlast\r\n', 'body', 'last'],
    );
  });

  test('only a header, with and without an empty line; nothing at all', () => {
    for (const message of ['Subject: x\r\n', 'Subject: x\r\n\r\n', 'Subject: x', '', '\r\n', '\r']) {
      const result = scan(message, 1);
      assert.deepEqual(outline(result), ['1 text/plain'], JSON.stringify(message));
      assert.equal(result.headerBytes, message.length);
      assert.equal(result.decodedBytes, 0);
    }
  });

  test('an embedded message with encoding is not looked into', () => {
    const result = scan(
      'Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVjdDogeA0K\r\n',
    );
    assert.deepEqual(outline(result), ['1 message/rfc822']);
    assert.equal(result.parts[0]?.decodedBytes, 12);
  });

  test('an embedded message at the root', () => {
    const result = scan('Content-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\nz', 1);
    assert.deepEqual(outline(result), ['1 message/rfc822', '1.1 text/plain']);
    assert.equal(result.parts[0]?.embeddedSubject, 'y');
  });

  test('a digest holds messages', () => {
    const message = lines(
      'Content-Type: multipart/digest; boundary=b',
      '',
      '--b',
      '',
      'Subject: y',
      '',
      'z',
      '--b--',
    );
    assert.deepEqual(outline(scan(message)), ['1 message/rfc822', '1.1 text/plain']);
  });

  test('text that is an attachment is not derived', () => {
    const result = scan(
      'Content-Type: text/plain\r\nContent-Disposition: attachment; filename=x.txt\r\n\r\nz',
    );
    assert.deepEqual([result.derived, result.parts[0]?.text, result.firstBodyLine], ['', null, '']);
    assert.equal(result.largestAttachmentBytes, 1);
  });

  test('no more room: the text is left to the reader, the lines are still known', () => {
    const result = scan('Subject: x\r\n\r\none\r\ntwo\r\n', 4, { onDerived: () => false });
    assert.equal(result.parts[0]?.text, null);
    assert.deepEqual([result.firstBodyLine, result.lastBodyLine], ['one', 'two']);
  });
});
