/**
 * Leases: which process works on a delivery. A lease belongs to a live process; on this host the leases of dead
 * processes end at once, on other hosts they outlast the longest SMTP wait (ten minutes for the reply to the final
 * dot, RFC 5321 section 4.5.3.2.6) and are looked at again before that dot is sent.
 */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

import { MINUTE_MS } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';

export const LEASE_MS = 15 * MINUTE_MS;
/** A lease with less than this left is not good for sending a final dot. */
export const LEASE_MARGIN_MS = 11 * MINUTE_MS;

/** Leased anew after that long, well before too little is left of it. */
export const RENEW_AFTER_MS = 2 * MINUTE_MS;

export interface LeaseOwner {
  /** `host/pid/start/birth`: unique to one run of one process. */
  readonly name: string;
}

export function leaseOwnerOfThisProcess(startedAtMs: number): LeaseOwner {
  return { name: `${hostname()}/${process.pid}/${startedAtMs}/${birthOf(process.pid) ?? ''}` };
}

/**
 * True where the owner ran on this host and its process is gone. Its number alone doesn't tell: numbers are given
 * again, and whoever has it now may live for long.
 */
export function isDeadOnThisHost(owner: string, self: LeaseOwner): boolean {
  const [host, pid, , birth = ''] = owner.split('/');
  if (owner === self.name || host !== hostname()) return false;
  if (Number(pid) === process.pid) return true;
  const now = birthOf(Number(pid));
  if (birth !== '' && now !== null) return now !== birth;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return errorCode(error) === 'ESRCH';
  }
}

/** When the process was started, in the kernel's ticks since the machine was; null where the system doesn't say. */
function birthOf(pid: number): string | null {
  try {
    const facts = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The 22nd field (proc(5)); the second is a name in parentheses that may hold anything.
    return facts.slice(facts.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
