/** P-256 points as the product writes them: uncompressed, 65 bytes, named by a kid. Knows no private key. */
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { sha256 } from '#src/base/bytes.ts';

import type { WrappingPublicKey } from './key-provider.ts';

/** SubjectPublicKeyInfo of an uncompressed P-256 point (RFC 5480), up to the point. */
const SPKI_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

/** First 16 hex digits of SHA-256 over the uncompressed point. */
export function kidOfPoint(point: Uint8Array): string {
  return sha256(point).toString('hex', 0, 8);
}

/** Point and kid of a P-256 key, private or public. */
export function wrappingPublicKey(key: KeyObject): WrappingPublicKey {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const { crv, x, y } = publicKey.export({ format: 'jwk' });
  if (crv !== 'P-256' || x === undefined || y === undefined) throw new TypeError('not a P-256 key');
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  return { kid: kidOfPoint(point), point };
}

const recentPoints = new Map<string, KeyObject>();
const MAX_RECENT_POINTS = 1000;

/**
 * A point as node:crypto wants it; throws TypeError where it is not an uncompressed point on P-256. Remembers the
 * last ones: the same few recipients come again and again, and an encapsulated key is needed twice in one opening.
 */
export function importWrappingPoint(point: Uint8Array): KeyObject {
  if (point.length !== 65 || point[0] !== 4) throw new TypeError('not an uncompressed P-256 point');
  const id = Buffer.from(point).toString('latin1');
  const imported = recentPoints.get(id) ?? importSpki(Buffer.concat([SPKI_PREFIX, point]));
  recentPoints.delete(id);
  recentPoints.set(id, imported);
  if (recentPoints.size > MAX_RECENT_POINTS) {
    const [longestUnused] = recentPoints.keys();
    if (longestUnused !== undefined) recentPoints.delete(longestUnused);
  }
  return imported;
}

/** OpenSSL refuses coordinates outside the field and points that are not on the curve. */
function importSpki(spki: Buffer): KeyObject {
  try {
    return createPublicKey({ key: spki, type: 'spki', format: 'der' });
  } catch (error) {
    throw new TypeError('not a point on P-256', { cause: error });
  }
}
