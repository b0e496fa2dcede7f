/**
 * From a copy to its content key, for the account that is signed in, or for one that may read for the copy's owner: then
 * the owner's key opens it (docs/decisions/0034). In this order: the manifest is ours and names
 * this copy; the wrap is the one it names, or one that the account authority put in its place; the account's key
 * record is signed; only then is anything unwrapped, with a context built from session and request alone. Whatever
 * does not fit throws SealBroken: the answer is as for a message that does not exist, and the alarm is raised.
 */
import { rewrapWaitingMessages } from '#src/accounts/rewrap.ts';
import { isLostRace } from '#src/accounts/throttle.ts';
import { CodedError, errorCode } from '#src/base/coded-error.ts';
import { agreeWithAccountKey } from '#src/keys/account-key-pair.ts';
import type { WrappingPublicKey } from '#src/keys/key-provider.ts';
import { verifyKeyRecord } from '#src/keys/key-record.ts';
import type { Manifest } from '#src/sealing/manifest.ts';
import { isAcceptedWrap } from '#src/sealing/wrap-replacement.ts';
import { unwrapKey } from '#src/sealing/wrapped-key.ts';
import { preparedQuery } from '#src/storage/prepared.ts';
import type { AccountKeysTable, WrapsTable } from '#src/storage/tables.ts';

import type { PortalContext } from '../portal-context.ts';
import { holderOf, type ReadableCopy } from './access.ts';
import type { Copy } from './copy.ts';
import type { Reader } from './reader.ts';

/** Stored data of a message does not verify. */
export class SealBroken extends CodedError {
  readonly what: string;
  readonly copy: Copy;

  constructor(what: string, copy: Copy) {
    super('seal-broken', `the ${what} of a message does not verify`);
    this.what = what;
    this.copy = copy;
  }
}

interface AccountKey {
  readonly key: WrappingPublicKey;
  readonly wrappedPrivateKey: Uint8Array;
}

const UNWRAP_FAILURES: ReadonlySet<string> = new Set([
  'authentication-failed',
  'unwrap-failed',
  'point-invalid',
]);

/** The verified manifest of the message, which names this copy. Throws SealBroken. */
export function requireManifest(portal: PortalContext, copy: Copy): Manifest {
  let manifest: Manifest;
  try {
    manifest = portal.manifests.verify(copy.message.id, copy.message.manifest ?? '');
  } catch (error) {
    if (errorCode(error) === 'manifest-invalid') throw new SealBroken('manifest', copy);
    throw error;
  }
  // The author that is shown is the one that was signed.
  if (manifest.author !== (copy.message.fromAddress ?? '')) throw new SealBroken('author', copy);
  const isNamed = manifest.recipients.some(
    ({ recipientId, address }) =>
      recipientId === copy.recipient.id && address === copy.recipient.canonicalAddress,
  );
  if (!isNamed) throw new SealBroken('manifest', copy);
  return manifest;
}

/** The content key, 32 bytes; the caller overwrites it when done. Throws SealBroken. */
export async function unwrapContentKey(
  portal: PortalContext,
  reader: Reader,
  copy: ReadableCopy,
  manifest: Manifest,
): Promise<Buffer> {
  const { keys } = portal;
  const publicKeys = keys.publicKeys();
  const accountId = holderOf(reader, copy).id;
  const wrap = await findWrap(portal, reader, copy);
  const row = { recipientId: copy.recipient.id, accountId, replacement: wrap.replacement };
  if (!isAcceptedWrap(manifest, wrap.wrap, row, publicKeys)) throw new SealBroken('wrap', copy);
  const { key, wrappedPrivateKey } = await findAccountKey(portal, reader, copy, wrap.kid);
  const ids = { organizationId: publicKeys.organizationId, messageId: copy.message.id };
  try {
    return await unwrapKey(wrap.wrap, { kind: 'account', id: accountId, key }, ids, (peerPoint) =>
      agreeWithAccountKey(
        keys,
        wrappedPrivateKey,
        { organizationId: publicKeys.organizationId, accountId, kid: key.kid },
        peerPoint,
      ),
    );
  } catch (error) {
    if (UNWRAP_FAILURES.has(errorCode(error))) throw new SealBroken('wrap', copy);
    throw error;
  }
}

async function findWrap(portal: PortalContext, reader: Reader, copy: ReadableCopy): Promise<WrapsTable> {
  const wrap = (await accountWrap(portal, reader, copy)) ?? (await moveWrap(portal, reader, copy));
  if (wrap === undefined) throw new SealBroken('wrap', copy);
  return wrap;
}

function accountWrap(
  portal: PortalContext,
  reader: Reader,
  copy: ReadableCopy,
): Promise<WrapsTable | undefined> {
  return selectAccountWrap(portal.database.query, {
    messageId: copy.message.id,
    recipientId: copy.recipient.id,
    accountId: holderOf(reader, copy).id,
  }).then(([wrap]) => wrap);
}

const selectAccountWrap = preparedQuery<
  { messageId: string; recipientId: string; accountId: string },
  WrapsTable
>((query, value) =>
  query
    .selectFrom('wraps')
    .selectAll()
    .where('messageId', '=', value('messageId'))
    .where('recipientId', '=', value('recipientId'))
    .where('holderKind', '=', 'account')
    .where('holderId', '=', value('accountId')),
);

/** A message that was accepted while its recipient registered is still wrapped to the enrolment key. */
async function moveWrap(
  portal: PortalContext,
  reader: Reader,
  copy: ReadableCopy,
): Promise<WrapsTable | undefined> {
  const newest = await portal.database.query
    .selectFrom('account_keys')
    .select('kid')
    .where('accountId', '=', holderOf(reader, copy).id)
    .orderBy('createdAt', 'desc')
    .executeTakeFirst();
  if (newest === undefined) throw new SealBroken('key record', copy);
  const { key } = await findAccountKey(portal, reader, copy, newest.kid);
  const account = { accountId: holderOf(reader, copy).id, key };
  const rewraps = await rewrapWaitingMessages(portal, copy.recipient.canonicalAddress, account);
  try {
    if (rewraps.length > 0) await portal.database.commit(rewraps);
  } catch (error) {
    // Another request moved it.
    if (!isLostRace(error)) throw error;
  }
  return accountWrap(portal, reader, copy);
}

async function findAccountKey(
  portal: PortalContext,
  reader: Reader,
  copy: ReadableCopy,
  kid: string,
): Promise<AccountKey> {
  const [row] = await selectAccountKey(portal.database.query, { accountId: holderOf(reader, copy).id, kid });
  if (row === undefined) throw new SealBroken('key record', copy);
  try {
    const { key } = verifyKeyRecord(row.record, portal.keys.publicKeys(), holderOf(reader, copy).id);
    if (key.kid !== kid) throw new SealBroken('key record', copy);
    return { key, wrappedPrivateKey: row.wrappedPrivateKey };
  } catch (error) {
    if (errorCode(error) === 'key-record-invalid') throw new SealBroken('key record', copy);
    throw error;
  }
}

const selectAccountKey = preparedQuery<
  { accountId: string; kid: string },
  Pick<AccountKeysTable, 'record' | 'wrappedPrivateKey'>
>((query, value) =>
  query
    .selectFrom('account_keys')
    .select(['record', 'wrappedPrivateKey'])
    .where('accountId', '=', value('accountId'))
    .where('kid', '=', value('kid')),
);
