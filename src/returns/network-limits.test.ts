import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { FakeClock } from '#src/base/clock.ts';

import { CountedLimit } from './network-limits.ts';

describe('a counted limit', () => {
  it('is reached by one name and not by another, until its time is over', () => {
    const clock = new FakeClock(10_000);
    const limit = new CountedLimit(clock, { most: 2, windowMs: 1_000 });
    limit.count('a');
    assert.equal(limit.isReached('a'), false);
    limit.count('a');
    assert.equal(limit.isReached('a'), true);
    assert.equal(limit.isReached('b'), false);
    clock.advance(999);
    limit.count('a');
    assert.equal(limit.isReached('a'), true);
    clock.advance(1);
    assert.equal(limit.isReached('a'), false, 'counting on does not make the time longer');
  });

  it('remembers only so many names', () => {
    const limit = new CountedLimit(new FakeClock(), { most: 1, windowMs: 1_000 });
    limit.count('first');
    for (let i = 0; i < 20_000; i++) limit.count(`n${i}`);
    assert.equal(limit.isReached('first'), false);
    assert.equal(limit.isReached('n19999'), true);
  });
});
