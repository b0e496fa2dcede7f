/**
 * The end of a hold that only the security officer can lift: released as it was decided, or stopped and returned to
 * the author. Time running out stops it; nothing leaves because nobody looked. What was to be relayed waits as a
 * delivery of the queue, whose keyed hash says where it goes, and that it waits: only here it is given the hash with
 * which it is sent. All else becomes a secure message.
 */
import { RowForged, waitingRecipientMac } from '#src/accounts/row-mac.ts';
import { Throttle } from '#src/accounts/throttle.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import { newMessageIdField } from '#src/notification/compose/mail.ts';
import { renderReturned } from '#src/notification/returned.ts';
import { deliveryMac, isOwnWaitingDelivery } from '#src/queue/delivery-mac.ts';
import type { DeliveryRow } from '#src/queue/delivery-queue.ts';
import { DELIVERY_LIFETIME_MS } from '#src/queue/retry-schedule.ts';
import type { MailToSend } from '#src/queue/written-mails.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';

import { AuthorLimits } from './author-limits.ts';
import type { HeldMessage } from './held-message.ts';
import { destroySpoolWrap, endHold } from './hold-statements.ts';
import type { HoldsOptions } from './release-hold.ts';
import { requireWaiting, SecureLater } from './secure-later.ts';

export interface PreparedEnd {
  readonly statements: readonly Statement[];
  abandon(cause: unknown): Promise<void>;
}

export class OfficerHolds {
  readonly #options: HoldsOptions;
  readonly #secureLater: SecureLater;
  readonly #limits: AuthorLimits;

  constructor(options: HoldsOptions) {
    this.#options = options;
    this.#secureLater = new SecureLater(options);
    this.#limits = new AuthorLimits({ ...options, throttle: new Throttle(options) });
  }

  /** As it was decided when it came. */
  async release(held: HeldMessage): Promise<PreparedEnd> {
    const { message, recipients } = held;
    const relayed = await this.#relayed(message.id);
    const ids = new Set(relayed.map(({ recipientId }) => recipientId));
    const secured = recipients.filter(({ id }) => !ids.has(id));
    const protection =
      secured.length === 0
        ? null
        : await this.#secureLater.prepare(message, secured, 'held-by-officer', 'officer');
    const author = parseMailAddress(message.authorAddress ?? message.reversePath)?.canonical;
    const addresses = recipients.map(({ canonicalAddress }) => canonicalAddress);
    return {
      statements: [
        ...endHold(this.#options, held, 'queued', 'officer-released'),
        ...(protection?.statements ?? []),
        ...(author === undefined ? [] : this.#limits.remember(author, addresses)),
        ...relayed.map((delivery) => this.#letGo(delivery)),
        ...recipients.filter(({ id }) => ids.has(id)).flatMap((recipient) => this.#mayFallBack(recipient)),
        destroySpoolWrap(this.#options, message.id),
      ],
      abandon: async (cause) => protection?.abandon(cause),
    };
  }

  /** Nothing goes out; the author gets it back in plain words. */
  async stop(held: HeldMessage, why: 'officer-stopped' | 'unanswered'): Promise<PreparedEnd> {
    const { message } = held;
    const mails = this.#bounce(held);
    const written = mails.length === 0 ? null : await this.#options.sealer.seal(mails, message.id);
    return {
      statements: [
        ...endHold(this.#options, held, 'cancelled', why),
        this.#cancel(message.id),
        ...(written?.statements ?? []),
        destroySpoolWrap(this.#options, message.id),
      ],
      abandon: async (cause) => written?.abandon(cause),
    };
  }

  /** Throws RowForged. */
  async #relayed(messageId: string): Promise<readonly DeliveryRow[]> {
    const rows = await this.#options.database.query
      .selectFrom('deliveries')
      .selectAll()
      .where('messageId', '=', messageId)
      .where('state', '=', 'held')
      .where('heldReason', '=', 'author-limit')
      .execute();
    const forged = rows.find((row) => !isOwnWaitingDelivery(this.#options.keys, row));
    if (forged !== undefined) throw new RowForged('deliveries', forged.id);
    return rows;
  }

  #letGo(delivery: DeliveryRow): Statement {
    const now = this.#options.clock.now();
    return statement(
      this.#options.database.query
        .updateTable('deliveries')
        .set({
          state: 'queued',
          nextAttemptAt: now,
          expiresAt: now + DELIVERY_LIFETIME_MS,
          createdAt: now,
          heldAt: null,
          heldReason: null,
          mac: deliveryMac(this.#options.keys, delivery),
        })
        .where('id', '=', delivery.id)
        .where('state', '=', 'held')
        .where('heldReason', '=', 'author-limit'),
      exactlyOne,
    );
  }

  /** Its channel may turn out not to be verified; then it is to become a secure message without the officer. */
  #mayFallBack(recipient: HeldMessage['recipients'][number]): Statement[] {
    const { keys, database } = this.#options;
    if (recipient.linkMac === null) return [];
    requireWaiting(keys, recipient, 'officer');
    const { id, messageId, canonicalAddress, secondChannel } = recipient;
    const ids = { recipientId: id, messageId, canonicalAddress, secondChannel };
    const linkMac = waitingRecipientMac(keys, ids, 'others');
    const update = database.query.updateTable('recipients').set({ linkMac }).where('id', '=', id);
    return [statement(update, exactlyOne)];
  }

  #cancel(messageId: string): Statement {
    return statement(
      this.#options.database.query
        .updateTable('deliveries')
        .set({ state: 'cancelled', settledAt: this.#options.clock.now(), heldAt: null, heldReason: null })
        .where('messageId', '=', messageId)
        .where('state', '=', 'held')
        .where('heldReason', '=', 'author-limit'),
    );
  }

  #bounce({ message, recipients }: HeldMessage): MailToSend[] {
    const settings = this.#options.settings();
    if (message.reversePath === '' || recipients.length === 0) return [];
    const mail = renderReturned(settings.siteOf(message.reversePath), {
      messageIdField: newMessageIdField(settings.mainDomain, this.#options.random),
      dateMs: this.#options.clock.now(),
      to: message.reversePath,
      original: { messageIdField: message.originalMessageId, references: [] },
      sentMs: message.acceptedAt,
      reportingHost: settings.hostname,
      envelopeId: null,
      reason: { kind: 'stopped-by-officer' },
      recipients: recipients.map(({ address }) => ({ address, originalRecipient: null })),
    });
    return [{ kind: 'bounce', mail, recipientId: null, reversePath: '' }];
  }
}
