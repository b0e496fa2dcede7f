/**
 * Content that this process has just sealed, kept open for the deliveries that follow at once: they need not unwrap
 * the key from the spool again, nor read back what was written a moment ago. It is only a shortcut: what is not here,
 * or was sealed by another process, is opened by its spool wrap. Whoever holds this can open the spool as well.
 */
import type { SealedObjectLayout } from '#src/sealing/layout.ts';
import type { Clock } from '#src/base/clock.ts';
import { MINUTE_MS } from '#src/base/clock.ts';
import type { StoredObject } from '#src/storage/objects.ts';

export interface FreshMessage {
  /** A copy of its own; erased when it is dropped. */
  readonly contentKey: Buffer;
  readonly object: StoredObject;
  readonly layout: SealedObjectLayout;
  readonly traceFields: string;
  readonly body: '7bit' | '8bitmime';
  readonly smtputf8: boolean;
  readonly dsnReturn: string | null;
  readonly dsnEnvelopeId: string | null;
}

interface Kept {
  readonly message: FreshMessage;
  readonly since: number;
}

const MOST_MESSAGES = 1_000;
const MOST_BYTES = 16 * 1024 * 1024;
/** Longer waits nobody who delivers at once; another process may have taken the delivery. */
const KEPT_MS = MINUTE_MS;

export class FreshContent {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps the message if there is room; called before the commit, because nothing is delivered before it. */
  put(
    messageId: string,
    message: Omit<FreshMessage, 'contentKey'> & { readonly contentKey: Uint8Array },
  ): void {
    this.#dropOld();
    const bytes = bytesOf(message.object);
    if (this.#kept.size >= MOST_MESSAGES || this.#bytes + bytes > MOST_BYTES) return;
    this.#bytes += bytes;
    const kept = { ...message, contentKey: Buffer.from(message.contentKey) };
    this.#kept.set(messageId, { message: kept, since: this.#clock.now() });
  }

  /** Gives the message away, once. */
  take(messageId: string): FreshMessage | null {
    const kept = this.#kept.get(messageId);
    if (kept === undefined) return null;
    this.#kept.delete(messageId);
    this.#bytes -= bytesOf(kept.message.object);
    return kept.message;
  }

  /** The unit that was to make it real was not committed. */
  drop(messageId: string): void {
    this.take(messageId)?.contentKey.fill(0);
  }

  #dropOld(): void {
    const before = this.#clock.now() - KEPT_MS;
    for (const [messageId, { since }] of this.#kept) {
      if (since > before) return;
      this.drop(messageId);
    }
  }
}

function bytesOf(object: StoredObject): number {
  return object.storage === 'inline' ? object.length : 0;
}
