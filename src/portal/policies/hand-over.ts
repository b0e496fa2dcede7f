/** Codes that the help desk reads out, typed where a mailed code is asked for. */
import type { HandOverVerification } from '#src/accounts/registration.ts';
import { networkOf } from '#src/accounts/throttle.ts';
import { HOUR_MS } from '#src/base/clock.ts';
import type { Refusal } from '#src/http/refusal.ts';

import type { PortalContext } from '../portal-context.ts';
import { alreadyRegistered, codeExpired, codeWrong, slowDown } from './refusals.ts';

/** Somebody who tries addresses is slowed down; the tries of one address are counted besides. */
const TRIES_OF_NETWORK_AN_HOUR = 60;

/** Throws Refusal where the network has tried too often. */
export async function countHandOverTry({ throttle }: PortalContext, ip: string): Promise<void> {
  const limit = TRIES_OF_NETWORK_AN_HOUR;
  const answer = await throttle.countInWindow('hand-over-network', networkOf(ip), limit, HOUR_MS);
  if (!answer.allowed) throw slowDown(answer.retryAfterSeconds);
}

export function handOverRefusal(checked: Exclude<HandOverVerification, { outcome: 'verified' }>): Refusal {
  if (checked.outcome === 'already-registered') return alreadyRegistered();
  return checked.outcome === 'wrong' ? codeWrong(checked.triesLeft) : codeExpired();
}
