/** The header fields that a reader sees, decoded, and short enough to be shown. */
import { type ListedMailbox, parseAddressList } from './address-list.ts';
import { decodeHeaderText } from './encoded-words.ts';
import { fieldValues, firstValue } from './header-fields.ts';
import type { HeaderField } from './scan-result.ts';

/** Empty strings for what is absent. */
export interface DisplayHeader {
  readonly subject: string;
  readonly from: string;
  readonly to: string;
  readonly cc: string;
  readonly replyTo: string;
  readonly date: string;
}

/** Characters of an address field that are shown; a mail to thousands is cut. */
const MAX_SHOWN_LENGTH = 16_384;

export function displayHeader(fields: readonly HeaderField[]): DisplayHeader {
  const text = (name: string): string => shortened(decodeHeaderText(firstValue(fields, name) ?? '').text);
  const mailboxes = (name: string): string =>
    shownMailboxes(fieldValues(fields, name).flatMap((value) => parseAddressList(value)));
  return {
    subject: text('subject'),
    from: mailboxes('from'),
    to: mailboxes('to'),
    cc: mailboxes('cc'),
    replyTo: mailboxes('reply-to'),
    date: text('date'),
  };
}

function shownMailboxes(mailboxes: readonly ListedMailbox[]): string {
  let shown = '';
  for (const { displayName, address } of mailboxes) {
    const mailbox = displayName === '' ? address : `${displayName} <${address}>`;
    if (shown.length + mailbox.length > MAX_SHOWN_LENGTH) return `${shown}, …`;
    shown += shown === '' ? mailbox : `, ${mailbox}`;
  }
  return shown;
}

function shortened(text: string): string {
  return text.length <= MAX_SHOWN_LENGTH ? text : `${text.slice(0, MAX_SHOWN_LENGTH)}…`;
}
