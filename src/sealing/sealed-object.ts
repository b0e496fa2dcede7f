/**
 * A sealed object: the content, derived and index streams of one message under one content key, one behind the
 * other (docs/formats/sealed-object.md). The content is sealed while it arrives; derived ciphertext waits in memory
 * until the content has ended. Knows neither where the bytes go nor to whom the key is wrapped.
 */
import { AuthenticationFailed } from './authentication-failed.ts';
import { ChunkedEncryptor } from './chunked-encryption.ts';
import { openChunkedStream } from './chunked-stream.ts';
import type { ChunkedStream } from './chunked-stream.ts';
import { streamContext } from './contexts.ts';
import type { MessageIds } from './contexts.ts';
import type { SealedObjectLayout, StreamLayout, StreamName } from './layout.ts';
import type { MessageIndex } from './message-index.ts';

/** What the derived stream holds at most; a part that does not fit is shown from the content stream instead. */
export const MAX_DERIVED_BYTES = 1024 * 1024;

/** Plaintext lengths as the index states them. */
export interface StreamLengths {
  readonly contentLength: number;
  readonly derivedLength: number;
}

/** Null: a mail that we wrote ourselves, which nobody reads in a browser; its index stream is empty. */
export type IndexSource = MessageIndex | ((lengths: StreamLengths) => MessageIndex) | null;

export class SealedObjectWriter {
  readonly #contentKey: Uint8Array;
  readonly #ids: MessageIds;
  readonly #content: ChunkedEncryptor;
  #contentBegun = false;
  #derived: ChunkedEncryptor | null = null;
  readonly #derivedCiphertext: Buffer[] = [];

  constructor(options: MessageIds & { readonly contentKey: Uint8Array }) {
    this.#contentKey = options.contentKey;
    this.#ids = { organizationId: options.organizationId, messageId: options.messageId };
    this.#content = this.#startStream('content');
  }

  /** Bytes of content so far. */
  get contentLength(): number {
    return this.#content.plaintextLength;
  }

  /** Bytes of the derived stream so far. */
  get derivedLength(): number {
    return this.#derived?.plaintextLength ?? 0;
  }

  /** Takes content; returns the ciphertext that became ready, to be written in this order. */
  content(plaintext: Uint8Array): Buffer[] {
    const ready = this.#content.update(plaintext);
    if (this.#contentBegun) return ready;
    this.#contentBegun = true;
    return [this.#content.header, ...ready];
  }

  /** Takes bytes of the derived stream; false where they would not fit, and then none of them is taken. */
  derived(plaintext: Uint8Array): boolean {
    if (this.derivedLength + plaintext.length > MAX_DERIVED_BYTES) return false;
    this.#derived ??= this.#startStream('derived');
    this.#derivedCiphertext.push(...this.#derived.update(plaintext));
    return true;
  }

  /** Ends all streams; `tail` is what is still to be written, in order. */
  finish(index: IndexSource): { readonly tail: Buffer[]; readonly layout: SealedObjectLayout } {
    const content = this.#content;
    const derived = this.#derived ?? this.#startStream('derived');
    const indexStream = this.#startStream('index');
    const tail = this.#contentBegun ? content.finish() : [content.header, ...content.finish()];
    tail.push(derived.header, ...this.#derivedCiphertext, ...derived.finish());
    tail.push(indexStream.header, ...indexStream.update(this.#indexBytes(index)), ...indexStream.finish());
    return { tail, layout: layOut(content, derived, indexStream) };
  }

  #startStream(name: StreamName): ChunkedEncryptor {
    return new ChunkedEncryptor(this.#contentKey, streamContext(name, this.#ids));
  }

  #indexBytes(index: IndexSource): Buffer {
    const lengths = { contentLength: this.contentLength, derivedLength: this.derivedLength };
    const value = typeof index === 'function' ? index(lengths) : index;
    if (value === null) return Buffer.alloc(0);
    if (value.contentLength !== lengths.contentLength || value.derivedLength !== lengths.derivedLength)
      throw new RangeError('the index states other lengths than the streams have');
    return Buffer.from(JSON.stringify(value), 'utf8');
  }
}

function layOut(
  content: ChunkedEncryptor,
  derived: ChunkedEncryptor,
  index: ChunkedEncryptor,
): SealedObjectLayout {
  let offset = 0;
  const place = (stream: ChunkedEncryptor): StreamLayout => {
    const placed = {
      offset,
      length: stream.ciphertextLength,
      plaintextLength: stream.plaintextLength,
      commitment: stream.commitment.toString('base64url'),
    };
    offset += placed.length;
    return placed;
  };
  return { content: place(content), derived: place(derived), index: place(index) };
}

/** Bytes of a whole sealed object. */
export function objectLength(layout: SealedObjectLayout): number {
  return layout.index.offset + layout.index.length;
}

export interface SealedObjectSource extends MessageIds {
  readonly contentKey: Uint8Array;
  /** From the verified manifest where there is one. */
  readonly layout: SealedObjectLayout;
  /** Reads bytes of the object; `offset` counts from its first byte. Its errors pass through. */
  read(offset: number, length: number): Promise<Buffer>;
}

/**
 * Opens one stream of a sealed object. Throws AuthenticationFailed also where the stream does not carry the
 * commitment or the length that the layout states.
 */
export async function openStream(name: StreamName, source: SealedObjectSource): Promise<ChunkedStream> {
  const placed = source.layout[name];
  const stream = await openChunkedStream({
    inputKey: source.contentKey,
    context: streamContext(name, source),
    ciphertextLength: placed.length,
    read: (offset, length) => source.read(placed.offset + offset, length),
  });
  const stated = Buffer.from(placed.commitment, 'base64url');
  if (stream.plaintextLength !== placed.plaintextLength || !stream.commitment.equals(stated))
    throw new AuthenticationFailed();
  return stream;
}
