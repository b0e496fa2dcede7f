import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { Type } from 'typebox';

import { errorCode } from '#src/base/coded-error.ts';
import { silentLog } from '#src/base/log.ts';

import { answersAt, askGateway } from './control-client.ts';
import { CommandRefused, controlCommand, type ControlContext } from './control-command.ts';
import { startControlServer } from './control-server.ts';
import { controlSocketOf } from './socket-path.ts';

interface Tools {
  readonly greeting: string;
  readonly onSlow: () => void;
}

const greet = controlCommand({
  name: 'greet',
  request: Type.Object({ who: Type.String() }),
  answer: Type.Object({ text: Type.String(), actor: Type.String() }),
  run(tools: Tools, { who }, { actor }) {
    if (who === '') return Promise.reject(new CommandRefused('wrong-use', 'Say whom to greet.'));
    if (who === 'nobody') return Promise.reject(new Error('secret detail'));
    return Promise.resolve({ text: `${tools.greeting}, ${who}`, actor });
  },
});
const slow = controlCommand({
  name: 'slow',
  request: Type.Object({}),
  answer: Type.Object({}),
  async run(tools: Tools, _request, { progress }: ControlContext) {
    tools.onSlow();
    progress(1, 3);
    await pause(2_500);
    return {};
  },
});
const newer = { ...greet, name: 'newer' };

suite('control socket', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sendsecure-control-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function newSocketPath(...below: string[]): Promise<string> {
    const dataDir = await mkdtemp(join(folder, 'data-'));
    const deep = join(dataDir, ...below);
    await mkdir(deep, { recursive: true });
    return controlSocketOf(deep);
  }

  async function start(t: TestContext, socketPath: string, onSlow = () => {}) {
    const tools = { greeting: 'Hello', onSlow };
    const server = await startControlServer({ socketPath, commands: [greet, slow], tools, log: silentLog });
    t.after(() => server.close(100));
    return server;
  }

  function ask(socketPath: string, who: string, onProgress: (done: number) => void = () => {}) {
    return askGateway(greet, { who }, { socketPath, actor: 'ann', onProgress });
  }

  test('a command is run with its request and the actor, and answered', async (t) => {
    const socketPath = await newSocketPath();
    await start(t, socketPath);
    assert.deepEqual(await ask(socketPath, 'Jane'), { answer: { text: 'Hello, Jane', actor: 'ann' } });
    assert.equal((await stat(socketPath)).mode & 0o777, 0o600);
  });

  test('a refusal comes as words; a fault of ours says nothing of its inside', async (t) => {
    const socketPath = await newSocketPath();
    await start(t, socketPath);
    await assert.rejects(ask(socketPath, ''), { kind: 'wrong-use', message: 'Say whom to greet.' });
    await assert.rejects(ask(socketPath, 'nobody'), (error: Error) => {
      assert.equal(errorCode(error), 'control-failed');
      assert.doesNotMatch(error.message, /secret detail/u);
      return true;
    });
  });

  test('a command that this gateway lacks, and a request that it reads otherwise, are refused', async (t) => {
    const socketPath = await newSocketPath();
    await start(t, socketPath);
    const question = { socketPath, actor: 'ann', onProgress() {} };
    await assert.rejects(askGateway(newer, { who: 'x' }, question), {
      kind: 'unavailable',
      message: /another version/u,
    });
    const changed = { ...greet, request: Type.Object({ who: Type.Integer() }) };
    await assert.rejects(
      askGateway({ ...changed, run: () => Promise.reject(new Error()) }, { who: 7 }, question),
      {
        kind: 'wrong-use',
      },
    );
  });

  test('who waits is shown that the command lives', async (t) => {
    const socketPath = await newSocketPath();
    await start(t, socketPath);
    const seen: (readonly [number, number | null])[] = [];
    const question = {
      socketPath,
      actor: 'ann',
      onProgress: (done: number, total: number | null) => void seen.push([done, total]),
    };
    assert.deepEqual(await askGateway(slow, {}, question), { answer: {} });
    assert.deepEqual(seen[0], [1, 3]);
  });

  test('nobody listens: no socket, no folder, or one that a crash left; the next gateway replaces it', async (t) => {
    const socketPath = await newSocketPath();
    assert.equal(await ask(socketPath, 'Jane'), null);
    assert.equal(await answersAt(join(folder, 'missing', 'control.sock')), false);
    await leaveStaleSocket(socketPath);
    assert.equal(await ask(socketPath, 'Jane'), null);
    await start(t, socketPath);
    assert.ok(await ask(socketPath, 'Jane'));
    assert.deepEqual(await readdir(join(socketPath, '..')), ['control.sock']);
  });

  test('a second gateway does not take the socket of one that lives', async (t) => {
    const socketPath = await newSocketPath();
    await start(t, socketPath);
    const second = startControlServer({ socketPath, commands: [], tools: {}, log: silentLog });
    await assert.rejects(second, { code: 'control-in-use' });
    assert.ok(await ask(socketPath, 'Jane'));
  });

  test('a path that is too long for a socket is reached by way of its folder', async (t) => {
    const socketPath = await newSocketPath('a'.repeat(80), 'b'.repeat(80));
    const server = await start(t, socketPath);
    assert.ok(await ask(socketPath, 'Jane'));
    await server.close(100);
    await assert.rejects(stat(socketPath), { code: 'ENOENT' });
  });

  test('garbage, endless lines and silence harm nobody else', async (t) => {
    const socketPath = await newSocketPath();
    await start(t, socketPath);
    for (const bytes of ['no json\n', '{}\n', '{"command":1}\n', Buffer.alloc(17 * 1024 * 1024, 0x61)]) {
      const socket = connect(socketPath);
      socket.on('error', () => {});
      socket.resume();
      socket.write(bytes);
      await new Promise((resolve) => socket.once('close', resolve));
    }
    const silent = connect(socketPath);
    t.after(() => silent.destroy());
    assert.ok(await ask(socketPath, 'Jane'));
  });

  test('closing lets a command end and removes the socket', async (t) => {
    const socketPath = await newSocketPath();
    const { promise: begun, resolve: onSlow } = Promise.withResolvers<void>();
    const server = await start(t, socketPath, onSlow);
    const asked = askGateway(slow, {}, { socketPath, actor: 'ann', onProgress() {} });
    await begun;
    await server.close(10_000);
    assert.deepEqual(await asked, { answer: {} });
    assert.equal(await answersAt(socketPath), false);
  });

  test('a gateway that dies under a command says so, not that the command was done', async (t) => {
    const socketPath = await newSocketPath();
    const dying = createServer((socket) => void socket.once('data', () => socket.destroy()));
    dying.listen(socketPath);
    t.after(() => void dying.close());
    await once(dying, 'listening');
    await assert.rejects(ask(socketPath, 'Jane'), { code: 'control-failed' });
  });
});

/** The file of a socket whose process died. */
async function leaveStaleSocket(socketPath: string): Promise<void> {
  const listen = `require('node:net').createServer().listen(${JSON.stringify(socketPath)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', listen]);
  assert.ok((await stat(socketPath)).isSocket());
}
