/**
 * The committed vectors of docs/formats still open with today's code, and with the reader in Python; what they say
 * must be refused is refused. They are never made anew for this: that is what keeps old mail readable.
 */
import assert from 'node:assert/strict';
import { createPublicKey, createPrivateKey, diffieHellman } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';

import { CodedError, errorCode } from '#src/base/coded-error.ts';
import { verifyKeyRecord } from '#src/keys/key-record.ts';
import { importWrappingPoint, wrappingPublicKey } from '#src/keys/wrapping-point.ts';
import { canonicalJson } from '#src/base/canonical-json.ts';
import type { CanonicalValue } from '#src/base/canonical-json.ts';
import { listEntryContext, listKeyInfo, pageReleaseInfo, streamContext } from '#src/sealing/contexts.ts';
import { hpkeOpen, SUITE_P256 } from '#src/sealing/hpke.ts';
import { STREAM_NAMES } from '#src/sealing/layout.ts';
import { deriveListKey, openListEntry } from '#src/sealing/list-entry.ts';
import type { ListEntry } from '#src/sealing/list-entry.ts';
import { verifyManifest } from '#src/sealing/manifest.ts';
import type { SignedManifest } from '#src/sealing/manifest.ts';
import { openStream } from '#src/sealing/sealed-object.ts';
import { isAcceptedWrap } from '#src/sealing/wrap-replacement.ts';
import { unwrapKey } from '#src/sealing/wrapped-key.ts';

import { preparePython, readWithPython } from './python-reader.ts';
import { applyChange } from './sealed-case.ts';
import type { Change, SealedCase } from './sealed-case.ts';

interface CaseVectors {
  readonly case: SealedCase;
  readonly contentKey: string;
  readonly plaintext: {
    readonly content: string;
    readonly derived: string;
    readonly index: unknown;
    readonly listEntry: ListEntry;
  };
  readonly refused: readonly Change[];
}

