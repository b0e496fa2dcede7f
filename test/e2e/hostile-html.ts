/**
 * HTML as hostile mails have it, from `test/fixtures/hostile/`: scripts in every disguise, what fetches without a script,
 * what leads away, mutations that come alive when HTML is parsed twice. Each would call `__hit()` or ask
 * `https://leak.test` if it worked. Beside it texts and names for the fields that are shown as text.
 */
import { readFileSync } from 'node:fs';

function readSet<Item>(name: string): readonly Item[] {
  const file = new URL(`../fixtures/hostile/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as readonly Item[];
}

export const HOSTILE_HTML: readonly string[] = [
  ...readSet<string>('html-scripts'),
  ...readSet<string>('html-mutations'),
  ...readSet<string>('html-fetching'),
];

/** For subjects, names, text bodies, invitations: markup of other languages, controls, changes of direction. */
export const HOSTILE_TEXTS = readSet<string>('texts');

/** For attachments. */
export const HOSTILE_FILE_NAMES = readSet<string>('file-names');
