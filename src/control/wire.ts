/**
 * The words on the control socket: JSON, one object a line. The command line sends one request; the gateway answers
 * with any number of `progress` lines, also as a sign of life, then one `answer` or `refused`, and closes.
 */
import type { Socket } from 'node:net';

import { Type, type Static, type TSchema } from 'typebox';
import { Check } from 'typebox/value';

import { CodedError } from '#src/base/coded-error.ts';

export const Request = Type.Object({
  command: Type.String({ maxLength: 64 }),
  actor: Type.String({ minLength: 1, maxLength: 200 }),
  request: Type.Unknown(),
});
export type Request = Static<typeof Request>;

const Progress = Type.Object({
  kind: Type.Literal('progress'),
  done: Type.Integer({ minimum: 0 }),
  total: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
});
const Answer = Type.Object({ kind: Type.Literal('answer'), answer: Type.Unknown() });
const Refused = Type.Object({
  kind: Type.Literal('refused'),
  /** `unknown-command` comes from a gateway of an older version, `failed` is a fault of ours. */
  why: Type.Union([
    Type.Literal('not-found'),
    Type.Literal('not-possible'),
    Type.Literal('wrong-use'),
    Type.Literal('unavailable'),
    Type.Literal('unknown-command'),
    Type.Literal('failed'),
  ]),
  message: Type.String(),
});
export const Reply = Type.Union([Progress, Answer, Refused]);
export type Reply = Static<typeof Reply>;

/** Large enough for a list of partners to import. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;
/** The gateway shows at least so often that it lives. */
export const SIGN_OF_LIFE_MS = 2_000;

export function writeLine(socket: Socket, line: Request | Reply): void {
  if (socket.writable) socket.write(`${JSON.stringify(line)}\n`);
}

/** The lines that come over a socket, each checked. Throws CodedError `control-protocol`. */
export async function* readLines<Line extends TSchema>(
  socket: Socket,
  schema: Line,
): AsyncGenerator<Static<Line>> {
  let pieces: Buffer[] = [];
  let held = 0;
  for await (const piece of socket as AsyncIterable<Buffer>) {
    let rest = piece;
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      yield parseLine(Buffer.concat([...pieces, rest.subarray(0, end)]), schema);
      pieces = [];
      held = 0;
      rest = rest.subarray(end + 1);
    }
    pieces.push(rest);
    held += rest.length;
    if (held > MAX_LINE_BYTES) throw new CodedError('control-protocol', 'a line is longer than 16 MiB');
  }
}

function parseLine<Line extends TSchema>(bytes: Buffer, schema: Line): Static<Line> {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new CodedError('control-protocol', 'a line is no JSON');
  }
  if (!Check(schema, value)) throw new CodedError('control-protocol', 'a line is not as expected');
  return value;
}
