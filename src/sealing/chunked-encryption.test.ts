import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { AuthenticationFailed } from './authentication-failed.ts';
import {
  CHUNK_BYTES,
  ChunkedEncryptor,
  decryptChunked,
  encryptChunked,
  HEADER_BYTES,
  openedLength,
  sealedLength,
} from './chunked-encryption.ts';
import { openChunkedStream } from './chunked-stream.ts';
import '#test/support/seeded-properties.ts';

const inputKey = Buffer.alloc(32, 7);
const context = Buffer.from('a context');
const salt = Buffer.alloc(24, 3);
const EDGE_SIZES = [0, 1, 1023, 1024, 1025, 16_383, 16_384, 16_385, 32_767, 32_768, 32_769, 49_152, 100_000];

function sealInPieces(plaintext: Buffer, pieceBytes: number): Buffer {
  const encryptor = new ChunkedEncryptor(inputKey, context, { salt });
  const out = [encryptor.header];
  for (let offset = 0; offset < plaintext.length; offset += pieceBytes)
    out.push(...encryptor.update(plaintext.subarray(offset, offset + pieceBytes)));
  return Buffer.concat([...out, ...encryptor.finish()]);
}

function fails(open: () => unknown): void {
  assert.throws(open, (error) => {
    assert.ok(error instanceof AuthenticationFailed);
    assert.equal(error.code, 'authentication-failed');
    assert.equal(error.message, 'the ciphertext does not authenticate');
    assert.equal(error.cause, undefined);
    return true;
  });
}

describe('sealing whole, streamed and byte by byte', () => {
  for (const size of EDGE_SIZES) {
    test(`${size} bytes give the same ciphertext and open again`, () => {
      const plaintext = randomBytes(size);
      const whole = encryptChunked(inputKey, context, plaintext, { salt });
      assert.equal(whole.length, sealedLength(size));
      assert.equal(openedLength(whole.length), size);
      for (const pieceBytes of [1, 60, 1023, 1024, 5000, 65_536])
        assert.deepEqual(sealInPieces(plaintext, pieceBytes), whole);
      assert.deepEqual(decryptChunked(inputKey, context, whole), plaintext);
    });
  }

  test('any way of cutting any plaintext gives the same ciphertext', () => {
    const pieces = fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 6 });
    fc.assert(
      fc.property(pieces, (lengths) => {
        const plaintext = randomBytes(lengths.reduce((sum, length) => sum + length, 0));
        const encryptor = new ChunkedEncryptor(inputKey, context, { salt });
        const out = [encryptor.header];
        let offset = 0;
        for (const length of lengths)
          out.push(...encryptor.update(plaintext.subarray(offset, (offset += length))));
        assert.equal(encryptor.ciphertextLength, sealedLength(plaintext.length));
        const sealed = Buffer.concat([...out, ...encryptor.finish()]);
        assert.ok(sealed.equals(encryptChunked(inputKey, context, plaintext, { salt })));
        assert.ok(decryptChunked(inputKey, context, sealed).equals(plaintext));
      }),
      { numRuns: 100 },
    );
  });

  test('a piece may be overwritten by its owner as soon as it was given', () => {
    const encryptor = new ChunkedEncryptor(inputKey, context, { salt });
    const piece = Buffer.from('0123456789');
    const out = [encryptor.header, ...encryptor.update(piece)];
    piece.fill(0);
    out.push(...encryptor.finish());
    assert.equal(decryptChunked(inputKey, context, Buffer.concat(out)).toString(), '0123456789');
  });

  test('salts are drawn anew, so that equal plaintexts give nothing alike (C16)', () => {
    const zeros = Buffer.alloc(1024 * 1024);
    const first = encryptChunked(inputKey, context, zeros);
    const second = encryptChunked(inputKey, context, zeros);
    assert.notDeepEqual(first.subarray(0, 24), second.subarray(0, 24));
    const blocks = new Set<string>();
    for (let offset = 0; offset + 16 <= first.length; offset += 16)
      blocks.add(first.toString('latin1', offset, offset + 16));
    assert.equal(blocks.size, Math.floor(first.length / 16));
  });

  test('nothing can be added after the end', () => {
    const encryptor = new ChunkedEncryptor(inputKey, context);
    encryptor.finish();
    assert.throws(() => encryptor.update(Buffer.of(1)), /finished/u);
    assert.throws(() => encryptor.finish(), /finished/u);
  });

  test('a key or salt of another length is refused', () => {
    assert.throws(() => new ChunkedEncryptor(Buffer.alloc(16), context), RangeError);
    assert.throws(() => new ChunkedEncryptor(inputKey, context, { salt: Buffer.alloc(23) }), RangeError);
  });
});

