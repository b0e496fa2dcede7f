import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseHeaderFields } from '#src/mime/header-fields.ts';

import { decodeSubjects } from './gather-facts.ts';

const subjectsOf = (header: string): readonly string[] =>
  decodeSubjects(parseHeaderFields(Buffer.from(header))).texts;

test('a subject counts behind a byte order mark, and with blanks that no field name has', () => {
  for (const line of [
    '\uFEFFSubject: send secure',
    '\u200BSUBJECT: send secure',
    'Subject\u00A0: send secure',
    '\x0BSubject\x00 : send secure',
    '\uFEFFSubject:\r\n =?utf-8?Q?send_secure?=',
  ])
    assert.deepEqual(subjectsOf(`${line}\r\nFrom: ann.lee@hospital.test\r\n\r\n`), ['send secure'], line);
});

test('other lines that are no fields are none, and those of the body neither', () => {
  for (const line of ['\uFEFFX-Subject: send secure', 'My Subject: send secure', 'send secure'])
    assert.deepEqual(subjectsOf(`${line}\r\nFrom: ann.lee@hospital.test\r\n\r\n`), [], line);
  assert.deepEqual(subjectsOf('From: a@hospital.test\r\n\r\n\uFEFFSubject: send secure\r\n'), []);
});
