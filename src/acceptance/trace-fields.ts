/**
 * The trace field we put before a relayed mail (RFC 5321 section 4.4). It names no recipient, not even a single one:
 * a `for` clause is how blind copies become visible.
 */
import { formatMailDate } from '#src/mime/compose.ts';
import { MARK_FIELD } from '#src/protection/gateway-mark.ts';
import type { SmtpSession } from '#src/smtp/server/smtp-transaction.ts';

export interface TraceFacts {
  readonly session: Pick<SmtpSession, 'heloName' | 'remoteAddress' | 'tls'>;
  readonly smtputf8: boolean;
  readonly hostname: string;
  readonly queueId: string;
  readonly acceptedAt: number;
  readonly mark: string;
}

/** `Received` and our mark, each with its line end. */
export function traceFields(facts: TraceFacts): string {
  const { session } = facts;
  const protocol = `${facts.smtputf8 ? 'UTF8SMTP' : 'ESMTP'}${session.tls === null ? '' : 'S'}`;
  const literal = session.remoteAddress.includes(':')
    ? `IPv6:${session.remoteAddress}`
    : session.remoteAddress;
  const tls =
    session.tls === null
      ? ''
      : `\r\n\t(using ${token(session.tls.version)} with cipher ${token(session.tls.cipher)})`;
  return (
    `Received: from ${token(session.heloName) || 'unknown'} ([${literal}])${tls}\r\n` +
    `\tby ${token(facts.hostname)} with ${protocol} id ${facts.queueId};\r\n` +
    `\t${formatMailDate(facts.acceptedAt)}\r\n` +
    `${MARK_FIELD}: ${facts.mark}\r\n`
  );
}

/** Only what can stand in a Received field unquoted; the name in EHLO is the client's word. */
function token(text: string): string {
  return text.replaceAll(/[^\w.:[\]-]/gu, '').slice(0, 255);
}
