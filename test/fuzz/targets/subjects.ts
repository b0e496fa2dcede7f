/** Subjects: decoding never throws or makes a line end, and no decoration hides a code that a person can read. */
import assert from 'node:assert/strict';

import { decodeHeaderText } from '#src/mime/encoded-words.ts';
import { findNearMiss } from '#src/policy/near-miss.ts';
import { carriesCode } from '#src/policy/subject-code.ts';

import { latin1, type FuzzTarget } from '../target.ts';

const NO_FACTS = {
  firstBodyLine: '',
  lastBodyLine: '',
  isAnswerOrForward: false,
  threadFromOutside: false,
  settledNearMisses: [],
};

export const subjects: FuzzTarget = {
  name: 'subjects',
  words: [
    'send',
    'secure',
    'send secure',
    '=?utf-8?B?',
    '=?utf-8?Q?',
    '?=',
    '=?utf-7?Q?',
    '=?iso-2022-jp?B?',
    '\xc2\xad',
    '\xe2\x80\x8b',
    '\xc2\xa0',
    '_',
    '=20',
    '[',
    ']',
  ],
  run(input) {
    const raw = latin1(input).replaceAll(/[\r\n]/gu, ' ');
    const { text } = decodeHeaderText(raw);
    assert.doesNotMatch(text, /[\r\n\0]/u);
    const miss = findNearMiss({ ...NO_FACTS, subjects: [text] });
    assert.ok(miss === null || !carriesCode(text), 'what carries the code is no near miss of it');
    // Whatever stands around it: the code with spaces about it is the code.
    assert.ok(carriesCode(decodeHeaderText(`send secure ${raw}`).text), 'the code in front');
    if (!raw.includes('=?'))
      assert.ok(carriesCode(decodeHeaderText(`${raw} send secure`).text), 'the code behind');
  },
};
