/** Where the three streams of a sealed object lie. Lengths come from here, never from the transport. */

export const STREAM_NAMES = ['content', 'derived', 'index'] as const;
export type StreamName = (typeof STREAM_NAMES)[number];

export interface StreamLayout {
  /** First byte of the stream (its salt) in the object. */
  readonly offset: number;
  /** Ciphertext bytes: salt, commitment, chunks. */
  readonly length: number;
  readonly plaintextLength: number;
  /** The 32-byte key commitment, base64url. */
  readonly commitment: string;
}

/** The streams follow each other in this order: content, derived, index. */
export type SealedObjectLayout = Readonly<Record<StreamName, StreamLayout>>;
