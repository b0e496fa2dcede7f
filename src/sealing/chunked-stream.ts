/**
 * Reading a Cobblestone-256 ciphertext (`chunked-encryption.ts`) by chunk and by range, from wherever `read` gets
 * its bytes. At most one chunk of plaintext is held. The lengths come from the caller, who has them from a signed
 * manifest; a length that was changed anyway is found at the final chunk, which must be short and authenticate.
 */
import { AuthenticationFailed } from './authentication-failed.ts';
import { CHUNK_BYTES, HEADER_BYTES, openChunk, openedLength, openHeader } from './chunked-encryption.ts';
import { SEALED_CHUNK_BYTES } from './chunked-encryption.ts';

/** Ciphertext of so many chunks is fetched at once where a stream is read through: each fetch opens a file. */
const CHUNKS_READ_AHEAD = 8;

export interface ChunkedSource {
  /** 32 bytes. */
  readonly inputKey: Uint8Array;
  readonly context: Uint8Array;
  /** Bytes of the whole ciphertext: salt, commitment, chunks. */
  readonly ciphertextLength: number;
  /** Reads ciphertext; `offset` counts from the salt. An error that it throws passes through as it is. */
  read(offset: number, length: number): Promise<Buffer>;
}

export interface ChunkedStream {
  readonly plaintextLength: number;
  /** 32 bytes. */
  readonly commitment: Buffer;
  readonly chunkCount: number;
  /** Plaintext of one chunk. Throws RangeError beyond the last, AuthenticationFailed. */
  readChunk(chunk: number): Promise<Buffer>;
  /** Plaintext from `start` to `end` (exclusive). Throws RangeError outside the stream, AuthenticationFailed. */
  readRange(start: number, end: number): Promise<Buffer>;
  /** The same piece by piece; without `end` to the end, where the final chunk proves the length. */
  chunks(start?: number, end?: number): AsyncIterable<Buffer>;
}

/** Opens a stream: the key commitment is checked before anything else. Throws AuthenticationFailed. */
export async function openChunkedStream(source: ChunkedSource): Promise<ChunkedStream> {
  const plaintextLength = openedLength(source.ciphertextLength);
  const header = await source.read(0, HEADER_BYTES);
  const keys = openHeader(source.inputKey, source.context, header);
  const chunkCount = Math.floor(plaintextLength / CHUNK_BYTES) + 1;

  async function readChunk(chunk: number): Promise<Buffer> {
    if (!Number.isSafeInteger(chunk) || chunk < 0 || chunk >= chunkCount)
      throw new RangeError('no such chunk');
    return openChunk(keys, chunk, await readSealed(chunk, 1));
  }

  async function readSealed(first: number, count: number): Promise<Buffer> {
    const offset = HEADER_BYTES + first * SEALED_CHUNK_BYTES;
    const length = Math.min(count * SEALED_CHUNK_BYTES, source.ciphertextLength - offset);
    const sealed = await source.read(offset, length);
    if (sealed.length !== length) throw new AuthenticationFailed();
    return sealed;
  }

  async function* chunks(start = 0, end = plaintextLength): AsyncGenerator<Buffer> {
    checkRange(start, end, plaintextLength);
    // A range that reaches the end reads the final chunk even where that is empty: it proves the length.
    const last = end === plaintextLength ? chunkCount - 1 : Math.ceil(end / CHUNK_BYTES) - 1;
    for (let first = Math.floor(start / CHUNK_BYTES); first <= last; first += CHUNKS_READ_AHEAD) {
      const count = Math.min(CHUNKS_READ_AHEAD, last - first + 1);
      const sealed = await readSealed(first, count);
      for (let i = 0; i < count; i++) {
        const at = i * SEALED_CHUNK_BYTES;
        const plaintext = openChunk(keys, first + i, sealed.subarray(at, at + SEALED_CHUNK_BYTES));
        const base = (first + i) * CHUNK_BYTES;
        const piece = plaintext.subarray(Math.max(0, start - base), Math.min(CHUNK_BYTES, end - base));
        if (piece.length > 0) yield piece;
      }
    }
  }

  async function readRange(start: number, end: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of chunks(start, end)) pieces.push(piece);
    return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  }

  return { plaintextLength, commitment: keys.commitment, chunkCount, readChunk, readRange, chunks };
}

function checkRange(start: number, end: number, plaintextLength: number): void {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start)
    throw new RangeError('not a range');
  if (end > plaintextLength) throw new RangeError('the range ends behind the stream');
}
