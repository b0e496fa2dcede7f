import assert from 'node:assert/strict';
import { diffieHellman, generateKeyPairSync, randomBytes } from 'node:crypto';
import { test } from 'node:test';

import { importWrappingPoint, wrappingPublicKey } from '#src/keys/wrapping-point.ts';

import { pageReleaseInfo } from './contexts.ts';
import { hpkeOpen, SUITE_P256 } from './hpke.ts';
import { releaseToPage } from './page-release.ts';

const page = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { kid: pageKid, point: pagePoint } = wrappingPublicKey(page.publicKey);
const key = randomBytes(32);
const ids = { organizationId: '0123456789abcdef0123456789abcdef', messageId: 'MESSAGE1' };
const released = releaseToPage({ ...ids, purpose: 'content-key', key, accountId: 'A1', pagePoint });

function openAt(info: Buffer): Promise<Buffer> {
  return hpkeOpen({
    ...released,
    recipientPoint: pagePoint,
    agree: (peerPoint) =>
      diffieHellman({ privateKey: page.privateKey, publicKey: importWrappingPoint(peerPoint) }),
    info,
  });
}

test('the page that asked opens it', async () => {
  assert.equal(released.enc.length, 65);
  assert.equal(released.ciphertext.length, 48);
  assert.deepEqual(await openAt(pageReleaseInfo('content-key', ids, 'A1', pageKid, SUITE_P256)), key);
});

test('it opens for no other purpose, message, organisation, account or page', async () => {
  const other = 'f'.repeat(32);
  for (const info of [
    pageReleaseInfo('list-key', ids, 'A1', pageKid, SUITE_P256),
    pageReleaseInfo('content-key', { ...ids, messageId: 'MESSAGE2' }, 'A1', pageKid, SUITE_P256),
    pageReleaseInfo('content-key', { ...ids, organizationId: other }, 'A1', pageKid, SUITE_P256),
    pageReleaseInfo('content-key', ids, 'A2', pageKid, SUITE_P256),
    pageReleaseInfo('content-key', ids, 'A1', '0000000000000000', SUITE_P256),
    pageReleaseInfo('content-key', ids, 'A1', pageKid, 2),
  ])
    await assert.rejects(openAt(info), { code: 'authentication-failed' });
});

test('a page key that is no point of the curve is refused', () => {
  const offCurve = Buffer.from(pagePoint);
  offCurve.writeUInt8(offCurve.readUInt8(30) ^ 1, 30);
  for (const bad of [offCurve, Buffer.alloc(65), Buffer.alloc(0), pagePoint.subarray(0, 64)])
    assert.throws(
      () => releaseToPage({ ...ids, purpose: 'content-key', key, accountId: 'A1', pagePoint: bad }),
      {
        code: 'authentication-failed',
      },
    );
});
