/**
 * Bundles the browser code: hashed files under `assets/`, one page in each language for every path (`en.html`) and a
 * `manifest.json` that names them. A page has the texts of its language fetched beside the code. Nothing is built when the sources have not changed, so the server may call this at every start.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Metafile } from 'esbuild';

const WEB = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(WEB);
const PACKAGES = [
  'preact',
  '@preact/signals',
  'dompurify',
  'fflate',
  'esbuild',
  '@simplewebauthn/browser',
  'uqr',
];

export const WEB_LANGUAGES = ['en', 'es'] as const;
export type WebLanguage = (typeof WEB_LANGUAGES)[number];
type PerLanguage<Value> = Readonly<Record<WebLanguage, Value>>;

export interface WebAsset {
  /** Media type with charset. */
  readonly type: string;
  readonly bytes: number;
  readonly gzipBytes: number;
}

export interface WebManifest {
  readonly version: 2;
  readonly sourceHash: string;
  /** File name of the page that every client-side route gets. */
  readonly pages: PerLanguage<string>;
  /** By path below the site's root: `/assets/main-AB12CD34.js`. Names carry a hash: they may be cached for ever. */
  readonly assets: Readonly<Record<string, WebAsset>>;
  /** Paths a first visit to a notice's link loads, the page itself aside. */
  readonly firstVisit: PerLanguage<readonly string[]>;
  /** Paths loaded in addition to read a message. */
  readonly reader: readonly string[];
  /** Path of the script of the staff pages. */
  readonly passkeys: string;
  /** Script of the administration pages. */
  readonly administration: string;
}

async function listSources(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name === 'dist' || entry.name.endsWith('.test.ts')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await listSources(path)));
    else found.push(path);
  }
  return found.sort();
}

async function hashSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of await listSources(WEB)) {
    hash
      .update(`${relative(WEB, file)}\0`)
      .update(await readFile(file))
      .update('\0');
  }
  for (const name of PACKAGES) {
    const text = await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8');
    const parsed: unknown = JSON.parse(text);
    const version =
      typeof parsed === 'object' && parsed !== null && 'version' in parsed ? String(parsed.version) : '';
    hash.update(`${name}@${version}\0`);
  }
  return hash.digest('hex');
}

/** The manifest in `outDir`, or null where there is none that can be read. */
export async function readWebManifest(outDir: string): Promise<WebManifest | null> {
  try {
    return JSON.parse(await readFile(join(outDir, 'manifest.json'), 'utf8')) as WebManifest;
  } catch {
    return null;
  }
}

async function isCurrent(outDir: string, sourceHash: string): Promise<boolean> {
  const manifest = await readWebManifest(outDir);
  if (manifest?.version !== 2 || manifest.sourceHash !== sourceHash) return false;
  const files = [...Object.values(manifest.pages), ...Object.keys(manifest.assets)];
  const present = await Promise.all(files.map((file) => stat(join(outDir, file)).catch(() => null)));
  return present.every((file) => file !== null);
}

async function bundle(into: string): Promise<Metafile> {
  const { build } = await import('esbuild');
  const common = {
    absWorkingDir: WEB,
    outdir: join(into, 'assets'),
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    metafile: true,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': '"production"' },
  } as const;
  const [modules, staff, floor] = await Promise.all([
    build({
      ...common,
      entryPoints: { main: 'ui/main.tsx', style: 'ui/style.css' },
      splitting: true,
      format: 'esm',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      target: ['es2020', 'safari14', 'chrome95', 'firefox102'],
      // The fault of Safari 14.0 that esbuild means concerns patterns that evaluate getters twice; ours have none.
      supported: { destructuring: true },
    }),
    build({
      ...common,
      entryPoints: { passkeys: 'console/passkeys.ts', administration: 'console/administration.ts' },
      format: 'esm',
      target: ['es2020', 'safari14', 'chrome95', 'firefox102'],
      supported: { destructuring: true },
    }),
    build({
      ...common,
      entryPoints: { floor: 'ui/floor.js', icon: 'ui/icon.svg' },
      loader: { '.svg': 'copy' },
      format: 'iife',
      target: 'es5',
    }),
  ]);
  const metafiles = [modules, staff, floor].map(({ metafile }) => metafile);
  return {
    inputs: Object.assign({}, ...metafiles.map(({ inputs }) => inputs)) as Metafile['inputs'],
    outputs: Object.assign({}, ...metafiles.map(({ outputs }) => outputs)) as Metafile['outputs'],
  };
}

/** Its process would stay as long as ours, with its memory. */
async function endBundler(): Promise<void> {
  const { stop } = await import('esbuild');
  await stop();
}

/** Output file made from an entry point, as a path below the site's root. */
function outputOf(meta: Metafile, into: string, entryPoint: string): string {
  for (const [file, output] of Object.entries(meta.outputs)) {
    const made = output.entryPoint ?? (file.endsWith('.svg') ? Object.keys(output.inputs)[0] : undefined);
    if (made === entryPoint) return sitePath(into, file);
  }
  throw new Error(`the bundle has no output for ${entryPoint}`);
}

function sitePath(into: string, metaPath: string): string {
  return `/${relative(into, join(WEB, metaPath)).replaceAll('\\', '/')}`;
}

