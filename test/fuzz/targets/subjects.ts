/**
 * Subjects: decoding never throws or makes a line end, and no decoration hides a code that a person can read. Words
 * behind the code give days or nothing, and what is shown of the subject still carries the code.
 */
import assert from 'node:assert/strict';

import { decodeHeaderText } from '#src/mime/encoded-words.ts';
import { findNearMiss } from '#src/policy/near-miss.ts';
import { carriesCode } from '#src/policy/subject-code.ts';
import { readSubjectWishes } from '#src/policy/wish-words.ts';
import { resolveWishes } from '#src/policy/wishes.ts';

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
    ' expires 14d',
    ' read by 1 Dec 2026',
    ' no reply',
    ' verify',
    ' caduca el 31 de febrero',
    '\xef\xbd\x96erify',
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
    readWishes(`send secure ${text}`);
    // Whatever stands around it: the code with spaces about it is the code.
    assert.ok(carriesCode(decodeHeaderText(`send secure ${raw}`).text), 'the code in front');
    if (!raw.includes('=?'))
      assert.ok(carriesCode(decodeHeaderText(`${raw} send secure`).text), 'the code behind');
  },
};

const DAYS = { today: '2026-11-21', lastDay: '2027-11-21' };

function readWishes(subject: string): void {
  const { stated, shownSubject } = readSubjectWishes(subject);
  assert.ok(carriesCode(shownSubject), 'the code stays in what is shown');
  assert.ok(shownSubject.length <= subject.length, 'words are taken out, none put in');
  const { expiresOn, readByDay } = resolveWishes(stated, DAYS);
  for (const day of [expiresOn, readByDay])
    assert.ok(day === null || (day >= DAYS.today && day <= DAYS.lastDay), 'a day of the calendar, in time');
}
