/** The bundle: hashed names, a page without inline code, no second build from the same sources. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { gzipSync } from 'node:zlib';

import { buildWeb, gzipBytesOf, readWebManifest, WEB_LANGUAGES, type WebManifest } from './build.ts';

let folder: string;
let outDir: string;
let manifest: WebManifest;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sendsecure-build-'));
  outDir = join(folder, 'dist');
  await buildWeb({ outDir });
  const read = await readWebManifest(outDir);
  assert.ok(read !== null);
  manifest = read;
});

after(() => rm(folder, { recursive: true, force: true }));

test('the page of each language holds no inline code and names what a first visit loads, no more', async () => {
  for (const language of WEB_LANGUAGES) {
    const page = await readFile(join(outDir, manifest.pages[language]), 'utf8');
    assert.doesNotMatch(page, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/i);
    assert.doesNotMatch(page, /\{\{/);
    assert.match(page, new RegExp(`<html lang="${language}">`));
    const named = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
    assert.deepEqual(named.toSorted(), manifest.firstVisit[language].toSorted());
    for (const path of named) assert.ok(path in manifest.assets, path);
  }
});

test('a visit loads the texts of one language', async () => {
  const ofOne = manifest.firstVisit.en.filter((path) => !manifest.firstVisit.es.includes(path));
  assert.equal(ofOne.length, 1);
  assert.match(await readFile(join(outDir, ofOne[0] ?? ''), 'utf8'), /You have a secure message/);
  for (const path of [...manifest.firstVisit.en, ...manifest.reader])
    assert.doesNotMatch(await readFile(join(outDir, path), 'utf8'), /Tiene un mensaje seguro/, path);
});

test('names carry a hash, types and sizes are listed', async () => {
  for (const [path, asset] of Object.entries(manifest.assets)) {
    assert.match(path, /^\/assets\/[a-z-]+-[A-Z0-9]{8}\.(js|css|svg)$/);
    assert.equal((await stat(join(outDir, path))).size, asset.bytes);
    assert.match(asset.type, /^(text\/javascript|text\/css|image\/svg\+xml)/);
  }
});

test('page, first visit and reader are at most 60 KB in all, the reader 40 KB, in each language', async (t) => {
  const reader = gzipBytesOf(manifest, manifest.reader);
  assert.ok(reader > 0 && reader <= 40 * 1024);
  for (const language of WEB_LANGUAGES) {
    const page = gzipSync(await readFile(join(outDir, manifest.pages[language])), { level: 9 }).length;
    const first = page + gzipBytesOf(manifest, manifest.firstVisit[language]);
    t.diagnostic(
      `${language}: first visit ${first} bytes, reader ${reader}, together ${first + reader}, gzip`,
    );
    assert.ok(first > page && first + reader <= 60 * 1024, `${language}: ${first + reader} bytes`);
  }
});

test('nothing is built again from the same sources, and a missing file is noticed', async () => {
  const file = join(outDir, 'manifest.json');
  const long = new Date(2001, 1, 1);
  await utimes(file, long, long);
  await buildWeb({ outDir });
  assert.equal((await stat(file)).mtimeMs, long.getTime());
  await rm(join(outDir, Object.keys(manifest.assets)[0] ?? ''));
  await buildWeb({ outDir });
  assert.notEqual((await stat(file)).mtimeMs, long.getTime());
});

test('the bundle has no code that a strict policy forbids', async () => {
  for (const path of Object.keys(manifest.assets).filter((name) => name.endsWith('.js'))) {
    const code = await readFile(join(outDir, path), 'utf8');
    assert.doesNotMatch(code, /\beval\(|new Function\(|document\.write\(/, path);
    assert.doesNotMatch(code, /sourceMappingURL/, path);
  }
});

test('several processes that build at once all end with the whole site', async () => {
  const shared = join(folder, 'shared');
  const source = `import { buildWeb } from ${JSON.stringify(new URL('./build.ts', import.meta.url).href)};
    await buildWeb({ outDir: ${JSON.stringify(shared)} });`;
  const run = promisify(execFile);
  await Promise.all([1, 2, 3, 4].map(() => run(process.execPath, ['--input-type=module', '--eval', source])));
  assert.deepEqual(await readWebManifest(shared), manifest);
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('shared')),
    ['shared'],
  );
});
