/** The command line's end of the control socket. */
import { connect, type Socket } from 'node:net';

import type { Static, TSchema } from 'typebox';
import { Check } from 'typebox/value';

import { CodedError, errorCode } from '#src/base/coded-error.ts';
import { SECOND_MS } from '#src/base/clock.ts';

import { CommandRefused, type ControlCommand } from './control-command.ts';
import { reachablePath } from './socket-path.ts';
import { readLines, Reply, writeLine } from './wire.ts';

/** The gateway shows every two seconds that it lives. */
const SILENCE_MS = 30 * SECOND_MS;
const CONNECT_MS = 5 * SECOND_MS;

/** Nobody listens there: no file, or one that a crash left. */
const NOBODY: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK', 'ENOTDIR']);

export interface ControlQuestion {
  readonly socketPath: string;
  readonly actor: string;
  readonly onProgress: (done: number, total: number | null) => void;
}

/** True where a gateway listens at the socket. Throws what else stops the connection, `EACCES` for one. */
export async function answersAt(socketPath: string): Promise<boolean> {
  const socket = await connectTo(socketPath);
  socket?.destroy();
  return socket !== null;
}

/**
 * Asks the gateway to run `command`. Null where no gateway listens. Throws CommandRefused with what the person should
 * read, and CodedError `control-failed` or `control-protocol` where the gateway failed or was lost on the way: then
 * the command may have been done.
 */
export async function askGateway<Tools, Request extends TSchema, Answer extends TSchema>(
  command: ControlCommand<Tools, Request, Answer>,
  request: Static<Request>,
  question: ControlQuestion,
): Promise<{ readonly answer: Static<Answer> } | null> {
  const socket = await connectTo(question.socketPath);
  if (socket === null) return null;
  socket.setTimeout(SILENCE_MS, () =>
    socket.destroy(
      new CodedError('control-failed', `the gateway has been silent for ${SILENCE_MS / SECOND_MS} seconds`),
    ),
  );
  try {
    writeLine(socket, { command: command.name, actor: question.actor, request });
    for await (const reply of readLines(socket, Reply)) {
      if (reply.kind === 'progress') question.onProgress(reply.done, reply.total);
      else return { answer: answerOf(command, reply) };
    }
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw new CodedError('control-failed', `the connection to the gateway was lost (${errorCode(error)})`);
  } finally {
    socket.destroy();
  }
  throw new CodedError('control-failed', 'the gateway ended before it answered');
}

function answerOf<Answer extends TSchema>(
  command: { readonly answer: Answer; readonly name: string },
  reply: Exclude<Reply, { kind: 'progress' }>,
): Static<Answer> {
  if (reply.kind === 'answer') {
    if (Check(command.answer, reply.answer)) return reply.answer;
    throw new CodedError('control-protocol', otherVersion(command.name));
  }
  if (reply.why === 'unknown-command') throw new CommandRefused('unavailable', otherVersion(command.name));
  if (reply.why === 'failed') throw new CodedError('control-failed', reply.message);
  throw new CommandRefused(reply.why, reply.message);
}

function otherVersion(name: string): string {
  return `the gateway that runs doesn't know "${name}" as this command line does: it is of another version, restart it`;
}

async function connectTo(socketPath: string): Promise<Socket | null> {
  const reachable = pathOrNobody(socketPath);
  if (reachable === null) return null;
  try {
    return await new Promise<Socket>((resolve, reject) => {
      const socket = connect(reachable.path);
      socket.setTimeout(CONNECT_MS, () =>
        socket.destroy(new CodedError('control-failed', 'the gateway takes no more commands now')),
      );
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        socket.setTimeout(0);
        resolve(socket);
      });
    });
  } catch (error) {
    if (NOBODY.has(errorCode(error))) return null;
    throw error;
  } finally {
    reachable.release();
  }
}

function pathOrNobody(socketPath: string): ReturnType<typeof reachablePath> | null {
  try {
    return reachablePath(socketPath);
  } catch (error) {
    if (NOBODY.has(errorCode(error))) return null;
    throw error;
  }
}
