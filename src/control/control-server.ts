/**
 * The gateway's end of the control socket: takes one request a connection, runs the command, answers. A command that
 * was begun is ended even where the person is gone, unless it looks at its signal; one that fails leaves the gateway
 * running.
 */
import { rmSync, statSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';

import type { TSchema } from 'typebox';
import { Check } from 'typebox/value';

import { CodedError, errorCode } from '#src/base/coded-error.ts';
import { SECOND_MS } from '#src/base/clock.ts';
import type { Log } from '#src/base/log.ts';

import { answersAt } from './control-client.ts';
import { CommandRefused, type AnyControlCommand, type ControlContext } from './control-command.ts';
import { placeSocket } from './socket-path.ts';
import { readLines, Request, SIGN_OF_LIFE_MS, writeLine, type Reply } from './wire.ts';

export interface ControlServerOptions<Tools> {
  readonly socketPath: string;
  readonly commands: readonly AnyControlCommand<Tools>[];
  readonly tools: Tools;
  readonly log: Log;
}

export interface ControlServer {
  /** Lets commands that run end, for `graceMs` at most, and removes the socket. */
  close(graceMs: number): Promise<void>;
}

const MAX_CONNECTIONS = 16;
const REQUEST_TIMEOUT_MS = 10 * SECOND_MS;

/** Throws CodedError `control-in-use` where another gateway answers there, `path-too-long`, and errors of the system. */
export async function startControlServer<Tools>(
  options: ControlServerOptions<Tools>,
): Promise<ControlServer> {
  const { socketPath, log } = options;
  if (await answersAt(socketPath))
    throw new CodedError('control-in-use', 'another gateway answers the command line on this data folder');
  const running = new Map<Promise<void>, Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const work = serve(socket, options).finally(() => running.delete(work));
    running.set(work, socket);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await placeSocket(socketPath, (path) => listen(server, path));
  server.on('error', (error) => log.warn('the control socket failed', { error }));
  const ours = statSync(socketPath).ino;
  return {
    async close(graceMs) {
      server.close();
      await Promise.race([Promise.allSettled(running.keys()), pause(graceMs)]);
      for (const socket of running.values()) socket.destroy();
      removeSocket(socketPath, ours);
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Not the one of a gateway that has started meanwhile. */
function removeSocket(socketPath: string, inode: number): void {
  if (statSync(socketPath, { throwIfNoEntry: false })?.ino === inode) rmSync(socketPath, { force: true });
}

async function serve<Tools>(socket: Socket, options: ControlServerOptions<Tools>): Promise<void> {
  const gone = new AbortController();
  socket.on('error', () => gone.abort());
  socket.on('close', () => gone.abort());
  socket.setTimeout(REQUEST_TIMEOUT_MS, () => socket.destroy());
  try {
    const { value: request, done } = await readLines(socket, Request).next();
    if (done === true) return;
    socket.setTimeout(0);
    writeLine(socket, await answer(socket, request, options, gone.signal));
  } catch (error) {
    options.log.warn('a request on the control socket could not be read', { code: errorCode(error) });
  } finally {
    socket.end();
    socket.destroySoon();
  }
}

async function answer<Tools>(
  socket: Socket,
  { command: name, actor, request }: Request,
  { commands, tools, log }: ControlServerOptions<Tools>,
  signal: AbortSignal,
): Promise<Reply> {
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) return refused('unknown-command', name);
  if (!Check(command.request, request))
    return refused('wrong-use', 'the request is not as this gateway expects it');
  let last: Reply = { kind: 'progress', done: 0, total: null };
  const signOfLife = setInterval(() => writeLine(socket, last), SIGN_OF_LIFE_MS);
  const context: ControlContext = {
    actor,
    signal,
    progress(done, total) {
      last = { kind: 'progress', done, total };
    },
  };
  try {
    return { kind: 'answer', answer: await runChecked(command, tools, request, context) };
  } catch (error) {
    if (error instanceof CommandRefused) return refused(error.kind, error.message);
    log.error('a command of the command line failed', { step: name, code: errorCode(error), error });
    return refused('failed', `${name} failed (${errorCode(error)}); the log of the gateway says more`);
  } finally {
    clearInterval(signOfLife);
  }
}

function refused(why: Extract<Reply, { kind: 'refused' }>['why'], message: string): Reply {
  return { kind: 'refused', why, message };
}

/** The request was checked against the command's schema. */
function runChecked<Tools>(
  command: {
    readonly request: TSchema;
    run(tools: Tools, request: never, context: ControlContext): Promise<unknown>;
  },
  tools: Tools,
  request: unknown,
  context: ControlContext,
): Promise<unknown> {
  return command.run(tools, request as never, context);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
