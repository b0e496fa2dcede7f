/** The columns of `messages` that say where a sealed object lies, from and to storage's `StoredObject`. */
import type { StoredObject } from './objects.ts';
import type { MessagesTable } from './tables.ts';

type ObjectColumns = Pick<MessagesTable, 'objectStorage' | 'objectName' | 'objectBytes' | 'objectLength'>;

export function objectColumns(object: StoredObject): ObjectColumns {
  return {
    objectStorage: object.storage,
    objectName: object.storage === 'inline' ? null : object.name,
    objectBytes: object.storage === 'inline' ? object.bytes : null,
    objectLength: object.length,
  };
}

/** Null where the content was destroyed. */
export function storedObject(columns: ObjectColumns): StoredObject | null {
  const { objectStorage, objectBytes, objectName, objectLength } = columns;
  if (objectStorage === 'inline') {
    return objectBytes === null ? null : { storage: 'inline', bytes: objectBytes, length: objectLength };
  }
  return objectName === null ? null : { storage: objectStorage, name: objectName, length: objectLength };
}
