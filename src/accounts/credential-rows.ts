/**
 * The statements that add, change and remove a way to sign in, each with its audit entry. A change names the hash of the
 * row that was read, so of two changes one fails and a row that was changed in between is never overwritten.
 */
import { newId } from '#src/base/identifiers.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';
import type { AccountsTable, CredentialsTable } from '#src/storage/tables.ts';

import type { AccountsContext } from './accounts-context.ts';
import { accountMac, credentialMac } from './row-mac.ts';
import type { NewPasskey } from './webauthn.ts';

type Credential = Omit<CredentialsTable, 'mac'>;

/** Of a passkey by its WebAuthn id, of an account at a provider by issuer and subject. */
export const lookups = {
  passkey: (credentialId: string) => `passkey ${credentialId}`,
  provider: (issuer: string, subject: string) => `provider ${JSON.stringify([issuer, subject])}`,
  totp: (accountId: string) => `totp ${accountId}`,
  password: (accountId: string) => `password ${accountId}`,
} as const;

/** Hash of a password, and whether it is too short to be the only factor. */
export interface NewPassword {
  readonly secret: string;
  readonly short: boolean;
}

/** The label of a password that lets nobody in without a second factor. */
export const SHORT_PASSWORD = 'short';

export function insertPassword(
  context: AccountsContext,
  accountId: string,
  { secret, short }: NewPassword,
): Statement {
  const lookup = lookups.password(accountId);
  return insert(context, {
    accountId,
    kind: 'password',
    secret,
    lookup,
    label: short ? SHORT_PASSWORD : null,
  });
}

/** `old`: the password until now; null: there was none. */
export function setPassword(
  context: AccountsContext,
  accountId: string,
  old: CredentialsTable | null,
  password: NewPassword,
): Statement {
  if (old === null) return insertPassword(context, accountId, password);
  const label = password.short ? SHORT_PASSWORD : null;
  const next = { ...old, secret: password.secret, label, createdAt: context.clock.now() };
  return replace(context, old, next);
}

export function insertPasskey(
  context: AccountsContext,
  accountId: string,
  passkey: NewPasskey,
  label: string,
): readonly Statement[] {
  const { publicKey, signCount: counter, transports } = passkey;
  const lookup = lookups.passkey(passkey.credentialId);
  return [
    insert(context, { accountId, kind: 'passkey', lookup, publicKey, counter, transports, label }),
    context.audit.entry({ event: 'passkey-added', accountId }),
  ];
}

export function insertProvider(
  context: AccountsContext,
  accountId: string,
  lookup: string,
  label: string,
): readonly Statement[] {
  return [
    insert(context, { accountId, kind: 'provider', lookup, label }),
    context.audit.entry({ event: 'provider-added', accountId, facts: { provider: label } }),
  ];
}

/** `secret`: wrapped, base64url; `step`: the one whose code confirmed it. */
export function insertTotp(
  context: AccountsContext,
  accountId: string,
  secret: string,
  step: number,
): readonly Statement[] {
  const lookup = lookups.totp(accountId);
  return [
    insert(context, { accountId, kind: 'totp', secret, lookup, counter: step }),
    context.audit.entry({ event: 'second-factor-on', accountId }),
  ];
}

/** Notes the use, with the counter that was seen in it. */
export function useCredential(
  context: AccountsContext,
  credential: CredentialsTable,
  counter: number | null,
): Statement {
  return replace(context, credential, { ...credential, counter, lastUsedAt: context.clock.now() });
}

/** From now on it counts again after a reset by mail alone. */
export function trustCredential(
  context: AccountsContext,
  credential: CredentialsTable,
  counter: number | null,
): readonly Statement[] {
  const now = context.clock.now();
  return [
    replace(context, credential, { ...credential, counter, trustedAt: now, lastUsedAt: now }),
    context.audit.entry({
      event: 'credential-confirmed',
      accountId: credential.accountId,
      facts: { kind: credential.kind },
    }),
  ];
}

export function nameCredential(
  { database }: Pick<AccountsContext, 'database'>,
  credential: CredentialsTable,
  label: string,
): Statement {
  return statement(
    database.query.updateTable('credentials').set({ label }).where('id', '=', credential.id),
    exactlyOne,
  );
}

export function removeCredential(
  { database, audit }: AccountsContext,
  credential: CredentialsTable,
): readonly Statement[] {
  const { id, mac, accountId, kind } = credential;
  return [
    statement(
      database.query.deleteFrom('credentials').where('id', '=', id).where('mac', '=', mac),
      exactlyOne,
    ),
    audit.entry({ event: 'credential-removed', accountId, facts: { kind } }),
  ];
}

/** What a reset by mail alone, or its owner's further proof, changes; fails where the account changed in between. */
export function changeAccount(
  { database, keys }: Pick<AccountsContext, 'database' | 'keys'>,
  account: AccountsTable,
  change: Partial<Pick<AccountsTable, 'resetAt' | 'suspendedBefore'>>,
): Statement {
  const next = { ...account, ...change };
  const { resetAt, suspendedBefore } = next;
  return statement(
    database.query
      .updateTable('accounts')
      .set({ resetAt, suspendedBefore, mac: accountMac(keys, next) })
      .where('id', '=', account.id)
      .where('mac', '=', account.mac),
    exactlyOne,
  );
}

/** Fails the unit where the account is no longer the one that was read, as after a reset. */
export function confirmUnchanged(
  { database }: Pick<AccountsContext, 'database'>,
  account: AccountsTable,
): Statement {
  return statement(
    database.query
      .updateTable('accounts')
      .set({ state: account.state })
      .where('id', '=', account.id)
      .where('mac', '=', account.mac),
    exactlyOne,
  );
}

function insert(
  { clock, random, keys, database }: AccountsContext,
  fields: Pick<Credential, 'accountId' | 'kind'> & Partial<Credential>,
): Statement {
  const now = clock.now();
  const row: Credential = {
    id: newId(clock, random),
    secret: '',
    createdAt: now,
    lookup: null,
    publicKey: null,
    counter: null,
    transports: null,
    label: null,
    trustedAt: now,
    lastUsedAt: null,
    ...fields,
  };
  const values = { ...row, mac: credentialMac(keys, row) };
  return statement(database.query.insertInto('credentials').values(values), exactlyOne);
}

function replace(
  { keys, database }: Pick<AccountsContext, 'keys' | 'database'>,
  old: CredentialsTable,
  next: Credential,
): Statement {
  const { secret, createdAt, counter, label, trustedAt, lastUsedAt } = next;
  const mac = credentialMac(keys, next);
  return statement(
    database.query
      .updateTable('credentials')
      .set({ secret, createdAt, counter, label, trustedAt, lastUsedAt, mac })
      .where('id', '=', old.id)
      .where('mac', '=', old.mac),
    exactlyOne,
  );
}
