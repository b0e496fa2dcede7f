/**
 * How recipients choose to get what was sent to them: on the site, by a call, by a letter, or read by somebody they
 * name. Each choice is a row with the time, and the version and language of the words that were shown before it. The
 * row gives no right. How somebody can be reached is kept under the root key, and only while it is needed. Knows
 * nothing of mails and pages; the words of each version stand in docs/choices.md.
 */
import { DAY_MS, type Clock } from '#src/base/clock.ts';
import { newId, type RandomSource } from '#src/base/identifiers.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { readingChoiceContext } from '#src/sealing/contexts.ts';
import { exactlyOne, statement, type Database, type Statement } from '#src/storage/database.ts';
import type { ReadingChoicesTable } from '#src/storage/tables.ts';

/** Versions of the words, newest last. A page that was loaded before an upgrade shows the one before. */
export const READING_TEXTS = ['2026-11'] as const;
export type ReadingText = (typeof READING_TEXTS)[number];

export const OTHER_WAYS = ['call', 'letter', 'somebody'] as const;
export type OtherWay = (typeof OTHER_WAYS)[number];

/** What a recipient writes so that they can be reached; empty: nothing. */
export interface WayDetails {
  /** Who reads it to them. */
  readonly name: string;
  /** Telephone number, or postal address. */
  readonly contact: string;
}

export const NAME_MAX_CHARACTERS = 100;
export const CONTACT_MAX_CHARACTERS = 300;

/** An author who never says *done* has had time enough. */
const DETAILS_KEPT_MS = 90 * DAY_MS;

type ChoiceKeys = Pick<KeyProvider, 'publicKeys' | 'wrap' | 'unwrap'>;
type Details = Pick<ReadingChoicesTable, 'id' | 'recipientId' | 'details'>;

export interface NewChoice {
  readonly recipientId: string;
  readonly messageId: string;
  readonly way: ReadingChoicesTable['way'];
  readonly text: ReadingText;
  readonly locale: string;
  readonly details: WayDetails;
}

/** The statement that keeps a choice. */
export async function keepChoice(
  context: { database: Pick<Database, 'query'>; keys: ChoiceKeys; clock: Clock; random: RandomSource },
  { details, ...choice }: NewChoice,
): Promise<Statement> {
  const { database, keys, clock, random } = context;
  const id = newId(clock, random);
  const sealed = await sealDetails(keys, { id, recipientId: choice.recipientId }, details);
  const row = { id, ...choice, chosenAt: clock.now(), details: sealed, doneAt: null };
  return statement(database.query.insertInto('reading_choices').values(row), exactlyOne);
}

/** Null: nothing was chosen yet. */
export async function findLastChoice(
  { query }: Pick<Database, 'query'>,
  recipientId: string,
): Promise<ReadingChoicesTable | null> {
  const row = await query
    .selectFrom('reading_choices')
    .selectAll()
    .where('recipientId', '=', recipientId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

/** What was done as it was asked needs no telephone number any more; done already, the unit fails. */
export function finishChoice(
  { query }: Pick<Database, 'query'>,
  { id, recipientId }: Pick<ReadingChoicesTable, 'id' | 'recipientId'>,
  doneAt: number,
): Statement {
  return statement(
    query
      .updateTable('reading_choices')
      .set({ doneAt, details: null })
      .where('id', '=', id)
      .where('recipientId', '=', recipientId)
      .where('way', '!=', 'web')
      .where('doneAt', 'is', null),
    exactlyOne,
  );
}

/** Forgets how people can be reached for whom nobody said *done*; that and what they chose stays. */
export function sweepChoices({
  database,
  clock,
}: {
  readonly database: Pick<Database, 'query'>;
  readonly clock: Clock;
}): Statement {
  return statement(
    database.query
      .updateTable('reading_choices')
      .set({ details: null })
      .where('details', 'is not', null)
      .where('chosenAt', '<', clock.now() - DETAILS_KEPT_MS),
  );
}

/** Empty where nothing was written, or it is not kept any more. Throws CodedError `unwrap-failed`. */
export async function openDetails(keys: ChoiceKeys, row: Details): Promise<WayDetails> {
  if (row.details === null) return { name: '', contact: '' };
  const { organizationId } = keys.publicKeys();
  const context = readingChoiceContext(organizationId, row.recipientId, row.id);
  const { name, contact } = JSON.parse(
    (await keys.unwrap(row.details, context)).toString('utf8'),
  ) as WayDetails;
  return { name, contact };
}

async function sealDetails(
  keys: ChoiceKeys,
  { id, recipientId }: Pick<ReadingChoicesTable, 'id' | 'recipientId'>,
  { name, contact }: WayDetails,
): Promise<Buffer | null> {
  if (name === '' && contact === '') return null;
  const { organizationId } = keys.publicKeys();
  const plain = Buffer.from(JSON.stringify({ name, contact }), 'utf8');
  return keys.wrap(plain, readingChoiceContext(organizationId, recipientId, id));
}
