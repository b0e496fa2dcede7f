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
import type { Steps } from '#src/base/steps.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { newMessageIdField } from '#src/notification/compose/mail.ts';
import { renderReturned } from '#src/notification/returned.ts';
import type { MailToSend, WrittenMailSealer } from '#src/queue/written-mails.ts';
import { statement, type Database, type Statement } from '#src/storage/database.ts';
import type { ObjectStore } from '#src/storage/objects.ts';

import { loadHeldMessage, type HeldMessage } from './held-message.ts';
import { destroySpoolWrap, endHold } from './hold-statements.ts';
import { OfficerHolds } from './release-officer-hold.ts';
import { prepareSendingAsItIs } from './send-as-it-is.ts';
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
  readonly steps: Steps;
  readonly onQueued: () => void;
}

/** Why a hold ended. */
export type HoldEnd = 'author-sent' | 'author-stopped' | 'officer-stopped' | 'unanswered' | 'record-changed';

/** False where somebody else ended the hold before. */
export type HoldResult = 'done' | 'already-ended';

const DUE_PER_ROUND = 50;
const POSTPONE_MS = 5 * MINUTE_MS;
/** Its limits were lowered, or its content or key is gone. */
const NEVER_SECURED: ReadonlySet<string> = new Set(['too-large', 'content-destroyed', 'spool-wrap-missing']);
/** Somebody wrote into the database. */
const FORGED: ReadonlySet<string> = new Set(['row-forged', 'manifest-invalid', 'key-record-invalid']);

export class Holds {
  readonly #options: HoldsOptions;
  readonly #secureLater: SecureLater;
  readonly #officer: OfficerHolds;

  constructor(options: HoldsOptions) {
    this.#options = options;
    this.#secureLater = new SecureLater(options);
    this.#officer = new OfficerHolds(options);
  }

  /** Ends the holds whose time is over. Returns how many. */
  async endDue(): Promise<number> {
    const { database, clock, log, settings } = this.#options;
    const due = await database.query
      .selectFrom('messages')
      .select(['id', 'holdFor'])
      .where('holdUntil', '<=', clock.now())
      .orderBy('holdUntil')
      .limit(DUE_PER_ROUND)
      .execute();
    let ended = 0;
    for (const { id, holdFor } of due) {
      try {
        const secure = holdFor !== 'officer' && settings().policy.unansweredNearMiss === 'secure';
        const result = secure ? await this.#secureOrReturn(id) : await this.stop(id, 'unanswered');
        if (result === 'done') ended += 1;
      } catch (error) {
        log.error('a hold could not be ended; it is tried again later', {
          queueId: id,
          code: errorCode(error),
          error,
        });
        await this.#postpone(id);
      }
    }
    return ended;
  }

