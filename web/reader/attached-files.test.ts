/** What the page does not even try to send. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refusalOf } from './attached-files.ts';

const limits = { maxFileBytes: 100, maxTotalBytes: 150, maxFiles: 3, refusedEndings: ['exe', 'js'] };

test('kinds are told by the last ending, however it is written', () => {
  for (const name of ['a.exe', 'a.pdf.EXE', 'a.js. .', 'a.exe '])
    assert.equal(refusalOf({ name, size: 1 }, [], limits), 'kind', name);
  for (const name of ['a.pdf', 'exe', 'a.exe.pdf', ''])
    assert.equal(refusalOf({ name, size: 1 }, [], limits), null, name);
});

test('sizes count one by one, together and by number, up to the limit itself', () => {
  const file = (size: number) => ({ name: 'a.pdf', size });
  assert.equal(refusalOf(file(100), [], limits), null);
  assert.equal(refusalOf(file(101), [], limits), 'too-large');
  assert.equal(refusalOf(file(50), [file(100)], limits), null);
  assert.equal(refusalOf(file(51), [file(100)], limits), 'too-large-together');
  assert.equal(refusalOf(file(0), [file(0), file(0), file(0)], limits), 'too-many');
});
