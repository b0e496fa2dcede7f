/** The browser's crypto on Node's WebCrypto, against the server's writer and the committed vectors. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import {
  CHUNK_BYTES,
  HEADER_BYTES,
  SEALED_CHUNK_BYTES,
  encryptChunked,
} from '#src/sealing/chunked-encryption.ts';
import {
  listEntryContext as serverListContext,
  streamContext as serverStreamContext,
} from '#src/sealing/contexts.ts';
import { releaseToPage } from '#src/sealing/page-release.ts';
import { kidOfPoint } from '#src/keys/wrapping-point.ts';

import { chunkCount, chunkLength, openStream } from './cobblestone.ts';
import { keyId, listEntryContext, pageReleaseInfo, streamContext } from './contexts.ts';
import { makePageKey, openSealed } from './hpke-open.ts';
import { equalOctets, fromBase64Url, toBase64Url, type Octets } from './octets.ts';
import { SealedStream, type ChunkTransport } from './sealed-stream.ts';

const IDS = { organizationId: 'ab'.repeat(16), messageId: 'message-1' };
const CONTEXT = streamContext('content', IDS);

function vector(name: string): unknown {
  return JSON.parse(
    readFileSync(new URL(`../../../docs/formats/vectors/${name}.json`, import.meta.url), 'utf8'),
  );
}

function octets(bytes: Uint8Array): Octets {
  return Uint8Array.from(bytes);
}

interface CountedTransport extends ChunkTransport {
  readonly asked: [number, number][];
}

function transportOf(sealed: Buffer): CountedTransport {
  const asked: [number, number][] = [];
  return {
    asked,
    header: () => Promise.resolve(octets(sealed.subarray(0, HEADER_BYTES))),
    chunks(first, count) {
      asked.push([first, count]);
      const start = HEADER_BYTES + first * SEALED_CHUNK_BYTES;
      return Promise.resolve(octets(sealed.subarray(start, start + count * SEALED_CHUNK_BYTES)));
    },
  };
}

function streamOver(
  sealed: Buffer,
  contentKey: Buffer,
  plaintextLength: number,
  transport = transportOf(sealed),
) {
  return new SealedStream({ contentKey: octets(contentKey), context: CONTEXT, plaintextLength, transport });
}

const DAMAGED = { code: 'message-damaged' };

test('opens what the server seals at every edge of a chunk', async () => {
  for (const length of [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 200_001]) {
    const contentKey = randomBytes(32);
    const plaintext = randomBytes(length);
    const sealed = encryptChunked(contentKey, CONTEXT, plaintext);
    const opened = await streamOver(sealed, contentKey, length).readAll(0, length);
    assert.ok(equalOctets(opened, plaintext), `length ${length}`);
  }
});

test('reads ranges across chunks and fetches nothing else', async () => {
  const contentKey = randomBytes(32);
  const plaintext = randomBytes(10 * CHUNK_BYTES);
  const sealed = encryptChunked(contentKey, CONTEXT, plaintext);
  const transport = transportOf(sealed);
  const stream = streamOver(sealed, contentKey, plaintext.length, transport);
  const range: [number, number] = [2 * CHUNK_BYTES - 5, 4 * CHUNK_BYTES];
  assert.ok(equalOctets(await stream.readAll(...range), plaintext.subarray(...range)));
  assert.deepEqual(transport.asked, [[1, 3]]);
  await stream.readAll(3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 10);
  assert.equal(transport.asked.length, 1, 'a kept chunk is not fetched again');
});

test('a long stream comes in growing groups of at most 64 chunks', async () => {
  const contentKey = randomBytes(32);
  const plaintext = Buffer.alloc(300 * CHUNK_BYTES, 5);
  const sealed = encryptChunked(contentKey, CONTEXT, plaintext);
  const transport = transportOf(sealed);
  let length = 0;
  for await (const piece of streamOver(sealed, contentKey, plaintext.length, transport).read(
    0,
    plaintext.length,
  )) {
    length += piece.length;
  }
  assert.equal(length, plaintext.length);
  assert.ok(transport.asked.every(([, count]) => count <= 64));
  assert.deepEqual(transport.asked.slice(0, 2), [
    [0, 8],
    [8, 16],
  ]);
});

test('every change of a stream fails the same way', async (t) => {
  const contentKey = randomBytes(32);
  const plaintext = randomBytes(2 * CHUNK_BYTES + 100);
  const sealed = encryptChunked(contentKey, CONTEXT, plaintext);
  const flip = (position: number): Buffer => {
    const changed = Buffer.from(sealed);
    changed.writeUInt8((changed[position] ?? 0) ^ 1, position);
    return changed;
  };
  const second = HEADER_BYTES + SEALED_CHUNK_BYTES;
  const swapped = Buffer.concat([
    sealed.subarray(0, HEADER_BYTES),
    sealed.subarray(second, second + SEALED_CHUNK_BYTES),
    sealed.subarray(HEADER_BYTES, second),
    sealed.subarray(second + SEALED_CHUNK_BYTES),
  ]);
  const cases: Readonly<Record<string, Buffer>> = {
    'a bit of the salt': flip(0),
    'a bit of the commitment': flip(30),
    'a bit of a chunk': flip(HEADER_BYTES + 7),
    'a bit of the last tag': flip(sealed.length - 1),
    'the last byte gone': sealed.subarray(0, sealed.length - 1),
    'the last chunk gone': sealed.subarray(0, second + SEALED_CHUNK_BYTES),
    'a byte more': Buffer.concat([sealed, Buffer.from([0])]),
    'two chunks swapped': swapped,
  };
  for (const [name, changed] of Object.entries(cases)) {
    await t.test(name, async () => {
      await assert.rejects(
        streamOver(changed, contentKey, plaintext.length).readAll(0, plaintext.length),
        DAMAGED,
      );
    });
  }
  await t.test('another length', async () => {
    for (const length of [plaintext.length - 1, plaintext.length + 1, 2 * CHUNK_BYTES, CHUNK_BYTES]) {
      await assert.rejects(streamOver(sealed, contentKey, length).readAll(0, length), DAMAGED);
    }
  });
  await t.test('another key', async () => {
    await assert.rejects(streamOver(sealed, randomBytes(32), plaintext.length).readAll(0, 10), DAMAGED);
  });
  await t.test('another message', async () => {
    const context = streamContext('content', { ...IDS, messageId: 'message-2' });
    const header = octets(sealed.subarray(0, HEADER_BYTES));
    await assert.rejects(
      openStream({ contentKey: octets(contentKey), header, context, plaintextLength: 10 }),
      DAMAGED,
    );
  });
});

test('a read to the end proves the length, also with an empty last chunk', async () => {
  const contentKey = randomBytes(32);
  const plaintext = randomBytes(3 * CHUNK_BYTES);
  const sealed = encryptChunked(contentKey, CONTEXT, plaintext);
  // Cut to two chunks and believed to be two chunks long: the empty final chunk is missing.
  const cut = sealed.subarray(0, HEADER_BYTES + 2 * SEALED_CHUNK_BYTES);
  await assert.rejects(streamOver(cut, contentKey, 2 * CHUNK_BYTES).readAll(0, 2 * CHUNK_BYTES), DAMAGED);
});

test('chunk numbers and lengths follow the format', () => {
  assert.equal(chunkCount(0), 1);
  assert.equal(chunkCount(CHUNK_BYTES), 2);
  assert.equal(chunkLength(CHUNK_BYTES, 0), CHUNK_BYTES);
  assert.equal(chunkLength(CHUNK_BYTES, 1), 0);
});

test('contexts are the server’s', async () => {
  for (const stream of ['content', 'derived', 'index'] as const) {
    assert.deepEqual(Buffer.from(streamContext(stream, IDS)), serverStreamContext(stream, IDS));
  }
  assert.deepEqual(Buffer.from(listEntryContext(IDS)), serverListContext(IDS));
  const { publicPoint } = await makePageKey();
  assert.equal(await keyId(publicPoint), kidOfPoint(publicPoint));
});

test('opens a key that the server releases, for this purpose, message, account and page only', async () => {
  const pageKey = await makePageKey();
  const key = randomBytes(32);
  const released = releaseToPage({
    ...IDS,
    purpose: 'content-key',
    key,
    accountId: 'a1',
    pagePoint: pageKey.publicPoint,
  });
  const sealed = { enc: octets(released.enc), ciphertext: octets(released.ciphertext) };
  const kid = await keyId(pageKey.publicPoint);
  assert.deepEqual(
    Buffer.from(await openSealed(pageKey, sealed, pageReleaseInfo('content-key', IDS, 'a1', kid))),
    key,
  );
  const wrong = [
    pageReleaseInfo('list-key', IDS, 'a1', kid),
    pageReleaseInfo('content-key', { ...IDS, messageId: 'other' }, 'a1', kid),
    pageReleaseInfo('content-key', { ...IDS, organizationId: 'other' }, 'a1', kid),
    pageReleaseInfo('content-key', IDS, 'a2', kid),
    pageReleaseInfo('content-key', IDS, 'a1', '0'.repeat(16)),
  ];
  for (const info of wrong) await assert.rejects(openSealed(pageKey, sealed, info), DAMAGED);
  const right = pageReleaseInfo('content-key', IDS, 'a1', kid);
  await assert.rejects(openSealed(await makePageKey(), sealed, right), DAMAGED);
  const offCurve = { ...sealed, enc: sealed.enc.map((octet, i) => (i === 40 ? octet ^ 1 : octet)) };
  await assert.rejects(openSealed(pageKey, offCurve, right), DAMAGED);
  await assert.rejects(openSealed(pageKey, { ...sealed, ciphertext: new Uint8Array(0) }, right), DAMAGED);
});

test('the private half of a page key can’t be exported', async () => {
  const { privateKey } = await makePageKey();
  assert.equal(privateKey.extractable, false);
  await assert.rejects(crypto.subtle.exportKey('jwk', privateKey));
});

interface ReleaseVectors {
  readonly organizationId: string;
  readonly messageId: string;
  readonly accountId: string;
  readonly pageKey: JsonWebKey;
  readonly pagePoint: string;
  readonly pageKid: string;
  readonly releases: readonly {
    purpose: 'content-key' | 'list-key';
    info: string;
    key: string;
    enc: string;
    ciphertext: string;
  }[];
  readonly refused: { readonly enc: string; readonly ciphertext: string };
}

test('the committed page releases open, the refused one does not', async () => {
  const vectors = vector('page-release') as ReleaseVectors;
  const algorithm = { name: 'ECDH', namedCurve: 'P-256' };
  const privateKey = await crypto.subtle.importKey('jwk', vectors.pageKey, algorithm, false, ['deriveBits']);
  const pageKey = { privateKey, publicPoint: fromBase64Url(vectors.pagePoint) };
  assert.equal(await keyId(pageKey.publicPoint), vectors.pageKid);
  for (const release of vectors.releases) {
    const info = pageReleaseInfo(release.purpose, vectors, vectors.accountId, vectors.pageKid);
    assert.equal(Buffer.from(info).toString('hex'), release.info);
    const sealed = { enc: fromBase64Url(release.enc), ciphertext: fromBase64Url(release.ciphertext) };
    assert.equal(Buffer.from(await openSealed(pageKey, sealed, info)).toString('hex'), release.key);
  }
  const info = pageReleaseInfo('content-key', vectors, vectors.accountId, vectors.pageKid);
  const { enc, ciphertext } = vectors.refused;
  await assert.rejects(
    openSealed(pageKey, { enc: fromBase64Url(enc), ciphertext: fromBase64Url(ciphertext) }, info),
    DAMAGED,
  );
});

test('base64url goes both ways and refuses the rest', () => {
  for (const length of [0, 1, 2, 3, 65]) {
    const bytes = octets(randomBytes(length));
    assert.equal(toBase64Url(bytes), Buffer.from(bytes).toString('base64url'));
    assert.deepEqual(fromBase64Url(toBase64Url(bytes)), bytes);
  }
  assert.throws(() => fromBase64Url('a+b'));
  assert.throws(() => fromBase64Url('ab=='));
});
