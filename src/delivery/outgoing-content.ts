/**
 * The plaintext of a delivery, opened chunk by chunk while it is sent: the spool wrap gives the content key, the
 * content stream gives the mail. Keys of objects with several deliveries are kept for a moment, because the notices
 * and the author's mail of one message lie in one object.
 */
import { CodedError } from '#src/base/coded-error.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import type { DeliveryRow } from '#src/queue/delivery-queue.ts';
import type { FreshContent, FreshMessage } from '#src/queue/fresh-content.ts';
import type { SealedObjectLayout } from '#src/sealing/layout.ts';
import type { ChunkedStream } from '#src/sealing/chunked-stream.ts';
import { openStream } from '#src/sealing/sealed-object.ts';
import { openSpoolWrap } from '#src/protection/spool-wrap.ts';
import type { Database } from '#src/storage/database.ts';
import { storedObject } from '#src/storage/object-columns.ts';
import type { ObjectStore } from '#src/storage/objects.ts';
import { preparedQuery } from '#src/storage/prepared.ts';
import type { MessagesTable, WrapsTable } from '#src/storage/tables.ts';

export interface OpenMessage {
  readonly contentKey: Buffer;
  readonly content: ChunkedStream;
  readonly layout: SealedObjectLayout;
  readonly ids: { readonly organizationId: string; readonly messageId: string };
  readonly read: (offset: number, length: number) => Promise<Buffer>;
  readonly traceFields: string;
  readonly body: '7bit' | '8bitmime';
  readonly smtputf8: boolean;
  readonly dsnReturn: string | null;
  readonly dsnEnvelopeId: string | null;
}

const KEPT_OPEN = 128;

export class OutgoingContent {
  readonly #database: Pick<Database, 'query'>;
  readonly #objects: ObjectStore;
  readonly #keys: KeyProvider;
  readonly #fresh: FreshContent | undefined;
  readonly #open = new Map<string, Promise<OpenMessage>>();

  constructor(options: {
    database: Pick<Database, 'query'>;
    objects: ObjectStore;
    keys: KeyProvider;
    /** What this process sealed a moment ago, where it also receives. */
    fresh?: FreshContent;
  }) {
    this.#fresh = options.fresh;
    this.#database = options.database;
    this.#objects = options.objects;
    this.#keys = options.keys;
  }

  /** Throws CodedError `content-destroyed`, `spool-wrap-missing`, or what opening the wrap throws. */
  async open(messageId: string): Promise<OpenMessage> {
    const kept = this.#open.get(messageId);
    if (kept !== undefined) return kept;
    const opening = this.#openNow(messageId);
    this.#open.set(messageId, opening);
    opening.catch(() => this.#open.delete(messageId));
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= KEPT_OPEN) break;
      this.#open.delete(oldest);
    }
    return opening;
  }

  /** The key is overwritten: without the spool wrap this was its last copy here. */
  forget(messageId: string): void {
    const opened = this.#open.get(messageId);
    this.#open.delete(messageId);
    void opened?.then(({ contentKey }) => contentKey.fill(0)).catch(() => {});
  }

  async #openNow(messageId: string): Promise<OpenMessage> {
    const ids = { organizationId: this.#keys.publicKeys().organizationId, messageId };
    const { object, ...message } = this.#fresh?.take(messageId) ?? (await this.#readBack(ids));
    const read = (offset: number, length: number): Promise<Buffer> =>
      this.#objects.read(object, offset, length);
    const content = await openStream('content', { ...ids, ...message, read });
    return { ...message, ids, read, content };
  }

  /** By the spool wrap, as every message can be opened until its last delivery is done. */
  async #readBack(ids: OpenMessage['ids']): Promise<FreshMessage> {
    const [row] = await findSpooled(this.#database.query, ids);
    if (row === undefined)
      throw new CodedError('spool-wrap-missing', 'the spool holds no key for this message');
    const object = storedObject(row);
    if (object === null) throw new CodedError('content-destroyed', 'the content of this message is gone');
    return {
      contentKey: await openSpoolWrap(this.#keys, row.wrap, row.kid, ids),
      object,
      layout: JSON.parse(row.layout) as SealedObjectLayout,
      traceFields: row.traceFields,
      body: row.body,
      smtputf8: row.smtputf8 === 1,
      dsnReturn: row.dsnReturn,
      dsnEnvelopeId: row.dsnEnvelopeId,
    };
  }
}

type SpooledColumns =
  | 'traceFields'
  | 'body'
  | 'smtputf8'
  | 'dsnReturn'
  | 'dsnEnvelopeId'
  | 'objectStorage'
  | 'objectName'
  | 'objectBytes'
  | 'objectLength'
  | 'layout';

const findSpooled = preparedQuery<
  { readonly messageId: string },
  Pick<MessagesTable, SpooledColumns> & Pick<WrapsTable, 'kid' | 'wrap'>
>((query, value) =>
  query
    .selectFrom('messages')
    .innerJoin('wraps', 'wraps.messageId', 'messages.id')
    .where('messages.id', '=', value('messageId'))
    .where('wraps.holderKind', '=', 'spool')
    .select([
      'messages.traceFields',
      'messages.body',
      'messages.smtputf8',
      'messages.dsnReturn',
      'messages.dsnEnvelopeId',
      'messages.objectStorage',
      'messages.objectName',
      'messages.objectBytes',
      'messages.objectLength',
      'messages.layout',
      'wraps.kid',
      'wraps.wrap',
    ]),
);

/** The mail of `delivery` as it goes on the wire, but for dot-stuffing. */
export async function* mailBytes(message: OpenMessage, delivery: DeliveryRow): AsyncGenerator<Buffer> {
  if (message.traceFields !== '') yield Buffer.from(message.traceFields, 'latin1');
  const start = delivery.rangeStart ?? 0;
  const end = delivery.rangeEnd ?? message.content.plaintextLength;
  yield* message.content.chunks(start, end);
}

/** Bytes of the mail, for SIZE. */
export function mailLength(message: OpenMessage, delivery: DeliveryRow): number {
  const content = (delivery.rangeEnd ?? message.content.plaintextLength) - (delivery.rangeStart ?? 0);
  return message.traceFields.length + content;
}
