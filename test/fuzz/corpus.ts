/** The committed seeds of a target: `corpus/<target>/*`, and files of test/fixtures that are of its kind. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CORPUS = fileURLToPath(new URL('corpus/', import.meta.url));
const FIXTURES = fileURLToPath(new URL('../fixtures/', import.meta.url));
const SHARED: Readonly<Record<string, string>> = {
  mime: 'mime',
  'returned-mail': 'returns',
  'header-fields': 'mime',
};

export interface Seed {
  readonly name: string;
  readonly input: Buffer;
}

/** Text seeds are one input a line in `*.lines` (escapes as in SMTP dialogs); any other file is one input. */
export function seedsOf(target: string, octetsOf: (text: string) => Buffer): Seed[] {
  const seeds: Seed[] = [];
  for (const folder of [
    join(CORPUS, target),
    ...(SHARED[target] === undefined ? [] : [join(FIXTURES, SHARED[target])]),
  ])
    for (const name of readdirSync(folder).toSorted()) {
      const bytes = readFileSync(join(folder, name));
      if (!name.endsWith('.lines')) seeds.push({ name, input: bytes });
      else
        for (const [n, line] of bytes.toString('utf8').split('\n').entries())
          if (line !== '') seeds.push({ name: `${name}:${n + 1}`, input: octetsOf(line) });
    }
  return seeds;
}

/** Keeps an input that broke a promise beside the seeds; returns its path. */
export function saveFinding(target: string, input: Buffer): string {
  const folder = join(CORPUS, target);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `found-${createHash('sha256').update(input).digest('hex').slice(0, 12)}`);
  writeFileSync(path, input);
  return path;
}
