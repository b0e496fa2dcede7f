/** Where the ciphertext of a copy lies. */
import { storedObject } from '#src/storage/object-columns.ts';
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

const selectObjectBytes = preparedQuery<{ messageId: string }, { objectBytes: Uint8Array | null }>(
  (query, value) => query.selectFrom('messages').select('objectBytes').where('id', '=', value('messageId')),
);
