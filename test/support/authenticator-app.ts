/** An authenticator app: what it makes of the address in the QR code, and the code that it shows. */
import { URI } from 'otpauth';

import { codeAt } from '#src/accounts/totp.ts';
import type { Clock } from '#src/base/clock.ts';

/** From what the set-up answers; throws where the parameters are not the ones that every app understands. */
export function secretOf(invitation: { uri: string; secret: string }): Buffer {
  const totp = URI.parse(invitation.uri);
  const { algorithm, digits, secret } = totp;
  if (algorithm !== 'SHA1' || digits !== 6 || !('period' in totp) || totp.period !== 30)
    throw new Error('not every app understands this');
  if (secret.base32 !== invitation.secret) throw new Error('typed and scanned secrets differ');
  return Buffer.from(secret.bytes);
}

export function codeOfApp(secret: Buffer, clock: Pick<Clock, 'now'>): string {
  return codeAt(secret, clock.now());
}
