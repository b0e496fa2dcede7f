/**
 * A second channel: what an author tells a recipient by telephone, asked for before the first opening. A code of eight
 * digits that the author's page shows, or a passphrase that both agreed on. Good once, for five tries that are counted
 * before anything is compared. Kept as a keyed hash; the digits of a code follow from its row's id under the same key,
 * so that its author can look again. That a copy needs it stands in the hash of the copy's link (`linkMac`), so that
 * deleting rows lets nobody in.
 */
import { equalBytes, lengthPrefixed } from '#src/base/bytes.ts';
import { DAY_MS, type Clock } from '#src/base/clock.ts';
import { newId, type RandomSource } from '#src/base/identifiers.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { exactlyOne, statement, type Database, type Statement } from '#src/storage/database.ts';
import type { SecondChannelProofsTable, SecondChannelSecretsTable } from '#src/storage/tables.ts';

import { requireMac, rowMac, type MacKeys } from './row-mac.ts';
import { isLostRace } from './throttle.ts';

export const SECRET_TRIES = 5;
export const CODE_LIFETIME_MS = 3 * DAY_MS;
/** A passphrase is agreed on before the message is read, perhaps long before. */
const PASSPHRASE_LIFETIME_MS = 365 * DAY_MS;
export const SHORTEST_PASSPHRASE = 8;
export const LONGEST_PASSPHRASE = 200;
const CODE_DIGITS = 8;
const MAX_RACES = 20;

type Secret = Omit<SecondChannelSecretsTable, 'mac'>;

export interface SecondChannelContext {
  readonly database: Database;
  readonly keys: Pick<KeyProvider, 'mac'>;
  readonly clock: Clock;
  readonly random: RandomSource;
}

export type CheckedSecret =
  | { readonly outcome: 'right'; readonly statements: readonly Statement[] }
  | { readonly outcome: 'wrong'; readonly triesLeft: number }
  /** None was made, or it is used, too old, or out of tries: the author makes a new one. */
  | { readonly outcome: 'none' };

/** What the author's page shows of a secret that counts. */
export interface LiveSecret {
  readonly kind: SecondChannelSecretsTable['kind'];
  /** Eight digits; null: a passphrase, which only the two know. */
  readonly code: string | null;
  readonly expiresAt: number;
}

/** Replaces the secret of a copy by a new code; the author's page reads it with `findLiveSecret`. */
export function makeTelephoneCode(
  context: SecondChannelContext,
  recipientId: string,
  madeBy: string,
): readonly Statement[] {
  const id = newId(context.clock, context.random);
  return replaceSecret(context, {
    ...freshSecret(context, { id, recipientId, madeBy, kind: 'code' }),
    secretHash: hashSecret(context.keys, id, codeOf(context.keys, id)),
    expiresAt: context.clock.now() + CODE_LIFETIME_MS,
  });
}

/** Null where it is shorter or longer than allowed. */
export function setPassphrase(
  context: SecondChannelContext,
  recipientId: string,
  madeBy: string,
  typed: string,
): readonly Statement[] | null {
  const passphrase = comparablePassphrase(typed);
  const length = [...passphrase].length;
  if (length < SHORTEST_PASSPHRASE || length > LONGEST_PASSPHRASE) return null;
  const id = newId(context.clock, context.random);
  return replaceSecret(context, {
    ...freshSecret(context, { id, recipientId, madeBy, kind: 'passphrase' }),
    secretHash: hashSecret(context.keys, id, passphrase),
    expiresAt: context.clock.now() + PASSPHRASE_LIFETIME_MS,
  });
}

export function removeSecret(
  { database }: Pick<SecondChannelContext, 'database'>,
  recipientId: string,
): Statement {
  return statement(
    database.query.deleteFrom('second_channel_secrets').where('recipientId', '=', recipientId),
  );
}

/** The secret that would be taken now; null: none. Throws RowForged. */
export async function findLiveSecret(
  context: Pick<SecondChannelContext, 'database' | 'keys' | 'clock'>,
  recipientId: string,
): Promise<LiveSecret | null> {
  const row = await findUsable(context, recipientId);
  if (row === null) return null;
  const { kind, expiresAt } = row;
  return { kind, code: kind === 'code' ? codeOf(context.keys, row.id) : null, expiresAt };
}

/** Counts a try and compares; `statements` make the proof true. Throws RowForged. */
export async function checkSecret(
  context: SecondChannelContext,
  { recipientId, accountId }: { readonly recipientId: string; readonly accountId: string },
  typed: string,
): Promise<CheckedSecret> {
  for (let race = 0; race < MAX_RACES; race++) {
    const row = await findUsable(context, recipientId);
    if (row === null) return { outcome: 'none' };
    const counted: Secret = { ...row, tries: row.tries + 1 };
    if (!(await commitReplacement(context, row, counted))) continue;
    const offered =
      row.kind === 'code' ? typed.normalize('NFKC').replaceAll(/\D/gu, '') : comparablePassphrase(typed);
    if (!equalBytes(hashSecret(context.keys, row.id, offered), row.secretHash))
      return { outcome: 'wrong', triesLeft: SECRET_TRIES - counted.tries };
    const used = { ...counted, usedAt: context.clock.now() };
    return {
      outcome: 'right',
      statements: [replacement(context, counted, used), insertProof(context, recipientId, accountId)],
    };
  }
  return { outcome: 'none' };
}