describe('what was changed does not open, and always fails the same way', () => {
  const plaintext = randomBytes(3 * CHUNK_BYTES + 10);
  const sealed = encryptChunked(inputKey, context, plaintext);
  const chunk = (n: number): Buffer =>
    sealed.subarray(HEADER_BYTES + n * 16_400, HEADER_BYTES + (n + 1) * 16_400);
  const header = sealed.subarray(0, HEADER_BYTES);

  const changed: [string, Buffer][] = [
    ['nothing at all', Buffer.alloc(0)],
    ['half a header', sealed.subarray(0, 30)],
    ['the header alone', header],
    ['a tag cut short', sealed.subarray(0, sealed.length - 1)],
    ['the final chunk cut off', sealed.subarray(0, HEADER_BYTES + 3 * 16_400)],
    ['the two last chunks cut off', sealed.subarray(0, HEADER_BYTES + 2 * 16_400)],
    ['cut in the middle of a chunk', sealed.subarray(0, HEADER_BYTES + 16_400 + 500)],
    ['one byte more', Buffer.concat([sealed, Buffer.of(0)])],
    ['a chunk twice', Buffer.concat([header, chunk(0), chunk(0), chunk(1), chunk(2), chunk(3)])],
    ['two chunks swapped', Buffer.concat([header, chunk(1), chunk(0), chunk(2), chunk(3)])],
    ['a chunk left out', Buffer.concat([header, chunk(0), chunk(2), chunk(3)])],
    ['the final chunk moved to the front', Buffer.concat([header, chunk(3)])],
  ];
  for (const [name, bytes] of changed)
    test(name, () => fails(() => decryptChunked(inputKey, context, bytes)));

  for (const offset of [0, 23, 24, 55, 56, 16_455, 16_456, 30_000, 40_000, sealed.length - 1]) {
    test(`one bit at ${offset}`, () => {
      const flipped = Buffer.from(sealed);
      flipped.writeUInt8(flipped.readUInt8(offset) ^ 1, offset);
      fails(() => decryptChunked(inputKey, context, flipped));
    });
  }

  test('another key, another context, a key of another length', () => {
    fails(() => decryptChunked(Buffer.alloc(32, 8), context, sealed));
    fails(() => decryptChunked(inputKey, Buffer.from('another'), sealed));
    fails(() => decryptChunked(inputKey.subarray(1), context, sealed));
  });
});

describe('reading by range', () => {
  const plaintext = randomBytes(2 * CHUNK_BYTES + 100);
  const sealed = encryptChunked(inputKey, context, plaintext);
  const open = (bytes = sealed, reads: [number, number][] = []) =>
    openChunkedStream({
      inputKey,
      context,
      ciphertextLength: bytes.length,
      read: (offset, length) => {
        reads.push([offset, length]);
        return Promise.resolve(bytes.subarray(offset, offset + length));
      },
    });

  test('gives every range that crosses, touches or avoids a chunk edge', async () => {
    const stream = await open();
    assert.equal(stream.plaintextLength, plaintext.length);
    const edges = [0, 1, 16_383, 16_384, 16_385, 32_767, 32_768, 32_769, plaintext.length];
    for (const start of edges)
      for (const end of edges.filter((edge) => edge >= start))
        assert.deepEqual(await stream.readRange(start, end), plaintext.subarray(start, end));
  });

  test('reads only the header and the chunks that it needs', async () => {
    const reads: [number, number][] = [];
    const stream = await open(sealed, reads);
    await stream.readRange(16_384, 16_390);
    assert.deepEqual(reads, [
      [0, 56],
      [56 + 16_400, 16_400],
    ]);
  });

  test('a range to the end reads the final chunk even where that is empty', async () => {
    const exact = encryptChunked(inputKey, context, plaintext.subarray(0, CHUNK_BYTES));
    const reads: [number, number][] = [];
    const stream = await open(exact, reads);
    assert.deepEqual(await stream.readRange(0, CHUNK_BYTES), plaintext.subarray(0, CHUNK_BYTES));
    assert.deepEqual(reads.at(-1), [56, 16_400 + 16]);
    const forged = Buffer.from(exact);
    forged.writeUInt8(forged.readUInt8(56 + 16_400) ^ 1, 56 + 16_400);
    const shortened = await open(forged);
    await assert.rejects(shortened.readRange(0, CHUNK_BYTES), { code: 'authentication-failed' });
    const empty = await open(encryptChunked(inputKey, context, Buffer.alloc(0)));
    assert.equal((await empty.readRange(0, 0)).length, 0);
  });

  test('a wrong commitment fails before any chunk is read', async () => {
    const flipped = Buffer.from(sealed);
    flipped.writeUInt8(flipped.readUInt8(40) ^ 1, 40);
    const reads: [number, number][] = [];
    await assert.rejects(open(flipped, reads), { code: 'authentication-failed' });
    assert.deepEqual(reads, [[0, 56]]);
  });

  test('a length cut at a chunk edge is refused at once, one cut elsewhere at the final chunk', async () => {
    await assert.rejects(open(sealed.subarray(0, 56 + 16_400)), { code: 'authentication-failed' });
    const stream = await open(sealed.subarray(0, 56 + 16_400 + 50));
    await stream.readChunk(0);
    await assert.rejects(stream.readRange(0, stream.plaintextLength), { code: 'authentication-failed' });
  });

  test('a source that gives too little fails, one that throws is heard', async () => {
    const short = await openChunkedStream({
      inputKey,
      context,
      ciphertextLength: sealed.length,
      read: (offset, length) => Promise.resolve(sealed.subarray(offset, Math.min(offset + length, 1000))),
    });
    await assert.rejects(short.readChunk(0), { code: 'authentication-failed' });
    const gone = new Error('gone');
    const broken = openChunkedStream({
      inputKey,
      context,
      ciphertextLength: sealed.length,
      read: () => Promise.reject(gone),
    });
    await assert.rejects(broken, gone);
  });

  test('what lies outside the stream is refused as a range', async () => {
    const stream = await open();
    await assert.rejects(stream.readChunk(3), RangeError);
    await assert.rejects(stream.readChunk(-1), RangeError);
    await assert.rejects(stream.readRange(5, 4), RangeError);
    await assert.rejects(stream.readRange(0, plaintext.length + 1), RangeError);
  });
});
