/**
 * A reply from the site as an ordinary mail (RFC 5322, RFC 2045): whatever its writer typed is text, and no value can
 * begin a line of the header or a part of its own. Files are passed through piece by piece as base64. The name that
 * is shown always carries the writer's proven address: nobody can reply in somebody else's name.
 */
import { catalogs } from '#src/notification/catalog/catalogs.ts';
import { cleanName, cleanText, shownAddress } from '#src/notification/compose/clean-text.ts';
import {
  checkedMessageId,
  encodeDate,
  encodeMailbox,
  encodeText,
  headerAddress,
  headerField,
  threadFields,
} from '#src/notification/compose/header-field.ts';
import { quotedPrintable } from '#src/notification/compose/quoted-printable.ts';
import type { MailSite, OriginalMail, Person } from '#src/notification/mail-site.ts';

import { contentTypeOf, dispositionOf } from './file-fields.ts';

/** Says to mailbox rules and filters that an outsider wrote this. */
export const REPLY_FIELD = 'X-SendSecure-Reply';

const MAX_SUBJECT_CHARACTERS = 400;
/** RFC 2045 section 6.8: 76 characters a line, which is 57 octets. */
const BASE64_LINE_OCTETS = 57;
const BOUNDARY = '=_sendsecure_reply';

export interface ReplyFile {
  /** As the writer's device named it. */
  readonly name: string;
  /** Media type as the device named it; empty: unknown. */
  readonly type: string;
  content(): AsyncIterable<Buffer>;
}

export interface ReplyToCompose {
  readonly messageIdField: string;
  readonly dateMs: number;
  readonly writer: Person;
  /** Where an answer inside goes. */
  readonly fromAddress: string;
  /** Named where an answer to `fromAddress` would not come back through us. */
  readonly replyTo: string | null;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  /** Of the message that is answered, decoded. */
  readonly subject: string;
  readonly original: OriginalMail;
  readonly text: string;
  readonly files: readonly ReplyFile[];
}

/** CR LF line ends, 7bit. */
export async function* composeReply(site: MailSite, reply: ReplyToCompose): AsyncGenerator<Buffer> {
  yield Buffer.from(headerOf(site, reply), 'latin1');
  const text = textPart(site, reply);
  if (reply.files.length === 0) {
    yield Buffer.from(text, 'latin1');
    return;
  }
  yield Buffer.from(
    `Content-Type: multipart/mixed; boundary="${BOUNDARY}"\r\n\r\n--${BOUNDARY}\r\n${text}\r\n`,
    'latin1',
  );
  for (const file of reply.files) {
    yield Buffer.from(`--${BOUNDARY}\r\n${fileHeader(file)}\r\n`, 'latin1');
    yield* base64Lines(file.content());
  }
  yield Buffer.from(`--${BOUNDARY}--\r\n`, 'latin1');
}

/** `Re: ` once, before a subject that has none. */
export function answerSubject(subject: string): string {
  const clean = cleanText(subject, MAX_SUBJECT_CHARACTERS);
  return /^(?:re|aw|rv|sv)\s*:/iu.test(clean) ? clean : `Re: ${clean}`.trim();
}

function headerOf(site: MailSite, reply: ReplyToCompose): string {
  const id = checkedMessageId(reply.messageIdField);
  if (id === null) throw new RangeError('the Message-ID of a reply has no valid form');
  const { via } = catalogs[site.locale].reply;
  const name = via({ writer: shownWriter(reply.writer) });
  const replyTo = reply.replyTo === null ? null : headerAddress(reply.replyTo);
  return (
    headerField('Date', encodeDate(reply.dateMs)) +
    headerField('From', encodeMailbox(name, headerAddress(reply.fromAddress)?.text ?? site.serviceAddress)) +
    (replyTo === null || replyTo.smtputf8 ? '' : headerField('Reply-To', replyTo.text)) +
    addressField('To', reply.to) +
    addressField('Cc', reply.cc) +
    headerField('Subject', encodeText(answerSubject(reply.subject))) +
    headerField('Message-ID', id) +
    threadFields(reply.original) +
    headerField(REPLY_FIELD, 'portal') +
    'MIME-Version: 1.0\r\n'
  );
}

function shownWriter({ name, address }: Person): string {
  const clean = cleanName(name);
  const shown = shownAddress(address);
  return clean === '' || clean === shown ? shown : `${clean} (${shown})`;
}

/** Addresses that need SMTPUTF8 are left out: the envelope says who receives. */
function addressField(name: string, addresses: readonly string[]): string {
  const written = addresses.flatMap((address) => {
    const encoded = headerAddress(address);
    return encoded === null || encoded.smtputf8 ? [] : [encoded.text];
  });
  return written.length === 0 ? '' : headerField(name, written.join(', '));
}

function textPart(site: MailSite, reply: ReplyToCompose): string {
  const { footer } = catalogs[site.locale].reply;
  const note = footer({ writer: shownAddress(reply.writer.address) });
  const lines = reply.text.replaceAll(/\r\n?/gu, '\n').replaceAll('\0', '');
  return (
    'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n' +
    `${quotedPrintable(`${lines.trimEnd()}\n\n-- \n${note}\n`)}\r\n`
  );
}

function fileHeader(file: ReplyFile): string {
  return (
    headerField('Content-Type', contentTypeOf(file)) +
    headerField('Content-Disposition', dispositionOf(file)) +
    'Content-Transfer-Encoding: base64\r\n'
  );
}

async function* base64Lines(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const piece of content) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const whole = bytes.length - (bytes.length % BASE64_LINE_OCTETS);
    if (whole > 0) yield linesOf(bytes.subarray(0, whole));
    rest = Buffer.from(bytes.subarray(whole));
  }
  if (rest.length > 0) yield linesOf(rest);
}

function linesOf(bytes: Buffer): Buffer {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += BASE64_LINE_OCTETS)
    lines.push(`${bytes.toString('base64', at, at + BASE64_LINE_OCTETS)}\r\n`);
  return Buffer.from(lines.join(''), 'latin1');
}
