/**
 * Bounces without a report for machines, as some servers still write them. Kept conservative: a machine must have
 * sent it, it must say for good, and it must name the recipient; whatever is less clear goes on to the author, who
 * reads it as it is.
 */
import { parseAddressList } from '#src/mime/address-list.ts';
import { fieldValues, firstValue } from '#src/mime/header-fields.ts';
import type { HeaderField } from '#src/mime/scan-result.ts';

import { findAddress } from './recipient-address.ts';
import { cleanReply, statusInReply } from './server-reply.ts';

export interface TextBounce {
  readonly status: string | null;
  readonly reply: string | null;
}

const FOR_GOOD = [
  /\b(?:was not|wasn't|were not|weren't) able to deliver your (?:message|mail|e-?mail)/iu,
  /\bcould(?: not|n't) be delivered to (?:one or more|the following|your recipient)/iu,
  /\bpermanent(?: fatal)? (?:error|failure)/iu,
  /\bdelivery to the following (?:recipient|address)\S* (?:has )?failed/iu,
  /\bdid not reach the following recipient/iu,
  /\byour (?:message|mail|e-?mail) (?:could not be|was not|couldn't be|wasn't) delivered\b/iu,
  /\bundeliverable (?:message|mail)\b/iu,
];

const NOT_FOR_GOOD = [
  /\bhas not (?:yet )?been delivered yet\b|\bhas not yet been delivered\b/iu,
  /\bwill (?:be retried|keep trying|try again|continue to (?:try|be))/iu,
  /\b(?:do not|don't) need to (?:resend|send it again|take any action)/iu,
  /\b(?:this is a )?warning (?:message )?only\b/iu,
];
const SUBJECT_NOT_FOR_GOOD = /\b(?:delay(?:ed)?|warning|still being retried)\b/iu;

/** Below such a line stands the mail that came back, and nothing that the server said. */
const COPY_BELOW =
  /^[ \t]*(?:-{2,} ?(?:below this line is|this is) a copy\b|-{3,} ?(?:original|the) (?:message|header|headers|body|text of the)|original message (?:follows|headers)|-{2,} ?returned message)/imu;
/** How far behind the recipient's address its server's reply is looked for. */
const REPLY_WITHIN = 800;

/** Null where it is no bounce for good of `canonicalAddress`. `text`: the beginning of the first body text. */
export function readTextBounce(
  mail: { readonly reversePath: string; readonly header: readonly HeaderField[] },
  text: string,
  canonicalAddress: string,
): TextBounce | null {
  if (!isFromMachine(mail)) return null;
  const said = aboveCopy(text);
  const subject = firstValue(mail.header, 'subject') ?? '';
  if (SUBJECT_NOT_FOR_GOOD.test(subject) || NOT_FOR_GOOD.some((words) => words.test(said))) return null;
  const at = findAddress(said, canonicalAddress);
  const isNamed = fieldValues(mail.header, 'x-failed-recipients').some(
    (value) => findAddress(value, canonicalAddress) >= 0,
  );
  const saysForGood = at >= 0 && FOR_GOOD.some((words) => words.test(said));
  if (!isNamed && !saysForGood) return null;
  const reply = replyIn(said.slice(Math.max(0, at)));
  return { status: statusInReply(reply), reply };
}

function isFromMachine(mail: {
  readonly reversePath: string;
  readonly header: readonly HeaderField[];
}): boolean {
  if (mail.reversePath === '') return true;
  const from = parseAddressList(firstValue(mail.header, 'from') ?? '');
  return from.length === 1 && /^(?:mailer-daemon|postmaster)@/iu.test(from[0]?.address ?? '');
}

function aboveCopy(text: string): string {
  const copy = COPY_BELOW.exec(text);
  return copy === null ? text : text.slice(0, copy.index);
}

/** `550 5.1.1 …`: with the line after it, where the reply was wrapped. */
function replyIn(text: string): string | null {
  const near = text.slice(0, REPLY_WITHIN);
  const match = /(?<![\d.])[45]\d\d(?:[ -]#?[45]\.\d{1,3}\.\d{1,3})?[ -][^\r\n]{0,250}/u.exec(near);
  return match === null ? null : cleanReply(match[0]);
}
