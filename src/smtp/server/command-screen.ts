/**
 * What can be said of a command line before anybody looks at its meaning: its length, its characters, whether it is
 * a command of this server at all, or the request of a web page (RFC 5321 sections 2.4, 4.1.1 and 4.5.3.1.4).
 */
import { COMMAND_TOO_LONG } from './replies.ts';
import { maxCommandOctets } from './smtp-limits.ts';
import type { SmtpReply } from './smtp-transaction.ts';

export interface Screening {
  readonly refusal: SmtpReply;
  /** The session ends with the refusal. */
  readonly close: boolean;
}

// Known, and not offered unless the session says so: what is not known at all is 500.
const NOT_IMPLEMENTED = new Set('EXPN HELP ETRN TURN ATRN BDAT AUTH BURL SEND SOML SAML STARTTLS'.split(' '));
const UTF8_ALLOWED = new Set(['MAIL', 'RCPT', 'VRFY']);
const HTTP_REQUEST = /^[A-Z]+ \S+ HTTP\/\d/iu;
const CONTROL_CHARACTER = /\p{Cc}/u;
const NON_ASCII = /[^\0-\x7f]/u;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** null lets the command pass. `offered`: further commands of this session, such as STARTTLS and AUTH. */
export function screenCommand(command: Buffer, offered: ReadonlySet<string>): Screening | null {
  const line = decodeLine(command);
  if (line === null) return refuse(500, '5.5.2', 'Command is not UTF-8');
  if (HTTP_REQUEST.test(line))
    return { refusal: { code: 421, enhanced: '4.7.0', text: 'This is not a web server' }, close: true };
  const verb = line.split(' ', 1)[0]?.toUpperCase() ?? '';
  if (command.length + 2 > maxCommandOctets(verb)) return { refusal: COMMAND_TOO_LONG, close: false };
  if (CONTROL_CHARACTER.test(line) || (NON_ASCII.test(line) && !UTF8_ALLOWED.has(verb)))
    return refuse(500, '5.5.2', 'Character not allowed in a command');
  if (NOT_IMPLEMENTED.has(verb) && !offered.has(verb)) return refuse(502, '5.5.1', 'Command not implemented');
  return null;
}

function decodeLine(command: Buffer): string | null {
  try {
    return strictUtf8.decode(command);
  } catch {
    return null;
  }
}

function refuse(code: number, enhanced: string, text: string): Screening {
  return { refusal: { code, enhanced, text }, close: false };
}
