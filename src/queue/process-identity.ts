/**
 * Names one run of one process so that another process of the host can tell later whether it lives: a process id
 * alone comes back after a restart of the machine, or of a container whose processes count from 1 again.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * `host/boot/namespace/pid/start`: the boot of the kernel, the namespace that the process id counts in (a container has
 * its own), and when since the boot the process started; `-` where that can't be read. Null for no such process.
 */
export function identityOf(pid: number): string | null {
  const start = startOf(pid);
  return start === null ? null : [hostname(), bootId(), pidNamespace(), pid, start].join('/');
}

/** True where the process ran on this host and is gone; false where it lives or can't be judged from here. */
export function isGone(identity: string): boolean {
  const [host, boot, namespace, pid, start] = identity.split('/');
  if (host !== hostname() || start === undefined) return false;
  if (boot !== bootId()) return true;
  if (namespace !== pidNamespace()) return false;
  const now = startOf(Number(pid));
  return now === null || (now !== '-' && start !== '-' && now !== start);
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return '-';
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '-';
  }
}

/** Null where there is no such process. Clock ticks since the boot, from `/proc` (proc_pid_stat(5), field 22). */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in brackets may hold blanks and brackets itself.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
  } catch {
    return lives(pid) ? '-' : null;
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
