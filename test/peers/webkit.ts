/** WebKitGTK from Debian on a screen of its own (Xvfb), driven by its WebDriver (W3C WebDriver, HTTP). */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ensureDebianPackages } from '#test/support/debian-packages.ts';
import { eventually } from '#test/support/eventually.ts';
import { freePort } from '#test/support/free-port.ts';

import type { WebBrowser } from './web-browser.ts';

const START_MS = 60_000;
/** The name under which WebDriver hands out elements (section 12). */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** Architecture-independent: the folder that holds the browser made for tests. */
function miniBrowser(): string {
  const folders = readdirSync('/usr/lib').filter((name) => name.endsWith('-linux-gnu'));
  const found = folders.flatMap((folder) =>
    readdirSync(`/usr/lib/${folder}`)
      .filter((name) => /^webkit2gtk-4\.\d$/u.test(name))
      .map((name) => `/usr/lib/${folder}/${name}/MiniBrowser`),
  );
  if (found[0] === undefined) throw new Error('no MiniBrowser of WebKitGTK');
  return found[0];
}

export async function startWebKit(): Promise<WebBrowser> {
  await ensureDebianPackages(['webkit2gtk-driver', 'xvfb']);
  const folder = await mkdtemp(join(tmpdir(), 'sendsecure-webkit-'));
  const downloads = join(folder, 'downloads');
  await Promise.all([mkdir(downloads), mkdir(join(folder, '.config'))]);
  await writeFile(join(folder, '.config', 'user-dirs.dirs'), `XDG_DOWNLOAD_DIR="${downloads}"\n`);
  const screen = await startScreen();
  const port = await freePort();
  const driver = spawn('WebKitWebDriver', ['--host=127.0.0.1', `--port=${port}`], {
    env: {
      ...process.env,
      HOME: folder,
      XDG_CONFIG_HOME: join(folder, '.config'),
      XDG_CACHE_HOME: folder,
      XDG_DATA_HOME: folder,
      DISPLAY: screen.display,
      LANGUAGE: 'en_US',
      LC_ALL: 'C.UTF-8',
      WEBKIT_DISABLE_COMPOSITING_MODE: '1',
      GTK_A11Y: 'none',
    },
    stdio: 'ignore',
  });
  const stop = stopAtExit(driver);
  const base = `http://127.0.0.1:${port}`;
  const isUp = () =>
    fetch(`${base}/status`).then(
      ({ ok }) => ok,
      () => false,
    );
  await eventually('WebKitWebDriver listens', isUp, START_MS);
  const wanted = { 'webkitgtk:browserOptions': { binary: miniBrowser(), args: ['--automation'] } };
  const session = (await command(`${base}/session`, 'POST', { capabilities: { alwaysMatch: wanted } })) as {
    sessionId: string;
    capabilities: { browserVersion: string };
  };
  const path = `${base}/session/${session.sessionId}`;
  const find = async (xpath: string) => {
    const element = await command(`${path}/element`, 'POST', { using: 'xpath', value: xpath });
    return `${path}/element/${(element as Record<string, string>)[ELEMENT] ?? ''}`;
  };
  return {
    name: 'WebKit',
    version: session.capabilities.browserVersion,
    downloads,
    goto: async (url) => void (await command(`${path}/url`, 'POST', { url })),
    run: (script) => command(`${path}/execute/sync`, 'POST', { script, args: [] }),
    click: async (xpath) => void (await command(`${await find(xpath)}/click`, 'POST', {})),
    type: async (xpath, text) => void (await command(`${await find(xpath)}/value`, 'POST', { text })),
    async close() {
      await command(path, 'DELETE').catch(() => {});
      await Promise.all([stop(), screen.stop()]);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function command(url: string, method: 'POST' | 'DELETE', body?: object): Promise<unknown> {
  const response = await fetch(url, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
  const { value } = (await response.json()) as { value: unknown };
  if (!response.ok) throw new Error(`${url}: ${JSON.stringify(value).slice(0, 300)}`);
  return value;
}

/** A screen that nobody sees, on the first number that is free. */
async function startScreen(): Promise<{ display: string; stop(): Promise<void> }> {
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const stop = stopAtExit(child);
  let number = '';
  child.stdio[3]?.on('data', (piece) => (number += String(piece)));
  await eventually('a screen is there', () => number.includes('\n'), START_MS);
  return { display: `:${number.trim()}`, stop };
}

function stopAtExit(child: ChildProcess): () => Promise<void> {
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const exited = once(child, 'exit');
  return async () => {
    process.off('exit', kill);
    child.kill('SIGTERM');
    const late = setTimeout(kill, 10_000);
    await exited;
    clearTimeout(late);
  };
}
