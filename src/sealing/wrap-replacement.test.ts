import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { describe, test } from 'node:test';

import type { Manifest } from './manifest.ts';
import { isAcceptedWrap, signWrapReplacement, verifyWrapReplacement } from './wrap-replacement.ts';
import { wrapHash } from './wrapped-key.ts';

const authority = generateKeyPairSync('ed25519');
const publicKeys = { accountAuthority: authority.publicKey };
const keys = {
  sign: (_purpose: string, data: Uint8Array) => ({
    kid: '',
    signature: sign(null, data, authority.privateKey),
  }),
};
const ids = {
  organizationId: '0123456789abcdef0123456789abcdef',
  messageId: 'MESSAGE1',
  recipientId: 'R1',
  accountId: 'A1',
};
const [oldWrap, newWrap, strangeWrap] = [randomBytes(124), randomBytes(124), randomBytes(124)];
const record = { ...ids, replacedHash: wrapHash(oldWrap), replacementHash: wrapHash(newWrap) };
const stored = signWrapReplacement(record, keys);
const invalid = {
  code: 'wrap-replacement-invalid',
  message: 'the replacement record of a wrap does not verify',
};

const stream = (offset: number) => ({ offset, length: 72, plaintextLength: 0, commitment: 'AAAA' });
const manifest: Manifest = {
  version: 1,
  organizationId: ids.organizationId,
  messageId: ids.messageId,
  author: '',
  submitter: '',
  submitterProof: 'network',
  acceptedAt: 0,
  streams: { content: stream(0), derived: stream(72), index: stream(144) },
  recipients: [
    { recipientId: 'R1', address: 'a@mail.example', wrapHash: wrapHash(oldWrap).toString('base64url') },
    { recipientId: 'R2', address: 'b@mail.example', wrapHash: wrapHash(strangeWrap).toString('base64url') },
  ],
};

describe('a replacement record', () => {
  test('verifies for its recipient and account', () => {
    assert.deepEqual(verifyWrapReplacement(stored, publicKeys, ids), record);
  });

  test('verifies for no other message, organisation, recipient or account, whatever its JSON says', () => {
    for (const other of [
      { messageId: 'MESSAGE2' },
      { organizationId: 'f'.repeat(32) },
      { recipientId: 'R2' },
      { accountId: 'A2' },
    ]) {
      assert.throws(() => verifyWrapReplacement(stored, publicKeys, { ...ids, ...other }), invalid);
      const relabelled = JSON.stringify({ ...(JSON.parse(stored) as object), ...other });
      assert.throws(() => verifyWrapReplacement(relabelled, publicKeys, { ...ids, ...other }), invalid);
    }
  });

  test('is refused changed, signed by another, or when it is none', () => {
    const parsed = JSON.parse(stored) as Record<string, unknown>;
    const hash = wrapHash(strangeWrap).toString('base64url');
    for (const change of [
      { replacedHash: hash },
      { replacementHash: hash },
      { version: 2 },
      { signature: '' },
      { signature: 7 },
      { replacedHash: null },
    ])
      assert.throws(
        () => verifyWrapReplacement(JSON.stringify({ ...parsed, ...change }), publicKeys, ids),
        invalid,
      );
    const other = { accountAuthority: generateKeyPairSync('ed25519').publicKey };
    assert.throws(() => verifyWrapReplacement(stored, other, ids), invalid);
    for (const text of ['', '{', 'null', '[]', '1'])
      assert.throws(() => verifyWrapReplacement(text, publicKeys, ids), invalid);
  });
});

describe('which wrap is accepted', () => {
  const row = { recipientId: 'R1', accountId: 'A1', replacement: null as string | null };
  const accepts = (wrap: Buffer, change: Partial<typeof row> = {}): boolean =>
    isAcceptedWrap(manifest, wrap, { ...row, ...change }, publicKeys);

  test('the one that the manifest names for this recipient', () => {
    assert.equal(accepts(oldWrap), true);
    assert.equal(accepts(strangeWrap), false);
    assert.equal(accepts(oldWrap, { recipientId: 'R2' }), false);
    assert.equal(accepts(oldWrap, { recipientId: 'R3' }), false);
  });

  test('the one that a record leads to from there', () => {
    assert.equal(accepts(newWrap), false);
    assert.equal(accepts(newWrap, { replacement: stored }), true);
    assert.equal(accepts(strangeWrap, { replacement: stored }), false);
    assert.equal(accepts(newWrap, { replacement: stored, accountId: 'A2' }), false);
    assert.equal(accepts(newWrap, { replacement: stored, recipientId: 'R2' }), false);
    assert.equal(accepts(newWrap, { replacement: '{}' }), false);
  });

  test('not one whose record begins at a wrap that the manifest does not name', () => {
    const elsewhere = signWrapReplacement({ ...record, replacedHash: wrapHash(strangeWrap) }, keys);
    assert.equal(accepts(newWrap, { replacement: elsewhere }), false);
  });
});
