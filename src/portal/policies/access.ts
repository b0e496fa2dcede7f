/**
 * Copies that a reader may open for somebody else. Asked for at each request, so that taking leave back, its date, or the
 * owner's losing the address stops the next chunk. What was opened before a reset of the owner's password, or of the
 * reader's, stays closed: nobody gets around the one by the other.
 */
import { accessOf, type AddressAccess } from '#src/accounts/address-access.ts';
import { findAccount } from '#src/accounts/account-directory.ts';
import type { AccountsTable } from '#src/storage/tables.ts';

import type { PortalContext } from '../portal-context.ts';
import { copyState, copyStateFor, type Copy, type CopyState, type ReaderCopyState } from './copy.ts';
import { canonicalAddresses, type Reader } from './reader.ts';

/** Leave to read, with the account that gave it. */
export interface Leave {
  readonly access: AddressAccess;
  readonly owner: AccountsTable;
}

/** A copy, and by whose leave it is read; null: it came to the reader. */
export interface ReadableCopy extends Copy {
  readonly leave: Leave | null;
}

/** Throws RowForged. */
export async function leaveOf(portal: PortalContext, reader: Reader): Promise<readonly Leave[]> {
  const leave: Leave[] = [];
  for (const access of await accessOf(portal, canonicalAddresses(reader))) {
    const owner = await findAccount(portal, access.ownerAccountId);
    if (owner !== null) leave.push({ access, owner });
  }
  return leave;
}

/** The leave that covers this copy; null: none does. */
export function leaveFor(
  leave: readonly Leave[],
  recipient: { readonly id: string; readonly canonicalAddress: string },
): Leave | null {
  const covers = ({ access }: Leave): boolean =>
    access.canonicalAddress === recipient.canonicalAddress &&
    (access.recipientId === null || access.recipientId === recipient.id);
  return leave.find(covers) ?? null;
}

/** The account whose key the copy is wrapped to. */
export function holderOf(reader: Reader, copy: ReadableCopy): AccountsTable {
  return copy.leave?.owner ?? reader.account;
}

export function stateFor(portal: PortalContext, reader: Reader, copy: ReadableCopy): CopyState {
  const now = portal.clock.now();
  const own = copyState(copy, now, reader.account);
  return own === 'ready' && copy.leave !== null ? copyState(copy, now, copy.leave.owner) : own;
}

/** As `stateFor`, with the second channel, which whoever reads proves themselves. Throws RowForged. */
export async function readerStateFor(
  portal: PortalContext,
  reader: Reader,
  copy: ReadableCopy,
): Promise<ReaderCopyState> {
  const state = stateFor(portal, reader, copy);
  return state === 'ready' ? copyStateFor(portal, copy, portal.clock.now(), reader.account) : state;
}

/** For the audit log: who reads for somebody else, by address. */
export function readsForFacts(copy: ReadableCopy): { readonly reader?: string; readonly access?: string } {
  return copy.leave === null ? {} : { reader: copy.leave.access.readerAddress, access: copy.leave.access.id };
}
