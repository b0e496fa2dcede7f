/** Exit codes of the command line, as sysexits names them. */
export const EXIT = {
  ok: 0,
  usage: 64,
  dataError: 65,
  /** What was named isn't there. */
  noInput: 66,
  unavailable: 69,
  software: 70,
  cantCreate: 73,
  ioError: 74,
  /** Not now; it may be tried again. */
  temporary: 75,
  noPermission: 77,
  config: 78,
} as const;

/** Ends a command with a message for the person who typed it. */
export class CommandFailed extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
