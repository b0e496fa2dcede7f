/** ClamAV's daemon from Debian, with one signature of our own: no freshclam, no service, nothing of the machine's. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ensureDebianPackages } from '#test/support/debian-packages.ts';
import { eventually } from '#test/support/eventually.ts';

import { VIRUS } from './fake-clamd.ts';

const START_TIMEOUT_MS = 30_000;

export interface Clamd {
  readonly socketPath: string;
  stop(): Promise<void>;
}

/** `maxStreamBytes`: over this clamd breaks the connection. */
export async function startClamd(options: { readonly maxStreamBytes?: number } = {}): Promise<Clamd> {
  await ensureDebianPackages(['clamav-daemon']);
  const folder = await mkdtemp(join(tmpdir(), 'sendsecure-clamd-'));
  const socketPath = join(folder, 'clamd.ctl');
  const signature = `Test.Eicar:0:*:${Buffer.from(VIRUS, 'latin1').toString('hex')}\n`;
  await writeFile(join(folder, 'own.ndb'), signature);
  const configuration = [
    `DatabaseDirectory ${folder}`,
    `LocalSocket ${socketPath}`,
    ...(process.getuid?.() === 0 ? ['User root'] : []),
    'Foreground yes',
    `StreamMaxLength ${options.maxStreamBytes ?? 50_000_000}`,
    'AlertExceedsMax yes',
  ];
  await writeFile(join(folder, 'clamd.conf'), `${configuration.join('\n')}\n`);
  const child = spawn('/usr/sbin/clamd', ['--config-file', join(folder, 'clamd.conf')], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  process.once('exit', () => child.kill('SIGKILL'));
  await eventually('clamd listens', () => child.exitCode === null && listens(socketPath), START_TIMEOUT_MS);
  return {
    socketPath,
    async stop() {
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function listens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