/** A file and what it imports statically. */
function staticClosure(meta: Metafile, into: string, start: string): Set<string> {
  const byPath = new Map(
    Object.entries(meta.outputs).map(([file, output]) => [sitePath(into, file), output]),
  );
  const closure = new Set<string>();
  const open = [start];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (closure.has(path)) continue;
    closure.add(path);
    for (const imported of byPath.get(path)?.imports ?? []) {
      if (imported.kind === 'import-statement') open.push(sitePath(into, imported.path));
    }
  }
  return closure;
}

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

async function describeAssets(into: string): Promise<Record<string, WebAsset>> {
  const assets: Record<string, WebAsset> = {};
  for (const name of (await readdir(join(into, 'assets'))).sort()) {
    const octets = await readFile(join(into, 'assets', name));
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
    const gzipBytes = gzipSync(octets, { level: 9 }).length;
    assets[`/assets/${name}`] = { type, bytes: octets.length, gzipBytes };
  }
  return assets;
}

/** The page in one language. `needed`: modules to fetch at once, which old browsers find later by themselves. */
async function writePage(
  into: string,
  language: WebLanguage,
  names: Readonly<Record<string, string>>,
  needed: readonly string[],
): Promise<void> {
  const shell = await readFile(join(WEB, 'ui/shell.html'), 'utf8');
  const preloads = needed.map((path) => `<link rel="modulepreload" href="${path}" />`).join('\n');
  const values: Readonly<Record<string, string>> = { ...names, language, preloads };
  const page = shell
    .replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '')
    .replaceAll(/\n\s+/g, '\n');
  await writeFile(join(into, pageName(language)), page);
}

function pageName(language: WebLanguage): string {
  return `${language}.html`;
}

function perLanguage<Value>(valueOf: (language: WebLanguage) => Value): PerLanguage<Value> {
  return { en: valueOf('en'), es: valueOf('es') };
}

async function writeSite(into: string, sourceHash: string): Promise<void> {
  const meta = await bundle(into);
  const main = outputOf(meta, into, 'ui/main.tsx');
  const style = outputOf(meta, into, 'ui/style.css');
  const floor = outputOf(meta, into, 'ui/floor.js');
  const icon = outputOf(meta, into, 'ui/icon.svg');
  const code = staticClosure(meta, into, main);
  const imported = [...code].filter((path) => path !== main);
  const textsOf = perLanguage((language) => outputOf(meta, into, `ui/locale/${language}.ts`));
  for (const language of WEB_LANGUAGES)
    await writePage(into, language, { main, style, floor, icon }, [...imported, textsOf[language]]);
  const reader = [...staticClosure(meta, into, outputOf(meta, into, 'reader/message-page.tsx'))];
  const manifest: WebManifest = {
    version: 2,
    sourceHash,
    pages: perLanguage(pageName),
    assets: await describeAssets(into),
    firstVisit: perLanguage((language) => [...code, textsOf[language], style, floor, icon]),
    reader: reader.filter((path) => !code.has(path)),
    passkeys: outputOf(meta, into, 'console/passkeys.ts'),
    administration: outputOf(meta, into, 'console/administration.ts'),
  };
  await writeFile(join(into, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * Builds into `outDir` unless what lies there was made from the same sources. The folder is replaced as a whole; a
 * running server keeps what it has read.
 */
export async function buildWeb({ outDir }: { readonly outDir: string }): Promise<void> {
  const sourceHash = await hashSources();
  if (await isCurrent(outDir, sourceHash)) return;
  const fresh = `${outDir}.new-${process.pid}`;
  const old = `${outDir}.old-${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  try {
    await writeSite(fresh, sourceHash);
    await endBundler();
    await replaceFolder(outDir, fresh, old, sourceHash);
  } finally {
    await Promise.all([fresh, old].map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

/** Several processes may start at once; where another one has put the same site there meanwhile, it stays. */
async function replaceFolder(outDir: string, fresh: string, old: string, sourceHash: string): Promise<void> {
  if (await isCurrent(outDir, sourceHash)) return;
  await rename(outDir, old).catch(() => {});
  try {
    await rename(fresh, outDir);
  } catch (error) {
    if (!(await isCurrent(outDir, sourceHash))) throw error;
  }
}

/** Sum of the gzip sizes of some of a manifest's assets, in bytes. */
export function gzipBytesOf(manifest: WebManifest, paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + (manifest.assets[path]?.gzipBytes ?? 0), 0);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const outDir = process.argv[2] ?? join(WEB, 'dist');
  await buildWeb({ outDir });
  const manifest = await readWebManifest(outDir);
  if (manifest !== null) {
    for (const [path, asset] of Object.entries(manifest.assets)) {
      console.log(`${path.padEnd(44)} ${String(asset.gzipBytes).padStart(7)} B gzip`);
    }
    for (const language of WEB_LANGUAGES)
      console.log(`first visit (${language}) ${gzipBytesOf(manifest, manifest.firstVisit[language])} B gzip`);
    console.log(`reader ${gzipBytesOf(manifest, manifest.reader)} B gzip`);
  }
}
