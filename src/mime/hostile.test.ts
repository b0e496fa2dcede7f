/** Input made to break a scanner (S80 to S87), random trees, and random bytes. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import * as fc from 'fast-check';

import { buildMessageIndex } from './index-builder.ts';
import { encryptedByAuthor } from './message-facts.ts';
import { MimeScanner } from './scanner.ts';
import type { ScanResult } from './scan-result.ts';
import '#test/support/seeded-properties.ts';

/** Processor time: what others do on the machine doesn't count. */
const cpuMs = (): number => process.cpuUsage().user / 1_000;
const MAX_MS = 2_000;

function scanBytes(message: Buffer, pieceBytes = 65_536): ScanResult & { derivedBytes: number } {
  let derivedBytes = 0;
  const scanner = new MimeScanner({
    onDerived: (utf8) => {
      derivedBytes += utf8.length;
      return derivedBytes < 1 << 20;
    },
  });
  for (let at = 0; at < message.length; at += pieceBytes)
    scanner.write(message.subarray(at, at + pieceBytes));
  return { ...scanner.finish(), derivedBytes };
}

/** Scans within the time limit, whatever the pieces, and builds the index. */
function endure(message: string): ScanResult {
  const bytes = Buffer.from(message, 'latin1');
  const started = cpuMs();
  const result = scanBytes(bytes);
  buildMessageIndex(result, { contentLength: bytes.length, derivedLength: 0 });
  encryptedByAuthor(result.header, result);
  assert.ok(cpuMs() - started < MAX_MS, `${Math.round(cpuMs() - started)} ms`);
  return result;
}

function nestedMultiparts(depth: number): string {
  let message = '';
  for (let level = 0; level < depth; level++)
    message += `Content-Type: multipart/mixed; boundary=b${level}\r\n\r\n--b${level}\r\n`;
  return `${message}\r\nbottom\r\n`;
}

describe('S80: multiparts inside each other', () => {
  for (const [depth, why] of [
    [99, null],
    [100, null],
    [101, 'too-deep'],
    [1_000, 'too-deep'],
    [10_000, 'too-deep'],
  ] as const) {
    test(`${depth} deep`, () => {
      const result = endure(nestedMultiparts(depth));
      assert.equal(result.uninspectable, why);
      assert.equal(result.containers.length, Math.min(depth, 100));
      assert.equal(result.parts.length, 1);
    });
  }
});

