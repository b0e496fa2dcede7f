/**
 * Debian packages that tests need of the machine: looked for, installed where that is allowed, else asked for by the
 * exact command. A test that can't run fails; it is never skipped.
 */
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where nothing answers, apt tries mirrors for many minutes. */
const INSTALL_TIMEOUT_MS = 180_000;
const NAME = /^[a-z0-9][a-z0-9+.-]+$/u;
/** Answers to what a package asks when it is installed. Without a configuration no server of the machine is started. */
const DEBCONF_ANSWERS: Readonly<Record<string, string>> = {
  postfix: 'postfix postfix/main_mailer_type select No configuration',
};

/** What is asked of the machine; replaced in the test of this file. */
export interface Machine {
  /** Exit code, or null where there is no such program. */
  run(program: string, args: readonly string[]): Promise<number | null>;
  isRoot(): boolean;
}

const thisMachine: Machine = {
  run: (program, args) =>
    new Promise((resolve) => {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
      execFile(program, [...args], { timeout: INSTALL_TIMEOUT_MS, env }, (error) => {
        if (error === null) resolve(0);
        else if (error.code === 'ENOENT') resolve(null);
        else resolve(typeof error.code === 'number' ? error.code : 1);
      });
    }),
  isRoot: () => process.getuid?.() === 0,
};

/**
 * Resolves when all are installed. On a system without `dpkg-query` nothing is checked: its own packages have other
 * names, and the test says by itself what it misses. Throws with the command to run.
 */
export async function ensureDebianPackages(names: readonly string[], machine = thisMachine): Promise<void> {
  const strange = names.find((name) => !NAME.test(name));
  if (strange !== undefined) throw new Error(`not a name of a package: ${strange}`);
  const missing: string[] = [];
  for (const name of names) {
    const found = await machine.run('sh', ['-c', isInstalled(name)]);
    if (found !== 0 && (await machine.run('dpkg-query', ['--version'])) !== null) missing.push(name);
  }
  if (missing.length === 0) return;
  const list = missing.join(' ');
  const command = `apt-get update && apt-get install --yes --no-install-recommends ${list}`;
  if (!machine.isRoot()) throw new Error(`This test needs Debian packages. Run: sudo sh -c '${command}'`);
  if ((await machine.run('flock', installArguments(missing))) !== 0) {
    throw new Error(`This test needs Debian packages, and they could not be installed. Run: ${command}`);
  }
}

function isInstalled(name: string): string {
  return `dpkg-query --show --showformat='\${db:Status-Status}' ${name} 2>/dev/null | grep -qx installed`;
}

/** One installation at a time, as test files run side by side; what another one installed meanwhile is no longer missing. */
function installArguments(missing: readonly string[]): readonly string[] {
  const install = `apt-get install --yes --no-install-recommends ${missing.join(' ')}`;
  const answers = missing.flatMap((name) => DEBCONF_ANSWERS[name] ?? []);
  const answer = answers.map((line) => `echo '${line}' | debconf-set-selections && `).join('');
  const script = `${missing.map(isInstalled).join(' && ')} || { ${answer}${install}; } || { apt-get update && ${install}; }`;
  return ['--timeout', '120', join(tmpdir(), 'sendsecure-apt.lock'), 'sh', '-c', script];
}
