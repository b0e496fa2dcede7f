/**
 * C2SP's vectors for Cobblestone-256: every good one opens whole, streamed and by range and is sealed to the same
 * bytes again; every bad one is refused with the same code and the same words.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { inflateSync } from 'node:zlib';

import {
  ChunkedEncryptor,
  decryptChunked,
  deriveStreamKeys,
  encryptChunked,
} from '#src/sealing/chunked-encryption.ts';
import { openChunkedStream } from '#src/sealing/chunked-stream.ts';

interface VectorCase {
  readonly id: number;
  readonly name: string;
  readonly key: string;
  readonly context: string;
  readonly deflatedCiphertext: string;
  readonly plaintextLength?: number;
  readonly plaintextSha512?: string;
}

interface LongCase {
  readonly id: number;
  readonly name: string;
  readonly key: string;
  readonly context: string;
  readonly header: string;
  readonly aeadKey: string;
  readonly baseNonce: string;
  readonly plaintextLength: number;
  readonly plaintextSha512: string;
}

const vectors = JSON.parse(await readFile(new URL('cobblestone-256.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly VectorCase[];
  readonly longCases: readonly LongCase[];
};

const refused = { code: 'authentication-failed', message: 'the ciphertext does not authenticate' };
const sha512 = (bytes: Uint8Array): string => createHash('sha512').update(bytes).digest('hex');
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

async function openStreamed(vector: VectorCase, ciphertext: Buffer): Promise<Buffer> {
  const stream = await openChunkedStream({
    inputKey: hex(vector.key),
    context: hex(vector.context),
    ciphertextLength: ciphertext.length,
    read: (offset, length) => Promise.resolve(ciphertext.subarray(offset, offset + length)),
  });
  const pieces: Buffer[] = [];
  for await (const piece of stream.chunks()) pieces.push(piece);
  return Buffer.concat(pieces);
}

function sealInPieces(vector: VectorCase, plaintext: Buffer, salt: Buffer, pieceBytes: number): Buffer {
  const encryptor = new ChunkedEncryptor(hex(vector.key), hex(vector.context), { salt });
  const out = [encryptor.header];
  for (let offset = 0; offset < plaintext.length; offset += pieceBytes)
    out.push(...encryptor.update(plaintext.subarray(offset, offset + pieceBytes)));
  return Buffer.concat([...out, ...encryptor.finish()]);
}

test('there are as many vectors as were taken over', () => {
  assert.equal(vectors.cases.length, 33);
  assert.equal(vectors.cases.filter((vector) => vector.plaintextLength !== undefined).length, 8);
  assert.equal(vectors.longCases.length, 2);
});

describe('good vectors', () => {
  for (const vector of vectors.cases.filter((one) => one.plaintextSha512 !== undefined)) {
    test(`${vector.id}: ${vector.name}`, async () => {
      const ciphertext = inflateSync(hex(vector.deflatedCiphertext));
      const plaintext = decryptChunked(hex(vector.key), hex(vector.context), ciphertext);
      assert.equal(plaintext.length, vector.plaintextLength);
      assert.equal(sha512(plaintext), vector.plaintextSha512);
      assert.deepEqual(await openStreamed(vector, ciphertext), plaintext);
      const salt = ciphertext.subarray(0, 24);
      const again = encryptChunked(hex(vector.key), hex(vector.context), plaintext, { salt });
      assert.deepEqual(again, ciphertext);
      for (const pieceBytes of [1, 1000, 16_384])
        assert.deepEqual(sealInPieces(vector, plaintext, salt, pieceBytes), ciphertext);
    });
  }

  for (const vector of vectors.longCases) {
    test(`${vector.id}: ${vector.name}, past chunk 255`, () => {
      const header = hex(vector.header);
      const salt = header.subarray(0, 24);
      const keys = deriveStreamKeys(hex(vector.key), salt, hex(vector.context));
      assert.equal(keys.key.export().toString('hex'), vector.aeadKey);
      assert.equal(keys.baseNonce.toString('hex'), vector.baseNonce);
      assert.deepEqual(keys.commitment, header.subarray(24));
      // Zeros sealed are the key stream, and the key stream sealed is zeros.
      const keyStream = withoutTags(
        encryptChunked(hex(vector.key), hex(vector.context), Buffer.alloc(vector.plaintextLength), { salt }),
      );
      assert.equal(sha512(keyStream), vector.plaintextSha512);
      const sealed = encryptChunked(hex(vector.key), hex(vector.context), keyStream, { salt });
      assert.ok(withoutTags(sealed).equals(Buffer.alloc(vector.plaintextLength)));
      assert.ok(decryptChunked(hex(vector.key), hex(vector.context), sealed).equals(keyStream));
    });
  }
});

describe('bad vectors', () => {
  for (const vector of vectors.cases.filter((one) => one.plaintextSha512 === undefined)) {
    test(`${vector.id}: ${vector.name}`, async () => {
      const ciphertext = inflateSync(hex(vector.deflatedCiphertext));
      assert.throws(() => decryptChunked(hex(vector.key), hex(vector.context), ciphertext), refused);
      await assert.rejects(openStreamed(vector, ciphertext), refused);
    });
  }
});

function withoutTags(ciphertext: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let offset = 56; offset < ciphertext.length; offset += 16_400) {
    const end = Math.min(offset + 16_400, ciphertext.length) - 16;
    pieces.push(ciphertext.subarray(offset, end));
  }
  return Buffer.concat(pieces);
}
