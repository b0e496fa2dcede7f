/**
 * The first step of acceptance: the stream is read once; the header block is looked at and cleaned, everything is
 * sealed chunk by chunk as it comes, and the scanner collects structure and facts in the same pass. At most the
 * header block (256 KiB) and one chunk are in memory as plaintext. Nothing is decided here.
 */
import { CodedError } from '#src/base/coded-error.ts';
import type { Log } from '#src/base/log.ts';
import type { RandomSource } from '#src/base/identifiers.ts';
import type { Steps } from '#src/base/steps.ts';
import { parseHeaderFields, removeFields } from '#src/mime/header-fields.ts';
import { buildMessageIndex, buildRawIndex } from '#src/mime/index-builder.ts';
import type { HeaderField, ScanResult } from '#src/mime/scan-result.ts';
import { MimeScanner } from '#src/mime/scanner.ts';
import { WISH_FIELD_NAMES } from '#src/policy/wish-fields.ts';
import type { MessageIndex } from '#src/sealing/message-index.ts';
import type { SealedObjectLayout } from '#src/sealing/layout.ts';
import { SealedObjectWriter } from '#src/sealing/sealed-object.ts';
import type { ObjectStore, StoredObject } from '#src/storage/objects.ts';

import { HeaderCollector, type CollectedHeader } from './header-collector.ts';
import { Refused } from './smtp-error.ts';

export const MAX_HEADER_BYTES = 256 * 1024;
const CONTENT_KEY_BYTES = 32;

/** Fields that never go on: blind copies (RFC 5322 section 3.6.3) and what is between the author and us. */
const REMOVED_FIELDS: ReadonlySet<string> = new Set([
  'bcc',
  'resent-bcc',
  'x-sendsecure-mark',
  'x-sendsecure-notice',
  ...WISH_FIELD_NAMES,
]);

const NO_FIELDS: ReadonlySet<string> = new Set();

export interface ReceivedMessage {
  readonly contentKey: Buffer;
  readonly layout: SealedObjectLayout;
  readonly object: StoredObject;
  readonly index: MessageIndex;
  readonly header: readonly HeaderField[];
  /** Null where the content was not taken apart or broke the scanner: nothing is known about its parts. */
  readonly scan: ScanResult | null;
  /** Plaintext bytes of the content stream. */
  readonly sizeBytes: number;
}

/** Whether content is taken apart; `must-work`: one that can't be is an error, `may-break`: it is sealed raw then. */
export type Scanning = 'must-work' | 'may-break' | 'none';

export interface ReceiveOptions {
  readonly messageId: string;
  readonly organizationId: string;
  readonly objects: ObjectStore;
  readonly random: RandomSource;
  readonly steps: Steps;
  readonly log: Log;
  /** Sees the header fields before anything is removed or stored; throws Refused to end the transaction. */
  inspectHeader(fields: readonly HeaderField[]): void;
  /** Fields that end here beside those that never go on, lower-case names; asked after `inspectHeader`. */
  fieldsToRemove?(fields: readonly HeaderField[]): ReadonlySet<string>;
  /** Fields with secrets, lower-case names: they end here, and nobody sees them after `inspectHeader`. */
  readonly secretFields?: ReadonlySet<string>;
  /** The subject as readers are shown it; left out: as it came. The content keeps its own. */
  shownSubject?(subject: string): string;
  /** Asked once, with the header block as it came, before anything looks at it; throws Refused to end the transaction. */
  scanning(headerBlock: Buffer): Scanning;
}

/** Reads, scans and seals `content`. On any failure nothing is left behind and the error tells acceptance why. */
export async function receiveAndSeal(
  content: AsyncIterable<Buffer>,
  options: ReceiveOptions,
): Promise<ReceivedMessage> {
  const contentKey = options.random(CONTENT_KEY_BYTES);
  const writer = options.objects.create(options.messageId);
  const sealer = new SealedObjectWriter({
    contentKey,
    organizationId: options.organizationId,
    messageId: options.messageId,
  });
  try {
    const pass = new SinglePass(sealer, options);
    for await (const piece of content) {
      options.steps.reach('content-arriving');
      for (const ciphertext of pass.take(piece)) await writer.write(ciphertext);
    }
    options.steps.reach('content-received');
    for (const ciphertext of pass.end()) await writer.write(ciphertext);
    const { scan, index, sizeBytes, header } = pass.result();
    const { tail, layout } = sealer.finish(index);
    for (const ciphertext of tail) await writer.write(ciphertext);
    options.steps.reach('content-sealed');
    const object = await writer.finish();
    options.steps.reach('object-durable');
    return { contentKey, layout, object, index, header, scan, sizeBytes };
  } catch (error) {
    contentKey.fill(0);
    await writer.abort();
    throw error;
  }
}

