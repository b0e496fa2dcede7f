/**
 * Writes docs/formats/vectors/*.json: good values of every format and changes that must be refused. Draws new random
 * values each time; the committed files stay as they are, so that later versions are held to what earlier ones wrote.
 * Run: node test/formats/make-vectors.ts
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFile } from 'node:fs/promises';

import { signKeyRecord } from '#src/keys/key-record.ts';
import { kidOfSigningKey } from '#src/keys/permanent-keys.ts';
import { wrappingPublicKey } from '#src/keys/wrapping-point.ts';
import { canonicalJson } from '#src/base/canonical-json.ts';
import type { CanonicalValue } from '#src/base/canonical-json.ts';
import {
  listEntryContext,
  listKeyInfo,
  pageReleaseInfo,
  streamContext,
  wrapInfo,
} from '#src/sealing/contexts.ts';
import { hpkeSeal, SUITE_P256 } from '#src/sealing/hpke.ts';
import { deriveListKey } from '#src/sealing/list-entry.ts';
import { releaseToPage } from '#src/sealing/page-release.ts';

import { makeCase, refusedChanges, refusedReplacements } from './sealed-case.ts';
import type { MadeCase } from './sealed-case.ts';

const CONTENT_BYTES = 33_000;

async function writeVectors(name: string, vectors: unknown): Promise<void> {
  const path = new URL(`../../docs/formats/vectors/${name}.json`, import.meta.url);
  await writeFile(path, `${JSON.stringify(vectors, null, 1)}\n`);
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

function plaintextOf(made: MadeCase): unknown {
  const { content, derived, index, listEntry } = made.plaintext;
  return { content: base64url(content), derived: base64url(derived), index, listEntry };
}

const [made, other] = [makeCase(CONTENT_BYTES), makeCase(100)];
const [registered, alsoRegistered] = [
  makeCase(100, { registered: true }),
  makeCase(100, { registered: true }),
];
const ids = { organizationId: made.case.organizationId, messageId: made.case.messageId };

await writeVectors('sealed-object', {
  note: 'A case as reader.py takes it, what it opens to, and changes after each of which it must be refused.',
  case: made.case,
  contentKey: hex(made.contentKey),
  contexts: {
    content: hex(streamContext('content', ids)),
    derived: hex(streamContext('derived', ids)),
    index: hex(streamContext('index', ids)),
  },
  plaintext: plaintextOf(made),
  refused: refusedChanges(made, other),
});

await writeVectors('wraps', {
  note: 'A case whose wrap was made at registration, so that a replacement record leads to it; and a key record.',
  case: registered.case,
  contentKey: hex(registered.contentKey),
  info: hex(
    wrapInfo(
      registered.case,
      registered.case.holder,
      hex(Buffer.from(registered.case.wrap, 'base64url').subarray(3, 11)),
      SUITE_P256,
    ),
  ),
  plaintext: plaintextOf(registered),
  refused: refusedReplacements(registered, alsoRegistered),
  keyRecord: makeKeyRecord(),
});

await writeVectors('manifest', {
  note: 'The signature is over context("manifest") and then the canonical text in UTF-8.',
  signedManifest: made.case.signedManifest,
  sealKeys: made.case.sealKeys,
  canonical: canonicalJson(made.case.signedManifest.manifest as unknown as CanonicalValue),
});

await writeVectors('list-entry', {
  ...ids,
  contentKey: hex(made.contentKey),
  listKeyInfo: hex(listKeyInfo(ids)),
  listKey: hex(deriveListKey(made.contentKey, ids)),
  context: hex(listEntryContext(ids)),
  sealed: made.case.listEntry,
  plaintext: made.plaintext.listEntry,
});

await writeVectors('page-release', makePageReleases());

function makeKeyRecord(): unknown {
  const authority = generateKeyPairSync('ed25519');
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = {
    sign: (_purpose: string, data: Uint8Array) => ({
      kid: kidOfSigningKey(authority.publicKey),
      signature: sign(null, data, authority.privateKey),
    }),
    publicKeys: () => ({
      organizationId: ids.organizationId,
      enrolment: wrappingPublicKey(publicKey),
      accountAuthority: authority.publicKey,
      sealKeys: new Map<string, never>(),
    }),
  };
  const key = wrappingPublicKey(privateKey);
  return {
    accountAuthority: authority.publicKey.export({ format: 'jwk' }).x,
    record: JSON.parse(
      signKeyRecord({ accountId: 'ACCOUNT1', key, from: Date.UTC(2026, 10, 21) }, keys),
    ) as unknown,
  };
}

function makePageReleases(): unknown {
  const accountId = 'ACCOUNT1';
  const pagePair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kid: pageKid, point: pagePoint } = wrappingPublicKey(pagePair.publicKey);
  const jwk = pagePair.privateKey.export({ format: 'jwk' });
  const listKey = deriveListKey(made.contentKey, ids);
  const release = (purpose: 'content-key' | 'list-key', key: Buffer): unknown => {
    const { enc, ciphertext } = releaseToPage({ ...ids, purpose, key, accountId, pagePoint });
    const info = pageReleaseInfo(purpose, ids, accountId, pageKid, SUITE_P256);
    return {
      purpose,
      info: hex(info),
      key: hex(key),
      enc: base64url(enc),
      ciphertext: base64url(ciphertext),
    };
  };
  const strange = hpkeSeal({
    recipientPoint: pagePoint,
    info: pageReleaseInfo('content-key', { ...ids, messageId: 'OTHER' }, accountId, pageKid, SUITE_P256),
    plaintext: made.contentKey,
  });
  return {
    note: 'Opens with the page key and the info built from these ids. The refused one was sealed for another message.',
    ...ids,
    accountId,
    pageKey: { kty: 'EC', crv: 'P-256', x: jwk.x, y: jwk.y, d: jwk.d },
    pagePoint: base64url(pagePoint),
    pageKid,
    releases: [release('content-key', made.contentKey), release('list-key', listKey)],
    refused: { enc: base64url(strange.enc), ciphertext: base64url(strange.ciphertext) },
  };
}
