/**
 * The end of a hold: sent secured (the author's choice, or nobody answered), or not sent. Everything happens in one
 * transaction that expects the recipients to be held still, so that two answers, or an answer and the clock, can
 * never both count. Runs where the spool can be opened.
 */
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { Clock } from '#src/base/clock.ts';
import { CodedError, errorCode } from '#src/base/coded-error.ts';
import type { RandomSource } from '#src/base/identifiers.ts';
import type { Log } from '#src/base/log.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { parseAddressList } from '#src/mime/address-list.ts';
import { newMessageIdField } from '#src/notification/compose/mail.ts';
import { renderReturned } from '#src/notification/returned.ts';
import { renderSecured } from '#src/notification/secured.ts';
import { messageCodeOf } from '#src/protection/secure-message/message-code.ts';
import { openSpoolWrap } from '#src/protection/spool-wrap.ts';
import type { WrittenMailSealer } from '#src/queue/written-mails.ts';
import { openStream } from '#src/sealing/sealed-object.ts';
import type { SealedObjectLayout } from '#src/sealing/layout.ts';
import type { MessageIndex } from '#src/sealing/message-index.ts';
import { exactlyOne, statement, type Database, type Statement } from '#src/storage/database.ts';
import type { ObjectStore } from '#src/storage/objects.ts';
import { storedObject } from '#src/storage/object-columns.ts';

import { isInternalDomain } from '#src/policy/domains.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';

import { loadHeldMessage, type HeldMessage } from './held-message.ts';
import { securedThreadRows } from './message-rows.ts';
import { extendManifest } from './message-manifest.ts';
import { secureRecipients, type SecuredRecipient } from './secure-recipients.ts';
import type { AcceptanceSettings } from './settings.ts';

export interface HoldsOptions {
  readonly settings: () => AcceptanceSettings;
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly keys: KeyProvider;
  readonly audit: AuditLog;
  readonly sealer: WrittenMailSealer;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  readonly onQueued: () => void;
}

/** Why a hold ended. */
export type HoldEnd = 'author-sent' | 'author-stopped' | 'unanswered';

/** False where somebody else ended the hold before. */
export type HoldResult = 'done' | 'already-ended';

const DUE_PER_ROUND = 50;

export class Holds {
  readonly #options: HoldsOptions;

  constructor(options: HoldsOptions) {
    this.#options = options;
  }

  /** Ends the holds whose time is over. Returns how many. */
  async endDue(): Promise<number> {
    const { database, clock, log, settings } = this.#options;
    const due = await database.query
      .selectFrom('messages')
      .select('id')
      .where('holdUntil', '<=', clock.now())
      .orderBy('holdUntil')
      .limit(DUE_PER_ROUND)
      .execute();
    let ended = 0;
    for (const { id } of due) {
      try {
        const secure = settings().policy.unansweredNearMiss === 'secure';
        const result = secure ? await this.sendSecured(id, 'unanswered') : await this.stop(id, 'unanswered');
        if (result === 'done') ended += 1;
      } catch (error) {
        log.error('a hold could not be ended; it is tried again', {
          queueId: id,
          code: errorCode(error),
          error,
        });
      }
    }
    return ended;
  }

  /** Seals the message for its held recipients and queues their notices. */
  async sendSecured(messageId: string, why: HoldEnd): Promise<HoldResult> {
    const held = await loadHeldMessage(this.#options.database.query, messageId);
    if (held === null) return 'already-ended';
    const settings = this.#options.settings();
    const contentKey = await this.#openContentKey(held);
    try {
      const secured = await this.#secure(held, contentKey, settings);
      const mails = [...secured.map(({ notice }) => notice), ...this.#securedMail(held, settings)];
      const written = await this.#options.sealer.seal(mails, messageId);
      return await this.#commit(
        [
          ...this.#endHold(held, 'queued', why),
          ...secured.flatMap((entry) => this.#secureRecipient(entry)),
          this.#replaceManifest(held, secured),
          ...written.statements,
          ...securedThreadRows(
            this.#options,
            messageId,
            mails.map(({ mail }) => mail.messageIdField),
            this.#options.clock.now(),
          ),
          this.#destroySpoolWrap(messageId),
        ],
        () => written.abandon(),
      );
    } finally {
      contentKey.fill(0);
    }
  }

  /** Nothing goes out to the held recipients. */
  async stop(messageId: string, why: HoldEnd): Promise<HoldResult> {
    const held = await loadHeldMessage(this.#options.database.query, messageId);
    if (held === null) return 'already-ended';
    const mails = why === 'unanswered' ? this.#returnedMail(held) : [];
    const written = mails.length === 0 ? null : await this.#options.sealer.seal(mails, messageId);
    return this.#commit(
      [
        ...this.#endHold(held, 'cancelled', why),
        ...(written?.statements ?? []),
        this.#destroySpoolWrap(messageId),
      ],
      async () => written?.abandon(),
    );
  }

  async #openContentKey({ message }: HeldMessage): Promise<Buffer> {
    const { keys } = this.#options;
    if (message.kid === null || message.wrap === null) {
      throw new CodedError('spool-wrap-missing', 'the spool holds no key for a held message');
    }
    return openSpoolWrap(keys, message.wrap, message.kid, this.#idsOf(message.id));
  }

  async #secure(
    held: HeldMessage,
    contentKey: Buffer,
    settings: AcceptanceSettings,
  ): Promise<readonly SecuredRecipient[]> {
    const { message, recipients } = held;
    const author = await this.#authorOf(held, contentKey, settings);
    return secureRecipients(
      {
        ids: this.#idsOf(message.id),
        contentKey,
        ...author,
        reversePath: message.reversePath,
        original: { messageIdField: message.originalMessageId, references: [] },
        keptUntil: message.keptUntil ?? message.acceptedAt + settings.keepMs,
      },
      recipients.map(({ id, address, canonicalAddress }) => ({ id, address, canonicalAddress })),
      settings,
      this.#options,
    );
  }

  /** The author's name stands only in the sealed index. */
  async #authorOf({ message }: HeldMessage, contentKey: Buffer, settings: AcceptanceSettings) {
    const object = storedObject(message);
    if (object === null) throw new CodedError('content-destroyed', 'the content of a held message is gone');
    const stream = await openStream('index', {
      contentKey,
      ...this.#idsOf(message.id),
      layout: JSON.parse(message.layout) as SealedObjectLayout,
      read: (offset, length) => this.#options.objects.read(object, offset, length),
    });
    const index = JSON.parse(
      (await stream.readRange(0, stream.plaintextLength)).toString('utf8'),
    ) as MessageIndex;
    const [shown] = parseAddressList(index.header.from);
    const address = message.fromAddress ?? settings.site.serviceAddress;
    const domain = parseMailAddress(address)?.domain;
    return {
      author: { displayName: shown?.displayName ?? '', address },
      authorIsOurs: domain !== undefined && isInternalDomain(domain, settings.policy.internalDomains),
    };
  }