/** The header block first, then every piece to scanner and sealer alike. */
class SinglePass {
  readonly #sealer: SealedObjectWriter;
  readonly #options: ReceiveOptions;
  readonly #scanner: GuardedScanner;
  readonly #collector = new HeaderCollector();
  #header: readonly HeaderField[] | null = null;
  #scanning: Scanning = 'must-work';
  #sizeBytes = 0;

  constructor(sealer: SealedObjectWriter, options: ReceiveOptions) {
    this.#sealer = sealer;
    this.#options = options;
    this.#scanner = new GuardedScanner((utf8) => sealer.derived(utf8), options.log);
  }

  take(piece: Buffer): Buffer[] {
    if (this.#header !== null) return this.#pass(piece);
    const collected = this.#collector.take(piece);
    const headerBytes = collected === null ? this.#collector.length : collected.block.length;
    if (headerBytes > MAX_HEADER_BYTES) {
      throw new Refused('header-too-large', {
        code: 552,
        enhanced: '5.3.4',
        text: 'The header of this mail is larger than 256 KiB',
      });
    }
    return collected === null ? [] : this.#afterHeader(collected);
  }

  /** A mail without an empty line is all header. */
  end(): Buffer[] {
    return this.#header === null ? this.#afterHeader(this.#collector.end()) : [];
  }

  result(): {
    scan: ScanResult | null;
    index: MessageIndex;
    sizeBytes: number;
    header: readonly HeaderField[];
  } {
    const header = this.#header ?? [];
    const scan = this.#scanning === 'none' ? null : this.#scanner.finish();
    if (scan === null && this.#scanning === 'must-work') {
      throw new CodedError('scanner-broke', 'the content could not be scanned; a second try seals it raw');
    }
    const { contentLength, derivedLength } = this.#sealer;
    const lengths = { contentLength, derivedLength };
    const built = scan === null ? buildRawIndex(header, lengths) : buildMessageIndex(scan, lengths);
    const subject = this.#options.shownSubject?.(built.header.subject) ?? built.header.subject;
    const index = { ...built, header: { ...built.header, subject } };
    return { scan, index, sizeBytes: this.#sizeBytes, header };
  }

  #afterHeader({ block, rest }: CollectedHeader): Buffer[] {
    this.#scanning = this.#options.scanning(block);
    const fields = parseHeaderFields(block);
    this.#options.inspectHeader(fields);
    const secret = this.#options.secretFields ?? NO_FIELDS;
    this.#header = fields.filter(({ lowerName }) => !secret.has(lowerName));
    const further = this.#options.fieldsToRemove?.(fields) ?? NO_FIELDS;
    const cleaned = removeFields(block, fields, new Set([...REMOVED_FIELDS, ...secret, ...further]));
    return [...this.#pass(cleaned), ...(rest.length > 0 ? this.#pass(rest) : [])];
  }

  #pass(piece: Buffer): Buffer[] {
    this.#sizeBytes += piece.length;
    if (this.#scanning !== 'none') this.#scanner.write(piece);
    return this.#sealer.content(piece);
  }
}

/** A scanner that breaks doesn't stop the sealing: what it can't read is sealed all the same. */
class GuardedScanner {
  readonly #scanner: MimeScanner;
  readonly #log: Log;
  #broken = false;

  constructor(onDerived: (utf8: Buffer) => boolean, log: Log) {
    this.#scanner = new MimeScanner({ onDerived });
    this.#log = log;
  }

  write(piece: Buffer): void {
    if (this.#broken) return;
    try {
      this.#scanner.write(piece);
    } catch (error) {
      this.#break(error);
    }
  }

  finish(): ScanResult | null {
    if (this.#broken) return null;
    try {
      return this.#scanner.finish();
    } catch (error) {
      this.#break(error);
      return null;
    }
  }

  #break(error: unknown): void {
    this.#broken = true;
    this.#log.error('the scanner broke on a message', { step: 'receive', error });
  }
}
