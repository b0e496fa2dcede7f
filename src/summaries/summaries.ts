/**
 * The daily summary of an author who chose it. The row that says whose day was told, the end of what was gathered, the
 * audit entry and the mail share a unit: a crash, a restart or a second process tells nothing twice and forgets nothing.
 * What was gathered for somebody who wants single mails again goes out at once.
 */
import { raiseTamperAlarm } from '#src/accounts/accounts-context.ts';
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { Clock } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import type { RandomSource } from '#src/base/identifiers.ts';
import type { Log } from '#src/base/log.ts';
import type { Steps } from '#src/base/steps.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { newMessageIdField } from '#src/notification/compose/mail.ts';
import type { MailSite } from '#src/notification/mail-site.ts';
import { renderSummary } from '#src/notification/summary.ts';
import type { WrittenMail } from '#src/notification/written-mail.ts';
import { messageCodeForAuthor } from '#src/protection/secure-message/message-code.ts';
import type { WrittenMailSealer } from '#src/queue/written-mails.ts';
import { exactlyOne, statement, type Database, type Statement } from '#src/storage/database.ts';

import { mailChoicePage } from './mail-choice.ts';
import { dayToTell, lastDueDay, type SummaryHour } from './summary-day.ts';
import { messagesToTell } from './summary-words.ts';
import {
  findWaitingAuthors,
  loadCopies,
  loadNews,
  type NewsRow,
  type WaitingAuthor,
} from './waiting-news.ts';

export interface SummarySettings extends SummaryHour {
  siteOf(author: string): MailSite;
  readonly mainDomain: string;
  /** Without a slash at the end. */
  readonly consoleUrl: string;
  /** An author's page of a message, and of all; null: nobody can sign in there. */
  messagePage(messageId: string): string | null;
  readonly messagesPage: string | null;
}

export interface SummariesOptions {
  readonly settings: () => SummarySettings;
  readonly database: Database;
  readonly keys: KeyProvider;
  readonly audit: AuditLog;
  readonly sealer: WrittenMailSealer;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  readonly steps: Steps;
  readonly onQueued: () => void;
}

/** A statement binds so many ids at most. */
const IDS_PER_STATEMENT = 500;

export class Summaries {
  readonly #options: SummariesOptions;

  constructor(options: SummariesOptions) {
    this.#options = options;
  }

  /** Sends every summary whose time has come. An author whose summary fails is tried again, and keeps nobody waiting. */
  async sendDue(): Promise<void> {
    const { clock, database, log, settings } = this.#options;
    const day = lastDueDay(clock.now(), settings());
    for (const author of await findWaitingAuthors(database)) {
      if (!isDue(author, day, settings())) continue;
      try {
        await this.#send(author, day);
      } catch (error) {
        const code = errorCode(error);
        // Told by another process, or the choice changed meanwhile: the next turn finds what is left.
        if (code === 'expectation-failed') continue;
        log.warn('a summary is tried again later', { code, error });
      }
    }
  }

  async #send(author: WaitingAuthor, day: string): Promise<void> {
    const { audit, database, keys, sealer, steps, onQueued } = this.#options;
    const { authorCanonical, wantsSummary } = author;
    const { news, forged } = await loadNews(database, keys, authorCanonical);
    if (forged.length > 0) await this.#dropForged(forged);
    if (news.length === 0) return;
    const mail = await this.#write(author, news);
    const written =
      mail === null
        ? null
        : await sealer.seal([{ kind: 'summary', mail, recipientId: null, reversePath: '' }], null);
    const sent = audit.entry({
      event: 'summary-sent',
      facts: { address: authorCanonical, day: wantsSummary ? day : null, news: news.length },
    });
    steps.reach('summary-before-commit');
    try {
      await database.commit([
        ...(wantsSummary ? [this.#markDay(authorCanonical, day)] : []),
        ...this.#forget(news),
        ...(written === null ? [] : [sent, ...written.statements]),
      ]);
    } catch (error) {
      await written?.abandon(error);
      throw error;
    }
    steps.reach('summary-committed');
    onQueued();
  }

  /** Null where nothing of it is left to tell. */
  async #write(author: WaitingAuthor, news: readonly NewsRow[]): Promise<WrittenMail | null> {
    const { clock, database, keys, random, settings } = this.#options;
    const { siteOf, mainDomain, consoleUrl, messagePage, messagesPage } = settings();
    const copies = await loadCopies(database, [...new Set(news.map(({ messageId }) => messageId))]);
    const messages = messagesToTell({
      news,
      copies,
      codeOf: (ids) => messageCodeForAuthor(keys, ids),
      pageOf: messagePage,
    });
    const newest = news.at(-1);
    const to = newest?.authorAddress ?? null;
    if (messages.length === 0 || newest === undefined || to === null) return null;
    return renderSummary(siteOf(to), {
      messageIdField: newMessageIdField(mainDomain, random),
      dateMs: clock.now(),
      to,
      messages,
      wantsSummary: author.wantsSummary,
      choiceUrl: mailChoicePage(keys, consoleUrl, newest.messageId),
      messagesUrl: messagesPage,
    });
  }

  /** Another day than the last one, not a later one: after a leap of the clock summaries go on. */
  #markDay(authorCanonical: string, day: string): Statement {
    return statement(
      this.#options.database.query
        .updateTable('summary_choices')
        .set({ summarisedDay: day })
        .where('canonicalAddress', '=', authorCanonical)
        .where((eb) => eb.or([eb('summarisedDay', 'is', null), eb('summarisedDay', '!=', day)])),
      exactlyOne,
    );
  }

  #forget(news: readonly NewsRow[]): Statement[] {
    const statements: Statement[] = [];
    for (let start = 0; start < news.length; start += IDS_PER_STATEMENT) {
      const ids = news.slice(start, start + IDS_PER_STATEMENT).map(({ id }) => id);
      const gone = this.#options.database.query.deleteFrom('gathered_news').where('id', 'in', ids);
      statements.push(statement(gone, { exactly: ids.length }));
    }
    return statements;
  }

  /** Nobody is told of a message of somebody else. */
  async #dropForged(forged: readonly NewsRow[]): Promise<void> {
    await this.#options.database.commit(this.#forget(forged));
    await raiseTamperAlarm(this.#options, { what: 'gathered_news', messageId: forged[0]?.messageId ?? null });
  }
}

/** What was gathered for who wants single mails again is always due. */
function isDue({ since, wantsSummary, summarisedDay }: WaitingAuthor, day: string, at: SummaryHour): boolean {
  if (!wantsSummary) return true;
  return summarisedDay !== day && dayToTell(since, at) <= day;
}
