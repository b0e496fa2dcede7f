/** What a failure means, in the reader's words. */
import { ApiFailure } from './api.ts';
import { texts } from './locale/locale.ts';
import { minPasswordLength } from './site.ts';

/** `90` → "2 minutes": rounded up, so that nobody tries too early. */
export function describeWait(seconds: number): string {
  const t = texts();
  if (seconds < 60) return t.seconds(Math.max(1, Math.ceil(seconds)));
  if (seconds < 3600) return t.minutes(Math.ceil(seconds / 60));
  return t.hours(Math.ceil(seconds / 3600));
}

export function codeOf(error: unknown): string {
  if (error instanceof ApiFailure) return error.code;
  if (typeof error === 'object' && error !== null && 'code' in error) return String(error.code);
  return 'unknown';
}

export function explain(error: unknown): string {
  const { failure } = texts();
  const retryAfter = error instanceof ApiFailure ? error.number('retryAfterSeconds') : null;
  const triesLeft = error instanceof ApiFailure ? error.number('triesLeft') : null;
  switch (codeOf(error)) {
    case 'offline':
      return failure.offline;
    case 'slow-down':
      return failure['slow-down'](describeWait(retryAfter ?? 60));
    case 'too-many-codes':
      return failure['too-many-codes'](describeWait(retryAfter ?? 3600));
    case 'code-wrong':
      return triesLeft === 0 ? failure['code-wrong-none'] : failure['code-wrong'](triesLeft ?? 1);
    case 'code-older':
      return failure['code-older'](triesLeft ?? 1);
    case 'sign-in-failed':
      return failure['sign-in-failed'];
    case 'code-expired':
      return failure['code-expired'];
    case 'reset-needed':
      return failure['reset-needed'];
    case 'registration-lost':
      return failure['registration-lost'];
    case 'sign-in-first':
      return failure['sign-in-first'];
    case 'password-too-short':
      return failure['password-too-short'](minPasswordLength());
    case 'password-too-long':
      return failure['password-too-long'];
    case 'password-common':
      return failure['password-common'];
    case 'already-registered':
      return failure['already-registered'];
    case 'message-damaged':
      return failure['message-damaged'];
    case 'draft-gone':
      return texts().reply.gone;
    case 'reply-waits':
      return texts().reply.waits;
    case 'files-too-large':
      return texts().reply.tooLarge;
    case 'uploads-off':
      return texts().reply.filesOff;
    case 'not-available':
      return failure['not-available'];
    default:
      return failure.other;
  }
}
