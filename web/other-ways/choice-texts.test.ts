/** R65: what a kept choice names by a version is what the page showed. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { READING_TEXTS } from '#src/accounts/reading-choices.ts';

import { en } from '../ui/locale/en.ts';
import { es } from '../ui/locale/es.ts';

const document = readFileSync(new URL('../../docs/choices.md', import.meta.url), 'utf8');
const page = readFileSync(new URL('../ui/link/other-ways-button.tsx', import.meta.url), 'utf8');
const shown = READING_TEXTS.at(-1) ?? '';

test('the page names the newest version that the server takes', () => {
  assert.ok(page.includes(`READING_TEXT = '${shown}'`));
});

test('every version is in the document; the newest with the words as they are shown', () => {
  for (const version of READING_TEXTS) assert.ok(document.includes(`### ${version}\n`), version);
  const section = document.slice(document.indexOf(`### ${shown}\n`));
  const lines = section.split('\n').filter((line) => line.startsWith('- '));
  const words = Object.entries({ en, es }).flatMap(([tag, { link }]) => [
    `- ${tag}: ${link.risks}`,
    `- ${tag}: ${link.otherWays}`,
  ]);
  assert.deepEqual(lines, words);
});