async function readVectors<Shape>(name: string): Promise<Shape> {
  return JSON.parse(
    await readFile(new URL(`../../docs/formats/vectors/${name}.json`, import.meta.url), 'utf8'),
  ) as Shape;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Buffer => Buffer.from(text, 'base64url');

function edKey(x: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

function isRefusal(error: unknown): boolean {
  return ['manifest-invalid', 'authentication-failed', 'wrap-refused'].includes(errorCode(error));
}

/** P-256 private key of a scalar in hex. */
function scalarKey(scalar: string): KeyObject {
  // SEC 1 ECPrivateKey without the public half, in PKCS #8 (RFC 5958, RFC 5915).
  const head = Buffer.from(
    '304102010030130607 2a8648ce3d0201 06082a8648ce3d030107 0427 30250201010420'.replaceAll(' ', ''),
    'hex',
  );
  return createPrivateKey({
    key: Buffer.concat([head, Buffer.from(scalar, 'hex')]),
    type: 'pkcs8',
    format: 'der',
  });
}

/** What the portal and the page do together: manifest, wrap, streams, list entry. */
async function openCase(one: SealedCase): Promise<Record<string, unknown>> {
  const sealKeys = new Map(Object.entries(one.sealKeys).map(([kid, x]) => [kid, edKey(x)]));
  const manifest = verifyManifest(one.signedManifest, sealKeys, one);
  const publicKeys = { accountAuthority: edKey(one.accountAuthority) };
  const replacement = one.replacement === undefined ? null : JSON.stringify(one.replacement);
  const row = { recipientId: one.recipientId, accountId: one.holder.id, replacement };
  if (!isAcceptedWrap(manifest, bytes(one.wrap), row, publicKeys))
    throw new CodedError('wrap-refused', 'refused');
  const privateKey = scalarKey(one.privateKey);
  const holder = { ...one.holder, key: wrappingPublicKey(privateKey) };
  const contentKey = await unwrapKey(bytes(one.wrap), holder, one, (peerPoint) =>
    diffieHellman({ privateKey, publicKey: importWrappingPoint(peerPoint) }),
  );
  const object = bytes(one.object);
  const opened: Record<string, unknown> = {
    listEntry: openListEntry(bytes(one.listEntry), deriveListKey(contentKey, one), one),
  };
  for (const name of STREAM_NAMES) {
    const read = (offset: number, length: number): Promise<Buffer> =>
      Promise.resolve(object.subarray(offset, offset + length));
    const ids = { organizationId: one.organizationId, messageId: one.messageId };
    const stream = await openStream(name, { contentKey, ...ids, layout: manifest.streams, read });
    opened[name] = (await stream.readRange(0, stream.plaintextLength)).toString('base64url');
  }
  return opened;
}

for (const name of ['sealed-object', 'wraps']) {
  describe(`${name}.json`, async () => {
    const vectors = await readVectors<CaseVectors>(name);
    before(preparePython);

    test('opens with today’s code', async () => {
      const { index, ...opened } = await openCase(vectors.case);
      const { index: expectedIndex, ...expected } = vectors.plaintext;
      assert.deepEqual(opened, expected);
      assert.deepEqual(JSON.parse(bytes(String(index)).toString()), expectedIndex);
    });

    test('is refused after each of its changes, by us and by the reader in Python', async () => {
      assert.ok(vectors.refused.length >= 6);
      const changed = vectors.refused.map((change) => applyChange(vectors.case, change));
      for (const [index, one] of changed.entries())
        await assert.rejects(openCase(one), isRefusal, `opened in spite of: ${vectors.refused[index]?.name}`);
      const answers = await readWithPython([vectors.case, ...changed]);
      assert.deepEqual(
        answers.map((answer) => answer.refused === true),
        [false, ...changed.map(() => true)],
      );
    });
  });
}

test('contexts and derived values are the ones that were written down', async () => {
  const sealed = await readVectors<{ case: SealedCase; contexts: Record<string, string> }>('sealed-object');
  for (const name of STREAM_NAMES) assert.equal(hex(streamContext(name, sealed.case)), sealed.contexts[name]);
  const list = await readVectors<Record<string, string> & { organizationId: string; messageId: string }>(
    'list-entry',
  );
  assert.equal(hex(listKeyInfo(list)), list['listKeyInfo']);
  assert.equal(hex(listEntryContext(list)), list['context']);
  const listKey = deriveListKey(Buffer.from(list['contentKey'] ?? '', 'hex'), list);
  assert.equal(hex(listKey), list['listKey']);
  assert.deepEqual(openListEntry(bytes(list['sealed'] ?? ''), listKey, list), list['plaintext']);
});

test('the manifest has the canonical form that was written down', async () => {
  const { signedManifest, canonical } = await readVectors<{
    signedManifest: SignedManifest;
    canonical: string;
  }>('manifest');
  assert.equal(canonicalJson(signedManifest.manifest as unknown as CanonicalValue), canonical);
});

test('the key record verifies', async () => {
  const { keyRecord } = await readVectors<{
    keyRecord: { accountAuthority: string; record: Record<string, unknown> };
  }>('wraps');
  const publicKeys = {
    organizationId: String(keyRecord.record['organizationId']),
    accountAuthority: edKey(keyRecord.accountAuthority),
  };
  const record = verifyKeyRecord(JSON.stringify(keyRecord.record), publicKeys, 'ACCOUNT1');
  assert.equal(record.key.kid, keyRecord.record['kid']);
});

test('page releases open at the page that they are for, and only for their message', async () => {
  const vectors = await readVectors<{
    organizationId: string;
    messageId: string;
    accountId: string;
    pageKey: JsonWebKey;
    pagePoint: string;
    pageKid: string;
    releases: {
      purpose: 'content-key' | 'list-key';
      info: string;
      key: string;
      enc: string;
      ciphertext: string;
    }[];
    refused: { enc: string; ciphertext: string };
  }>('page-release');
  const privateKey = createPrivateKey({ key: vectors.pageKey, format: 'jwk' });
  const open = ({ enc, ciphertext }: { enc: string; ciphertext: string }, info: Buffer): Promise<Buffer> =>
    hpkeOpen({
      enc: bytes(enc),
      ciphertext: bytes(ciphertext),
      recipientPoint: bytes(vectors.pagePoint),
      agree: (peerPoint) => diffieHellman({ privateKey, publicKey: importWrappingPoint(peerPoint) }),
      info,
    });
  for (const release of vectors.releases) {
    const info = pageReleaseInfo(release.purpose, vectors, vectors.accountId, vectors.pageKid, SUITE_P256);
    assert.equal(hex(info), release.info);
    assert.equal(hex(await open(release, info)), release.key);
    await assert.rejects(open(vectors.refused, info), { code: 'authentication-failed' });
  }
});
