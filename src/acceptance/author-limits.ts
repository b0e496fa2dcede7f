/**
 * How much an author may send in a while: recipients an hour, and recipients that the author never wrote to a day. A
 * stolen account shows in both. What is over a limit is not refused: it waits for the security officer. Counters and
 * known recipients are keyed hashes and are kept in one unit, so that parallel mails can't pass a limit together.
 */
import { isLostRace, type Throttle } from '#src/accounts/throttle.ts';
import { lengthPrefixed } from '#src/base/bytes.ts';
import { CodedError } from '#src/base/coded-error.ts';
import { DAY_MS, HOUR_MS, type Clock } from '#src/base/clock.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { statement, type Database, type Statement } from '#src/storage/database.ts';

export interface AuthorLimitSettings {
  /** 0: no limit. */
  readonly recipientsPerHour: number;
  /** 0: no limit. */
  readonly newRecipientsPerDay: number;
  /** How long a mail waits for the officer before it is returned. */
  readonly holdMs: number;
}

export type AuthorLimit = 'recipients-an-hour' | 'new-recipients-a-day';

export interface AuthorLimitsOptions {
  readonly database: Pick<Database, 'query' | 'commit'>;
  readonly keys: Pick<KeyProvider, 'mac'>;
  readonly throttle: Throttle;
  readonly clock: Clock;
}

const MAX_RACES = 60;

export class AuthorLimits {
  readonly #options: AuthorLimitsOptions;

  constructor(options: AuthorLimitsOptions) {
    this.#options = options;
  }

  /**
   * Counts a mail from `author` to outside recipients (canonical addresses), or says which limit it would pass; then
   * nothing is counted. Throws CodedError `author-limits-busy` where others were always first.
   */
  async count(
    author: string,
    recipients: readonly string[],
    settings: AuthorLimitSettings,
  ): Promise<AuthorLimit | null> {
    const { recipientsPerHour, newRecipientsPerDay } = settings;
    if ((recipientsPerHour === 0 && newRecipientsPerDay === 0) || recipients.length === 0) return null;
    const pairs = recipients.map((recipient) => this.#pairHash(author, recipient));
    for (let race = 0; race < MAX_RACES; race++) {
      const fresh = await this.#unknown(pairs);
      const unit = await this.#unit(author, recipients.length, fresh, settings);
      if (!Array.isArray(unit)) return unit;
      try {
        await this.#options.database.commit(unit);
        return null;
      } catch (error) {
        if (!isLostRace(error)) throw error;
      }
    }
    throw new CodedError('author-limits-busy', 'an author sends more mails at once than can be counted');
  }

  /** Statements that make the recipients known: the officer let a mail out. */
  remember(author: string, recipients: readonly string[]): Statement[] {
    return this.#insert(recipients.map((recipient) => this.#pairHash(author, recipient)));
  }

  async #unit(
    author: string,
    count: number,
    fresh: readonly Buffer[],
    { recipientsPerHour, newRecipientsPerDay }: AuthorLimitSettings,
  ): Promise<Statement[] | AuthorLimit> {
    const { throttle } = this.#options;
    const hour = { count, limit: recipientsPerHour || Infinity, windowMs: HOUR_MS };
    const day = { count: fresh.length, limit: newRecipientsPerDay || Infinity, windowMs: DAY_MS };
    const hourly = await throttle.countMany('author-recipients', author, hour);
    if (hourly === null) return 'recipients-an-hour';
    const daily = fresh.length === 0 ? [] : await throttle.countMany('author-new-recipients', author, day);
    return daily === null ? 'new-recipients-a-day' : [...hourly, ...daily, ...this.#insert(fresh)];
  }

  async #unknown(pairs: readonly Buffer[]): Promise<readonly Buffer[]> {
    const known = await this.#options.database.query
      .selectFrom('known_recipients')
      .select('pairHash')
      .where('pairHash', 'in', pairs)
      .execute();
    const seen = new Set(known.map(({ pairHash }) => Buffer.from(pairHash).toString('base64')));
    return pairs.filter((pair) => !seen.has(pair.toString('base64')));
  }

  #insert(pairs: readonly Buffer[]): Statement[] {
    const firstAt = this.#options.clock.now();
    return pairs.map((pairHash) =>
      statement(
        this.#options.database.query
          .insertInto('known_recipients')
          .values({ pairHash, firstAt })
          .onConflict((conflict) => conflict.column('pairHash').doNothing()),
      ),
    );
  }

  #pairHash(author: string, recipient: string): Buffer {
    return this.#options.keys.mac('throttle', lengthPrefixed('author and recipient', author, recipient));
  }
}
