/** What is told in an author's next summary instead of a mail of its own, as a statement of the unit that makes it true. */
import type { Clock } from '#src/base/clock.ts';
import { newId, type RandomSource } from '#src/base/identifiers.ts';
import type { Database, Statement } from '#src/storage/database.ts';
import { insertRow } from '#src/storage/prepared.ts';

export type News = {
  readonly authorCanonical: string;
  readonly messageId: string;
  readonly happenedAt: number;
} & (
  | { readonly kind: 'secured' }
  /** `reader`: who read it for the recipient; null: themselves. */
  | { readonly kind: 'opened'; readonly recipientId: string; readonly reader: string | null }
);

export interface GatherTools {
  readonly database: Pick<Database, 'query'>;
  readonly clock: Clock;
  readonly random: RandomSource;
}

export function gatherNews({ database, clock, random }: GatherTools, news: News): Statement {
  const { kind, authorCanonical, messageId, happenedAt } = news;
  return insertRow(database.query, 'gathered_news', {
    id: newId(clock, random),
    authorCanonical,
    messageId,
    recipientId: kind === 'opened' ? news.recipientId : null,
    kind,
    reader: kind === 'opened' ? news.reader : null,
    happenedAt,
  });
}
