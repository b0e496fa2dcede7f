/** The committed corpus, each input once: what was found stays mended. `npm run fuzz` looks for more. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { octetsOf } from '#test/peers/smtp-dialog.ts';

import { seedsOf } from './corpus.ts';
import { tryInput } from './fuzzer.ts';
import { TARGETS } from './targets.ts';

describe('the fuzz corpus', () => {
  for (const target of TARGETS) {
    it(`keeps every promise of ${target.name}`, async () => {
      const seeds = seedsOf(target.name, octetsOf);
      assert.ok(seeds.length > 3, 'there are seeds');
      const opened = await target.open?.();
      try {
        for (const { name, input } of seeds) assert.equal(await tryInput(target, input), null, name);
      } finally {
        await opened?.[Symbol.asyncDispose]();
      }
    });
  }
});
