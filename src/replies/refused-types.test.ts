import assert from 'node:assert/strict';
import { test } from 'node:test';

import { beginsLikeProgram, isRefusedName } from './refused-types.ts';

test('programs are known by the last ending of their name', () => {
  for (const name of [
    'a.exe',
    'A.EXE',
    'photo.jpg.scr',
    'a.exe. ',
    'macro.docm',
    'x.ps1',
    'page.html',
    'p.svg',
  ])
    assert.ok(isRefusedName(name), name);
  for (const name of ['a.pdf', 'photo.jpeg', 'from example.com.pdf', 'exe', 'notes', 'scan.tiff', '.profile'])
    assert.ok(!isRefusedName(name), name);
});

test('and by how they begin, whatever their name', () => {
  for (const hex of ['4d5a9000', '7f454c46', 'feedface', '23212f62'])
    assert.ok(beginsLikeProgram(Buffer.from(hex, 'hex')), hex);
  for (const text of ['%PDF-1.7', '\u0089PNG', '', 'M'])
    assert.ok(!beginsLikeProgram(Buffer.from(text, 'latin1')), text);
});
