/** A password as it is kept: its hash, and whether it is too short to be the only factor. */
import { minPasswordLength } from './account-rules.ts';
import type { NewPassword } from './credential-rows.ts';
import type { PasswordHasher } from './passwords.ts';

/** Throws CodedError `busy` where too many wait to be hashed. */
export async function newPassword(hasher: PasswordHasher, password: string): Promise<NewPassword> {
  const length = [...password.normalize('NFC')].length;
  return {
    secret: await hasher.hash(password),
    short: length < minPasswordLength({ secondFactor: 'optional' }),
  };
}
