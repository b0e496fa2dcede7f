/**
 * Keyed hashes over the rows that let somebody in. Who can only write to the database can't make them, so a planted
 * or altered address proof, password, session, code or link is noticed on the next read: access is denied and the
 * alarm raised. A row that was deleted, or replaced by an older one of the same key, is not noticed here.
 *
 * Each hash is HMAC-SHA-256 under the verifier key over: table, then each field with a byte for its type, all
 * length-prefixed. The order of the fields is part of the format.
 */
import { equalBytes, lengthPrefixed } from '#src/base/bytes.ts';
import { CodedError } from '#src/base/coded-error.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import type {
  AccountAddressesTable,
  AccountsTable,
  AddressAccessTable,
  AddressCodesTable,
  CredentialsTable,
  PendingResetsTable,
  RecoveryCodesTable,
  RememberedDevicesTable,
  SessionsTable,
} from '#src/storage/tables.ts';

export type MacKeys = Pick<KeyProvider, 'mac'>;
export type Field = string | number | Uint8Array | null;

/** Thrown where a row does not carry the hash that we would have written; `table` and `rowKey` say which. */
export class RowForged extends CodedError {
  readonly table: string;
  readonly rowKey: string;

  constructor(table: string, rowKey: string) {
    super('row-forged', `a row of ${table} was not written by this product`);
    this.table = table;
    this.rowKey = rowKey;
  }
}

export function accountMac(
  keys: MacKeys,
  row: Pick<AccountsTable, 'id' | 'createdAt' | 'state' | 'resetAt' | 'suspendedBefore'>,
): Buffer {
  const fields = [row.id, row.createdAt, row.state, row.resetAt];
  return rowMac(keys, 'accounts', row.suspendedBefore === null ? fields : [...fields, row.suspendedBefore]);
}

export function accountAddressMac(keys: MacKeys, row: Omit<AccountAddressesTable, 'mac'>): Buffer {
  return rowMac(keys, 'account_addresses', [row.canonicalAddress, row.accountId, row.address, row.provenAt]);
}

/** Without what decides nothing: the last use, and the names that people gave. A password's label decides. */
export function credentialMac(keys: MacKeys, row: Omit<CredentialsTable, 'mac' | 'lastUsedAt'>): Buffer {
  const common = [row.id, row.accountId, row.kind, row.secret, row.createdAt];
  if (row.kind === 'password')
    return rowMac(keys, 'credentials', row.label === null ? common : [...common, row.label]);
  const further = [row.lookup, row.publicKey, row.counter, row.transports, row.trustedAt];
  return rowMac(keys, 'credentials', [...common, ...further]);
}

export function recoveryCodeMac(keys: MacKeys, row: Omit<RecoveryCodesTable, 'mac'>): Buffer {
  return rowMac(keys, 'recovery_codes', [row.codeHash, row.accountId, row.createdAt]);
}

export function rememberedDeviceMac(
  keys: MacKeys,
  row: Omit<RememberedDevicesTable, 'mac' | 'lastUsedAt' | 'browser'>,
): Buffer {
  return rowMac(keys, 'remembered_devices', [
    row.tokenHash,
    row.id,
    row.accountId,
    row.createdAt,
    row.expiresAt,
  ]);
}

export function pendingResetMac(keys: MacKeys, row: Omit<PendingResetsTable, 'mac'>): Buffer {
  return rowMac(keys, 'pending_resets', [
    row.accountId,
    row.canonicalAddress,
    row.requestedAt,
    row.effectiveAt,
    row.cancelHash,
  ]);
}

export function accessMac(keys: MacKeys, row: Omit<AddressAccessTable, 'mac'>): Buffer {
  return rowMac(keys, 'address_access', [
    row.id,
    row.ownerAccountId,
    row.canonicalAddress,
    row.recipientId,
    row.readerAddress,
    row.state,
    row.createdAt,
    row.until,
  ]);
}

export function sessionMac(keys: MacKeys, row: Omit<SessionsTable, 'mac'>): Buffer {
  return rowMac(keys, 'sessions', [
    row.tokenHash,
    row.kind,
    row.accountId,
    row.canonicalAddress,
    row.recipientId,
    row.createdAt,
    row.lastSeenAt,
    row.expiresAt,
    // Rows of before the column had it keep their hash.
    ...(row.browser === null ? [] : [row.browser]),
  ]);
}

