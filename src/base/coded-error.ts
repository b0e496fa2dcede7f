/**
 * The base of every error that this product throws on purpose. `code` is stable and may be tested for; the
 * message is for the person who reads the log and may change. Never put content, subjects or keys into either.
 */
export class CodedError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The code of an error, ours (`CodedError`) or Node's (`ENOSPC`, …); `unknown` where it has none. */
export function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return 'unknown';
}
