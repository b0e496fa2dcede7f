/**
 * Where the control socket lies, and putting it there. Only the service's user and root may reach it: it is made and
 * locked in a folder of its own that nobody else can enter, then renamed to its place, which also replaces what a
 * crash left there in one step.
 */
import { chmodSync, closeSync, mkdtempSync, openSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { CodedError } from '#src/base/coded-error.ts';

const SOCKET_NAME = 'control.sock';
/** The least that systems take for the path of a socket, without its final zero (104 on macOS, 108 on Linux). */
const MAX_PATH_BYTES = 103;
const OWNER_ONLY = 0o600;

export function controlSocketOf(dataDir: string): string {
  return join(dataDir, SOCKET_NAME);
}

/** A path to a socket that is short enough for the system. */
export interface ReachablePath {
  readonly path: string;
  /** The path is good until then. */
  release(): void;
}

/**
 * The path itself, or on Linux, where it is too long, one by way of the opened folder. Throws CodedError
 * `path-too-long` elsewhere, and what opening the folder throws.
 */
export function reachablePath(socketPath: string): ReachablePath {
  if (Buffer.byteLength(socketPath) <= MAX_PATH_BYTES) return { path: socketPath, release() {} };
  if (process.platform !== 'linux')
    throw new CodedError('path-too-long', `the path ${socketPath} is too long for a socket; shorten dataDir`);
  const folder = openSync(dirname(socketPath), 'r');
  return {
    path: `/proc/self/fd/${folder}/${basename(socketPath)}`,
    release: () => closeSync(folder),
  };
}

/**
 * Runs `bind` with a path at which it makes a socket, then moves that socket to `socketPath`, readable and writable
 * for its owner alone.
 */
export async function placeSocket(socketPath: string, bind: (path: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(dirname(socketPath), 'control-'));
  try {
    const made = join(folder, SOCKET_NAME);
    const reachable = reachablePath(made);
    try {
      await bind(reachable.path);
    } finally {
      reachable.release();
    }
    chmodSync(made, OWNER_ONLY);
    renameSync(made, socketPath);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
