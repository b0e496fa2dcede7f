/**
 * `npm run bench`: the speed goals, measured on this machine side by side with Postfix. Prints a table; exits 1 where
 * a row could not be measured. A goal that is missed is a line in the table, not a failure: machines differ.
 */
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';

import { Bench } from './bench.ts';
import { whyNoPostfix } from './postfix-process.ts';
import type { RowResult } from './row.ts';
import { measureBacklog } from './rows/backlog.ts';
import { measureClaim } from './rows/claim.ts';
import { measureCpu } from './rows/cpu.ts';
import { measureLatency } from './rows/latency.ts';
import { measureMemory } from './rows/memory.ts';
import { measureOpen } from './rows/open.ts';
import { measureReader } from './rows/reader.ts';
import { measureCeiling, measureMegabyte, measurePlain, measureSecure } from './rows/relay.ts';

const ROWS: Readonly<Record<string, (bench: Bench) => Promise<RowResult[]>>> = {
  ceiling: measureCeiling,
  secure: measureSecure,
  plain: measurePlain,
  megabyte: measureMegabyte,
  latency: measureLatency,
  memory: measureMemory,
  claim: measureClaim,
  backlog: measureBacklog,
  open: measureOpen,
  reader: measureReader,
  cpu: measureCpu,
};
const HELP = `npm run bench -- [--quick] [--only ROW] [--folder DIR] [--json]

--quick       about a minute instead of four
--only ROW    one of ${Object.keys(ROWS).join(', ')}; may be given several times
--folder DIR  measure on the disk of this folder; default: the system's folder for temporary files
--json        one JSON document instead of the table
`;
const USAGE_EXIT = 64;
const MARKS = { goal: '✓', least: '~', missed: '✗' } as const;

async function main(): Promise<number> {
  const options = readOptions();
  if (options === null) return USAGE_EXIT;
  const bench = await Bench.open(options);
  const results: RowResult[] = [];
  const failures: string[] = [];
  const say = (text: string): void => void (options.json || process.stdout.write(text));
  try {
    say(opening(bench));
    for (const row of options.rows) {
      try {
        const made = (await ROWS[row]?.(bench)) ?? [];
        results.push(...made);
        for (const result of made) say(lines(result));
      } catch (error) {
        failures.push(`${row}: ${error instanceof Error ? error.message : String(error)}`);
        say(`! ${failures.at(-1)}\n`);
      }
    }
  } finally {
    await bench.close();
  }
  if (options.json) process.stdout.write(`${JSON.stringify({ results, failures }, null, 2)}\n`);
  return failures.length === 0 ? 0 : 1;
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true },
        folder: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    const rows = values.only ?? Object.keys(ROWS);
    if (values.help !== true && rows.every((row) => row in ROWS)) {
      return { quick: values.quick, json: values.json, folder: values.folder, rows };
    }
  } catch {
    // What is wrong with the arguments shows in the help.
  }
  process.stderr.write(HELP);
  return null;
}

function opening(bench: Bench): string {
  const why = whyNoPostfix();
  return (
    `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown'}, node ${process.versions.node}, ` +
    `${new Date().toISOString().slice(0, 10)}\n` +
    (why === null ? '' : `skipped: ${why}\n`) +
    'Signed mail (DKIM) is not measured yet.\n' +
    (bench.onMemoryFileSystem
      ? `${bench.folder} is in memory: syncing costs nothing there. Name a folder on a disk with --folder.\n`
      : '') +
    '✓ goal reached  ~ at least what was promised  ✗ missed\n\n'
  );
}

function lines(result: RowResult): string {
  const mark = result.met === null ? ' ' : MARKS[result.met];
  const goal = result.goal === '' ? '' : `   [${result.goal}]`;
  const details = Object.entries(result.details).map(([name, value]) => `      ${name}: ${value}\n`);
  return `${mark} ${result.work}\n    ${result.reached}${goal}\n${details.join('')}`;
}

process.exitCode = await main();
