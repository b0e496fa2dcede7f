/** Runs `sendsecure <command>` as a process of its own, on the configuration of a test gateway. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const TIMEOUT_MS = 60_000;

export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

export function runCommand(
  gateway: { readonly configFile: string },
  ...args: readonly string[]
): Promise<CommandOutput> {
  const all = [PROGRAM, ...args, '--config', gateway.configFile];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, all, { timeout: TIMEOUT_MS }, (_error, stdout, stderr) =>
      resolve({ stdout, stderr, exitCode: child.exitCode }),
    );
  });
}
