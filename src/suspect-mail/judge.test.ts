import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { judge, type SuspectFacts, type Verdict } from './judge.ts';

const nothing: SuspectFacts = {
  isWhole: true,
  signature: 'none',
  code: 'none',
  knownLink: false,
  linksToUs: 0,
  linksElsewhere: 0,
  sameAddress: null,
  fromService: false,
};
const ours = { knownLink: true, linksToUs: 3, code: 'ours', sameAddress: true } as const;

const cases: readonly (readonly [string, Partial<SuspectFacts>, Verdict])[] = [
  ['our notice, signed', { ...ours, signature: 'ours' }, 'genuine'],
  ['our notice, its words copied', ours, 'genuine'],
  [
    'a code and an address that belong together',
    { code: 'ours', sameAddress: true, isWhole: false },
    'genuine',
  ],
  ['another mail of ours, signed', { signature: 'ours' }, 'genuine'],
  ['our notice, passed on', { ...ours, sameAddress: false }, 'forwarded'],
  ['our notice with a link more', { ...ours, linksElsewhere: 1 }, 'changed'],
  ['our notice with other words', { ...ours, signature: 'broken' }, 'changed'],
  [
    'our code, and the help page, and another link',
    { code: 'ours', linksToUs: 1, linksElsewhere: 1 },
    'changed',
  ],
  [
    'our code, and another link in place of ours',
    { code: 'ours', sameAddress: true, linksElsewhere: 1 },
    'fake',
  ],
  ['a stranger’s link', { linksElsewhere: 1 }, 'fake'],
  ['a code that is nobody’s', { code: 'unknown' }, 'fake'],
  ['our address, and not our signature', { fromService: true }, 'fake'],
  ['a signature that does not fit', { signature: 'broken' }, 'fake'],
  ['a mistyped code', { code: 'unknown', isWhole: false }, 'unknown'],
  ['a link of ours that was cut off', { linksToUs: 1, code: 'unknown' }, 'unknown'],
  ['nothing to go by', {}, 'unknown'],
];

describe('what is said of a suspect mail', () => {
  for (const [name, facts, verdict] of cases)
    it(`${name}: ${verdict}`, () => assert.equal(judge({ ...nothing, ...facts }), verdict));

  it('never calls genuine what has a link elsewhere, unless we signed it', () => {
    for (const code of ['ours', 'unknown', 'none'] as const)
      for (const signature of ['broken', 'none'] as const)
        for (const knownLink of [true, false])
          for (const linksToUs of [0, 1])
            for (const sameAddress of [true, false, null]) {
              const facts = {
                ...nothing,
                code,
                signature,
                knownLink,
                linksToUs,
                sameAddress,
                linksElsewhere: 1,
              };
              assert.ok(['changed', 'fake'].includes(judge(facts)), JSON.stringify(facts));
            }
  });
});
