import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, test } from 'node:test';

import { kidOfSigningKey } from '#src/keys/permanent-keys.ts';

import { canonicalJson } from '#src/base/canonical-json.ts';
import type { CanonicalValue } from '#src/base/canonical-json.ts';
import { signManifest, verifyManifest } from './manifest.ts';
import type { Manifest, SignedManifest } from './manifest.ts';

const sealPair = generateKeyPairSync('ed25519');
const kid = kidOfSigningKey(sealPair.publicKey);
const sealKeys = new Map([[kid, sealPair.publicKey]]);
const keys = {
  sign: (_purpose: string, data: Uint8Array) => ({ kid, signature: sign(null, data, sealPair.privateKey) }),
};
const ids = { organizationId: '0123456789abcdef0123456789abcdef', messageId: 'MESSAGE1' };
const stream = (offset: number) => ({ offset, length: 72, plaintextLength: 0, commitment: 'AAAA' });
const manifest: Manifest = {
  version: 1,
  ...ids,
  author: 'jane.doe@hospital.example',
  submitter: '192.0.2.7',
  submitterProof: 'network',
  acceptedAt: 1_795_262_400_000,
  streams: { content: stream(0), derived: stream(72), index: stream(144) },
  recipients: [{ recipientId: 'R1', address: 'pätient@mail.example', wrapHash: 'BBBB' }],
};
const signed = signManifest(manifest, keys);
const invalid = { code: 'manifest-invalid', message: 'the manifest of a message does not verify' };

describe('a signed manifest', () => {
  test('verifies as an object and as stored, also with its members in another order', () => {
    assert.deepEqual(verifyManifest(signed, sealKeys, ids), manifest);
    assert.deepEqual(verifyManifest(JSON.stringify(signed, null, 2), sealKeys, ids), manifest);
    const reversed = Object.fromEntries(Object.entries(manifest).toReversed()) as unknown as Manifest;
    assert.deepEqual(verifyManifest({ ...signed, manifest: reversed }, sealKeys, ids), manifest);
  });

  const changes: [string, Partial<Manifest> & Record<string, unknown>][] = [
    ['the author', { author: 'someone@else.example' }],
    ['the submitter', { submitter: '192.0.2.8' }],
    ['the time', { acceptedAt: manifest.acceptedAt + 1 }],
    ['the version', { version: 2 } as unknown as Partial<Manifest> & Record<string, unknown>],
    ['a commitment', { streams: { ...manifest.streams, content: { ...stream(0), commitment: 'AAAB' } } }],
    ['a length', { streams: { ...manifest.streams, index: { ...stream(144), length: 73 } } }],
    ['a recipient left out', { recipients: [] }],
    ['a recipient added', { recipients: [...manifest.recipients, ...manifest.recipients] }],
    ['an address', { recipients: [{ recipientId: 'R1', address: 'a@evil.test', wrapHash: 'BBBB' }] }],
    ['a wrap', { recipients: [{ recipientId: 'R1', address: 'pätient@mail.example', wrapHash: 'BBBC' }] }],
    ['a member more', { more: 'x' }],
    ['a member that has no canonical form', { more: null }],
  ];
  for (const [name, change] of changes)
    test(`is refused with ${name} changed`, () => {
      const changed = { ...signed, manifest: { ...manifest, ...change } };
      assert.throws(() => verifyManifest(JSON.stringify(changed), sealKeys, ids), invalid);
    });

  test('is refused for another message or organisation than it is for', () => {
    assert.throws(() => verifyManifest(signed, sealKeys, { ...ids, messageId: 'MESSAGE2' }), invalid);
    assert.throws(
      () => verifyManifest(signed, sealKeys, { ...ids, organizationId: 'f'.repeat(32) }),
      invalid,
    );
  });

  test('is refused under an unknown key, another key of the same kid, and a damaged signature', () => {
    const other = generateKeyPairSync('ed25519').publicKey;
    assert.throws(() => verifyManifest(signed, new Map(), ids), invalid);
    assert.throws(() => verifyManifest(signed, new Map([[kid, other]]), ids), invalid);
    assert.throws(() => verifyManifest({ ...signed, kid: '__proto__' }, sealKeys, ids), invalid);
    assert.throws(() => verifyManifest({ ...signed, signature: '' }, sealKeys, ids), invalid);
    assert.throws(
      () => verifyManifest({ ...signed, signature: `${signed.signature.slice(0, -3)}AAA` }, sealKeys, ids),
      invalid,
    );
  });

  test('is refused where it is no manifest at all', () => {
    for (const text of ['', 'null', '[]', '{}', '"x"', '{"manifest":1,"kid":1,"signature":1}', '{'])
      assert.throws(() => verifyManifest(text, sealKeys, ids), invalid);
  });

  test('is refused with a good signature over something that is not a manifest of this version', () => {
    const signAnything = (value: unknown): SignedManifest => signManifest(value as Manifest, keys);
    const gap = { ...manifest, streams: { ...manifest.streams, derived: stream(73) } };
    for (const value of [
      gap,
      { ...manifest, version: 2 },
      { ...manifest, recipients: 'R1' },
      { version: 1 },
      [],
    ])
      assert.throws(() => verifyManifest(signAnything(value), sealKeys, ids), invalid);
  });
});

describe('canonical JSON', () => {
  const cases: [CanonicalValue, string][] = [
    [{ b: 1, a: 2 }, '{"a":2,"b":1}'],
    [
      { '€': 'Euro', '\r': 'CR', '\ufb33': 'Dalet', '1': 'One', '😀': 'Face', '\u0080': 'C', ö: 'o' },
      '{"\\r":"CR","1":"One","\u0080":"C","ö":"o","€":"Euro","😀":"Face","\ufb33":"Dalet"}',
    ],
    [['x', [], {}], '["x",[],{}]'],
    ['\u0000\u001f"\\/\b\f\n\r\t\u007f\u2028', '"\\u0000\\u001f\\"\\\\/\\b\\f\\n\\r\\t\u007f\u2028"'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [-1, '-1'],
  ];
  for (const [value, text] of cases)
    test(text, () => {
      assert.equal(canonicalJson(value), text);
      assert.deepEqual(JSON.parse(text), value);
    });

  test('refuses what has no form', () => {
    for (const value of [
      1.5,
      NaN,
      Infinity,
      2 ** 53,
      -0,
      true,
      null,
      undefined,
      '\ud800',
      { '\udfff': 1 },
      1n,
    ])
      assert.throws(() => canonicalJson(value as CanonicalValue), TypeError);
  });
});
