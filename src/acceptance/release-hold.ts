/**
 * The end of a hold: sent secured (the author's choice, or nobody answered), or not sent. Everything happens in one
 * transaction that expects the recipients to be held still, so that two answers, or an answer and the clock, can
 * never both count. Runs where the spool can be opened.
 */
import type { AuditLog } from '#src/audit/audit-log.ts';
import { MINUTE_MS, type Clock } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import type { RandomSource } from '#src/base/identifiers.ts';
import type { Log } from '#src/base/log.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { newMessageIdField } from '#src/notification/compose/mail.ts';
import { renderReturned } from '#src/notification/returned.ts';
import type { WrittenMailSealer } from '#src/queue/written-mails.ts';
import { exactlyOne, statement, type Database, type Statement } from '#src/storage/database.ts';
import type { ObjectStore } from '#src/storage/objects.ts';

import { loadHeldMessage, type HeldMessage } from './held-message.ts';
import { SecureLater } from './secure-later.ts';
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
const POSTPONE_MS = 5 * MINUTE_MS;

export class Holds {
  readonly #options: HoldsOptions;
  readonly #secureLater: SecureLater;

  constructor(options: HoldsOptions) {
    this.#options = options;
    this.#secureLater = new SecureLater(options);
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
        log.error('a hold could not be ended; it is tried again later', {
          queueId: id,
          code: errorCode(error),
          error,
        });
        await this.#postpone(id, errorCode(error));
      }
    }
    return ended;
  }

  /** A hold that can't be ended keeps waiting, and keeps no other one waiting. */
  async #postpone(messageId: string, code: string): Promise<void> {
    const { audit, clock, database } = this.#options;
    const later = database.query
      .updateTable('messages')
      .set({ holdUntil: clock.now() + POSTPONE_MS })
      .where('id', '=', messageId)
      .where('holdUntil', 'is not', null);
    const forged = code === 'row-forged' || code === 'manifest-invalid' || code === 'key-record-invalid';
    const alarm = audit.entry({ event: 'tamper-detected', messageId, facts: { what: 'held message', code } });
    await database.commit([statement(later), ...(forged ? [alarm] : [])]);
  }

  /** Seals the message for its held recipients and queues their notices. */
  async sendSecured(messageId: string, why: HoldEnd): Promise<HoldResult> {
    const held = await loadHeldMessage(this.#options.database.query, messageId);
    if (held === null) return 'already-ended';
    const protection = await this.#secureLater.prepare(held.message, held.recipients, 'near-miss');
    return this.#commit(
      [...this.#endHold(held, 'queued', why), ...protection.statements, this.#destroySpoolWrap(messageId)],
      (cause) => protection.abandon(cause),
    );
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
      async (cause) => written?.abandon(cause),
    );
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
                .where('state', 'in', ['queued', 'held']),
            ),
          ),
        ),
    );
  }

  async #commit(unit: readonly Statement[], abandon: (cause: unknown) => Promise<void>): Promise<HoldResult> {
    try {
      await this.#options.database.commit(unit);
    } catch (error) {
      await abandon(error);
      if (errorCode(error) === 'expectation-failed') return 'already-ended';
      throw error;
    }
    this.#options.onQueued();
    return 'done';
  }
}
