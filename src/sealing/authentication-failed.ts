/**
 * The one error of everything that opens ciphertext. A wrong key, a wrong context, a damaged, shortened, extended
 * or swapped ciphertext all end here with the same code and the same words, so that nobody learns from the answer
 * which of them it was.
 */
import { CodedError } from '#src/base/coded-error.ts';

/** Code `authentication-failed`. Carries no cause: a cause would tell the failures apart. */
export class AuthenticationFailed extends CodedError {
  constructor() {
    super('authentication-failed', 'the ciphertext does not authenticate');
  }
}
