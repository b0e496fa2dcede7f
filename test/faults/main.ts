/**
 * The long form of the fault suite: every case of the matrix in full, then rounds of kills under load until the
 * bound, then the sum. What was counted so far is kept after each round, so that a run that was stopped goes on.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { startTestPostgres, type TestPostgres } from '#test/peers/postgres.ts';
import { seededRandom } from '#test/support/seeded-random.ts';

import { addCounts, countsLine, countsTable, NO_COUNTS, type FaultCounts } from './counts.ts';
import { runKillRound, type RoundOptions } from './kill-round.ts';
import { rowsOf } from './postgres-rows.ts';

const HELP = `npm run test:faults -- [--minutes N] [--kills N] [--rounds-only] [--cases-only] [--resume FILE] [--life-ms N] [--round N]
                               [--seed N] [--json]

  --minutes N    kill for so long (default 30)
  --kills N      stop after so many kills, whatever the time
  --rounds-only  only rounds of kills, not the cases of the matrix
  --cases-only   only the cases
  --resume FILE  add to the counts in FILE, and keep them there after each round
  --life-ms N    the longest life of a process under load (default 1200); more is acknowledged in a longer one
  --round N      so many kills in a round (default 40)
  --seed N       choose as an earlier run did
  --json         the last line is the counts as JSON`;

const KILLS_IN_A_ROUND = '40';
/** Every so many rounds one runs on PostgreSQL. */
const POSTGRES_EVERY = 4;
const MINUTE_MS = 60_000;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    kills: { type: 'string' },
    'rounds-only': { type: 'boolean', default: false },
    'cases-only': { type: 'boolean', default: false },
    resume: { type: 'string' },
    'life-ms': { type: 'string' },
    round: { type: 'string' },
    seed: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

// So that what listens for the end of this process ends the servers that it started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

if (values.help) {
  process.stdout.write(`${HELP}\n`);
} else {
  process.exitCode = await run();
}

async function run(): Promise<number> {
  let total = resumedFrom(values.resume);
  let failed = false;
  if (!values['rounds-only']) {
    const cases = await runCases();
    failed = !cases.ok;
    total = addCounts(total, cases.counts);
    keep(total);
  }
  if (!values['cases-only']) {
    const rounds = await runRounds(total);
    failed ||= !rounds.ok;
    total = rounds.total;
  }
  process.stdout.write(`\n${countsTable(total)}\n`);
  if (values.json) process.stdout.write(`${JSON.stringify(total)}\n`);
  return failed || total.lost > 0 || total.leaked > 0 ? 1 : 0;
}

function resumedFrom(file: string | undefined): FaultCounts {
  try {
    return file === undefined ? NO_COUNTS : (JSON.parse(readFileSync(file, 'utf8')) as FaultCounts);
  } catch {
    return NO_COUNTS;
  }
}

function keep(total: FaultCounts): void {
  if (values.resume !== undefined) writeFileSync(values.resume, `${JSON.stringify(total)}\n`);
}

/** The test files of this folder in their long form, by node's runner. */
async function runCases(): Promise<{ ok: boolean; counts: FaultCounts }> {
  const here = dirname(fileURLToPath(import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), 'sendsecure-counts-'));
  const file = join(folder, 'counts');
  writeFileSync(file, '');
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--test',
      '--test-concurrency=1',
      '--test-reporter=spec',
      ...globSync(join(here, '*.{test,long}.ts')),
    ],
    { stdio: 'inherit', env: { ...process.env, FAULTS: 'full', FAULT_COUNTS: file } },
  );
  const [code] = (await once(child, 'exit')) as [number | null];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  rmSync(folder, { recursive: true, force: true });
  const counts = lines.map((line) => JSON.parse(line) as FaultCounts).reduce(addCounts, NO_COUNTS);
  return { ok: code === 0, counts };
}

async function runRounds(before: FaultCounts): Promise<{ ok: boolean; total: FaultCounts }> {
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  const wantedKills = values.kills === undefined ? Infinity : Number(values.kills);
  const minutes = values.minutes ?? (values.kills === undefined ? '30' : 'Infinity');
  const deadline = performance.now() + Number(minutes) * MINUTE_MS;
  const killsInARound = Number(values.round ?? KILLS_IN_A_ROUND);
  const longestLifeMs = values['life-ms'] === undefined ? undefined : Number(values['life-ms']);
  const random = seededRandom(seed);
  process.stdout.write(`rounds of kills, --seed ${seed}\n`);
  const postgres = await startTestPostgres();
  let total = before;
  try {
    for (let round = 1; performance.now() < deadline && total.kills < wantedKills; round += 1) {
      const soFar = total;
      const counts = await runKillRound({
        kills: Math.min(killsInARound, wantedKills - soFar.kills),
        random,
        longestLifeMs,
        ...(round % POSTGRES_EVERY === 0 && (await onPostgres(postgres, round))),
        enough: () => performance.now() >= deadline,
        onKill: (now) => showProgress(round, addCounts(soFar, now)),
      });
      total = addCounts(total, counts);
      keep(total);
      process.stdout.write(`\rround ${round}: ${countsLine(counts)}\n`);
    }
    return { ok: true, total };
  } catch (error) {
    process.stdout.write(`\nA promise was broken (--seed ${seed}): ${String(error)}\n`);
    if (error instanceof Error) process.stdout.write(`${error.stack ?? ''}\n`);
    return { ok: false, total };
  } finally {
    await postgres.stop();
  }
}

async function onPostgres(server: TestPostgres, round: number): Promise<Pick<RoundOptions, 'postgres'>> {
  const database = await server.createDatabase(`round_${round}`);
  return { postgres: { database, rows: rowsOf(database) } };
}

function showProgress(round: number, { acknowledged, kills }: FaultCounts): void {
  if (process.stdout.isTTY)
    process.stdout.write(`\rround ${round}: ${kills} kills, ${acknowledged} acknowledged`);
}
