/**
 * The manifest: what a node with a seal key says about a message that it accepted, in canonical JSON under an
 * Ed25519 signature (docs/formats/manifest.md). The portal verifies it before it releases a key, so that a message
 * or a wrap that somebody wrote into the database is shown to nobody.
 */
import { verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { CodedError } from '#src/base/coded-error.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';

import { canonicalJson } from '#src/base/canonical-json.ts';
import type { CanonicalValue } from '#src/base/canonical-json.ts';
import { manifestPrefix } from './contexts.ts';
import type { MessageIds } from './contexts.ts';
import { STREAM_NAMES } from './layout.ts';
import type { SealedObjectLayout, StreamLayout } from './layout.ts';

/** One recipient of the secure message. */
export interface ManifestRecipient {
  /** Id of the row in `recipients`. */
  readonly recipientId: string;
  /** The canonical address that the decision was made for. */
  readonly address: string;
  /** SHA-256 of the wrap, base64url. */
  readonly wrapHash: string;
}

export interface Manifest extends MessageIds {
  readonly version: 1;
  /** From mailbox; empty string where From had none or several. */
  readonly author: string;
  /** Who handed the message in: the address of the submitting server. */
  readonly submitter: string;
  /** How the submitter was authenticated: `network`, … */
  readonly submitterProof: string;
  /** Milliseconds since 1970. */
  readonly acceptedAt: number;
  readonly streams: SealedObjectLayout;
  readonly recipients: readonly ManifestRecipient[];
}

export interface SignedManifest {
  readonly manifest: Manifest;
  /** Kid of the seal key. */
  readonly kid: string;
  /** Ed25519, base64url. */
  readonly signature: string;
}

/** Signs with the node's seal key. Throws TypeError for a manifest that has no canonical form. */
export function signManifest(manifest: Manifest, keys: Pick<KeyProvider, 'sign'>): SignedManifest {
  const { kid, signature } = keys.sign('seal', signedBytes(manifest));
  return { manifest, kid, signature: signature.toString('base64url') };
}

/**
 * Verifies a stored manifest (JSON text or parsed) for the message that the caller means. Throws CodedError
 * `manifest-invalid`, the same for every cause: not a manifest, another message or organisation, an unknown seal
 * key, a forged signature, streams that do not lie behind one another.
 */
export function verifyManifest(
  signed: string | SignedManifest,
  sealKeys: ReadonlyMap<string, KeyObject>,
  ids: MessageIds,
): Manifest {
  const { manifest, kid, signature } = readSigned(signed);
  const sealKey = typeof kid === 'string' ? sealKeys.get(kid) : undefined;
  if (sealKey === undefined || typeof signature !== 'string') throw invalid();
  if (!verify(null, bytesToVerify(manifest), sealKey, Buffer.from(signature, 'base64url'))) throw invalid();
  // Only now is it worth looking at: whatever a seal key signed, but perhaps of another message or a later version.
  if (!isManifest(manifest)) throw invalid();
  if (manifest.messageId !== ids.messageId || manifest.organizationId !== ids.organizationId) throw invalid();
  if (!streamsFollowEachOther(manifest.streams)) throw invalid();
  return manifest;
}

function signedBytes(manifest: Manifest): Buffer {
  // The interfaces are a subset of what is canonical; TypeScript wants an index signature to see it.
  return Buffer.concat([manifestPrefix(), Buffer.from(canonicalJson(manifest as unknown as CanonicalValue))]);
}

function bytesToVerify(manifest: unknown): Buffer {
  try {
    return signedBytes(manifest as Manifest);
  } catch {
    throw invalid();
  }
}

function readSigned(signed: string | SignedManifest): Record<keyof SignedManifest, unknown> {
  const value: unknown = typeof signed === 'string' ? parseJson(signed) : signed;
  if (!isRecord(value)) throw invalid();
  return { manifest: value['manifest'], kid: value['kid'], signature: value['signature'] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid();
  }
}

function isManifest(value: unknown): value is Manifest {
  if (!isRecord(value) || value['version'] !== 1 || !Number.isSafeInteger(value['acceptedAt'])) return false;
  const { streams, recipients } = value;
  return (
    ['organizationId', 'messageId', 'author', 'submitter', 'submitterProof'].every(
      (name) => typeof value[name] === 'string',
    ) &&
    isRecord(streams) &&
    STREAM_NAMES.every((name) => isStreamLayout(streams[name])) &&
    Array.isArray(recipients) &&
    recipients.every((recipient) => isRecipient(recipient))
  );
}

function isStreamLayout(value: unknown): value is StreamLayout {
  return (
    isRecord(value) &&
    ['offset', 'length', 'plaintextLength'].every((name) => Number.isSafeInteger(value[name])) &&
    typeof value['commitment'] === 'string'
  );
}

function isRecipient(value: unknown): value is ManifestRecipient {
  return (
    isRecord(value) && ['recipientId', 'address', 'wrapHash'].every((name) => typeof value[name] === 'string')
  );
}

function streamsFollowEachOther(streams: SealedObjectLayout): boolean {
  let offset = 0;
  for (const name of STREAM_NAMES) {
    if (streams[name].offset !== offset || streams[name].length < 0) return false;
    offset += streams[name].length;
  }
  return true;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(): CodedError {
  return new CodedError('manifest-invalid', 'the manifest of a message does not verify');
}
