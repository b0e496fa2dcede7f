/**
 * MAIL FROM and RCPT TO as RFC 5321 section 4.1.1 writes them, with the parameters of SIZE (RFC 1870), 8BITMIME
 * (RFC 6152), SMTPUTF8 (RFC 6531), DSN (RFC 3461), REQUIRETLS (RFC 8689) and AUTH (RFC 4954). The address is handed on as it stood on the wire: an address
 * parser that rebuilds addresses has sent mail to the wrong domain before. What is wrong comes back as a reply.
 */
import { parseMailAddress } from '#src/base/mail-address.ts';
import type { MailAddress } from '#src/base/mail-address.ts';

import { decodeXtext } from '../xtext.ts';
import { messageTooBig } from './replies.ts';
import type { SmtpEnvelope, SmtpRecipient, SmtpReply } from './smtp-transaction.ts';

export type MailCommand = Omit<SmtpEnvelope, 'recipients'>;
type Parsed<T> = T | { readonly refusal: SmtpReply };

const NON_ASCII = /[^\0-\x7f]/u;
const NOTIFY = /^(?:NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY)){0,2})$/u;
// RFC 3461 sections 4.2 and 4.4.
const MAX_ORCPT_CHARACTERS = 500;
const MAX_ENVID_CHARACTERS = 100;
/** RFC 4954 section 5: the parameter adds 500 to the length of the command. */
const MAX_AUTH_CHARACTERS = 500 - ' AUTH='.length;
const WITHOUT_VALUE = new Set(['SMTPUTF8', 'REQUIRETLS']);

/** What a session was offered beside what all are. */
export interface OfferedExtensions {
  /** It may ask for TLS on the whole way (RFC 8689). */
  readonly requireTls: boolean;
  /** It may say who handed the mail in elsewhere (RFC 4954 section 5), as Postfix and Exim do with each mail. */
  readonly auth: boolean;
}

const NOTHING_MORE: OfferedExtensions = { requireTls: false, auth: false };

export function parseMailCommand(
  line: string,
  maxMessageBytes: number,
  offered = NOTHING_MORE,
): Parsed<MailCommand> {
  const command = splitAddressCommand(line, 'MAIL FROM:');
  if (command === null) return refuse(501, '5.5.4', 'Syntax: MAIL FROM:<address>');
  const known = ['SIZE', 'BODY', 'SMTPUTF8', 'RET', 'ENVID'];
  if (offered.requireTls) known.push('REQUIRETLS');
  if (offered.auth) known.push('AUTH');
  const parameters = parseParameters(command.rest, known);
  if ('refusal' in parameters) return parameters;
  const options = parseMailOptions(parameters.values, maxMessageBytes);
  if ('refusal' in options) return options;
  if (command.path !== '') {
    const problem = checkAddress(command.path, options.smtputf8, '5.1.7');
    if ('refusal' in problem) return problem;
  }
  return { reversePath: command.path, ...options };
}

/** `postmasterDomain` completes `<postmaster>`, which needs no domain (RFC 5321 section 4.5.1). */
export function parseRcptCommand(
  line: string,
  smtputf8: boolean,
  postmasterDomain: string,
): Parsed<SmtpRecipient> {
  const command = splitAddressCommand(line, 'RCPT TO:');
  if (command === null) return refuse(501, '5.5.4', 'Syntax: RCPT TO:<address>');
  const parameters = parseParameters(command.rest, ['NOTIFY', 'ORCPT']);
  if ('refusal' in parameters) return parameters;
  const notify = parameters.values.get('NOTIFY')?.toUpperCase() ?? null;
  if (notify !== null && !NOTIFY.test(notify)) return badParameter('NOTIFY');
  const orcpt = parameters.values.get('ORCPT') ?? null;
  if (orcpt !== null && !isOriginalRecipient(orcpt, smtputf8)) return badParameter('ORCPT');
  const path = /^postmaster$/iu.test(command.path) ? `${command.path}@${postmasterDomain}` : command.path;
  const address = checkAddress(path, smtputf8, '5.1.3');
  return 'refusal' in address ? address : { address, notify, orcpt };
}