describe('S81 to S83: many of everything', () => {
  test('10,000 messages inside each other', () => {
    const result = endure('Content-Type: message/rfc822\r\n\r\n'.repeat(10_000));
    assert.equal(result.uninspectable, 'too-deep');
    assert.equal(result.parts.length, 101);
  });

  test('200,000 parts', () => {
    const result = endure(
      `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\n\r\n'.repeat(200_000)}--b--\r\n`,
    );
    assert.equal(result.uninspectable, 'too-many-parts');
    assert.ok(result.parts.length <= 10_000);
  });

  test('200,000 boundary lines without a blank line between', () => {
    assert.equal(
      endure(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\nX: y\r\n'.repeat(200_000)}`)
        .uninspectable,
      'too-many-parts',
    );
  });

  test('200,000 multiparts without parts', () => {
    const empty = '--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n';
    const result = endure(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${empty.repeat(40_000)}`);
    assert.equal(result.uninspectable, 'too-many-parts');
    assert.ok(result.parts.length + result.containers.length <= 10_001);
  });

  test('200,000 header fields, a subject of 5 MB, 300,000 folded lines', () => {
    for (const header of [
      'X: y\r\n'.repeat(200_000),
      `Subject: ${'x'.repeat(5_000_000)}\r\n`,
      `Subject: x${'\r\n y'.repeat(300_000)}\r\n`,
    ]) {
      const result = endure(`${header}\r\nbody`);
      assert.equal(result.uninspectable, 'header-too-large');
      assert.equal(result.headerBytes, 256 * 1024);
    }
  });

  test('a header that is too large in a part', () => {
    const result = endure(
      `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nX: ${'y'.repeat(300_000)}\r\n\r\nbody\r\n--b\r\n\r\nnext\r\n--b--\r\n`,
    );
    assert.equal(result.uninspectable, 'header-too-large');
    assert.deepEqual(
      result.parts.map(({ mediaType }) => mediaType),
      ['application/octet-stream', 'text/plain'],
    );
  });

  test('lines that nearly are boundaries, under a hundred boundaries', () => {
    endure(nestedMultiparts(100) + '--b9x\r\n'.repeat(300_000));
    endure(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--'.repeat(2_000_000)}\r\n--b\r\n`);
    endure(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${'\r\n--'.repeat(1_000_000)}`);
    endure(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${`--b${' '.repeat(2_000)}\r\n`.repeat(1_000)}`);
  });

  test('a header that trickles in, byte by byte', () => {
    const started = cpuMs();
    scanBytes(
      Buffer.from(`Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nX: ${'y'.repeat(250_000)}`),
      1,
    );
    assert.ok(cpuMs() - started < MAX_MS);
  });

  test('a line of 3 MB', () => {
    const result = endure(
      `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n${'x'.repeat(3_000_000)}\r\n--b--\r\n`,
    );
    assert.equal(result.uninspectable, 'line-too-long');
    assert.equal(result.parts.length, 1);
    assert.equal(endure(`\r\n${'x'.repeat(1_048_575)}\r\n`).uninspectable, null);
    assert.equal(endure(`\r\n${'x'.repeat(1_048_576)}\r\n`).uninspectable, 'line-too-long');
  });

  test('text of equals signs, blanks, escapes and shifts', () => {
    for (const [charset, unit] of [
      ['utf-8', '= '],
      ['utf-8', ' '],
      ['utf-8', '=C3'],
      ['utf-7', '+'],
      ['utf-7', '+AGE-'],
      ['iso-2022-jp', '\u001b'],
      ['gb18030', '=81'],
      ['x', '=\r\n'],
    ] as const)
      endure(
        `Content-Type: text/html; charset=${charset}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${unit.repeat(Math.floor(1_000_000 / unit.length))}`,
      );
  });
});

describe('S87: fields that can be read in two ways', () => {
  const rows: readonly [header: string, mediaType: string, why: string | null][] = [
    ['Content-Type: text/plain\r\nContent-Type: text/html', 'text/plain', 'conflicting-fields'],
    ['Content-Type: text/plain\r\nContent-Type: text/plain', 'text/plain', null],
    [
      'Content-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: 7bit',
      'text/plain',
      'conflicting-fields',
    ],
    ['Content-Transfer-Encoding: BASE64 ; x', 'text/plain', null],
    ['Content-Transfer-Encoding: x-uuencode', 'text/plain', 'unknown-transfer-encoding'],
    ['Content-Type: multipart/mixed', 'text/plain', 'no-boundary'],
    ['Content-Type: multipart/mixed; boundary=""', 'text/plain', 'no-boundary'],
    ['Content-Type: multipart/mixed; boundary=a; boundary=b', 'text/plain', 'conflicting-fields'],
    [
      'Content-Type: multipart/mixed; boundary=a\r\nContent-Transfer-Encoding: base64',
      'multipart/mixed',
      'encoded-multipart',
    ],
    ['Content-Type: message/partial; number=1; total=2; id=x', 'message/partial', 'partial-message'],
    ['Content-Type: message/external-body; access-type=URL', 'message/external-body', null],
    ['Content-Type: ???', 'application/octet-stream', null],
    ['Content-Type:', 'text/plain', null],
    ['Content-Type: text', 'text/plain', null],
    ['Content-Type: TEXT/HTML (c)', 'text/html', null],
  ];
  for (const [header, mediaType, why] of rows) {
    test(header.replaceAll('\r\n', ' '), () => {
      const result = scanBytes(Buffer.from(`${header}\r\n\r\nbody\r\n`));
      assert.deepEqual([result.parts[0]?.mediaType, result.uninspectable], [mediaType, why]);
    });
  }

  test('base64 with junk, without padding, in mixed case', () => {
    const result = scanBytes(
      Buffer.from('Content-Type: text/plain\r\nContent-Transfer-Encoding: bAsE64\r\n\r\nYW!Jj\r\n--ZA\r\n'),
    );
    assert.equal(result.parts[0]?.decodedBytes, 4);
    assert.equal(result.firstBodyLine, 'abcd');
  });
});

/** A tree of parts as it is written and as it must be found. */
interface Tree {
  readonly written: string;
  /** Media type and body of each leaf. */
  readonly leaves: readonly [mediaType: string, body: string][];
  readonly level: number;
}

const body = fc.string({
  unit: fc.constantFrom('a', ' ', '-', '--', '--b', '--b1', '\r\n', '\r\n--', '=', 'ü', '\r', '\n'),
  maxLength: 12,
});

const leafTree: fc.Arbitrary<Tree> = fc
  .tuple(fc.constantFrom('text/plain', 'text/html', 'application/pdf', 'image/png'), body)
  .map(([mediaType, text]) => {
    // The shortest way to be sure that no line is a boundary: none begins with one.
    const content = text.replaceAll(/(^|\r\n)--b/gu, '$1-b');
    return {
      written: `Content-Type: ${mediaType}\r\n\r\n${content}`,
      leaves: [[mediaType, content]],
      level: 0,
    };
  });

const multipartOf = (children: readonly Tree[], preamble: boolean, hasEnd: boolean): Tree => {
  const level = 1 + Math.max(...children.map((child) => child.level));
  const boundary = `b${level}`;
  const parts = children.map(({ written }) => `--${boundary}\r\n${written}\r\n`).join('');
  return {
    written: `Content-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n${preamble ? 'preamble\r\n' : ''}${parts}${hasEnd ? `--${boundary}--` : `--${boundary}--  \r\nepilogue`}`,
    leaves: children.flatMap(({ leaves }) => leaves),
    level,
  };
};

const { tree } = fc.letrec<{ tree: Tree; node: Tree }>((tie) => ({
  tree: fc.oneof({ depthSize: 'small', maxDepth: 5 }, leafTree, tie('node')),
  node: fc
    .tuple(fc.array(tie('tree'), { minLength: 1, maxLength: 4 }), fc.boolean(), fc.boolean())
    .map(([children, preamble, hasEnd]) => multipartOf(children, preamble, hasEnd)),
}));

describe('random input', () => {
  test('a tree that is written is found again, in pieces of any size', () => {
    fc.assert(
      fc.property(tree, fc.integer({ min: 1, max: 50 }), ({ written, leaves }, pieceBytes) => {
        const message = Buffer.from(written, 'utf8');
        const result = scanBytes(message, pieceBytes);
        const found = result.parts.map(({ mediaType, start, end }) => [
          mediaType,
          message.toString('utf8', start, end),
        ]);
        assert.deepEqual(found, leaves);
        assert.deepEqual(result, scanBytes(message));
        const sum = result.parts.reduce((bytes, part) => bytes + part.decodedBytes, 0);
        assert.equal(result.decodedBytes, sum + result.outsideBytes);
      }),
      { numRuns: 300 },
    );
  });

  test('any bytes are scanned without an error, the same in any pieces', () => {
    const piece = fc.oneof(
      fc.constantFrom('--b\r\n', '--b--\r\n', '--b1\r\n', '\r\n', '\r', '\n', '--', 'x', 'é', '=', ' '),
      fc.constantFrom(
        'Content-Type: ',
        'multipart/mixed; boundary=b\r\n',
        'multipart/digest; boundary=b1\r\n',
        'message/rfc822\r\n',
      ),
      fc.constantFrom(
        'text/html; charset=utf-7\r\n',
        'Content-Transfer-Encoding: base64\r\n',
        'Content-Transfer-Encoding: quoted-printable\r\n',
      ),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        (pieces, pieceBytes) => {
          const message = Buffer.from(pieces.join(''), 'latin1');
          const result = scanBytes(message, pieceBytes);
          assert.deepEqual(result, scanBytes(message));
          for (const { start, end } of result.parts)
            assert.ok(start >= 0 && start <= end && end <= message.length);
          buildMessageIndex(result, { contentLength: message.length, derivedLength: result.derivedBytes });
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

test('memory stays flat for a long message', () => {
  const scanner = new MimeScanner();
  scanner.write(
    Buffer.from(
      'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: base64\r\nContent-Type: x/y\r\n\r\n',
    ),
  );
  const line = Buffer.from(`${'QUJD'.repeat(19)}\r\n`.repeat(800));
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 1_600; i++) scanner.write(line);
  const grown = process.memoryUsage().arrayBuffers - before;
  assert.equal(scanner.finish().parts[0]?.decodedBytes, 57 * 800 * 1_600);
  assert.ok(grown < 20_000_000, `${grown} bytes`);
});
