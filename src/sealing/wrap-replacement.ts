/**
 * Wrap replacement: at registration the wrap for an address without an account gives way to one for the new
 * account. The manifest names the old wrap, so the account authority signs that for one message and recipient the
 * one leads to the other (docs/formats/wraps.md). A wrap that is neither in the manifest nor at the end of such a
 * record is not opened.
 */
import { verify } from 'node:crypto';

import { equalBytes } from '#src/base/bytes.ts';
import { CodedError } from '#src/base/coded-error.ts';
import type { KeyProvider, PublicKeys } from '#src/keys/key-provider.ts';

import { wrapReplacementContext } from './contexts.ts';
import type { MessageIds } from './contexts.ts';
import type { Manifest } from './manifest.ts';
import { wrapHash } from './wrapped-key.ts';

/** For which recipient row and account a wrap was replaced. */
export interface ReplacementIds extends MessageIds {
  readonly recipientId: string;
  readonly accountId: string;
}

export interface WrapReplacement extends ReplacementIds {
  /** SHA-256 of the wrap that the manifest names, 32 bytes. */
  readonly replacedHash: Uint8Array;
  /** SHA-256 of the wrap made at registration, 32 bytes. */
  readonly replacementHash: Uint8Array;
}

/** Returns the JSON that `wraps.replacement` holds. */
export function signWrapReplacement(record: WrapReplacement, keys: Pick<KeyProvider, 'sign'>): string {
  const { signature } = keys.sign('account-authority', wrapReplacementContext(record));
  return JSON.stringify({
    version: 1,
    organizationId: record.organizationId,
    messageId: record.messageId,
    recipientId: record.recipientId,
    accountId: record.accountId,
    replacedHash: Buffer.from(record.replacedHash).toString('base64url'),
    replacementHash: Buffer.from(record.replacementHash).toString('base64url'),
    signature: signature.toString('base64url'),
  });
}

/**
 * Verifies a stored record for the recipient and account that the caller means. Throws CodedError
 * `wrap-replacement-invalid`, the same for every cause.
 */
export function verifyWrapReplacement(
  stored: string,
  publicKeys: Pick<PublicKeys, 'accountAuthority'>,
  expected: ReplacementIds,
): WrapReplacement {
  const { version, replacedHash, replacementHash, signature } = parseRecord(stored);
  if (version !== 1 || typeof replacedHash !== 'string' || typeof replacementHash !== 'string')
    throw invalid();
  if (typeof signature !== 'string') throw invalid();
  // The ids are the caller's own: those in the JSON are for people and decide nothing.
  const record = {
    organizationId: expected.organizationId,
    messageId: expected.messageId,
    recipientId: expected.recipientId,
    accountId: expected.accountId,
    replacedHash: Buffer.from(replacedHash, 'base64url'),
    replacementHash: Buffer.from(replacementHash, 'base64url'),
  };
  const signed = Buffer.from(signature, 'base64url');
  if (!verify(null, wrapReplacementContext(record), publicKeys.accountAuthority, signed)) throw invalid();
  return record;
}

/**
 * Whether a wrap may be opened for a recipient: the manifest names it, or a replacement record leads to it from one
 * that the manifest names. `manifest` must be verified; `replacement` is the column as it is. A forged record is
 * false, not an error: there is nothing else to tell the caller.
 */
export function isAcceptedWrap(
  manifest: Manifest,
  wrap: Uint8Array,
  row: { readonly recipientId: string; readonly accountId: string; readonly replacement: string | null },
  publicKeys: Pick<PublicKeys, 'accountAuthority'>,
): boolean {
  const named = manifest.recipients
    .filter((recipient) => recipient.recipientId === row.recipientId)
    .map((recipient) => Buffer.from(recipient.wrapHash, 'base64url'));
  const hash = wrapHash(wrap);
  if (named.some((namedHash) => equalBytes(namedHash, hash))) return true;
  if (row.replacement === null) return false;
  const expected = {
    organizationId: manifest.organizationId,
    messageId: manifest.messageId,
    recipientId: row.recipientId,
    accountId: row.accountId,
  };
  try {
    const record = verifyWrapReplacement(row.replacement, publicKeys, expected);
    const leadsHere = equalBytes(record.replacementHash, hash);
    return leadsHere && named.some((namedHash) => equalBytes(namedHash, record.replacedHash));
  } catch (error) {
    if (error instanceof CodedError && error.code === 'wrap-replacement-invalid') return false;
    throw error;
  }
}

function parseRecord(stored: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(stored);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Falls through to the one error.
  }
  throw invalid();
}

function invalid(): CodedError {
  return new CodedError('wrap-replacement-invalid', 'the replacement record of a wrap does not verify');
}