  #securedMail({ message, recipients }: HeldMessage, settings: AcceptanceSettings) {
    if (message.authorAddress === null) return [];
    const mail = renderSecured(settings.site, {
      ...this.#frame(message.authorAddress, message, settings),
      recipients: recipients.map(({ address }) => ({ address, how: 'secure-message' as const })),
      reasons: ['near-miss'],
      messageCode: messageCodeOf(this.#options.keys, message.id),
      keptUntilMs: message.keptUntil,
    });
    return [{ kind: 'secured' as const, mail, recipientId: null, reversePath: '' }];
  }

  #returnedMail({ message, recipients }: HeldMessage) {
    const settings = this.#options.settings();
    if (message.reversePath === '') return [];
    const mail = renderReturned(settings.site, {
      ...this.#frame(message.reversePath, message, settings),
      reportingHost: settings.hostname,
      envelopeId: null,
      reason: { kind: 'no-answer' },
      recipients: recipients.map(({ address }) => ({ address, originalRecipient: null })),
    });
    return [{ kind: 'bounce' as const, mail, recipientId: null, reversePath: '' }];
  }

  #frame(to: string, message: HeldMessage['message'], settings: AcceptanceSettings) {
    return {
      messageIdField: newMessageIdField(settings.mainDomain, this.#options.random),
      dateMs: this.#options.clock.now(),
      to,
      original: { messageIdField: message.originalMessageId, references: [] },
      sentMs: message.acceptedAt,
    };
  }

  /** Expects every held recipient to be held still. */
  #endHold({ message, recipients }: HeldMessage, state: 'queued' | 'cancelled', why: HoldEnd): Statement[] {
    const { database, audit } = this.#options;
    return [
      statement(
        database.query
          .updateTable('messages')
          .set({ holdUntil: null, holdTokenHash: null })
          .where('id', '=', message.id)
          .where('holdUntil', 'is not', null),
        exactlyOne,
      ),
      statement(
        database.query
          .updateTable('recipients')
          .set({ state })
          .where('messageId', '=', message.id)
          .where('state', '=', 'held'),
        { exactly: recipients.length },
      ),
      audit.entry({
        event: state === 'queued' ? 'hold-released' : 'hold-cancelled',
        messageId: message.id,
        facts: { why, recipients: recipients.length },
      }),
    ];
  }

  #secureRecipient(entry: SecuredRecipient): Statement[] {
    return [
      entry.insertWrap,
      statement(
        this.#options.database.query
          .updateTable('recipients')
          .set({
            protection: 'secure-message',
            linkTokenHash: entry.linkTokenHash,
            linkMac: entry.linkMac,
          })
          .where('id', '=', entry.recipient.id),
        exactlyOne,
      ),
    ];
  }

  #replaceManifest({ message }: HeldMessage, secured: readonly SecuredRecipient[]): Statement {
    return statement(
      this.#options.database.query
        .updateTable('messages')
        .set({ manifest: extendManifest(this.#options.keys, message.id, message.manifest, secured) })
        .where('id', '=', message.id),
      exactlyOne,
    );
  }

  /** Unless another recipient is still being relayed: then whoever settles the last one destroys it. */
  #destroySpoolWrap(messageId: string): Statement {
    const { query } = this.#options.database;
    return statement(
      query
        .deleteFrom('wraps')
        .where('messageId', '=', messageId)
        .where('holderKind', '=', 'spool')
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('deliveries')
                .select('id')
                .where('messageId', '=', messageId)
                .where('state', '=', 'queued'),
            ),
          ),
        ),
    );
  }

  async #commit(unit: readonly Statement[], abandon: () => Promise<void>): Promise<HoldResult> {
    try {
      await this.#options.database.commit(unit);
    } catch (error) {
      await abandon();
      if (errorCode(error) === 'expectation-failed') return 'already-ended';
      throw error;
    }
    this.#options.onQueued();
    return 'done';
  }

  #idsOf(messageId: string) {
    return { organizationId: this.#options.keys.publicKeys().organizationId, messageId };
  }
}
