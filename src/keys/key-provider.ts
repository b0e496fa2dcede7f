/**
 * What holds private keys and answers for them. The default provider is files in `keysDir`; a hardware or cloud
 * provider implements the same interface. No method returns a private key: callers ask for an operation.
 */
import type { KeyObject } from 'node:crypto';

/** A P-256 public key that a content key can be wrapped to. */
export interface WrappingPublicKey {
  /** First 16 hex digits of SHA-256 over the uncompressed point. */
  readonly kid: string;
  /** Uncompressed point, 65 bytes. */
  readonly point: Buffer;
}

/** Which private half an HPKE opening needs. */
export type DecapsulationKey =
  | { readonly kind: 'enrolment' }
  | { readonly kind: 'spool'; readonly kid: string };

/** Purposes of Ed25519 signatures: node's seal key, portal's account authority key. */
export type SigningPurpose = 'seal' | 'account-authority';

/** Purposes of keyed hashes. Each is a key of its own. */
export type MacPurpose = 'verifier' | 'token' | 'mark' | 'thread' | 'throttle';

/** Public halves, as every node's key folder holds them; never read from the database. */
export interface PublicKeys {
  /** Random id of this installation, 32 hex digits; bound into every context. */
  readonly organizationId: string;
  readonly enrolment: WrappingPublicKey;
  readonly accountAuthority: KeyObject;
  /** Seal keys of all nodes by kid. */
  readonly sealKeys: ReadonlyMap<string, KeyObject>;
}

export interface KeyProvider {
  publicKeys(): PublicKeys;
  /** Public half of today's spool pair (UTC day), made on first use. */
  currentSpoolKey(): Promise<WrappingPublicKey>;
  /** Public half that belongs to a private half of this provider. Throws CodedError `key-unavailable`. */
  wrappingKey(key: DecapsulationKey): Promise<WrappingPublicKey>;
  /** ECDH of a private half with a peer's uncompressed point: the raw shared secret, 32 bytes. Throws CodedError `key-unavailable`. */
  agree(key: DecapsulationKey, peerPoint: Uint8Array): Promise<Buffer>;
  /** Destroys the private halves of past spool pairs that `inUse` denies; returns their kids. */
  destroySpoolKeys(inUse: (kid: string) => Promise<boolean>): Promise<readonly string[]>;
  /** AES-256-GCM under the provider's root key; `context` is authenticated and must be given again to unwrap. */
  wrap(secret: Uint8Array, context: Uint8Array): Promise<Buffer>;
  /** Throws CodedError `unwrap-failed`, the same for every cause. */
  unwrap(blob: Uint8Array, context: Uint8Array): Promise<Buffer>;
  /** Ed25519 signature, 64 bytes, with the kid of the key. */
  sign(purpose: SigningPurpose, data: Uint8Array): { readonly kid: string; readonly signature: Buffer };
  /** HMAC-SHA-256, 32 bytes. */
  mac(purpose: MacPurpose, data: Uint8Array): Buffer;
  /** 32-byte key for the author's own list entries. */
  deskKey(): Buffer;
}