/** Whether the account has proven the copy's second channel, since its last reset. Throws RowForged. */
export async function hasProof(
  { database, keys }: Pick<SecondChannelContext, 'database' | 'keys'>,
  recipientId: string,
  account: { readonly id: string; readonly resetAt: number | null },
): Promise<boolean> {
  const row = await database.query
    .selectFrom('second_channel_proofs')
    .selectAll()
    .where('recipientId', '=', recipientId)
    .where('accountId', '=', account.id)
    .executeTakeFirst();
  if (row === undefined) return false;
  requireMac('second_channel_proofs', recipientId, proofMac(keys, row), row.mac);
  return account.resetAt === null || row.provenAt >= account.resetAt;
}

function freshSecret(
  { clock }: Pick<SecondChannelContext, 'clock'>,
  given: Pick<Secret, 'id' | 'recipientId' | 'madeBy' | 'kind'>,
): Omit<Secret, 'secretHash' | 'expiresAt'> {
  return { ...given, createdAt: clock.now(), tries: 0, usedAt: null };
}

function replaceSecret({ database, keys }: SecondChannelContext, row: Secret): readonly Statement[] {
  const insert = database.query
    .insertInto('second_channel_secrets')
    .values({ ...row, mac: secretMac(keys, row) });
  return [removeSecret({ database }, row.recipientId), statement(insert, exactlyOne)];
}

async function findUsable(
  { database, keys, clock }: Pick<SecondChannelContext, 'database' | 'keys' | 'clock'>,
  recipientId: string,
): Promise<Secret | null> {
  const row = await database.query
    .selectFrom('second_channel_secrets')
    .selectAll()
    .where('recipientId', '=', recipientId)
    .executeTakeFirst();
  if (row === undefined) return null;
  requireMac('second_channel_secrets', recipientId, secretMac(keys, row), row.mac);
  return row.usedAt === null && row.tries < SECRET_TRIES && clock.now() < row.expiresAt ? row : null;
}

/** False where another request changed the row in between. */
async function commitReplacement(context: SecondChannelContext, from: Secret, to: Secret): Promise<boolean> {
  try {
    await context.database.commit([replacement(context, from, to)]);
    return true;
  } catch (error) {
    if (isLostRace(error)) return false;
    throw error;
  }
}

function replacement({ database, keys }: SecondChannelContext, from: Secret, to: Secret): Statement {
  return statement(
    database.query
      .updateTable('second_channel_secrets')
      .set({ tries: to.tries, usedAt: to.usedAt, mac: secretMac(keys, to) })
      .where('recipientId', '=', from.recipientId)
      .where('id', '=', from.id)
      .where('tries', '=', from.tries)
      .where('usedAt', 'is', null),
    exactlyOne,
  );
}

/** One from before a reset is replaced. */
function insertProof(
  { database, keys, clock }: SecondChannelContext,
  recipientId: string,
  accountId: string,
): Statement {
  const row = { recipientId, accountId, provenAt: clock.now() };
  const mac = proofMac(keys, row);
  return statement(
    database.query
      .insertInto('second_channel_proofs')
      .values({ ...row, mac })
      .onConflict((conflict) =>
        conflict.columns(['recipientId', 'accountId']).doUpdateSet({ provenAt: row.provenAt, mac }),
      ),
    exactlyOne,
  );
}

function secretMac(keys: MacKeys, row: Secret): Buffer {
  return rowMac(keys, 'second_channel_secrets', [
    row.recipientId,
    row.id,
    row.kind,
    row.secretHash,
    row.madeBy,
    row.createdAt,
    row.expiresAt,
    row.tries,
    row.usedAt,
  ]);
}

function proofMac(keys: MacKeys, row: Omit<SecondChannelProofsTable, 'mac'>): Buffer {
  return rowMac(keys, 'second_channel_proofs', [row.recipientId, row.accountId, row.provenAt]);
}

function hashSecret(keys: MacKeys, id: string, secret: string): Buffer {
  return keys.mac('verifier', lengthPrefixed('second-channel-secret', id, secret));
}

/** 64 bits for eight digits: no code is likelier than another by more than one in 10^11. */
function codeOf(keys: MacKeys, id: string): string {
  const number = keys.mac('verifier', lengthPrefixed('telephone-code', id)).readBigUInt64BE(0);
  return String(number % 10n ** BigInt(CODE_DIGITS)).padStart(CODE_DIGITS, '0');
}

/** As people say it: no difference of case, width, blanks or signs. */
function comparablePassphrase(typed: string): string {
  return typed
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, '');
}
