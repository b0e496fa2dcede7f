/**
 * Tests of endpoints and rows a second time, on PostgreSQL: what holds for the embedded database must hold for this
 * one. Each test gets a database of its own on one server.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { silentLog } from '#src/base/log.ts';
import { openDatabase } from '#src/storage/open-database.ts';
import { startTestPostgres } from '#test/peers/postgres.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const AGAIN = [
  'src/portal/endpoints/{access,account*,ask,other-way,passkeys,*second-factor}.test.ts',
  'src/portal/*tampering.test.ts',
  'src/queue/*.test.ts',
];
const LIMIT_MS = 230_000;

test('the same on PostgreSQL', { timeout: LIMIT_MS }, async (t) => {
  const server = await startTestPostgres();
  t.after(() => server.stop());
  // With its tables, once: each test gets a copy.
  await (await openDatabase({ setting: server.url, dataDir: '/nonexistent', log: silentLog })).close();
  const files = AGAIN.flatMap((pattern) => globSync(pattern, { cwd: ROOT }));
  assert.ok(files.length > 10);
  const { code, output } = await runTests(files, server.url, t.signal);
  const counts = /# tests (\d+)\n[\s\S]*# pass (\d+)\n# fail 0\n/u.exec(output);
  assert.ok(code === 0 && counts !== null, failuresOf(output));
  t.diagnostic(`${counts[2]} tests of ${files.length} files`);
});

function runTests(
  files: readonly string[],
  server: string,
  signal: AbortSignal,
): Promise<{ code: number | null; output: string }> {
  // Without the mark of the runner above it, a runner inside would run nothing.
  const { NODE_TEST_CONTEXT: _context, ...environment } = process.env;
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--test',
      '--test-reporter=tap',
      '--test-concurrency=2',
      ...files,
    ],
    {
      cwd: ROOT,
      signal,
      env: { ...environment, TEST_DATABASE: server },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  child.stdout.on('data', (piece: Buffer) => (output += piece.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** Names and reasons of what failed. */
function failuresOf(output: string): string {
  const lines = output.split('\n');
  return lines.flatMap((line, at) => (/^\s*not ok/u.test(line) ? lines.slice(at, at + 12) : [])).join('\n');
}
