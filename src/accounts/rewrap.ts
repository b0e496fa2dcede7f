/**
 * Moving a content key from the enrolment key, to which mail for addresses without an account is wrapped, to the key
 * pair of the account that proved the address. Each new wrap comes with a record, signed by the account authority,
 * that leads to it from the wrap which the manifest names; a wrap that the manifest does not name is left alone and
 * raises the alarm.
 */
import { errorCode } from '#src/base/coded-error.ts';
import { newId } from '#src/base/identifiers.ts';
import type { WrappingPublicKey } from '#src/keys/key-provider.ts';
import { verifyManifest } from '#src/sealing/manifest.ts';
import { isAcceptedWrap, signWrapReplacement } from '#src/sealing/wrap-replacement.ts';
import { unwrapWithProvider, wrapHash, wrapKey } from '#src/sealing/wrapped-key.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';

import { raiseTamperAlarm, type AccountsContext } from './accounts-context.ts';

export interface AccountHolder {
  readonly accountId: string;
  readonly key: WrappingPublicKey;
}

interface WaitingWrap {
  readonly id: string;
  readonly messageId: string;
  readonly recipientId: string;
  readonly wrap: Uint8Array;
  readonly manifest: string;
}

const FORGED_CODES: ReadonlySet<string> = new Set(['manifest-invalid', 'authentication-failed']);

/** Two statements for each message that waits for the address: the new wrap in, the old one out. */
export async function rewrapWaitingMessages(
  context: AccountsContext,
  canonicalAddress: string,
  account: AccountHolder,
): Promise<readonly Statement[]> {
  const statements: Statement[] = [];
  for (const waiting of await waitingWraps(context, canonicalAddress)) {
    try {
      statements.push(...(await rewrap(context, canonicalAddress, account, waiting)));
    } catch (error) {
      if (!FORGED_CODES.has(errorCode(error))) throw error;
      const { messageId, recipientId } = waiting;
      await raiseTamperAlarm(context, { what: 'wraps', rowKey: waiting.id, messageId, recipientId });
    }
  }
  return statements;
}

async function waitingWraps(
  context: AccountsContext,
  canonicalAddress: string,
): Promise<readonly WaitingWrap[]> {
  const rows = await context.database.query
    .selectFrom('wraps')
    .innerJoin('messages', 'messages.id', 'wraps.messageId')
    .select(['wraps.id', 'wraps.messageId', 'wraps.recipientId', 'wraps.wrap', 'messages.manifest'])
    .where('wraps.holderKind', '=', 'enrolment')
    .where('wraps.holderId', '=', canonicalAddress)
    .execute();
  return rows.map((row) => ({ ...row, recipientId: row.recipientId ?? '', manifest: row.manifest ?? '' }));
}

async function rewrap(
  context: AccountsContext,
  canonicalAddress: string,
  account: AccountHolder,
  waiting: WaitingWrap,
): Promise<readonly Statement[]> {
  const { keys, database, clock, random } = context;
  const publicKeys = keys.publicKeys();
  const ids = { organizationId: publicKeys.organizationId, messageId: waiting.messageId };
  const manifest = verifyManifest(waiting.manifest, publicKeys.sealKeys, ids);
  const row = { recipientId: waiting.recipientId, accountId: account.accountId, replacement: null };
  if (!isAcceptedWrap(manifest, waiting.wrap, row, publicKeys)) {
    const { messageId, recipientId } = waiting;
    await raiseTamperAlarm(context, { what: 'wraps', rowKey: waiting.id, messageId, recipientId });
    return [];
  }
  const contentKey = await unwrapWithProvider(
    waiting.wrap,
    { kind: 'enrolment', id: canonicalAddress },
    ids,
    keys,
  );
  const wrap = wrapKey(contentKey, { kind: 'account', id: account.accountId, key: account.key }, ids);
  contentKey.fill(0);
  const replacement = signWrapReplacement(
    {
      ...ids,
      recipientId: waiting.recipientId,
      accountId: account.accountId,
      replacedHash: wrapHash(waiting.wrap),
      replacementHash: wrapHash(wrap),
    },
    keys,
  );
  const insert = database.query.insertInto('wraps').values({
    id: newId(clock, random),
    messageId: waiting.messageId,
    holderKind: 'account',
    holderId: account.accountId,
    recipientId: waiting.recipientId,
    kid: account.key.kid,
    wrap,
    replacement,
  });
  const remove = database.query.deleteFrom('wraps').where('id', '=', waiting.id);
  return [statement(insert, exactlyOne), statement(remove, exactlyOne)];
}