function parseMailOptions(
  values: ReadonlyMap<string, string>,
  maxMessageBytes: number,
): Parsed<Omit<MailCommand, 'reversePath'>> {
  const size = values.get('SIZE');
  const sizeBytes = size === undefined ? null : /^\d{1,20}$/u.test(size) ? Number(size) : Number.NaN;
  if (sizeBytes !== null && !Number.isSafeInteger(sizeBytes)) return badParameter('SIZE');
  if (sizeBytes !== null && sizeBytes > maxMessageBytes) return { refusal: messageTooBig(maxMessageBytes) };
  const body = (values.get('BODY') ?? '7BIT').toLowerCase();
  if (body !== '7bit' && body !== '8bitmime') return badParameter('BODY');
  const smtputf8 = values.get('SMTPUTF8');
  if (smtputf8 !== undefined && smtputf8 !== '') return badParameter('SMTPUTF8');
  const requireTls = values.get('REQUIRETLS');
  if (requireTls !== undefined && requireTls !== '') return badParameter('REQUIRETLS');
  const ret = values.get('RET')?.toUpperCase() ?? null;
  if (ret !== null && ret !== 'FULL' && ret !== 'HDRS') return badParameter('RET');
  // Nobody's word about a third party counts here: it is read, and says nothing (RFC 4954 section 5, `AUTH=<>`).
  const auth = values.get('AUTH');
  if (auth !== undefined && (auth.length > MAX_AUTH_CHARACTERS || decodeXtext(auth) === null))
    return badParameter('AUTH');
  const envid = values.get('ENVID') ?? null;
  if (envid !== null && (envid.length > MAX_ENVID_CHARACTERS || decodeXtext(envid) === null))
    return badParameter('ENVID');
  return {
    smtputf8: smtputf8 !== undefined,
    body,
    sizeBytes,
    ret,
    envid,
    requireTls: requireTls !== undefined,
  };
}

function checkAddress(path: string, smtputf8: boolean, enhanced: string): Parsed<MailAddress> {
  if (path.startsWith('@')) return refuse(553, enhanced, 'Source routes are not accepted');
  if (NON_ASCII.test(path) && !smtputf8) return refuse(553, '5.6.7', 'This address needs SMTPUTF8');
  return parseMailAddress(path) ?? refuse(501, enhanced, 'Bad address syntax');
}

/** Path and what follows it; null where the command or its brackets are wrong. */
function splitAddressCommand(line: string, command: string): { path: string; rest: string } | null {
  if (line.slice(0, command.length).toUpperCase() !== command) return null;
  const text = line.slice(command.length).trimStart();
  if (!text.startsWith('<')) return null;
  const end = closingBracket(text);
  if (end < 0) return null;
  const rest = text.slice(end + 1);
  if (rest !== '' && !rest.startsWith(' ')) return null;
  return { path: text.slice(1, end), rest: rest.trim() };
}

/** A bracket inside a quoted local part does not close the path. */
function closingBracket(text: string): number {
  let quoted = false;
  for (let at = 1; at < text.length; at++) {
    const character = text[at];
    if (quoted && character === '\\') at++;
    else if (character === '"') quoted = !quoted;
    else if (character === '>' && !quoted) return at;
  }
  return -1;
}

function parseParameters(
  rest: string,
  known: readonly string[],
): Parsed<{ readonly values: ReadonlyMap<string, string> }> {
  const values = new Map<string, string>();
  for (const parameter of rest === '' ? [] : rest.split(/ +/u)) {
    const [, keyword = '', value] = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=(.+))?$/u.exec(parameter) ?? [];
    if (keyword === '') return refuse(501, '5.5.4', 'Bad parameter syntax');
    const name = keyword.toUpperCase();
    if (!known.includes(name)) return refuse(555, '5.5.4', `Parameter ${name.slice(0, 40)} is not known`);
    if (values.has(name) || (value === undefined) !== WITHOUT_VALUE.has(name)) return badParameter(name);
    values.set(name, value ?? '');
  }
  return { values };
}

function isOriginalRecipient(value: string, smtputf8: boolean): boolean {
  const semicolon = value.indexOf(';');
  return (
    value.length <= MAX_ORCPT_CHARACTERS &&
    /^[A-Za-z0-9-]+$/u.test(value.slice(0, Math.max(semicolon, 0))) &&
    (decodeXtext(value.slice(semicolon + 1)) !== null || (smtputf8 && isUtf8OriginalRecipient(value)))
  );
}

/** `utf-8` addresses may stand as they are in an SMTPUTF8 transaction (RFC 6533 section 3). */
function isUtf8OriginalRecipient(value: string): boolean {
  return /^utf-8;[^\p{C}\p{Z}]+$/iu.test(value);
}

function badParameter(name: string): { readonly refusal: SmtpReply } {
  return refuse(501, '5.5.4', `Bad value of parameter ${name}`);
}

function refuse(code: number, enhanced: string, text: string): { readonly refusal: SmtpReply } {
  return { refusal: { code, enhanced, text } };
}
