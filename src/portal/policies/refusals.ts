/** The refusals that several endpoints share. */
import { Refusal } from '#src/http/refusal.ts';

import type { ReaderCopyState } from './copy.ts';

/** Not yours, unknown and forged look the same. */
export function notAvailable(): Refusal {
  return new Refusal(404, 'not-available', 'This message is not available.');
}

export function linkUnknown(): Refusal {
  return new Refusal(404, 'link-unknown', 'This link is not known here.');
}

export function tooManyCodes(retryAfterSeconds: number): Refusal {
  return new Refusal(429, 'too-many-codes', 'Too many codes were asked for. Please wait.', {
    retryAfterSeconds,
  });
}

export function slowDown(retryAfterSeconds: number): Refusal {
  return new Refusal(429, 'slow-down', 'Too many tries. Please wait.', { retryAfterSeconds });
}

/** `older`: the digits of a code that a newer one has replaced; its mail came late. */
export function codeWrong(triesLeft: number, older = false): Refusal {
  if (older) return new Refusal(422, 'code-older', 'A newer code has replaced this one.', { triesLeft });
  return new Refusal(422, 'code-wrong', 'That is not the code.', { triesLeft });
}

export function codeExpired(): Refusal {
  return new Refusal(410, 'code-expired', 'This code can not be used any more. Please ask for a new one.');
}

export function alreadyRegistered(): Refusal {
  return new Refusal(409, 'already-registered', 'There is an account for this address. Please sign in.');
}

export function passkeyNotMade(): Refusal {
  return new Refusal(422, 'passkey-not-made', 'The passkey could not be added. Please try again.');
}

/** Throws unless the copy may be opened. */
export function requireReady(state: ReaderCopyState): void {
  if (state === 'locked') throw new Refusal(410, 'locked', 'This message was locked.');
  if (state === 'expired') throw new Refusal(410, 'expired', 'This message is not kept any more.');
  if (state === 'needs-code')
    throw new Refusal(403, 'needs-code', 'Its sender gives you a code by telephone first.');
  if (state === 'needs-release') {
    throw new Refusal(
      403,
      'needs-release',
      'This message was opened before your password was reset. Its sender must release it first.',
    );
  }
}