  /** What can never be secured any more goes back to its author instead of waiting for ever. */
  async #secureOrReturn(messageId: string): Promise<HoldResult> {
    try {
      return await this.sendSecured(messageId, 'unanswered');
    } catch (error) {
      const code = errorCode(error);
      if (FORGED.has(code)) return this.#stopForged(messageId, error);
      if (!NEVER_SECURED.has(code)) throw error;
      return this.stop(messageId, 'unanswered');
    }
  }

  /** One alarm, and the author knows that nobody got it. */
  #stopForged(messageId: string, error: unknown): Promise<HoldResult> {
    const code = errorCode(error);
    this.#options.log.error('a held message was changed in the database; nothing was sent', {
      queueId: messageId,
      code,
      error,
    });
    const alarm = { event: 'tamper-detected', messageId, facts: { what: 'held message', code } } as const;
    return this.stop(messageId, 'record-changed', [this.#options.audit.entry(alarm)]);
  }

  /** A hold that can't be ended keeps waiting, and keeps no other one waiting. */
  async #postpone(messageId: string): Promise<void> {
    const { clock, database } = this.#options;
    const later = database.query
      .updateTable('messages')
      .set({ holdUntil: clock.now() + POSTPONE_MS })
      .where('id', '=', messageId)
      .where('holdUntil', 'is not', null);
    await database.commit([statement(later)]);
  }

  /** Seals the message for its held recipients and queues their notices. */
  async sendSecured(messageId: string, why: HoldEnd): Promise<HoldResult> {
    const held = await loadHeldMessage(this.#options.database.query, messageId);
    if (held === null || held.message.holdFor === 'officer') return 'already-ended';
    const protection = await this.#unlessEnded(messageId, () =>
      this.#secureLater.prepare(held.message, held.recipients, 'near-miss'),
    );
    if (protection === 'already-ended') return protection;
    return this.#commit(
      [
        ...endHold(this.#options, held, 'queued', why),
        ...protection.statements,
        destroySpoolWrap(this.#options, messageId),
      ],
      (cause) => protection.abandon(cause),
    );
  }

  /** As its author wrote it, unless anything but the slip asks for protection; `staffId`: who is signed in. */
  async sendAsItIs(messageId: string, staffId: string): Promise<HoldResult | 'must-be-protected'> {
    const held = await loadHeldMessage(this.#options.database.query, messageId);
    if (held === null || held.message.holdFor === 'officer') return 'already-ended';
    const unit = await this.#unlessEnded(messageId, () => prepareSendingAsItIs(this.#options, held, staffId));
    if (unit === 'already-ended') return unit;
    return unit === null ? 'must-be-protected' : this.#commit(unit, async () => {});
  }

  /** Nothing goes out to the held recipients. */
  async stop(messageId: string, why: HoldEnd, further: readonly Statement[] = []): Promise<HoldResult> {
    const held = await loadHeldMessage(this.#options.database.query, messageId);
    if (held === null) return 'already-ended';
    if (held.message.holdFor === 'officer') {
      if (why === 'author-stopped') return 'already-ended';
      const end = await this.#officer.stop(held, why === 'unanswered' ? why : 'officer-stopped');
      return this.#commit([...end.statements, ...further], end.abandon);
    }
    const mails = this.#returnedMail(held, why);
    const written = mails.length === 0 ? null : await this.#options.sealer.seal(mails, messageId);
    return this.#commit(
      [
        ...endHold(this.#options, held, 'cancelled', why),
        ...(written?.statements ?? []),
        ...further,
        destroySpoolWrap(this.#options, messageId),
      ],
      async (cause) => written?.abandon(cause),
    );
  }

  /** What waits for the security officer goes out as it was decided. `also`: further statements of the same unit. */
  async releaseForOfficer(messageId: string, also: readonly Statement[] = []): Promise<HoldResult> {
    const held = await loadHeldMessage(this.#options.database.query, messageId);
    if (held?.message.holdFor !== 'officer') return 'already-ended';
    const end = await this.#unlessEnded(messageId, () => this.#officer.release(held));
    if (end === 'already-ended') return end;
    return this.#commit([...end.statements, ...also], end.abandon);
  }

  /** Another answer may end the hold while this one is prepared: what is gone then is no fault. Throws what `prepare` throws. */
  async #unlessEnded<Prepared>(
    messageId: string,
    prepare: () => Promise<Prepared>,
  ): Promise<Prepared | 'already-ended'> {
    try {
      return await prepare();
    } catch (error) {
      const held = await loadHeldMessage(this.#options.database.query, messageId);
      if (held === null) return 'already-ended';
      throw error;
    }
  }

  /** Nobody is told what they did themselves. */
  #returnedMail({ message, recipients }: HeldMessage, why: HoldEnd): MailToSend[] {
    if (message.reversePath === '' || (why !== 'unanswered' && why !== 'record-changed')) return [];
    const settings = this.#options.settings();
    const mail = renderReturned(settings.siteOf(message.reversePath), {
      ...this.#frame(message.reversePath, message, settings),
      reportingHost: settings.hostname,
      envelopeId: null,
      reason: { kind: why === 'unanswered' ? 'no-answer' : why },
      recipients: recipients.map(({ address }) => ({ address, originalRecipient: null })),
    });
    return [{ kind: 'bounce', mail, recipientId: null, reversePath: '' }];
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

  async #commit(unit: readonly Statement[], abandon: (cause: unknown) => Promise<void>): Promise<HoldResult> {
    const { database, steps } = this.#options;
    steps.reach('hold-before-commit');
    try {
      await database.commit(unit);
    } catch (error) {
      await abandon(error);
      if (errorCode(error) === 'expectation-failed') return 'already-ended';
      throw error;
    }
    steps.reach('hold-committed');
    this.#options.onQueued();
    return 'done';
  }
}
