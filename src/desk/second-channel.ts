/**
 * The second channel of one copy, by its author: asked for or not, a code to tell by telephone, a passphrase that both
 * agreed on. Only before the first opening; what was opened is not closed by it, a lock does that.
 */
import { linkMac, requireMac } from '#src/accounts/row-mac.ts';
import {
  findLiveSecret,
  makeTelephoneCode,
  removeSecret,
  setPassphrase,
  type LiveSecret,
} from '#src/accounts/second-channel.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';

import { commitAct } from './commit-act.ts';
import type { Act, ActResult, Desk } from './desk-context.ts';
import { LOCKABLE } from './lock-copy.ts';

/** Throws RowForged. */
export async function changeSecondChannel(
  desk: Desk,
  act: Act,
  to: 'asked' | 'not-asked',
): Promise<ActResult> {
  const { database, keys, audit } = desk;
  const { messageId, recipientId, staffId } = act;
  const row = await database.query
    .selectFrom('recipients')
    .select(['id', 'messageId', 'canonicalAddress', 'linkTokenHash', 'linkMac', 'secondChannel'])
    .where('id', '=', recipientId)
    .where('messageId', '=', messageId)
    .where('protection', '=', 'secure-message')
    .where('state', 'in', LOCKABLE)
    .where('firstOpenedAt', 'is', null)
    .executeTakeFirst();
  const wanted = to === 'asked' ? 1 : null;
  if (row === undefined || row.linkTokenHash === null || row.secondChannel === wanted) return 'changed';
  const link = {
    recipientId,
    messageId,
    canonicalAddress: row.canonicalAddress,
    linkTokenHash: row.linkTokenHash,
  };
  requireMac(
    'recipients',
    recipientId,
    linkMac(keys, { ...link, secondChannel: row.secondChannel }),
    row.linkMac,
  );
  const change = database.query
    .updateTable('recipients')
    .set({ secondChannel: wanted, linkMac: linkMac(keys, { ...link, secondChannel: wanted }) })
    .where('id', '=', recipientId)
    .where('messageId', '=', messageId)
    .where('firstOpenedAt', 'is', null)
    .where('secondChannel', row.secondChannel === null ? 'is' : '=', row.secondChannel);
  const entry = audit.entry({
    event: 'second-channel-changed',
    messageId,
    recipientId,
    facts: { to, by: staffId },
  });
  return commitAct(desk, messageId, [statement(change, exactlyOne), removeSecret(desk, recipientId), entry]);
}

/** A new code of eight digits; the one before counts no more. */
export function renewTelephoneCode(desk: Desk, act: Act): Promise<ActResult> {
  return commitSecret(desk, act, 'code', makeTelephoneCode(desk, act.recipientId, act.staffId));
}

export async function agreePassphrase(
  desk: Desk,
  act: Act,
  typed: string,
): Promise<ActResult | 'passphrase-length'> {
  const statements = setPassphrase(desk, act.recipientId, act.staffId, typed);
  return statements === null ? 'passphrase-length' : commitSecret(desk, act, 'passphrase', statements);
}

/** By recipient, for copies that ask for one and have one that counts. Throws RowForged. */
export async function findSecrets(
  desk: Pick<Desk, 'database' | 'keys' | 'clock'>,
  recipients: readonly { readonly id: string; readonly secondChannel: number | null }[],
): Promise<ReadonlyMap<string, LiveSecret>> {
  const asked = recipients.filter(({ secondChannel }) => secondChannel === 1);
  const found = await Promise.all(asked.map(async ({ id }) => [id, await findLiveSecret(desk, id)] as const));
  return new Map(found.flatMap(([id, secret]) => (secret === null ? [] : [[id, secret] as const])));
}

function commitSecret(
  desk: Desk,
  { messageId, recipientId, staffId }: Act,
  kind: LiveSecret['kind'],
  statements: readonly Statement[],
): Promise<ActResult> {
  const { database, audit } = desk;
  // The update changes nothing; it holds the copy to what the author saw.
  const holds = database.query
    .updateTable('recipients')
    .set({ secondChannel: 1 })
    .where('id', '=', recipientId)
    .where('messageId', '=', messageId)
    .where('secondChannel', '=', 1)
    .where('firstOpenedAt', 'is', null);
  const facts = { kind, by: staffId };
  const entry = audit.entry({ event: 'second-channel-secret-made', messageId, recipientId, facts });
  return commitAct(desk, messageId, [statement(holds, exactlyOne), ...statements, entry]);
}
