/** The part of a bounce that machines read: message/delivery-status (RFC 3464), 7bit. */
import { encodeDate } from './header-field.ts';
import type { MimeContent } from './mail.ts';
import { machineFields, typedAddress } from './report-fields.ts';

export interface StatusMessageFields {
  /** Host name of this gateway. */
  readonly reportingHost: string;
  /** ENVID of the submission, xtext decoded; null: none. */
  readonly envelopeId: string | null;
  readonly arrivalMs: number;
}

export interface StatusRecipientFields {
  readonly address: string;
  /** ORCPT as `type;address`, xtext decoded; null: none. */
  readonly originalRecipient: string | null;
  readonly action: 'failed' | 'delayed' | 'relayed';
  /** RFC 3463, like `5.1.1`. */
  readonly status: string;
  /** Reply of the next hop; null where none was received. */
  readonly smtpReply: string | null;
  readonly remoteHost: string | null;
  readonly lastAttemptMs: number | null;
  readonly willRetryUntilMs: number | null;
}

export function deliveryStatus(
  message: StatusMessageFields,
  recipients: readonly StatusRecipientFields[],
): MimeContent {
  const groups = [messageGroup(message), ...recipients.map(recipientGroup)];
  return { header: 'Content-Type: message/delivery-status\r\n', body: groups.join('\r\n') };
}

function messageGroup(message: StatusMessageFields): string {
  return machineFields([
    ['Original-Envelope-Id', message.envelopeId],
    ['Reporting-MTA', `dns; ${message.reportingHost}`],
    ['Arrival-Date', encodeDate(message.arrivalMs)],
  ]);
}

// Order of RFC 3464 section 2.3.
function recipientGroup(recipient: StatusRecipientFields): string {
  const original = recipient.originalRecipient;
  return machineFields([
    ['Original-Recipient', original === null || original.includes(';') ? original : typedAddress(original)],
    ['Final-Recipient', typedAddress(recipient.address)],
    ['Action', recipient.action],
    ['Status', recipient.status],
    ['Remote-MTA', recipient.remoteHost === null ? null : `dns; ${recipient.remoteHost}`],
    ['Diagnostic-Code', recipient.smtpReply === null ? null : `smtp; ${recipient.smtpReply}`],
    ['Last-Attempt-Date', recipient.lastAttemptMs === null ? null : encodeDate(recipient.lastAttemptMs)],
    ['Will-Retry-Until', recipient.willRetryUntilMs === null ? null : encodeDate(recipient.willRetryUntilMs)],
  ]);
}
