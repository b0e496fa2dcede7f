/**
 * From header values and blocks to the octets of a mail. Boundaries are fixed: they contain `=_`, which neither
 * quoted-printable nor our HTML can hold, and the machine-readable parts never begin a line with `--`.
 */
import { randomBytes } from 'node:crypto';

import type { RandomSource } from '#src/base/identifiers.ts';
import type { MailFrame, MailSite, OriginalMail } from '../mail-site.ts';
import type { WrittenMail } from '../written-mail.ts';
import type { Section } from './block.ts';
import { cleanName } from './clean-text.ts';
import { checkedMessageId, encodeDate, encodeMailbox, encodeText } from './header-field.ts';
import { headerAddress, headerField, threadFields } from './header-field.ts';
import { quotedPrintable } from './quoted-printable.ts';
import { renderHtml } from './render-html.ts';
import { renderText } from './render-text.ts';

/** Value of `X-SendSecure-Notice`, by which mailbox rules can sort our mails. */
export type MailKind =
  | 'notice'
  | 'secured'
  | 'opened'
  | 'held'
  | 'code'
  | 'bounce'
  | 'delay'
  | 'returned'
  | 'passed-on'
  | 'not-for-me'
  | 'reminder'
  | 'not-opened'
  | 'summary'
  | 'reply-failed'
  | 'access'
  | 'account-change'
  | 'partner-report'
  | 'wrong-recipient'
  | 'suspect-mail'
  | 'asked-again'
  | 'other-way'
  | 'granted'
  | 'staff-link';

export const NOTICE_FIELD = 'X-SendSecure-Notice';

/** A Message-ID for a mail of ours: 120 random bits at `domain` (lower-case A-labels). */
export function newMessageIdField(domain: string, random: RandomSource = randomBytes): string {
  return `<${random(15).toString('hex')}@${domain}>`;
}

/** A mail that a machine wrote because something happened (RFC 3834 section 5). */
export interface AutomaticMail {
  readonly kind: MailKind;
  readonly frame: MailFrame;
  readonly original: OriginalMail | null;
  readonly subject: string;
  /** Media type with its parameters, then the body with what its header needs. */
  readonly content: MimeContent;
  readonly autoSubmitted: 'auto-generated' | 'auto-replied';
}

/** A MIME entity without the fields of the mail: its own header fields, and its body. */
export interface MimeContent {
  readonly header: string;
  readonly body: string;
}

const ALTERNATIVE_BOUNDARY = '=_sendsecure_words';
const REPORT_BOUNDARY = '=_sendsecure_report';

export const ALTERNATIVE_HEADER = headerField(
  'Content-Type',
  `multipart/alternative; boundary="${ALTERNATIVE_BOUNDARY}"`,
);
export const TEXT_PART_OPENS =
  `--${ALTERNATIVE_BOUNDARY}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
  'Content-Transfer-Encoding: quoted-printable\r\n\r\n';
export const HTML_PART_OPENS =
  `\r\n--${ALTERNATIVE_BOUNDARY}\r\nContent-Type: text/html; charset=utf-8\r\n` +
  'Content-Transfer-Encoding: 7bit\r\n\r\n';
export const ALTERNATIVE_CLOSES = `\r\n--${ALTERNATIVE_BOUNDARY}--\r\n`;

/** The same words twice, text first. */
export function alternative(subject: string, sections: readonly Section[]): MimeContent {
  const text = quotedPrintable(renderText(sections));
  const html = renderHtml(subject, sections);
  return {
    header: ALTERNATIVE_HEADER,
    body: `${TEXT_PART_OPENS}${text}${HTML_PART_OPENS}${html}${ALTERNATIVE_CLOSES}`,
  };
}

/** multipart/report (RFC 6522): words for people first, then what machines read. */
export function report(reportType: string, words: MimeContent, parts: readonly MimeContent[]): MimeContent {
  const all = [words, ...parts].map((part) => `--${REPORT_BOUNDARY}\r\n${part.header}\r\n${part.body}\r\n`);
  return {
    header: headerField(
      'Content-Type',
      `multipart/report; report-type=${reportType}; boundary="${REPORT_BOUNDARY}"`,
    ),
    body: `${all.join('')}--${REPORT_BOUNDARY}--\r\n`,
  };
}

/** Writes a mail From the service address that no out-of-office answers. */
export function writeAutomaticMail(site: MailSite, mail: AutomaticMail): WrittenMail {
  const header =
    headerField('From', serviceMailbox(site)) +
    headerField('Subject', encodeText(mail.subject)) +
    (mail.original === null ? '' : threadFields(mail.original)) +
    headerField('Auto-Submitted', mail.autoSubmitted) +
    // Exchange answers automatic mail unless it is told not to.
    headerField('X-Auto-Response-Suppress', 'All') +
    headerField(NOTICE_FIELD, mail.kind);
  return assembleMail(mail.frame, header, mail.content);
}

export function serviceMailbox(site: MailSite): string {
  const address = headerAddress(site.serviceAddress);
  return encodeMailbox(cleanName(site.organization), address?.text ?? site.serviceAddress);
}

/** Adds Date, To, Message-ID and MIME-Version to `header` and joins all. */
export function assembleMail(frame: MailFrame, header: string, content: MimeContent): WrittenMail {
  const to = headerAddress(frame.to);
  const messageIdField = checkedMessageId(frame.messageIdField);
  if (messageIdField === null)
    throw new RangeError('the Message-ID of a mail to be written has no valid form');
  const whole =
    headerField('Date', encodeDate(frame.dateMs)) +
    header +
    // The envelope decides who receives; an address that no header can hold is not repeated in one.
    headerField('To', to === null ? 'undisclosed-recipients:;' : to.text) +
    headerField('Message-ID', messageIdField) +
    `MIME-Version: 1.0\r\n${content.header}\r\n${content.body}`;
  const smtputf8 = to?.smtputf8 === true;
  const bytes = Buffer.from(whole, smtputf8 ? 'utf8' : 'latin1');
  return { messageIdField, to: frame.to, bytes, ...(smtputf8 ? { smtputf8 } : {}) };
}
