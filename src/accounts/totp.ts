/**
 * Time-based one-time codes (RFC 6238): SHA-1, six digits, thirty seconds, because that is what every authenticator app
 * understands. The step before and after is taken too, for clocks that are a little wrong. Which step was used last is
 * the caller's to keep: a step counts once.
 */
import { Secret, TOTP } from 'otpauth';

export const TOTP_SECRET_BYTES = 20;
const PERIOD_SECONDS = 30;
const DIGITS = 6;
/** Steps before and after the present one. */
const WINDOW = 1;

export interface TotpInvitation {
  /** Base32, for typing. */
  readonly secret: string;
  /** `otpauth://` address, for the QR code. */
  readonly uri: string;
}

/** What an app needs. `issuer` and `account` are what it shows. */
export function inviteTotp(secret: Uint8Array, names: { issuer: string; account: string }): TotpInvitation {
  const totp = totpOf(secret, names);
  return { secret: totp.secret.base32, uri: totp.toString() };
}

/** The step whose code was typed; null where it is none of those that count now. */
export function stepOfCode(secret: Uint8Array, code: string, nowMs: number): number | null {
  const delta = totpOf(secret).validate({ token: code, timestamp: nowMs, window: WINDOW });
  return delta === null ? null : TOTP.counter({ period: PERIOD_SECONDS, timestamp: nowMs }) + delta;
}

/** The code of a moment, as an app shows it. */
export function codeAt(secret: Uint8Array, nowMs: number): string {
  return totpOf(secret).generate({ timestamp: nowMs });
}

function totpOf(secret: Uint8Array, names?: { issuer: string; account: string }): TOTP {
  const buffer = new Uint8Array(secret).buffer;
  return new TOTP({
    ...(names !== undefined && { issuer: names.issuer.replaceAll(':', ' '), label: names.account }),
    secret: new Secret({ buffer }),
    algorithm: 'SHA1',
    digits: DIGITS,
    period: PERIOD_SECONDS,
  });
}
