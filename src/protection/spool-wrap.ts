/**
 * The spool wrap: the content key for the gateway itself, while any recipient is relayed as it is or held. Made by
 * whoever receives (public half of the day's key), opened only where mail is delivered.
 */
import type { KeyProvider } from '#src/keys/key-provider.ts';
import type { MessageIds } from '#src/sealing/contexts.ts';
import { unwrapKey, wrapKeyOffThread } from '#src/sealing/wrapped-key.ts';

export interface SpoolWrap {
  readonly kid: string;
  readonly wrap: Buffer;
}

export async function makeSpoolWrap(
  keys: Pick<KeyProvider, 'currentSpoolKey'>,
  contentKey: Uint8Array,
  ids: MessageIds,
): Promise<SpoolWrap> {
  const key = await keys.currentSpoolKey();
  const holder = { kind: 'spool', id: key.kid, key } as const;
  return { kid: key.kid, wrap: await wrapKeyOffThread(contentKey, holder, ids) };
}

/** Throws AuthenticationFailed for a wrap that is not this message's, CodedError `key-unavailable` without the key. */
export async function openSpoolWrap(
  keys: Pick<KeyProvider, 'wrappingKey' | 'agree'>,
  wrap: Uint8Array,
  kid: string,
  ids: MessageIds,
): Promise<Buffer> {
  const decapsulationKey = { kind: 'spool', kid } as const;
  const key = await keys.wrappingKey(decapsulationKey);
  return unwrapKey(wrap, { kind: 'spool', id: kid, key }, ids, (peerPoint) =>
    keys.agree(decapsulationKey, peerPoint),
  );
}
