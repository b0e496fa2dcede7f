/** `npm run fuzz`: each target in turn for a while, from the committed seeds; what breaks a promise is saved. */
import { parseArgs } from 'node:util';

import { octetsOf } from '#test/peers/smtp-dialog.ts';
import { seededRandom } from '#test/support/seeded-random.ts';

import { saveFinding, seedsOf } from './corpus.ts';
import { fuzz } from './fuzzer.ts';
import type { FuzzTarget } from './target.ts';
import { TARGETS } from './targets.ts';

const HELP = `npm run fuzz -- [--target NAME] [--minutes N] [--seed N]

  --target NAME  only this one: ${TARGETS.map(({ name }) => name).join(', ')}
  --minutes N    for each target (default 2)
  --seed N       draw as an earlier run did

An input that breaks a promise is made small and saved in test/fuzz/corpus, where \`npm test\` tries it from then on.`;

const MINUTE_MS = 60_000;
const { values } = parseArgs({
  options: {
    target: { type: 'string' },
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const wanted = TARGETS.filter(({ name }) => values.target === undefined || values.target === name);
if (values.help || wanted.length === 0) {
  process.stdout.write(`${HELP}\n`);
  process.exitCode = values.help ? 0 : 64;
} else {
  for (const target of wanted) await fuzzOne(target);
}

async function fuzzOne(target: FuzzTarget): Promise<void> {
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  const began = performance.now();
  const opened = await target.open?.();
  try {
    const { runs, finding } = await fuzz(target, {
      seeds: seedsOf(target.name, octetsOf).map(({ input }) => input),
      random: seededRandom(seed),
      untilMs: began + Number(values.minutes) * MINUTE_MS,
    });
    const seconds = Math.round((performance.now() - began) / 1_000);
    const outcome = finding === null ? 'nothing found' : `FOUND ${saveFinding(target.name, finding.input)}`;
    process.stdout.write(`${target.name}: ${runs} inputs in ${seconds} s, --seed ${seed}: ${outcome}\n`);
    if (finding !== null) {
      process.stdout.write(`${finding.why}\n`);
      process.exitCode = 1;
    }
  } finally {
    await opened?.[Symbol.asyncDispose]();
  }
}
