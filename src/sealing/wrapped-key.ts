/**
 * A wrap: the content key of one message sealed to one holder with HPKE. Layout (docs/formats/wraps.md):
 * version 1 ‖ suite 2 ‖ kid 8 ‖ encapsulated key 65 ‖ ciphertext 48 = 124 bytes. The opener brings organisation,
 * message, holder and kid from its own session and request; nothing of the context is read from the wrap.
 */
import { sha256 } from '#src/base/bytes.ts';
import type { KeyProvider, WrappingPublicKey } from '#src/keys/key-provider.ts';

import { AuthenticationFailed } from './authentication-failed.ts';
import { wrapInfo } from './contexts.ts';
import type { MessageIds, WrapHolderId } from './contexts.ts';
import { HPKE_TAG_BYTES, hpkeOpen, hpkeSeal, hpkeSealOffThread, POINT_BYTES, SUITE_P256 } from './hpke.ts';
import type { HpkeSealed } from './hpke.ts';

export const CONTENT_KEY_BYTES = 32;
const WRAP_VERSION = 1;
const KID_OFFSET = 3;
const ENC_OFFSET = KID_OFFSET + 8;
const CIPHERTEXT_OFFSET = ENC_OFFSET + POINT_BYTES;
export const WRAP_BYTES = CIPHERTEXT_OFFSET + CONTENT_KEY_BYTES + HPKE_TAG_BYTES;

/** To whom a content key is wrapped, with the key that it is wrapped to. */
export interface WrapHolder extends WrapHolderId {
  readonly key: WrappingPublicKey;
}

/** Wraps a 32-byte content key; returns 124 bytes. */
export function wrapKey(contentKey: Uint8Array, holder: WrapHolder, ids: MessageIds): Buffer {
  return layOutWrap(hpkeSeal(toSeal(contentKey, holder, ids)), holder);
}

/** The same, mostly in another thread: for what is done with every message. */
export async function wrapKeyOffThread(
  contentKey: Uint8Array,
  holder: WrapHolder,
  ids: MessageIds,
): Promise<Buffer> {
  return layOutWrap(await hpkeSealOffThread(toSeal(contentKey, holder, ids)), holder);
}

function toSeal(contentKey: Uint8Array, holder: WrapHolder, ids: MessageIds): Parameters<typeof hpkeSeal>[0] {
  if (contentKey.length !== CONTENT_KEY_BYTES) throw new RangeError('a content key has 32 bytes');
  const info = wrapInfo(ids, holder, holder.key.kid, SUITE_P256);
  return { recipientPoint: holder.key.point, info, plaintext: contentKey };
}

function layOutWrap({ enc, ciphertext }: HpkeSealed, holder: WrapHolder): Buffer {
  return Buffer.concat([wrapHead(holder.key.kid), enc, ciphertext]);
}

/**
 * Unwraps a content key. `holder.key` is the key that the opener expects, `agree` its private half (raw ECDH, 32
 * bytes). Throws AuthenticationFailed for every cause: another kid, suite or version, another message or holder,
 * a damaged wrap. Errors of `agree` pass through.
 */
export async function unwrapKey(
  wrap: Uint8Array,
  holder: WrapHolder,
  ids: MessageIds,
  agree: (peerPoint: Uint8Array) => Buffer | Promise<Buffer>,
): Promise<Buffer> {
  const head = wrapHead(holder.key.kid);
  if (wrap.length !== WRAP_BYTES || !head.equals(wrap.subarray(0, ENC_OFFSET)))
    throw new AuthenticationFailed();
  return hpkeOpen({
    enc: wrap.subarray(ENC_OFFSET, CIPHERTEXT_OFFSET),
    recipientPoint: holder.key.point,
    agree,
    info: wrapInfo(ids, holder, holder.key.kid, SUITE_P256),
    ciphertext: wrap.subarray(CIPHERTEXT_OFFSET),
  });
}

/**
 * Unwraps what is wrapped to a key of this installation: the spool (`kid` names the day's pair) or an address
 * without an account. Throws AuthenticationFailed; CodedError `key-unavailable` where the private half is gone.
 */
export async function unwrapWithProvider(
  wrap: Uint8Array,
  holder:
    | { readonly kind: 'spool'; readonly kid: string }
    | { readonly kind: 'enrolment'; readonly id: string },
  ids: MessageIds,
  keys: Pick<KeyProvider, 'agree' | 'wrappingKey'>,
): Promise<Buffer> {
  const id = holder.kind === 'spool' ? holder.kid : holder.id;
  const key = holder.kind === 'spool' ? holder : { kind: holder.kind };
  return unwrapKey(wrap, { kind: holder.kind, id, key: await keys.wrappingKey(key) }, ids, (peerPoint) =>
    keys.agree(key, peerPoint),
  );
}

/** SHA-256 of a wrap, 32 bytes: how the manifest names it. */
export function wrapHash(wrap: Uint8Array): Buffer {
  return sha256(wrap);
}

function wrapHead(kid: string): Buffer {
  const head = Buffer.alloc(ENC_OFFSET);
  head.writeUInt8(WRAP_VERSION, 0);
  head.writeUInt16BE(SUITE_P256, 1);
  head.write(kid, KID_OFFSET, 'hex');
  return head;
}
