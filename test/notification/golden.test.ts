/** Every mail as committed, octet by octet: a change of words or form is seen in the diff. UPDATE_GOLDEN=1 rewrites. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';

import { fixedMails } from './fixed-mails.ts';

const folder = new URL('golden/', import.meta.url);

for (const [name, render] of Object.entries(fixedMails)) {
  test(`golden ${name}`, () => {
    const file = new URL(`${name}.eml`, folder);
    const { bytes } = render();
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, bytes);
    assert.equal(bytes.toString('latin1'), readFileSync(file, 'latin1'));
  });
}

test('every golden file has its mail', () => {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.eml'))
    .toSorted();
  assert.deepEqual(
    files,
    Object.keys(fixedMails)
      .map((name) => `${name}.eml`)
      .toSorted(),
  );
});
