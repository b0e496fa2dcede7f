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

export function replyForError(error: unknown): SmtpReply {
  if (error instanceof Refused) return error.reply;
  const code = errorCode(error);
  return code === 'storage-full' || code === 'ENOSPC' || code === 'EDQUOT' ? NO_ROOM : TEMPORARY;
}
