/**
 * Sealed objects: bytes written once and read in ranges. Small ones travel in the row of their message, larger ones
 * lie in a folder. Only ciphertext comes here.
 */

/** Where an object lies, as the columns of `messages` say it. */
export type StoredObject =
  | { readonly storage: 'inline'; readonly bytes: Uint8Array; readonly length: number }
  | { readonly storage: 'file' | 's3'; readonly name: string; readonly length: number };

export interface ObjectWriter {
  /** Takes ciphertext in order; resolves when more may be written (back-pressure). */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes the object durable (temporary file → write → fsync → rename → fsync of the folder) and says where it lies. */
  finish(): Promise<StoredObject>;
  /** Forgets what was written; safe to call at any time, also twice. */
  abort(): Promise<void>;
}

export interface ObjectStore {
  /** Starts an object; `name` is the message's id. Up to `inlineLimitBytes` it is kept in memory and becomes `inline`. */
  create(name: string): ObjectWriter;
  /** Reads `length` bytes from `offset`; throws CodedError `object-missing` or `object-truncated`. */
  read(object: StoredObject, offset: number, length: number): Promise<Buffer>;
  remove(object: StoredObject): Promise<void>;
  /** Removes objects and temporary files older than `olderThanMs` that `isKnown` denies; returns how many. */
  sweepOrphans(isKnown: (name: string) => Promise<boolean>, olderThanMs: number): Promise<number>;
  /** Free bytes on the file system that holds the objects. */
  freeBytes(): Promise<number>;
}
