/** What the kernel counts of a process (Linux): CPU time and memory. NaN where there is no /proc. */
import { readdir, readFile } from 'node:fs/promises';

const TICKS_PER_SECOND = 100;

interface Stat {
  readonly parent: number;
  /** CPU ticks of its own threads. */
  readonly own: number;
  /** CPU ticks of children that have ended. */
  readonly ended: number;
}

async function readStat(pid: number): Promise<Stat | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold anything; what follows it is counted from field 3.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
    return { parent: fields[1] ?? 0, own: user + system, ended: endedUser + endedSystem };
  } catch {
    return null;
  }
}

export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readStat(pid);
  return stat === null ? Number.NaN : stat.own / TICKS_PER_SECOND;
}

/** CPU seconds of a process and of all that it started. */
export async function cpuSecondsOfTree(root: number): Promise<number> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => Number.isInteger(pid));
  const stats = new Map<number, Stat>();
  for (const pid of pids) {
    const stat = await readStat(pid);
    if (stat !== null) stats.set(pid, stat);
  }
  const belongs = (pid: number): boolean => {
    for (let at = pid; at > 1; at = stats.get(at)?.parent ?? 0) if (at === root) return true;
    return false;
  };
  const ticks = [...stats].filter(([pid]) => belongs(pid)).map(([, { own, ended }]) => own + ended);
  return ticks.reduce((sum, own) => sum + own, 0) / TICKS_PER_SECOND;
}

/** Largest resident set so far, in MB. */
export async function peakMegabytes(pid: number): Promise<number> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/mu.exec(status)?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
