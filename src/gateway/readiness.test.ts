import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Log } from '#src/base/log.ts';
import { silentLog } from '#src/base/log.ts';

import { Readiness } from './readiness.ts';

const finding = (name: string) => ({ name, text: `Something with ${name}.` });

test('what can’t be looked at is a finding; the rest is reported all the same', async () => {
  const warned: unknown[] = [];
  const log: Log = { ...silentLog, warn: (_message, fields) => warned.push(fields?.step) };
  const readiness = new Readiness({ log });
  readiness.register(
    { name: 'database', level: 'failing', look: () => Promise.reject(new Error('secret detail')) },
    {
      name: 'partners',
      level: 'warnings',
      look() {
        throw new Error('secret detail');
      },
    },
    { name: 'fine', level: 'failing', look: () => [] },
    { name: 'port', level: 'warnings', look: () => [finding('port'), finding('wall')] },
  );
  const { failing, warnings } = await readiness.report();
  assert.deepEqual(
    [failing.map(({ name }) => name), warnings.map(({ name }) => name)],
    [['database'], ['partners', 'port', 'wall']],
  );
  assert.doesNotMatch(JSON.stringify([failing, warnings]), /secret/u);
  assert.deepEqual(warned, ['partners', 'database']);
});

test('a look that never ends is a finding after five seconds', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const readiness = new Readiness({ log: silentLog });
  readiness.register({ name: 'disk', level: 'failing', look: () => new Promise(() => {}) });
  const report = readiness.report();
  t.mock.timers.tick(5_000);
  assert.deepEqual(
    (await report).failing.map(({ name }) => name),
    ['disk'],
  );
});

test('those who ask at once share one look, and the next one looks anew', async () => {
  let looks = 0;
  const readiness = new Readiness({ log: silentLog });
  readiness.register({
    name: 'queue',
    level: 'failing',
    look() {
      looks += 1;
      return [];
    },
  });
  await Promise.all([readiness.report(), readiness.report(), readiness.report()]);
  assert.equal(looks, 1);
  await readiness.report();
  assert.equal(looks, 2);
});
