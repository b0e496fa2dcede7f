/**
 * What is said of a message that nobody opens: its recipient is reminded once, its author told once, each after some
 * days from the notice. The row that says it was done, its audit entry and the mail share a transaction, so that a
 * crash or a second process repeats nothing; a message that is opened or locked meanwhile is left alone.
 */
import type { AcceptanceSettings } from '#src/acceptance/settings.ts';
import type { AuditLog } from '#src/audit/audit-log.ts';
import { DAY_MS, type Clock } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import type { RandomSource } from '#src/base/identifiers.ts';
import type { Log } from '#src/base/log.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { newMessageIdField } from '#src/notification/compose/mail.ts';
import type { OriginalMail } from '#src/notification/mail-site.ts';
import { renderNotOpened } from '#src/notification/not-opened.ts';
import { messageCodeOf } from '#src/protection/secure-message/message-code.ts';
import type { MailToSend, WrittenMailSealer } from '#src/queue/written-mails.ts';
import {
  exactlyOne,
  ExpectationFailed,
  statement,
  type Database,
  type Statement,
} from '#src/storage/database.ts';

import { writeNoticeAgain } from './notice-again.ts';
import { findUnopened, type UnopenedCopy } from './unopened-copies.ts';

export interface ReminderSettings {
  /** 0: not at all. */
  readonly recipientDays: number;
  readonly authorDays: number;
}

export interface RemindersOptions {
  readonly settings: () => ReminderSettings;
  readonly acceptance: () => AcceptanceSettings;
  readonly database: Database;
  readonly keys: KeyProvider;
  readonly audit: AuditLog;
  readonly sealer: WrittenMailSealer;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  readonly onQueued: () => void;
}

const PER_ROUND = 200;

type Column = 'remindedAt' | 'notOpenedToldAt';

export class Reminders {
  readonly #options: RemindersOptions;

  constructor(options: RemindersOptions) {
    this.#options = options;
  }

  /** Says all that is due now. */
  async sendDue(): Promise<void> {
    const { recipientDays, authorDays } = this.#options.settings();
    if (recipientDays > 0) await this.#each('remindedAt', recipientDays, (copy) => this.#remind(copy));
    // A day that the author named counts also where the configuration says not to tell.
    await this.#each('notOpenedToldAt', authorDays, async (copy) => this.#tellAuthor(copy));
  }

  async #each(
    column: Column,
    days: number,
    write: (copy: UnopenedCopy) => Promise<{ readonly mail: MailToSend | null; readonly entry: Statement }>,
  ): Promise<void> {
    const { clock, database, log } = this.#options;
    for (;;) {
      const due = await findUnopened(database, {
        column,
        announcedBefore: days === 0 ? null : clock.now() - days * DAY_MS,
        now: clock.now(),
        limit: PER_ROUND,
      });
      let done = 0;
      for (const copy of due) {
        try {
          const { mail, entry } = await write(copy);
          await this.#commit(column, copy, mail, entry);
          done += 1;
        } catch (error) {
          // Opened, locked or said meanwhile: that is as good.
          if (error instanceof ExpectationFailed) continue;
          log.warn('a reminder is tried again later', {
            queueId: copy.messageId,
            code: errorCode(error),
            error,
          });
        }
      }
      if (done === 0 || due.length < PER_ROUND) return;
    }
  }

  async #commit(
    column: Column,
    copy: UnopenedCopy,
    mail: MailToSend | null,
    entry: Statement,
  ): Promise<void> {
    const { clock, database, sealer, onQueued } = this.#options;
    const done = statement(
      database.query
        .updateTable('recipients')
        .set({ [column]: clock.now() })
        .where('id', '=', copy.id)
        .where(column, 'is', null)
        .where('firstOpenedAt', 'is', null)
        .where('lockedAt', 'is', null),
      exactlyOne,
    );
    const written = mail === null ? null : await sealer.seal([mail], copy.messageId);
    try {
      await database.commit([done, entry, ...(written?.statements ?? [])]);
    } catch (error) {
      await written?.abandon(error);
      throw error;
    }
    onQueued();
  }

  /** A copy whose link was not made by us any more, or whose author can't be named, is only marked. */
  async #remind(copy: UnopenedCopy) {
    const mail = await writeNoticeAgain(copy, 'reminder', this.#options);
    return {
      mail,
      entry: this.#options.audit.entry({
        event: 'recipient-reminded',
        messageId: copy.messageId,
        recipientId: copy.id,
        facts: { address: copy.canonicalAddress, mail: mail !== null },
      }),
    };
  }

  #tellAuthor(copy: UnopenedCopy) {
    const { keys, audit } = this.#options;
    const to = copy.authorAddress;
    const mail =
      to === null
        ? null
        : renderNotOpened(this.#options.acceptance().siteOf(to), {
            ...this.#frame(to),
            original: originalOf(copy),
            sentMs: copy.acceptedAt,
            recipient: copy.address,
            reminded: copy.remindedAt !== null,
            keptUntilMs: Math.min(copy.keptUntil, copy.expiresAt ?? copy.keptUntil),
            messageCode: messageCodeOf(keys, copy.id),
          });
    return {
      mail: mail === null ? null : { kind: 'not-opened' as const, mail, recipientId: null, reversePath: '' },
      entry: audit.entry({
        event: 'author-told-not-opened',
        messageId: copy.messageId,
        recipientId: copy.id,
        facts: { address: copy.canonicalAddress, told: to },
      }),
    };
  }

  #frame(to: string) {
    const { clock, random } = this.#options;
    const { mainDomain } = this.#options.acceptance();
    return { messageIdField: newMessageIdField(mainDomain, random), dateMs: clock.now(), to };
  }
}

function originalOf(copy: UnopenedCopy): OriginalMail {
  return { messageIdField: copy.originalMessageId, references: [] };
}
