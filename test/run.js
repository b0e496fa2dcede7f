// Runs the test suite with node's own runner: unit tests beside the code in src/ and web/, everything else in test/.
// Plain JavaScript, so that an older Node.js can start it and hand over to the one that came with the packages.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { findNode } from '../bin/find-node.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const PATTERNS = ['src/**/*.test.ts', 'web/**/*.test.ts', 'test/**/*.test.ts'];
/** A hung test ends by itself; the slowest one is far below. */
const TEST_TIMEOUT_MS = 240_000;

const node = findNode(root);
const given = process.argv.slice(2);
const args = [
  '--disable-warning=ExperimentalWarning',
  '--test',
  `--test-timeout=${TEST_TIMEOUT_MS}`,
  `--test-concurrency=${Math.max(2, availableParallelism())}`,
  `--test-reporter=${process.env['CI'] ? 'tap' : 'spec'}`,
  ...(given.length > 0 ? given : PATTERNS),
];
const child = spawn(node, args, { cwd: root, stdio: 'inherit' });
child.on('exit', (code) => {
  process.exitCode = code ?? 70;
});
