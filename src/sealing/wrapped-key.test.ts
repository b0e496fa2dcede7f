import assert from 'node:assert/strict';
import { diffieHellman, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';

import { importWrappingPoint, wrappingPublicKey } from '#src/keys/wrapping-point.ts';

import { unwrapKey, WRAP_BYTES, wrapHash, wrapKey, wrapKeyOffThread } from './wrapped-key.ts';
import type { WrapHolder } from './wrapped-key.ts';

const contentKey = randomBytes(32);
const ids = { organizationId: '0123456789abcdef0123456789abcdef', messageId: 'MESSAGE1' };

function newHolder(id: string): { holder: WrapHolder; agree(peerPoint: Uint8Array): Buffer } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    holder: { kind: 'account', id, key: wrappingPublicKey(publicKey) },
    agree: (peerPoint) => diffieHellman({ privateKey, publicKey: importWrappingPoint(peerPoint) }),
  };
}

describe('a wrap', () => {
  const { holder, agree } = newHolder('ACCOUNT1');
  const wrap = wrapKey(contentKey, holder, ids);
  const opens = (with_: {
    wrap?: Uint8Array;
    holder?: Partial<WrapHolder>;
    ids?: Partial<typeof ids>;
  }): Promise<Buffer> =>
    unwrapKey(with_.wrap ?? wrap, { ...holder, ...with_.holder }, { ...ids, ...with_.ids }, agree);
  const same = { code: 'authentication-failed', message: 'the ciphertext does not authenticate' };

  test('has 124 bytes and gives the content key back', async () => {
    assert.equal(wrap.length, WRAP_BYTES);
    assert.equal(WRAP_BYTES, 124);
    assert.deepEqual(await opens({}), contentKey);
  });

  test('opens for no other message, organisation, account, kind of holder or key', async () => {
    await assert.rejects(opens({ ids: { messageId: 'MESSAGE2' } }), same);
    await assert.rejects(opens({ ids: { organizationId: 'f'.repeat(32) } }), same);
    await assert.rejects(opens({ holder: { id: 'ACCOUNT2' } }), same);
    await assert.rejects(opens({ holder: { kind: 'enrolment' } }), same);
    await assert.rejects(opens({ holder: { key: newHolder('x').holder.key } }), same);
    await assert.rejects(opens({ holder: { key: { ...holder.key, kid: '0000000000000000' } } }), same);
  });

  test('does not open with another private half under the right kid', async () => {
    await assert.rejects(unwrapKey(wrap, holder, ids, newHolder('ACCOUNT1').agree), same);
  });

  test('does not open with any byte changed, cut or added', async () => {
    for (let offset = 0; offset < wrap.length; offset++) {
      const changed = Buffer.from(wrap);
      changed.writeUInt8(changed.readUInt8(offset) ^ 0x40, offset);
      await assert.rejects(opens({ wrap: changed }), same);
    }
    await assert.rejects(opens({ wrap: wrap.subarray(1) }), same);
    await assert.rejects(opens({ wrap: wrap.subarray(0, 123) }), same);
    await assert.rejects(opens({ wrap: Buffer.concat([wrap, Buffer.of(0)]) }), same);
    await assert.rejects(opens({ wrap: Buffer.alloc(0) }), same);
  });

  test('is another one each time, and its hash tells them apart', () => {
    const other = wrapKey(contentKey, holder, ids);
    assert.notDeepEqual(other.subarray(11), wrap.subarray(11));
    assert.notDeepEqual(wrapHash(other), wrapHash(wrap));
  });

  test('holds nothing but a content key of 32 bytes', () => {
    assert.throws(() => wrapKey(Buffer.alloc(31), holder, ids), RangeError);
  });
});

test('a wrap made in another thread opens like any other', async () => {
  const { holder, agree } = newHolder('ACCOUNT1');
  const wrap = await wrapKeyOffThread(contentKey, holder, ids);
  assert.deepEqual(await unwrapKey(wrap, holder, ids, agree), contentKey);
  assert.notDeepEqual(await wrapKeyOffThread(contentKey, holder, ids), wrap);
  await assert.rejects(wrapKeyOffThread(contentKey.subarray(1), holder, ids), RangeError);
  const offCurve = { ...holder, key: { ...holder.key, point: Buffer.alloc(65, 4) } };
  await assert.rejects(wrapKeyOffThread(contentKey, offCurve, ids), { code: 'authentication-failed' });
});