export function addressCodeMac(keys: MacKeys, row: Omit<AddressCodesTable, 'mac'>): Buffer {
  return rowMac(keys, 'address_codes', [
    row.id,
    row.canonicalAddress,
    row.recipientId,
    row.browserHash,
    row.codeHash,
    row.purpose,
    row.createdAt,
    row.expiresAt,
    row.tries,
    row.usedAt,
    ...(row.accountId === null ? [] : [row.accountId]),
  ]);
}

export interface LinkFields {
  readonly recipientId: string;
  readonly messageId: string;
  readonly canonicalAddress: string;
  /** What `hashLinkToken` returns for the token in the notice. */
  readonly linkTokenHash: Uint8Array;
  /** The row's `secondChannel`: a database that forgets it lets nobody in. */
  readonly secondChannel: number | null;
}

/**
 * What `recipients.linkMac` holds: binds a link to the one copy it was mailed for. Under the token key, because whoever
 * receives mail makes it, and the verifier key is the portal's alone.
 */
export function linkMac(keys: MacKeys, link: LinkFields): Buffer {
  const fields = [link.recipientId, link.messageId, link.canonicalAddress, link.linkTokenHash];
  if (link.secondChannel === 1) fields.push('second channel');
  return keys.mac('token', rowBytes('recipients', fields));
}

/** Whose word ends the wait: the security officer's, or the author's, the clock's or a channel's. */
export type WaitsFor = 'officer' | 'others';

const WAITING_LABELS: Readonly<Record<WaitsFor, string>> = {
  officer: 'recipients that wait for the officer',
  others: 'recipients without a link',
};

/**
 * What `recipients.linkMac` holds while there is no link: of a recipient for whom the message may be protected later, at
 * the end of a hold or in place of a channel. Nobody else is given the content key then, and one kind of hold can't be
 * turned into the other.
 */
export function waitingRecipientMac(
  keys: MacKeys,
  waiting: Omit<LinkFields, 'linkTokenHash'>,
  waitsFor: WaitsFor,
): Buffer {
  const fields = [waiting.recipientId, waiting.messageId, waiting.canonicalAddress];
  if (waiting.secondChannel === 1) fields.push('second channel');
  return keys.mac('token', rowBytes(WAITING_LABELS[waitsFor], fields));
}

/**
 * What `messages.authorMac` holds: whose message it is. Under the token key, because whoever receives mail makes it.
 */
export function authorMac(keys: MacKeys, messageId: string, authorCanonical: string): Buffer {
  return keys.mac('token', rowBytes('messages of an author', [messageId, authorCanonical]));
}

/**
 * What `recipients.releaseMac` holds: this copy was released at `releasedAt` to who proves its address, although it was
 * opened before a reset of the password.
 */
export function releaseMac(keys: MacKeys, recipientId: string, releasedAt: number): Buffer {
  return rowMac(keys, 'released recipients', [recipientId, releasedAt]);
}

/** Throws RowForged unless `actual` is the hash that was computed for the row. */
export function requireMac(
  table: string,
  rowKey: string,
  expected: Uint8Array,
  actual: Uint8Array | null,
): void {
  if (actual === null || !equalBytes(expected, actual)) throw new RowForged(table, rowKey);
}

/** HMAC over a row under the verifier key; `fields` in an order that never changes. */
export function rowMac(keys: MacKeys, table: string, fields: readonly Field[]): Buffer {
  return keys.mac('verifier', rowBytes(table, fields));
}

function rowBytes(table: string, fields: readonly Field[]): Buffer {
  return lengthPrefixed('row', table, ...fields.map((field) => typed(field)));
}

/** Null, text, number and bytes can't be taken for each other. */
function typed(field: Field): Buffer {
  if (field === null) return Buffer.from('0');
  if (typeof field === 'string') return Buffer.from(`s${field}`, 'utf8');
  if (typeof field === 'number') return Buffer.from(`n${field}`);
  return Buffer.concat([Buffer.from('b'), field]);
}
