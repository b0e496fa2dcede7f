#!/usr/bin/env node
// Finds a Node.js that runs the TypeScript sources as they are (24 or later) and hands over to it. Plain
// JavaScript of an old dialect, so that an older Node.js can at least read this file and say what is missing.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REQUIRED_MAJOR = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const entry = join(root, 'src', 'cli', 'main.ts');

function nodeThatRunsTypeScript() {
  if (Number(process.versions.node.split('.')[0]) >= REQUIRED_MAJOR) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const bundled = join(root, 'node_modules', `node-${platform}-${process.arch}`, 'bin', name);
  return existsSync(bundled) ? bundled : null;
}

const node = nodeThatRunsTypeScript();
if (node === process.execPath) {
  await import(entry);
} else if (node === null) {
  process.stderr.write(
    `Send Secure needs Node.js ${REQUIRED_MAJOR} or later; this is ${process.versions.node}, and no newer one ` +
      `came with the packages for ${process.platform}-${process.arch}.\n` +
      `Install Node.js ${REQUIRED_MAJOR} from your system's packages, then run "npm ci" again.\n`,
  );
  process.exitCode = 69;
} else {
  runUnder(node);
}

/** Runs the program under `node`. The message channel closes when this process dies, even by SIGKILL; then the child stops too. */
function runUnder(node) {
  const child = spawn(node, [entry, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => {
    process.exitCode = code ?? 70;
  });
}
