/** Secrets that the configuration names by their file: tokens, passwords of clients. */
import { readFileSync } from 'node:fs';

import { CodedError } from '#src/base/coded-error.ts';

/** Without white space around it. Throws CodedError `code` where the file can't be read or holds too little. */
export function readSecret(file: string, shortest: number, code: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new CodedError(code, `${file} can't be read`, { cause });
  }
  if (text.length >= shortest) return text;
  throw new CodedError(code, `${file} must hold at least ${shortest} characters`);
}
