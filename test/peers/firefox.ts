/** Debian's Firefox, headless, driven by WebDriver BiDi over its own WebSocket: no driver program in between. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ensureDebianPackages } from '#test/support/debian-packages.ts';
import { eventually } from '#test/support/eventually.ts';

import { scrollToScript, type WebBrowser } from './web-browser.ts';

const START_MS = 90_000;

/** Saving asks nothing; nothing of Mozilla's is asked for. */
const preferences = (downloads: string): string =>
  Object.entries({
    'browser.download.folderList': 2,
    'browser.download.dir': downloads,
    'browser.download.useDownloadDir': true,
    'browser.download.always_ask_before_handling_new_types': false,
    'browser.shell.checkDefaultBrowser': false,
    'browser.startup.homepage_override.mstone': 'ignore',
    'datareporting.policy.dataSubmissionEnabled': false,
    'app.normandy.enabled': false,
    'app.update.enabled': false,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'browser.safebrowsing.malware.enabled': false,
    'browser.safebrowsing.phishing.enabled': false,
    'intl.accept_languages': 'en-US, en',
  })
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
    .join('');

interface Answer {
  readonly id: number;
  readonly type: 'success' | 'error';
  readonly result?: unknown;
  readonly error?: string;
  readonly message?: string;
}

type Call = (method: string, params: object) => Promise<unknown>;

export async function startFirefox(): Promise<WebBrowser> {
  await ensureDebianPackages(['firefox-esr']);
  const folder = await mkdtemp(join(tmpdir(), 'sendsecure-firefox-'));
  await writeFile(join(folder, 'user.js'), preferences(folder));
  const child = spawn(
    'firefox-esr',
    ['--headless', '--no-remote', '--profile', folder, '--remote-debugging-port=0', 'about:blank'],
    { env: { ...process.env, HOME: folder }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const exited = once(child, 'exit');
  let said = '';
  child.stderr.on('data', (piece) => (said += String(piece)));
  const listening = () => /WebDriver BiDi listening on (ws:\S+)/u.exec(said)?.[1];
  await eventually('Firefox listens', () => listening() !== undefined, START_MS);
  const { call, end } = await connect(`${listening() ?? ''}/session`);
  const session = (await call('session.new', { capabilities: {} })) as {
    capabilities: { browserVersion: string };
  };
  const tree = (await call('browsingContext.getTree', {})) as { contexts: { context: string }[] };
  const context = tree.contexts[0]?.context ?? '';
  const run = (body: string) => evaluate(call, context, body);
  const click = async (xpath: string) => {
    const located = (await call('browsingContext.locateNodes', {
      context,
      locator: { type: 'xpath', value: xpath },
    })) as { nodes: { sharedId: string }[] };
    const element = located.nodes[0];
    if (element === undefined) throw new Error(`Firefox finds no ${xpath}`);
    await run(scrollToScript(xpath));
    await call('input.performActions', { context, actions: [clickAt(element.sharedId)] });
  };
  return {
    name: 'Firefox',
    version: session.capabilities.browserVersion,
    downloads: folder,
    goto: async (url) => void (await call('browsingContext.navigate', { context, url, wait: 'complete' })),
    run,
    click,
    async type(xpath, text) {
      await click(xpath);
      const actions = [...text].flatMap((value) => [
        { type: 'keyDown', value },
        { type: 'keyUp', value },
      ]);
      await call('input.performActions', { context, actions: [{ type: 'key', id: 'keys', actions }] });
    },
    async close() {
      end();
      process.off('exit', kill);
      child.kill('SIGTERM');
      const late = setTimeout(kill, 10_000);
      await exited;
      clearTimeout(late);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function clickAt(sharedId: string): object {
  const origin = { type: 'element', element: { sharedId } };
  return {
    type: 'pointer',
    id: 'mouse',
    actions: [
      { type: 'pointerMove', x: 0, y: 0, origin },
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    ],
  };
}

async function evaluate(call: Call, context: string, body: string): Promise<unknown> {
  const answer = (await call('script.evaluate', {
    expression: `JSON.stringify((() => { ${body} })())`,
    target: { context },
    awaitPromise: true,
  })) as { type: string; result?: { value?: string } };
  if (answer.type !== 'success') throw new Error(`a script failed: ${JSON.stringify(answer).slice(0, 300)}`);
  return answer.result?.value === undefined ? undefined : (JSON.parse(answer.result.value) as unknown);
}

async function connect(url: string): Promise<{ call: Call; end(): void }> {
  const socket = new WebSocket(url);
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer;
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  await once(socket, 'open');
  return {
    end: () => socket.close(),
    async call(method, params) {
      last += 1;
      const id = last;
      const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
      socket.send(JSON.stringify({ id, method, params }));
      const answer = await answered;
      if (answer.type === 'error')
        throw new Error(`${method}: ${answer.error ?? ''} ${answer.message ?? ''}`);
      return answer.result;
    },
  };
}
