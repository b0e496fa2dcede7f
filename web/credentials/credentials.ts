/** What `GET /api/account/credentials` answers; times are ISO 8601. */
import type { ProviderKind } from './provider.ts';

export interface Credentials {
  readonly address: string;
  /** Whether signing in again is needed before anything can be changed. */
  readonly proofNeeded: boolean;
  readonly password: { readonly set: boolean; readonly minLength: number };
  readonly passkeys: readonly Passkey[];
  readonly providers: readonly ProviderAccount[];
  readonly providersOffered: readonly ProviderKind[];
  readonly secondFactor: {
    readonly on: boolean;
    readonly required: boolean;
    readonly recoveryCodesLeft: number;
  };
  readonly devices: readonly RememberedDevice[];
}

/** An account at Google or Microsoft. */
export interface ProviderAccount {
  readonly id: string;
  readonly kind: ProviderKind;
  /** The address there. */
  readonly name: string;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  /** It does not count until it is added again. */
  readonly suspended: boolean;
}

export interface Passkey {
  readonly id: string;
  /** Empty: its owner gave none. */
  readonly name: string;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  /** It does not count until it is confirmed. */
  readonly suspended: boolean;
}

export interface RememberedDevice {
  readonly id: string;
  readonly browser: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly current: boolean;
}
