/** The imports between the folders of src/ are those that docs/architecture.md draws, and no others. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const source = join(root, 'src');

/** `folder → folders it may import`, from the table; `all` means every folder. */
function drawnArrows(): ReadonlyMap<string, readonly string[]> {
  const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  const arrows = new Map<string, readonly string[]>();
  for (const line of page.split('\n')) {
    const match = /^\| `([\w.-]+)` \|.*\|([^|]*)\|$/u.exec(line);
    if (match?.[1] === undefined) continue;
    const targets = match[2] ?? '';
    arrows.set(
      match[1],
      targets.trim() === 'all' ? ['*'] : [...targets.matchAll(/`([\w-]+)`/gu)].map((found) => found[1] ?? ''),
    );
  }
  return arrows;
}

interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

function importsBetweenFolders(): readonly Import[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join(source, file), 'utf8');
    const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/gu)].map(
      (match) => match[1] ?? '',
    );
    return specifiers.flatMap((specifier) => {
      const target = targetOf(file, specifier);
      const from = folderOf(file);
      return target === null || folderOf(target) === from ? [] : [{ file, from, to: folderOf(target) }];
    });
  });
}

/** Path below src/ of an imported file of ours; null for packages. */
function targetOf(file: string, specifier: string): string | null {
  if (specifier.startsWith('#src/')) return specifier.slice('#src/'.length);
  if (!specifier.startsWith('.')) return null;
  return relative(source, resolve(source, dirname(file), specifier));
}

function folderOf(file: string): string {
  if (file.startsWith('..')) return file.split('/')[1] ?? file;
  const [folder = ''] = file.split('/');
  return folder;
}

test('imports between folders are the arrows of docs/architecture.md', () => {
  const arrows = drawnArrows();
  assert.ok(arrows.size >= 15, 'the table of folders was not found');
  const wrong = importsBetweenFolders().filter(({ from, to }) => {
    const allowed = arrows.get(from);
    if (allowed === undefined) return true;
    return !(allowed.includes('*') || to === 'base' || allowed.includes(to));
  });
  const lines = wrong.map(({ file, from, to }) => `${file}: ${from} → ${to}`);
  assert.deepEqual([...new Set(lines)], []);
});

test('every folder of src/ has a row, and every row a folder', () => {
  const entries = readdirSync(source, { withFileTypes: true });
  const real = entries.filter((entry) => !entry.name.endsWith('.test.ts')).map((entry) => entry.name);
  assert.deepEqual([...drawnArrows().keys()].toSorted(), real.toSorted());
});

test('smtp and mime import nothing but base', () => {
  const wrong = importsBetweenFolders().filter(
    ({ from, to }) => ['smtp', 'mime', 'policy'].includes(from) && to !== 'base',
  );
  assert.deepEqual(wrong, []);
});
