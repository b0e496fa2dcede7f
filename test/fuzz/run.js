// Runs the fuzzer: `npm run fuzz [-- --target NAME] [--minutes N] [--seed N]`. Plain JavaScript, so that an older
// Node.js can start it and hand over to the one that came with the packages.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { findNode } from '../../bin/find-node.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const node = findNode(root);
const args = [
  '--disable-warning=ExperimentalWarning',
  '--expose-gc',
  join(root, 'test', 'fuzz', 'main.ts'),
  ...process.argv.slice(2),
];
const child = spawn(node, args, { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => {
  process.exitCode = code ?? 70;
});
