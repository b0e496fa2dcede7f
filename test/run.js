// Runs the test suite with node's own runner: unit tests beside the code in src/ and web/, everything else in test/.
// Plain JavaScript, so that an older Node.js can start it and hand over to the one that came with the packages.
//
// The last lines name what failed. Real servers and browsers share a busy machine here: a file that failed is run a second
// time, alone. What passes then is named as unsteady and is to be mended; what fails again, or many files at once, is red.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { findNode } from '../bin/find-node.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const PATTERNS = ['src/**/*.test.ts', 'web/**/*.test.ts', 'test/**/*.test.ts'];
/** A hung test ends by itself; the slowest one is far below. */
const TEST_TIMEOUT_MS = 240_000;
/** More failed files than this are no matter of a busy machine. */
const FILES_RUN_AGAIN = 4;

const node = findNode(root);
const given = process.argv.slice(2);
const notes = await mkdtemp(join(tmpdir(), 'sendsecure-tests-'));
try {
  process.exitCode = await runAll();
} finally {
  await rm(notes, { recursive: true, force: true });
}

async function runAll() {
  const first = await run('first', Math.max(2, availableParallelism()), given.length > 0 ? given : PATTERNS);
  if (first.code === 0) return 0;
  report('failed', first.failed);
  const files = [...new Set(first.failed.map(({ file }) => file))];
  if (files.length === 0 || files.length > FILES_RUN_AGAIN) return first.code;

  process.stdout.write(`\n== once more, alone: ${files.join(', ')}\n`);
  const second = await run('second', 1, files);
  report(
    second.code === 0 ? 'unsteady, passed when alone: to be mended' : 'failed, alone too',
    pick(first, second),
  );
  return second.code;
}

function pick(first, second) {
  return second.code === 0 ? first.failed : second.failed;
}

/** Exit code and the failed tests of one run over `files`. */
async function run(name, concurrency, files) {
  const list = join(notes, name);
  const args = [
    '--disable-warning=ExperimentalWarning',
    '--test',
    `--test-timeout=${TEST_TIMEOUT_MS}`,
    `--test-concurrency=${concurrency}`,
    `--test-reporter=${process.env['CI'] ? 'tap' : 'spec'}`,
    '--test-reporter-destination=stdout',
    `--test-reporter=${join(root, 'test', 'failures-reporter.js')}`,
    `--test-reporter-destination=${list}`,
    ...files,
  ];
  const child = spawn(node, args, { cwd: root, stdio: 'inherit' });
  const code = await new Promise((resolve) => child.on('exit', resolve));
  const lines = (await readFile(list, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  const failed = lines
    .map((line) => JSON.parse(line))
    .map((test) => ({ ...test, file: relative(root, test.file) }));
  return { code: code ?? 70, failed };
}

function report(what, tests) {
  process.stdout.write(`\n== ${what}: ${tests.length}\n`);
  for (const { file, name, why } of tests)
    process.stdout.write(`${file}: ${name}\n    ${why.replaceAll('\n', '\n    ')}\n`);
}
