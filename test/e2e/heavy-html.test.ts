/** S88: small mails that would freeze a page: the reader comes through each in a moment, or shows its text. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { securityHeaders } from '#src/http/security-headers.ts';

import { HEAVY_HTML } from './heavy-html.ts';
import { openProbeBench, type ProbeBench, type ProbeGlobal } from './probe.ts';

let bench: ProbeBench;

before(async () => {
  bench = await openProbeBench();
});

after(() => bench.close());

for (const [what, make] of Object.entries(HEAVY_HTML))
  test(`S88: ${what} are shown, or left out, in a moment`, async (t) => {
    const { page, context, left } = await bench.open(securityHeaders({ https: false }));
    const started = performance.now();
    const found = await page.evaluate(
      (vectors) => (globalThis as unknown as ProbeGlobal).probe.writeSanitized(vectors),
      [make()],
    );
    const tookMs = performance.now() - started;
    assert.deepEqual(found, []);
    assert.deepEqual(left, []);
    t.diagnostic(`${Math.round(tookMs)} ms`);
    // Two seconds on a machine of its own.
    assert.ok(tookMs < 15_000, `${tookMs} ms`);
    await context.close();
  });
