import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { fieldValues, firstValue, headerBlockEnd, parseHeaderFields, removeFields } from './header-fields.ts';

/** Processor time: what others do on the machine doesn't count. */
const cpuMs = (): number => process.cpuUsage().user / 1_000;

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('header fields', () => {
  test('names, raw values and exact ranges', () => {
    const block = bytes('From: a@b.example\r\nSubject: one\r\n two\r\nX:\r\n\r\n');
    const fields = parseHeaderFields(block);
    assert.deepEqual(
      fields.map(({ name, rawValue, start, end }) => [name, rawValue, start, end]),
      [
        ['From', ' a@b.example', 0, 19],
        ['Subject', ' one two', 19, 39],
        ['X', '', 39, 43],
      ],
    );
  });

  test('T07 to T09: folded lines, also one of blanks only', () => {
    const value = (text: string): string | undefined => firstValue(parseHeaderFields(bytes(text)), 'subject');
    assert.equal(value('Subject: send\r\n secure\r\n'), 'send secure');
    assert.equal(value('Subject: send\r\n\tsecure\r\n'), 'send\tsecure');
    assert.equal(value('Subject: send\r\n  \r\n secure\r\n'), 'send   secure');
  });

  test('T32: every field of a name, in order', () => {
    const fields = parseHeaderFields(bytes('Subject: a\r\nsubject : b\r\nSUBJECT:c\r\n'));
    assert.deepEqual(fieldValues(fields, 'subject'), ['a', 'b', 'c']);
  });

  test('S21: what is no field is kept without a name', () => {
    const block = bytes(
      'From x@y.example Mon Jan  1 00:00:00\r\nno field\r\nN\u00e4me: x\r\nA b: c\r\nTo: d\r\n',
    );
    assert.deepEqual(
      parseHeaderFields(block).map(({ lowerName }) => lowerName),
      ['', '', '', '', 'to'],
    );
  });

  test('S21: the empty line ends the header, and only CR LF ends a line', () => {
    assert.equal(parseHeaderFields(bytes('A: b\r\n\r\nX: y\r\n')).length, 1);
    assert.equal(parseHeaderFields(bytes('A: b\nX: y\r\n')).length, 1);
    assert.equal(parseHeaderFields(bytes('A: b\r\n\r\n \r\nX: y\r\n')).length, 1);
  });

  test('a block that begins with white space has a line that is no field', () => {
    const fields = parseHeaderFields(bytes(' x: y\r\nTo: z\r\n'));
    assert.deepEqual(
      fields.map(({ lowerName }) => lowerName),
      ['x', 'to'],
    );
  });

  test('the body begins after the empty line', () => {
    assert.equal(headerBlockEnd(bytes('A: b\r\n\r\nbody')), 8);
    assert.equal(headerBlockEnd(bytes('\r\nbody')), 2);
    assert.equal(headerBlockEnd(bytes('A: b\r\n')), -1);
  });

  test('removal is exact to the byte, folded lines included', () => {
    const block = bytes('To: a\r\nBcc: x,\r\n y\r\nX-SendSecure-Mark: 1\r\nbcc : z\r\nCc:  b \r\n\r\n');
    const removed = removeFields(block, parseHeaderFields(block), new Set(['bcc', 'x-sendsecure-*']));
    assert.equal(removed.toString('latin1'), 'To: a\r\nCc:  b \r\n\r\n');
  });

  test('removal of nothing gives the same bytes', () => {
    const block = bytes('To: a\r\n\r\n');
    assert.equal(removeFields(block, parseHeaderFields(block), new Set(['bcc'])), block);
  });

  test('S83: many fields and many folded lines are linear', () => {
    const started = cpuMs();
    assert.equal(parseHeaderFields(bytes('X: y\r\n'.repeat(200_000))).length, 200_000);
    assert.equal(parseHeaderFields(bytes(`X: y${'\r\n z'.repeat(300_000)}\r\n`)).length, 1);
    assert.ok(cpuMs() - started < 2_000);
  });
});
