import assert from 'node:assert/strict';
import { diffieHellman, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { FakeClock } from '#src/base/clock.ts';
import { silentLog } from '#src/base/log.ts';

import { agreeWithAccountKey, makeAccountKeyPair } from './account-key-pair.ts';
import { openFileKeyProvider } from './file-key-provider.ts';
import type { KeyProvider } from './key-provider.ts';
import { signKeyRecord, verifyKeyRecord } from './key-record.ts';
import { importWrappingPoint, kidOfPoint, wrappingPublicKey } from './wrapping-point.ts';

let base: string;
let keys: KeyProvider;
let other: KeyProvider;
const clock = new FakeClock();

before(async () => {
  base = await mkdtemp(join(tmpdir(), 'account-keys-'));
  const open = (name: string): Promise<KeyProvider> =>
    openFileKeyProvider({
      keysDir: join(base, name),
      dataDir: join(base, 'data'),
      roles: new Set(['receive', 'deliver', 'portal'] as const),
      clock,
      log: silentLog,
    });
  keys = await open('keys');
  other = await open('other');
});
after(() => rm(base, { recursive: true, force: true }));

describe('an account’s key pair', () => {
  test('agrees on what its record says', async () => {
    const pair = await makeAccountKeyPair(keys, 'A1', clock);
    const record = verifyKeyRecord(pair.record, keys.publicKeys(), 'A1');
    assert.deepEqual(record.key, pair.key);
    assert.equal(record.from, clock.now());
    const { organizationId } = keys.publicKeys();
    const peer = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const ids = { organizationId, accountId: 'A1', kid: record.key.kid };
    const { point } = wrappingPublicKey(peer.publicKey);
    assert.deepEqual(
      await agreeWithAccountKey(keys, pair.wrappedPrivateKey, ids, point),
      diffieHellman({ privateKey: peer.privateKey, publicKey: importWrappingPoint(record.key.point) }),
    );
  });

  test('does not serve another account, kid, organisation or installation', async () => {
    const pair = await makeAccountKeyPair(keys, 'A1', clock);
    const { organizationId, enrolment } = keys.publicKeys();
    const good = { organizationId, accountId: 'A1', kid: pair.key.kid };
    const failed = { code: 'unwrap-failed' };
    for (const change of [{ accountId: 'A2' }, { kid: enrolment.kid }, { organizationId: 'f'.repeat(32) }])
      await assert.rejects(
        agreeWithAccountKey(keys, pair.wrappedPrivateKey, { ...good, ...change }, enrolment.point),
        failed,
      );
    await assert.rejects(agreeWithAccountKey(other, pair.wrappedPrivateKey, good, enrolment.point), failed);
    const offCurve = Buffer.from(enrolment.point);
    offCurve.writeUInt8(offCurve.readUInt8(9) ^ 1, 9);
    await assert.rejects(agreeWithAccountKey(keys, pair.wrappedPrivateKey, good, offCurve), {
      code: 'point-invalid',
    });
  });
});

describe('a key record', () => {
  const invalid = { code: 'key-record-invalid', message: 'the key record of an account does not verify' };
  const key = wrappingPublicKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
  const strange = wrappingPublicKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);

  test('with any member changed is refused, also with a kid that fits', () => {
    const record = JSON.parse(signKeyRecord({ accountId: 'A1', key, from: 5 }, keys)) as Record<
      string,
      unknown
    >;
    for (const change of [
      { publicKey: strange.point.toString('base64url') },
      { publicKey: strange.point.toString('base64url'), kid: strange.kid },
      { kid: strange.kid },
      { from: 6 },
      { suite: 2 },
      { version: 2 },
      { organizationId: 'f'.repeat(32) },
      { accountId: 'A2' },
      { signature: '' },
      { signature: null },
      { from: 'x' },
    ])
      assert.throws(
        () => verifyKeyRecord(JSON.stringify({ ...record, ...change }), keys.publicKeys(), 'A1'),
        invalid,
      );
    assert.equal(verifyKeyRecord(JSON.stringify(record), keys.publicKeys(), 'A1').key.kid, key.kid);
  });

  test('of another account, installation or authority is refused', () => {
    const stored = signKeyRecord({ accountId: 'A1', key, from: 5 }, keys);
    assert.throws(() => verifyKeyRecord(stored, keys.publicKeys(), 'A2'), invalid);
    assert.throws(() => verifyKeyRecord(stored, other.publicKeys(), 'A1'), invalid);
    const mixed = { ...keys.publicKeys(), accountAuthority: other.publicKeys().accountAuthority };
    assert.throws(() => verifyKeyRecord(stored, mixed, 'A1'), invalid);
  });

  test('with a point off the curve is refused even when it is signed', () => {
    const offCurve = Buffer.from(key.point);
    offCurve.writeUInt8(offCurve.readUInt8(20) ^ 1, 20);
    const signed = signKeyRecord(
      { accountId: 'A1', key: { point: offCurve, kid: kidOfPoint(offCurve) }, from: 5 },
      keys,
    );
    assert.throws(() => verifyKeyRecord(signed, keys.publicKeys(), 'A1'), invalid);
  });

  test('that is none is refused', () => {
    for (const text of ['', '{', 'null', '[]', '7', '{}'])
      assert.throws(() => verifyKeyRecord(text, keys.publicKeys(), 'A1'), invalid);
  });
});
