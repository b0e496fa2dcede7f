#!/usr/bin/env node
// Finds a Node.js that runs the TypeScript sources as they are and hands over to it. Plain JavaScript, so that an
// older Node.js can at least read this file and say what is missing.
import { spawn } from 'node:child_process';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { findNode } from './find-node.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const entry = join(root, 'src', 'cli', 'main.ts');
const node = findNode(root);

/** What the last start compiled, found by content: the next one takes little more than half the time. */
const compiled = process.env['NODE_COMPILE_CACHE'] ?? join(root, 'node_modules', '.cache', 'compiled');

if (node === process.execPath) {
  module.enableCompileCache?.(compiled);
  await import(entry);
} else runUnder(node);

/** Runs the program under `node`. The message channel closes when this process dies, even by SIGKILL; then the child stops too. */
function runUnder(node) {
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', entry, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => {
    process.exitCode = code ?? 70;
  });
}
