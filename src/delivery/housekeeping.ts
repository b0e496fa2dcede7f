/**
 * What has to be done now and then: destroy content that nobody can open any more, past spool keys, objects that
 * never got a row. Each task stands alone: one that fails is tried again next time.
 */
import type { AuditLog } from '#src/audit/audit-log.ts';
import { DAY_MS, HOUR_MS, type Clock } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import type { Log } from '#src/base/log.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { statement, type Database } from '#src/storage/database.ts';
import { storedObject } from '#src/storage/object-columns.ts';
import type { ObjectStore } from '#src/storage/objects.ts';

import { forgetEndedPolicies } from './mta-sts-store.ts';

export interface HousekeepingOptions {
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly keys: KeyProvider;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: Log;
  /** False: what is destroyed for good waits. */
  readonly mayDestroy: () => Promise<boolean>;
}

/** An object whose message isn't committed yet is younger than this. */
const ORPHAN_AGE_MS = 2 * HOUR_MS;
/**
 * A copy past its own date stays closed, and is still there for so long: its recipient may ask, and its author open it
 * again. Never longer than the message is kept.
 */
export const REOPENABLE_MS = 28 * DAY_MS;
const CONTENT_PER_ROUND = 200;
/** After that an address is new to its author again, where authors have limits. */
const KNOWN_FOR_MS = 730 * DAY_MS;

type Task = readonly [name: string, run: () => Promise<unknown>];

export async function keepHouse(options: HousekeepingOptions): Promise<void> {
  const destroying: readonly Task[] = [
    ['expire secure messages', () => untilFewer(() => expireSecureMessages(options))],
    ['destroy content', () => untilFewer(() => destroyUnreadableContent(options))],
    ['destroy spool keys', () => destroySpoolKeys(options)],
  ];
  const tasks: readonly Task[] = [
    ...((await options.mayDestroy()) ? destroying : []),
    ['sweep orphan objects', () => sweepOrphans(options)],
    ['forget known recipients', () => forgetKnownRecipients(options)],
    ['forget ended policies', () => forgetEndedPolicies(options.database, options.clock.now())],
  ];
  for (const [step, task] of tasks) {
    try {
      await task();
    } catch (error) {
      options.log.warn('housekeeping is tried again later', { step, code: errorCode(error), error });
    }
  }
}

/** Rounds until one finds less than it would take: what a busy day leaves is gone the same day. */
async function untilFewer(round: () => Promise<number>): Promise<void> {
  while ((await round()) >= CONTENT_PER_ROUND);
}

/**
 * Past its date a copy can't be opened. With the message's own date its wrap goes, with an earlier one of the copy
 * some weeks after it; with the last wrap the content.
 * Returns how many copies were found.
 */
async function expireSecureMessages({ database, audit, clock }: HousekeepingOptions): Promise<number> {
  const { query } = database;
  const now = clock.now();
  const copies = query
    .selectFrom('recipients')
    .innerJoin('wraps', 'wraps.recipientId', 'recipients.id')
    .select(['recipients.id', 'recipients.messageId'])
    .limit(CONTENT_PER_ROUND);
  const ended = now - REOPENABLE_MS;
  const past = [
    ...(await copies.where('recipients.expiresAt', '<', ended).execute()),
    ...(await copies
      .innerJoin('messages', 'messages.id', 'recipients.messageId')
      .where('messages.keptUntil', '<', now)
      .where((eb) => eb.or([eb('recipients.expiresAt', 'is', null), eb('recipients.expiresAt', '>=', ended)]))
      .execute()),
  ];
  for (const { id, messageId } of past) {
    await database.commit([
      statement(query.deleteFrom('wraps').where('recipientId', '=', id)),
      audit.entry({
        event: 'content-destroyed',
        messageId,
        recipientId: id,
        facts: { what: 'wrap', why: 'expired' },
      }),
    ]);
  }
  return past.length;
}

/** Without a wrap nobody holds the content key: the ciphertext has no further use. Returns how many were destroyed. */
async function destroyUnreadableContent({ database, objects, audit }: HousekeepingOptions): Promise<number> {
  const { query } = database;
  const unreadable = await query
    .selectFrom('messages')
    .leftJoin('wraps', 'wraps.messageId', 'messages.id')
    .where('wraps.id', 'is', null)
    .where((eb) =>
      eb.or([eb('messages.objectBytes', 'is not', null), eb('messages.objectName', 'is not', null)]),
    )
    .select([
      'messages.id',
      'messages.objectStorage',
      'messages.objectName',
      'messages.objectBytes',
      'messages.objectLength',
    ])
    .limit(CONTENT_PER_ROUND)
    .execute();
  for (const row of unreadable) {
    const object = storedObject(row);
    await database.commit([
      statement(
        query.updateTable('messages').set({ objectBytes: null, objectName: null }).where('id', '=', row.id),
      ),
      audit.entry({
        event: 'content-destroyed',
        messageId: row.id,
        facts: { what: 'content', bytes: row.objectLength },
      }),
    ]);
    if (object !== null) await objects.remove(object);
  }
  return unreadable.length;
}

async function destroySpoolKeys({ database, keys, audit }: HousekeepingOptions): Promise<void> {
  const destroyed = await keys.destroySpoolKeys(async (kid) => {
    const used = await database.query
      .selectFrom('wraps')
      .select('id')
      .where('holderKind', '=', 'spool')
      .where('kid', '=', kid)
      .limit(1)
      .executeTakeFirst();
    return used !== undefined;
  });
  for (const kid of destroyed) await audit.record({ event: 'spool-key-destroyed', facts: { kid } });
}

async function forgetKnownRecipients({ database, clock }: HousekeepingOptions): Promise<void> {
  const old = database.query.deleteFrom('known_recipients').where('firstAt', '<', clock.now() - KNOWN_FOR_MS);
  await database.commit([statement(old)]);
}

async function sweepOrphans({ database, objects, log }: HousekeepingOptions): Promise<void> {
  const removed = await objects.sweepOrphans(async (name) => {
    const known = await database.query
      .selectFrom('messages')
      .select('id')
      .where('id', '=', name)
      // Content that was destroyed has none, whatever a crash left of its file.
      .where('objectName', 'is not', null)
      .executeTakeFirst();
    return known !== undefined;
  }, ORPHAN_AGE_MS);
  if (removed > 0) log.info('removed objects that never became a message', { count: removed });
}
