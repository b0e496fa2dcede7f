/**
 * The stand-alone reader in another language opens what we seal, and refuses what must be refused. It was written
 * from docs/formats alone, so that this also tests the documents.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';

import { preparePython, readWithPython } from './python-reader.ts';
import type { ReaderAnswer } from './python-reader.ts';
import { applyChange, makeCase, refusedChanges, refusedReplacements } from './sealed-case.ts';
import type { MadeCase } from './sealed-case.ts';

before(preparePython);

function isOpened(answer: ReaderAnswer | undefined, made: MadeCase): void {
  assert.ok(answer !== undefined && answer.refused === undefined, 'the reader refused a good case');
  assert.ok(Buffer.from(answer.content, 'base64').equals(made.plaintext.content));
  assert.ok(Buffer.from(answer.derived, 'base64').equals(made.plaintext.derived));
  assert.deepEqual(answer.index, made.plaintext.index);
  assert.deepEqual(answer.listEntry, { version: 1, ...made.plaintext.listEntry });
}

describe('the reader in Python', () => {
  test('opens messages of every edge size, also after registration', async () => {
    const sizes = [0, 1, 16_383, 16_384, 16_385, 32_768, 100_000];
    const made = sizes.flatMap((size) => [makeCase(size), makeCase(size, { registered: true })]);
    const answers = await readWithPython(made.map((one) => one.case));
    for (const [index, one] of made.entries()) isOpened(answers[index], one);
  });

  test('refuses everything that was changed', async () => {
    const [made, other] = [makeCase(60_000), makeCase(60_000)];
    const [registered, alsoRegistered] = [
      makeCase(10, { registered: true }),
      makeCase(10, { registered: true }),
    ];
    const changed = [
      ...refusedChanges(made, other).map((change) => ({ change, base: made.case })),
      ...refusedReplacements(registered, alsoRegistered).map((change) => ({ change, base: registered.case })),
    ];
    const cases = changed.map(({ change, base }) => applyChange(base, change));
    const answers = await readWithPython([made.case, registered.case, ...cases]);
    isOpened(answers[0], made);
    isOpened(answers[1], registered);
    const opened = changed.filter((_, index) => answers[index + 2]?.refused !== true);
    assert.deepEqual(
      opened.map(({ change }) => change.name),
      [],
    );
  });

  test('has fewer than 150 lines and imports nothing but cryptography', async () => {
    const source = await readFile(new URL('../../docs/formats/reader.py', import.meta.url), 'utf8');
    assert.ok(source.trimEnd().split('\n').length < 150);
    const imported = [...source.matchAll(/^(?:import|from) ([\w, ]+?)(?:\.| import|$)/gmu)].flatMap((match) =>
      (match[1] ?? '').split(', '),
    );
    assert.ok(imported.includes('cryptography'));
    const standard = ['base64', 'hashlib', 'hmac', 'json', 'struct', 'sys'];
    assert.deepEqual(
      imported.filter((name) => name !== 'cryptography' && !standard.includes(name ?? '')),
      [],
    );
  });
});
