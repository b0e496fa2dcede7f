/** The MIME scanner: the same whatever the pieces, parts within the message, nothing thrown. */
import assert from 'node:assert/strict';

import { MimeScanner } from '#src/mime/scanner.ts';
import type { ScanResult } from '#src/mime/scan-result.ts';

import type { FuzzTarget } from '../target.ts';

const PIECES = [1, 7, 61, 4_096];

export const mime: FuzzTarget = {
  name: 'mime',
  words: [
    '\r\n',
    '\r\n\r\n',
    '\r\n--',
    '--',
    '\r\n--b--\r\n',
    '\r\n--b\r\n',
    'Content-Type: multipart/mixed; boundary=b',
    'Content-Type: message/rfc822',
    'Content-Transfer-Encoding: base64',
    'Content-Transfer-Encoding: quoted-printable',
    'boundary="b "',
    'charset=utf-7',
    '=\r\n',
    '.',
    '\x00',
  ],
  run(input) {
    const whole = scan(input, Math.max(1, input.length));
    const limit = PIECES[input.length % PIECES.length] ?? 1;
    assert.deepEqual(scan(input, input.length > 20_000 ? 4_096 : limit), whole, 'the same in pieces');
    let bytes = 0;
    for (const { start, end, decodedBytes } of whole.parts) {
      assert.ok(start >= 0 && start <= end && end <= input.length, 'within the message');
      assert.ok(decodedBytes >= 0);
      bytes += decodedBytes;
    }
    assert.ok(whole.decodedBytes <= input.length + bytes);
  },
};

function scan(input: Buffer, piece: number): ScanResult {
  const scanner = new MimeScanner({ onDerived: () => true });
  for (let at = 0; at < input.length; at += piece) scanner.write(Buffer.from(input.subarray(at, at + piece)));
  return scanner.finish();
}
