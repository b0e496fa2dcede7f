/**
 * Seals mails that we wrote ourselves, so that nothing unencrypted is ever on a disk or in the database: one sealed
 * object for all mails of one occasion, one spool wrap, one delivery each with its range in the object. The caller
 * commits the statements with the state change that the mails are about.
 */
import type { Clock } from '#src/base/clock.ts';
import { newId, systemRandom, type RandomSource } from '#src/base/identifiers.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import { CodedError, errorCode } from '#src/base/coded-error.ts';
import { isInternalDomain } from '#src/policy/domains.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import type { WrittenMail } from '#src/notification/written-mail.ts';
import { makeMark, MARK_FIELD } from '#src/protection/gateway-mark.ts';
import { makeSpoolWrap } from '#src/protection/spool-wrap.ts';
import type { FreshContent } from './fresh-content.ts';
import { insertDeliveries, type NewDelivery } from './new-delivery.ts';
import { SealedObjectWriter } from '#src/sealing/sealed-object.ts';
import type { Database, Statement } from '#src/storage/database.ts';
import type { ObjectStore, StoredObject } from '#src/storage/objects.ts';
import type { DeliveryKind } from '#src/storage/tables.ts';

import { objectColumns } from '#src/storage/object-columns.ts';
import { insertRow } from '#src/storage/prepared.ts';

const CONTENT_KEY_BYTES = 32;
/** What all mails that we write have in common. */
const WRITTEN = {
  traceFields: '',
  body: '7bit',
  smtputf8: false,
  dsnReturn: null,
  dsnEnvelopeId: null,
} as const;

export interface MailToSend {
  readonly kind: DeliveryKind;
  readonly mail: WrittenMail;
  /** The recipient row whose fate this mail decides (a notice); null for all others. */
  readonly recipientId: string | null;
  /** Empty: null reverse-path, so that no bounce of it comes back. */
  readonly reversePath: string;
  /** It leaves no earlier (ms). */
  readonly notBefore?: number;
}

export interface WrittenMailStatements {
  readonly statements: readonly Statement[];
  /**
   * Removes the sealed object where it lies outside the database; call it with what `commit` threw. Where the answer to
   * COMMIT was lost the rows may exist: then the object must, and the sweep of orphans finds out.
   */
  abandon(cause?: unknown): Promise<void>;
}

export interface WrittenMailSealerOptions {
  readonly database: Pick<Database, 'query'>;
  readonly objects: ObjectStore;
  readonly keys: KeyProvider;
  readonly clock: Clock;
  readonly random?: RandomSource;
  /** Where this process delivers too. */
  readonly fresh?: FreshContent;
  /** Asked for anew with each mail, so that a reload takes effect. */
  readonly internalDomains: () => readonly string[];
}

export class WrittenMailSealer {
  readonly #options: WrittenMailSealerOptions;

  constructor(options: WrittenMailSealerOptions) {
    this.#options = options;
  }

  /** Seals `mails`; `aboutMessageId` is the submitted message they are about. */
  async seal(mails: readonly MailToSend[], aboutMessageId: string | null): Promise<WrittenMailStatements> {
    const { clock, database, keys } = this.#options;
    const random = this.#options.random ?? systemRandom;
    const messageId = newId(clock, random);
    const contentKey = random(CONTENT_KEY_BYTES);
    const ids = { organizationId: keys.publicKeys().organizationId, messageId };
    const sealer = new SealedObjectWriter({ contentKey, ...ids });
    const writer = this.#options.objects.create(messageId);
    try {
      const marks = mails.map(({ mail }) => this.#markLine(mail, messageId));
      for (const [i, { mail }] of mails.entries()) {
        for (const bytes of [marks[i] ?? Buffer.alloc(0), mail.bytes])
          for (const piece of sealer.content(bytes)) await writer.write(piece);
      }
      const { tail, layout } = sealer.finish(null);
      for (const piece of tail) await writer.write(piece);
      const object = await writer.finish();
      const { kid, wrap } = await makeSpoolWrap(keys, contentKey, ids);
      const statements = [
        this.#messageRow(messageId, aboutMessageId, object, JSON.stringify(layout)),
        insertRow(database.query, 'wraps', {
          id: newId(clock, random),
          messageId,
          holderKind: 'spool',
          holderId: kid,
          recipientId: null,
          kid,
          wrap,
          replacement: null,
        }),
        ...insertDeliveries(database.query, keys, clock, this.#deliveries(mails, marks, messageId)),
      ];
      this.#options.fresh?.put(messageId, { ...WRITTEN, contentKey, object, layout });
      return { statements, abandon: (cause) => this.#abandon(messageId, object, cause) };
    } catch (error) {
      await writer.abort();
      throw error;
    } finally {
      contentKey.fill(0);
    }
  }

  async #abandon(messageId: string, object: StoredObject, cause: unknown): Promise<void> {
    this.#options.fresh?.drop(messageId);
    if (errorCode(cause) === 'database-unavailable') return;
    await this.#options.objects.remove(object);
  }

  /** Our mark as the first field of a mail, so that it is known where it comes back. */
  #markLine(mail: WrittenMail, queueId: string): Buffer {
    const { clock, keys } = this.#options;
    const { messageIdField } = mail;
    const domain = messageIdField.slice(messageIdField.lastIndexOf('@') + 1, -1);
    const mark = makeMark(keys, { queueId, messageIdField, domain }, clock.now());
    return Buffer.from(`${MARK_FIELD}: ${mark}\r\n`);
  }

  #messageRow(id: string, aboutMessageId: string | null, object: StoredObject, layout: string): Statement {
    const { clock, database } = this.#options;
    return insertRow(database.query, 'messages', {
      id,
      purpose: 'written',
      aboutMessageId,
      acceptedAt: clock.now(),
      reversePath: '',
      authorAddress: null,
      fromAddress: null,
      traceFields: '',
      originalMessageId: null,
      wantsDisposition: 0,
      submitterAddress: '',
      submitterProof: 'self',
      sizeBytes: object.length,
      body: '7bit',
      smtputf8: 0,
      dsnReturn: null,
      dsnEnvelopeId: null,
      ...objectColumns(object),
      layout,
      manifest: null,
      deskListEntry: null,
      listEntry: null,
      holdUntil: null,
      holdTokenHash: null,
      keptUntil: null,
    });
  }

  #deliveries(mails: readonly MailToSend[], marks: readonly Buffer[], messageId: string): NewDelivery[] {
    let start = 0;
    return mails.map(({ kind, mail, recipientId, reversePath, notBefore }, i) => {
      const range = { start, end: start + (marks[i]?.length ?? 0) + mail.bytes.length };
      start = range.end;
      const address = parseMailAddress(mail.to);
      if (address === null) throw new CodedError('address-invalid', 'a mail of our own has no valid address');
      return {
        messageId,
        recipientId,
        kind,
        reversePath,
        notBefore,
        recipient: address.raw,
        domain: address.domain,
        route: isInternalDomain(address.domain, this.#options.internalDomains()) ? 'internal' : 'outside',
        range,
      };
    });
  }
}
