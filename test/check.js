// `npm run check`: types, lint, format and import arrows, side by side; seconds. Exits 1 if any of them complains.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { findNode } from '../bin/find-node.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = findNode(root);
const bin = (name) => join(root, 'node_modules', '.bin', name);
const checks = [
  ['types', bin('tsc'), project('.', 'all')],
  ['types of the browser code', bin('tsc'), project('web', 'web')],
  ['types of the tests of the browser code', bin('tsc'), project('web/tsconfig.test.json', 'web-test')],
  ['types of the browser tests', bin('tsc'), project('test/e2e', 'e2e')],
  ['lint', bin('oxlint'), ['--type-aware', '--deny-warnings']],
  ['format', bin('oxfmt'), ['--check']],
  ['arrows', node, ['--test', '--test-reporter=tap', 'test/arrows/arrows.test.ts']],
];

const results = await Promise.all(checks.map(run));
for (const { name, ok, output } of results) {
  process.stdout.write(`${ok ? 'ok      ' : 'FAILED  '}${name}\n`);
  if (!ok) process.stdout.write(`${output}\n`);
}
if (results.some(({ ok }) => !ok)) process.exitCode = 1;

/** Only what changed since the last time is checked again; by the files' content, so nothing stale counts. */
function project(config, name) {
  const known = join(root, 'node_modules', '.cache', 'types', `${name}.tsbuildinfo`);
  return ['-p', config, '--incremental', '--tsBuildInfoFile', known];
}

function run([name, command, args]) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, NODE_TEST_CONTEXT: '' } });
    let output = '';
    child.stdout.on('data', (piece) => (output += piece));
    child.stderr.on('data', (piece) => (output += piece));
    child.on('error', (error) => resolve({ name, ok: false, output: String(error) }));
    child.on('exit', (code) => resolve({ name, ok: code === 0, output }));
  });
}
