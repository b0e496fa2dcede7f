// Runs the fault suite: `npm run test:faults [-- --minutes N | --kills N]`. Plain JavaScript, so that an older
// Node.js can start it and hand over to the one that came with the packages.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { findNode } from '../../bin/find-node.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const node = findNode(root);
const args = [
  '--disable-warning=ExperimentalWarning',
  join(root, 'test', 'faults', 'main.ts'),
  ...process.argv.slice(2),
];
const child = spawn(node, args, { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => {
  process.exitCode = code ?? 70;
});
