/** Runs docs/formats/reader.py. Where its one Debian package is missing it is installed, or the test says how. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import type { SealedCase } from './sealed-case.ts';

export type ReaderAnswer =
  | { readonly refused: true }
  | {
      readonly refused?: undefined;
      readonly content: string;
      readonly derived: string;
      readonly index: unknown;
      readonly listEntry: unknown;
    };

const PYTHON = '/usr/bin/python3';
const INSTALL = ['apt-get', 'install', '-y', 'python3-cryptography'] as const;
const READER = fileURLToPath(new URL('../../docs/formats/reader.py', import.meta.url));

/** Throws with the command to run where the package is missing and can't be installed from here. */
export function preparePython(): void {
  if (hasCryptography()) return;
  if (process.getuid?.() === 0) {
    try {
      execFileSync('apt-get', ['update'], { stdio: 'ignore' });
      execFileSync(INSTALL[0], INSTALL.slice(1), { stdio: 'ignore' });
    } catch {
      // What counts is whether it is there now.
    }
    if (hasCryptography()) return;
  }
  throw new Error(`${PYTHON} has no module "cryptography". Run: sudo ${INSTALL.join(' ')}`);
}

function hasCryptography(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import cryptography'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Gives all cases to one run of the reader; answers in the same order. */
export async function readWithPython(cases: readonly SealedCase[]): Promise<ReaderAnswer[]> {
  const folder = await mkdtemp(join(tmpdir(), 'format-reader-'));
  try {
    const paths = cases.map((_, index) => join(folder, `${index}.json`));
    await Promise.all(cases.map((one, index) => writeFile(paths[index] ?? '', JSON.stringify(one))));
    const { stdout } = await promisify(execFile)(PYTHON, [READER, ...paths], { maxBuffer: 64 * 1024 * 1024 });
    const lines = stdout.trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as ReaderAnswer);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
