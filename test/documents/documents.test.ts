/** What the documents say that can be checked: links lead somewhere, examples are taken, tables are complete. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { loadSettings } from '#src/config/load.ts';
import packageFile from '../../package.json' with { type: 'json' };

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const pages = ['README.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: root })];

function read(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```.*?^```$/gmsu, '').replaceAll(/`[^`\n]*`/gu, '');
}

/** Code blocks of a language. */
function blocks(text: string, language: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gmsu'))].map(
    ([, code]) => code ?? '',
  );
}

/** As hosts of repositories make them: lower case, blanks to hyphens, signs left out. */
function anchors(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gmu)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('every link between documents', () => {
  for (const page of pages) {
    test(`in ${page} leads to a file, and to a heading of it`, () => {
      for (const [, target = ''] of withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/gu)) {
        if (/^https?:/u.test(target)) continue;
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? page : join(dirname(page), path);
        assert.ok(existsSync(join(root, file)), `${target} is not there`);
        if (anchor !== undefined)
          assert.ok(anchors(read(file)).includes(anchor), `${target} has no such heading`);
      }
    });
  }

  test('from the index reaches every page', () => {
    const index = withoutCode(read('docs/README.md'));
    for (const page of globSync('docs/*.md', { cwd: root })) {
      const name = page.slice('docs/'.length);
      if (name !== 'README.md')
        assert.ok(index.includes(`](${name})`), `docs/README.md does not name ${name}`);
    }
  });
});

describe('every example', () => {
  for (const page of pages) {
    for (const [index, example] of blocks(read(page), 'toml').entries()) {
      test(`configuration ${index + 1} in ${page} is taken`, () => {
        loadSettings(example, '/etc/send-secure');
      });
    }
  }

  test('the two commands of the README stand on lines of their own', () => {
    const lines = read('README.md').split('\n');
    assert.ok(lines.includes('npm ci && npm start'));
    assert.ok(lines.includes('npm ci && npm test'));
  });

  test('script that a document names exists', () => {
    const scripts = new Set(Object.keys(packageFile.scripts));
    for (const page of pages) {
      for (const [, name = ''] of read(page).matchAll(/npm run ([\w:-]+)/gu)) {
        if (page === 'docs/configuration.md') continue;
        assert.ok(scripts.has(name), `${page} names "npm run ${name}"`);
      }
    }
  });
});

describe('every path in the tables of', () => {
  for (const page of ['docs/standards.md', 'docs/quirks.md'])
    test(`${page} exists`, () => {
      const named = [...read(page).matchAll(/`([\w./-]+(?:\/|\.ts))`/gu)]
        .map(([, path = '']) => path)
        .filter((path) => path !== 'src/');
      assert.ok(named.length > 20);
      for (const path of named) {
        const base = /^(?:docs|test|web)\//u.test(path) ? root : join(root, 'src');
        assert.ok(existsSync(join(base, path)), `${page} names ${path}`);
      }
    });
});

test('docs/dependencies.md has a row for each package that package.json names, and for no other', () => {
  const named = [
    ...Object.keys(packageFile.dependencies),
    ...Object.keys(packageFile.devDependencies),
    ...Object.keys(packageFile.optionalDependencies),
  ];
  const rows = [...read('docs/dependencies.md').matchAll(/^\| (`[^|]+) \|/gmu)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/gu)].map(([, name]) => name ?? ''),
  );
  assert.deepEqual(rows.toSorted(), named.toSorted());
});

test('every record of a decision has its parts and stands in the list', () => {
  const list = read('docs/decisions/README.md');
  const records = globSync('docs/decisions/[0-9]*.md', { cwd: root });
  assert.ok(records.length > 0);
  for (const record of records) {
    const text = read(record);
    for (const part of ['**Context.**', '**Choice.**', '**Cost.**'])
      assert.ok(text.includes(part), `${record}: ${part}`);
    assert.ok(list.includes(record.slice('docs/decisions/'.length)), `${record} is not in the list`);
  }
});
