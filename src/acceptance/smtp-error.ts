/** Errors of acceptance → SMTP replies: generic text out, detail to the log. An unknown error is 451: nothing is lost. */
import { CodedError, errorCode } from '#src/base/coded-error.ts';
import type { SmtpReply } from '#src/smtp/server/smtp-transaction.ts';

/** A refusal that acceptance means as such, with the reply to give. */
export class Refused extends CodedError {
  readonly reply: SmtpReply;

  constructor(code: string, reply: SmtpReply) {
    super(code, reply.text);
    this.reply = reply;
  }
}

const TEMPORARY: SmtpReply = {
  code: 451,
  enhanced: '4.3.0',
  text: 'Temporary problem here, please try again later',
};
const NO_ROOM: SmtpReply = {
  code: 452,
  enhanced: '4.3.1',
  text: 'Not enough room here now, please try again later',
};

/** What the server found wrong with the content; it answers by itself, and it is nothing of ours to mend. */
const FAULTS_OF_THE_CLIENT: ReadonlySet<string> = new Set([
  'connection-lost',
  'line-endings',
  'message-too-big',
  'line-too-long',
]);

/** True where the mail was refused for what it is or how it came, not for a fault here. */
export function isFaultOfTheClient(error: unknown): boolean {
  return error instanceof Refused || FAULTS_OF_THE_CLIENT.has(errorCode(error));
}

/** Errors that we know and that what is in a mail can bring about. */
const OF_THE_CONTENT: ReadonlySet<string> = new Set([
  'scanner-broke',
  'statement-refused',
  'header-not-checked',
]);
/** Errors of the system and of SQLite, and PostgreSQL's: what is around us, at any mail. */
const OF_THE_SURROUNDINGS = /^(?:E[A-Z0-9]+|ERR_SQLITE_ERROR|ERR_MEMORY_ALLOCATION_FAILED|[0-9A-Z]{5})$/u;

/**
 * True where the mail itself may be what we failed at: an error that nobody expected. Those that we know are of the
 * database, the disk or the keys, and go away without the mail changing.
 */
export function mayBeTheContent(error: unknown): boolean {
  if (isFaultOfTheClient(error)) return false;
  if (error instanceof CodedError) return OF_THE_CONTENT.has(error.code);
  // "Array buffer allocation failed": other mail has the memory.
  if (error instanceof RangeError && /allocation failed/iu.test(error.message)) return false;
  return !OF_THE_SURROUNDINGS.test(errorCode(error));
}

export function replyForError(error: unknown): SmtpReply {
  if (error instanceof Refused) return error.reply;
  const code = errorCode(error);
  return code === 'storage-full' || code === 'ENOSPC' || code === 'EDQUOT' ? NO_ROOM : TEMPORARY;
}
