/**
 * The logos of sites, read when the configuration is: a file that can't be used stops the start, and a reload leaves
 * the old ones. What a picture is, its first octets say. A drawing (SVG) is served so that nothing in it runs, and
 * one that holds a script is refused all the same.
 */
import { readFileSync, statSync } from 'node:fs';

import { sha256 } from '#src/base/bytes.ts';
import { CodedError, errorCode } from '#src/base/coded-error.ts';
import type { Settings } from '#src/config/settings.ts';
import type { Logo } from '#src/portal/portal-dependencies.ts';

import { oncePerSettings } from './once-per-settings.ts';

const MAX_BYTES = 100 * 1024;
const RUNS = /<script|<foreignobject|<!doctype|<!entity|\son\w+\s*=|javascript:/iu;

/** By the path of the file. Throws CodedError `site-logo`; the message names file and cure. */
export const siteLogos = oncePerSettings(({ sites }: Settings): ReadonlyMap<string, Logo> => {
  const paths = new Set(sites.flatMap(({ logo }) => logo ?? []));
  return new Map([...paths].map((path) => [path, readLogo(path)]));
});

export function readLogo(path: string): Logo {
  const bytes = readSmallFile(path);
  const [contentType, extension] = kindOf(path, bytes);
  return { name: `${sha256(bytes).toString('hex').slice(0, 16)}.${extension}`, contentType, bytes };
}

function readSmallFile(path: string): Buffer {
  let bytes: Buffer;
  try {
    if (statSync(path).size > MAX_BYTES) throw refused(path, 'is larger than 100 KiB');
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw refused(path, `can't be read (${errorCode(error)})`);
  }
  return bytes;
}

function kindOf(path: string, bytes: Buffer): readonly [contentType: string, extension: string] {
  const begin = bytes.toString('latin1', 0, 8);
  if (begin === '\x89PNG\r\n\x1a\n') return ['image/png', 'png'];
  if (begin.startsWith('\xff\xd8\xff')) return ['image/jpeg', 'jpg'];
  const text = bytes.toString('utf8');
  if (!/^\uFEFF?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)?<svg[\s>]/u.test(text))
    throw refused(path, 'is neither PNG, JPEG nor SVG');
  if (RUNS.test(text)) throw refused(path, 'is a drawing that holds a script or a document type');
  return ['image/svg+xml', 'svg'];
}

function refused(path: string, what: string): CodedError {
  return new CodedError('site-logo', `the logo ${path} ${what}: name a PNG, JPEG or SVG of at most 100 KiB.`);
}
