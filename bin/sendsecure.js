#!/usr/bin/env node
// Finds a Node.js that runs the TypeScript sources as they are and hands over to it. Plain JavaScript, so that an
// older Node.js can at least read this file and say what is missing.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { findNode } from './find-node.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const entry = join(root, 'src', 'cli', 'main.ts');
const node = findNode(root);

if (node === process.execPath) await import(entry);
else runUnder(node);

/** Runs the program under `node`. The message channel closes when this process dies, even by SIGKILL; then the child stops too. */
function runUnder(node) {
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', entry, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => {
    process.exitCode = code ?? 70;
  });
}
