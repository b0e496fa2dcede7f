/**
 * A mail that came back, as its readers see it: header fields, structure, and the few parts that they ask for. The
 * content itself lies sealed; `SealedParts` opens ranges of it with the key that this transaction still holds.
 */
import type { HeaderField, ScannedPart, ScanResult } from '#src/mime/scan-result.ts';
import { transferDecoder } from '#src/mime/transfer-decoding.ts';
import type { SealedObjectLayout } from '#src/sealing/layout.ts';
import { openStream } from '#src/sealing/sealed-object.ts';

export interface ReturnedMail {
  /** '' is the null reverse-path. */
  readonly reversePath: string;
  readonly header: readonly HeaderField[];
  /** Null where the content broke the scanner. */
  readonly scan: ScanResult | null;
  readonly parts: PartReader;
}

export interface PartReader {
  /** The first bytes of a part's body, transfer encoding undone. */
  decoded(part: ScannedPart): Promise<Buffer>;
  /** The beginning of a body text; '' where the scanner derived none. */
  text(part: ScannedPart): Promise<string>;
}

/** Reports are small; what is longer is not read to its end. */
export const MAX_READ_BYTES = 64 * 1024;

export interface SealedSource {
  readonly organizationId: string;
  readonly messageId: string;
  readonly contentKey: Uint8Array;
  readonly layout: SealedObjectLayout;
  /** Reads the sealed object. */
  readonly read: (offset: number, length: number) => Promise<Buffer>;
}

export class SealedParts implements PartReader {
  readonly #source: SealedSource;

  constructor(source: SealedSource) {
    this.#source = source;
  }

  async decoded(part: ScannedPart): Promise<Buffer> {
    const stream = await openStream('content', this.#source);
    const encoded = await stream.readRange(part.start, Math.min(part.end, part.start + MAX_READ_BYTES));
    const decoder = transferDecoder(part.transferEncoding);
    return Buffer.concat([decoder.decode(encoded), decoder.finish()]);
  }

  async text(part: ScannedPart): Promise<string> {
    if (part.text === null) return '';
    const { start, end } = part.text;
    const stream = await openStream('derived', this.#source);
    return (await stream.readRange(start, Math.min(end, start + MAX_READ_BYTES))).toString('utf8');
  }
}
