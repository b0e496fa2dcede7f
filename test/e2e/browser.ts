/**
 * One headless Chromium from npm for all browser tests. The package unpacks into the temporary folder and believes
 * whatever lies there, so it gets one of its own, named by its version.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Browser } from 'playwright-core';

import { ensureDebianPackages } from '#test/support/debian-packages.ts';

const UNWANTED_ARGUMENTS = new Set(['--single-process', '--zygote', '--no-zygote']);

function versionOf(name: string): string {
  const file = fileURLToPath(new URL(`../../node_modules/${name}/package.json`, import.meta.url));
  return String((JSON.parse(readFileSync(file, 'utf8')) as { version: unknown }).version);
}

/** Close it when done. Several test files may have one each. */
export async function launchBrowser(options: { readonly args?: readonly string[] } = {}): Promise<Browser> {
  await ensureDebianPackages(['libnss3']);
  const own = path.join(tmpdir(), `sendsecure-chromium-${versionOf('@sparticuz/chromium')}`);
  mkdirSync(own, { recursive: true });
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = own;
  try {
    const [{ default: chromium }, { chromium: playwright }] = await Promise.all([
      import('@sparticuz/chromium'),
      import('playwright-core'),
    ]);
    const args = chromium.args.filter((argument) => !UNWANTED_ARGUMENTS.has(argument.split('=')[0] ?? ''));
    return await playwright.launch({
      executablePath: await chromium.executablePath(),
      args: [...args, '--no-sandbox', ...(options.args ?? [])],
      headless: true,
    });
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}
