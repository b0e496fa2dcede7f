/**
 * What a command is that the command line gives to a gateway: a name, what it is given, what it answers, and what it
 * does with the tools of the gateway. The same object runs inside a running gateway and, where none runs on the data
 * folder, in the process of the command line; it must not care which. Answers hold nothing secret: no content,
 * subjects, keys, tokens or codes.
 */
import type { Static, TSchema } from 'typebox';

import { CodedError } from '#src/base/coded-error.ts';

export interface ControlContext {
  /**
   * The operating-system user who typed the command, for the audit log. The command line says it: whoever may open
   * the socket is the service's own user or root, and could say anything.
   */
  readonly actor: string;
  /** Ends when the person gave up; a command looks at it between units of work. */
  readonly signal: AbortSignal;
  /** Shown as a bar where the command takes over two seconds; `total` null where it isn't known. */
  progress(done: number, total: number | null): void;
}

export interface ControlCommand<Tools, Request extends TSchema = TSchema, Answer extends TSchema = TSchema> {
  /** Words with hyphens, `queue-list`. */
  readonly name: string;
  readonly request: Request;
  readonly answer: Answer;
  /** Throws `CommandRefused` for what the person should read. */
  run(tools: Tools, request: Static<Request>, context: ControlContext): Promise<Static<Answer>>;
}

/** A command of any request and answer, as a list of commands holds it. */
export interface AnyControlCommand<Tools> {
  readonly name: string;
  readonly request: TSchema;
  readonly answer: TSchema;
  run(tools: Tools, request: never, context: ControlContext): Promise<unknown>;
}

/** Lets the types of request and answer follow from their schemas. */
export function controlCommand<Tools, Request extends TSchema, Answer extends TSchema>(
  command: ControlCommand<Tools, Request, Answer>,
): ControlCommand<Tools, Request, Answer> {
  return command;
}

export type RefusalKind = 'not-found' | 'not-possible' | 'wrong-use' | 'unavailable';

/** What can't be done, in words for the person who typed the command. */
export class CommandRefused extends CodedError {
  readonly kind: RefusalKind;

  constructor(kind: RefusalKind, message: string) {
    super(`command-${kind}`, message);
    this.kind = kind;
  }
}
