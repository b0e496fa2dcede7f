/**
 * The files of a built web app, kept in memory with their gzip form: few, small, and asked for by every new reader.
 * A name that carries a hash of its content never changes, so browsers may keep it for a year.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

import '@fastify/swagger';
import type { FastifyContextConfig, FastifyRequest } from 'fastify';

import type { HttpApp } from './http-server.ts';
import { genericRefusal } from './refusal.ts';
import { FRAME_POLICY } from './security-headers.ts';

interface StaticAsset {
  readonly contentType: string;
  readonly bytes: Buffer;
  /** Null where compressing does not pay. */
  readonly gzip: Buffer | null;
  readonly immutable: boolean;
}

export type StaticAssets = ReadonlyMap<string, StaticAsset>;

const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.ico', 'image/x-icon'],
  ['.woff2', 'font/woff2'],
  ['.json', 'application/json; charset=utf-8'],
  ['.txt', 'text/plain; charset=utf-8'],
]);
const COMPRESSED = /^(?:text\/|image\/svg|application\/json)/u;
// A hash of at least eight characters between a dash or dot and the extension, as bundlers write it.
const HASHED_NAME = /[.-][A-Za-z0-9_]{8,}\.[a-z0-9]+$/u;
const YEAR_SECONDS = 31_536_000;

/** Reads the files of `folder` (not below it) whose type is known; source maps and HTML are left out. */
export async function loadStaticAssets(folder: string): Promise<StaticAssets> {
  const assets = new Map<string, StaticAsset>();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const contentType = CONTENT_TYPES.get(path.extname(entry.name));
    if (!entry.isFile() || contentType === undefined) continue;
    const bytes = await readFile(path.join(folder, entry.name));
    const gzip = COMPRESSED.test(contentType) ? gzipSync(bytes, { level: 9 }) : null;
    assets.set(entry.name, {
      contentType,
      bytes,
      gzip: gzip !== null && gzip.length < bytes.length ? gzip : null,
      immutable: HASHED_NAME.test(entry.name),
    });
  }
  return assets;
}

/** Serves `assets` under `prefix` (with slashes at both ends); `config` goes with the route. Names are looked up in memory; no path is ever opened. */
export function serveStaticAssets(
  app: HttpApp,
  prefix: string,
  assets: StaticAssets,
  config: FastifyContextConfig = {},
): void {
  const options = { schema: { hide: true }, config };
  app.get<{ Params: { name: string } }>(`${prefix}:name`, options, (request, reply) => {
    const asset = assets.get(request.params.name);
    if (asset === undefined) return reply.callNotFound();
    const gzip = acceptsGzip(request.headers['accept-encoding']) ? asset.gzip : null;
    if (asset.immutable) void reply.header('cache-control', `public, max-age=${YEAR_SECONDS}, immutable`);
    if (asset.gzip !== null) void reply.header('vary', 'accept-encoding');
    if (gzip !== null) void reply.header('content-encoding', 'gzip');
    return reply.type(asset.contentType).send(gzip ?? asset.bytes);
  });
}

/** The page for a request: the same under every path, in the language that fits. */
type PageFor = (request: FastifyRequest) => string | Buffer;

/** Serves one HTML page under every path of an app whose routes live in the browser. */
export function serveApp(app: HttpApp, paths: readonly string[], pageFor: PageFor): void {
  for (const path of paths) {
    app.get(path, { schema: { hide: true } }, (request, reply) =>
      reply.type('text/html; charset=utf-8').send(pageFor(request)),
    );
  }
}

/** A person on an unknown path gets the page that says so; a program gets the refusal. */
export function serveUnknownPaths(app: HttpApp, pageFor: PageFor): void {
  app.get('/*', { schema: { hide: true } }, (request, reply) => {
    const wantsPage =
      request.headers.accept?.includes('text/html') === true && !request.url.startsWith('/api/');
    if (!wantsPage) return reply.code(404).send(genericRefusal(404));
    return reply.code(404).type('text/html; charset=utf-8').send(pageFor(request));
  });
}

const EMPTY_DOCUMENT =
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><title></title></head><body></body></html>';

/** The empty document into which a message's sanitised HTML is written: no script, no network, inline styles only. */
export function serveFrame(app: HttpApp): void {
  app.get('/frame', { schema: { hide: true } }, (_request, reply) =>
    reply
      .header('content-security-policy', FRAME_POLICY)
      .type('text/html; charset=utf-8')
      .send(EMPTY_DOCUMENT),
  );
}

function acceptsGzip(acceptEncoding: string | string[] | undefined): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/iu.test(String(acceptEncoding ?? ''));
}
