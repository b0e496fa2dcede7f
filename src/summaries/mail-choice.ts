/**
 * How much mail an author wants: *secured* and *opened* each at once (the default), or together once a day. The choice
 * belongs to an address, so that it holds for people who never sign in; it counts from the next mail on.
 */
import { authorMac, requireMac } from '#src/accounts/row-mac.ts';
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { Clock } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { messageOfToken, messageTokenOf } from '#src/keys/message-token.ts';
import { exactlyOne, statement, type Database } from '#src/storage/database.ts';
import { insertRow, preparedQuery } from '#src/storage/prepared.ts';
import type { SummaryChoicesTable } from '#src/storage/tables.ts';

export const MAIL_CHOICES = ['single', 'summary'] as const;
export type MailChoice = (typeof MAIL_CHOICES)[number];

export interface MailChoiceTools {
  readonly database: Database;
  readonly audit: Pick<AuditLog, 'entry'>;
  readonly clock: Clock;
}

export async function mailChoiceOf(
  { query }: Pick<Database, 'query'>,
  canonicalAddress: string,
): Promise<MailChoice> {
  const rows = await selectChoice(query, { canonicalAddress });
  return rows.length === 0 ? 'single' : 'summary';
}

/** `by`: `link`, or the id of who is signed in. What is chosen already is left as it is. */
export async function chooseMail(
  { database, audit, clock }: MailChoiceTools,
  canonicalAddress: string,
  choice: MailChoice,
  by: string,
): Promise<void> {
  if ((await mailChoiceOf(database, canonicalAddress)) === choice) return;
  const { query } = database;
  const change =
    choice === 'summary'
      ? insertRow(query, 'summary_choices', { canonicalAddress, chosenAt: clock.now(), summarisedDay: null })
      : statement(
          query.deleteFrom('summary_choices').where('canonicalAddress', '=', canonicalAddress),
          exactlyOne,
        );
  try {
    await database.commit([
      change,
      audit.entry({ event: 'mail-choice-changed', facts: { address: canonicalAddress, choice, by } }),
    ]);
  } catch (error) {
    // Another click of the same was first.
    if (!['unique-violation', 'expectation-failed'].includes(errorCode(error))) throw error;
  }
}

/** The page of the link in an author's mails; `messageId`: of the message that the mail is about. */
export function mailChoicePage(
  keys: Pick<KeyProvider, 'mac'>,
  consoleUrl: string,
  messageId: string,
): string {
  return `${consoleUrl}/mails/${messageTokenOf(keys, 'mail choice token', messageId)}`;
}

/** Whose choice the link of a mail opens; null: nobody's, or of a message that we do not know. Throws RowForged. */
export async function authorOfLink(
  { query }: Pick<Database, 'query'>,
  keys: Pick<KeyProvider, 'mac'>,
  token: string,
): Promise<{ readonly address: string; readonly canonicalAddress: string } | null> {
  const messageId = messageOfToken(keys, 'mail choice token', token);
  if (messageId === null) return null;
  const row = await query
    .selectFrom('messages')
    .select(['authorAddress', 'authorCanonical', 'authorMac'])
    .where('id', '=', messageId)
    .executeTakeFirst();
  if (row == null || row.authorAddress === null || row.authorCanonical == null) return null;
  requireMac('messages', messageId, authorMac(keys, messageId, row.authorCanonical), row.authorMac ?? null);
  return { address: row.authorAddress, canonicalAddress: row.authorCanonical };
}

const selectChoice = preparedQuery<{ canonicalAddress: string }, Pick<SummaryChoicesTable, 'chosenAt'>>(
  (query, value) =>
    query
      .selectFrom('summary_choices')
      .where('canonicalAddress', '=', value('canonicalAddress'))
      .select(['chosenAt']),
);
