/** Where the ciphertext of a copy lies, and the little of it that goes along with the key. */
import { storedObject } from '#src/storage/object-columns.ts';
import type { SealedObjectLayout, StreamName } from '#src/sealing/layout.ts';
import type { StoredObject } from '#src/storage/objects.ts';
import { preparedQuery } from '#src/storage/prepared.ts';

import type { PortalContext } from '../portal-context.ts';
import type { Copy } from './copy.ts';
import { requireReady } from './refusals.ts';

/** Throws Refusal 410 `expired` where the content was destroyed. */
export async function findObject(portal: PortalContext, copy: Copy): Promise<StoredObject> {
  const { objectStorage, objectName, objectLength } = copy.message;
  const [bytes] =
    objectStorage === 'inline'
      ? await selectObjectBytes(portal.database.query, { messageId: copy.message.id })
      : [];
  const object = storedObject({
    objectStorage,
    objectName,
    objectLength,
    objectBytes: bytes?.objectBytes ?? null,
  });
  if (object === null) requireReady('expired');
  return object as StoredObject;
}

/** Streams that go along with the key have no more octets together: an ordinary mail, or the index of a large one. */
const SENT_ALONG_BYTES = 64 * 1024;
/** What the page reads first comes first. */
const SENT_ALONG: readonly StreamName[] = ['index', 'derived', 'content'];

/**
 * Whole sealed streams, as many as are small together: the page then shows the text without asking again. Nothing where
 * the content can't be read now; the page asks for it by chunks and is told why.
 */
export async function readSmallStreams(
  portal: PortalContext,
  copy: Copy,
  layout: SealedObjectLayout,
): Promise<Partial<Record<StreamName, Buffer>>> {
  const small: Partial<Record<StreamName, Buffer>> = {};
  try {
    const object = await findObject(portal, copy);
    let left = SENT_ALONG_BYTES;
    for (const name of SENT_ALONG) {
      const { offset, length } = layout[name];
      if (length > left) break;
      left -= length;
      small[name] = await portal.objects.read(object, offset, length);
    }
  } catch {
    // The opening stands: the page asks for the rest by chunks, and is told then.
  }
  return small;
}

const selectObjectBytes = preparedQuery<{ messageId: string }, { objectBytes: Uint8Array | null }>(
  (query, value) => query.selectFrom('messages').select('objectBytes').where('id', '=', value('messageId')),
);
