/**
 * Leases: which process works on a delivery. A lease belongs to a live process; on this host the leases of dead
 * processes end at once, on other hosts they outlast the longest SMTP wait (ten minutes for the reply to the final
 * dot, RFC 5321 section 4.5.3.2.6) and are looked at again before that dot is sent.
 */
import { MINUTE_MS } from '#src/base/clock.ts';

import { identityOf, isGone } from './process-identity.ts';

export const LEASE_MS = 15 * MINUTE_MS;
/** A lease with less than this left is not good for sending a final dot. */
export const LEASE_MARGIN_MS = 11 * MINUTE_MS;

/** Leased anew after that long, well before too little is left of it. */
export const RENEW_AFTER_MS = 2 * MINUTE_MS;

export interface LeaseOwner {
  /** A process's identity and the time it began: unique to one run of one process. */
  readonly name: string;
}

/** Behind the name of an owner that has ended in order: what it had in hand did not kill it. */
const ENDED = '/ended';

export function leaseOwnerOfThisProcess(startedAtMs: number): LeaseOwner {
  return { name: `${identityOf(process.pid) ?? `-/-/-/${process.pid}/-`}/${startedAtMs}` };
}

/** The name under which an owner leaves its leases when it ends in order. */
export function nameOfEnded(owner: LeaseOwner): string {
  return owner.name + ENDED;
}

export function hasEndedInOrder(owner: string): boolean {
  return owner.endsWith(ENDED);
}

/**
 * True where the owner ran on this host and its process is gone. Its number alone doesn't tell: numbers are given
 * again, and whoever has it now may live for long.
 */
export function isDeadOnThisHost(owner: string, self: LeaseOwner): boolean {
  if (owner === self.name) return false;
  const name = hasEndedInOrder(owner) ? owner.slice(0, -ENDED.length) : owner;
  const identity = name.slice(0, name.lastIndexOf('/'));
  // One that has ended in this very process works on nothing any more.
  return isGone(identity) || (hasEndedInOrder(owner) && identity === identityOf(process.pid));
}
