/**
 * What the server hands to whoever takes mail in: the session, the envelope as SMTP gave it, and the replies. Only
 * this envelope says who receives (RFC 5321 section 3.3); parameters stay as they were on the wire.
 */
import type { MailAddress } from '#src/base/mail-address.ts';

import type { ClientCertificate } from './peer-certificate.ts';

export interface SmtpSession {
  readonly id: string;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** What HELO or EHLO said, with characters that no Received field may hold replaced by `?`. */
  readonly heloName: string;
  readonly tls: {
    readonly version: string;
    readonly cipher: string;
    readonly clientCertificate?: ClientCertificate | null;
  } | null;
  /** Who signed in with a password (AUTH); null or absent: nobody did. */
  readonly user?: string | null;
}

export interface SmtpEnvelope {
  /** The address of MAIL FROM as on the wire, without brackets; '' is the null reverse-path. */
  readonly reversePath: string;
  readonly smtputf8: boolean;
  readonly body: '7bit' | '8bitmime';
  /** What SIZE declared. */
  readonly sizeBytes: number | null;
  readonly ret: 'FULL' | 'HDRS' | null;
  /** xtext, as on the wire. */
  readonly envid: string | null;
  /** TLS is asked for on the whole way (RFC 8689). */
  readonly requireTls: boolean;
  /** Those accepted so far. */
  readonly recipients: readonly SmtpRecipient[];
}

export interface SmtpRecipient {
  readonly address: MailAddress;
  /** Upper case, `NEVER` or a comma list of `SUCCESS`, `FAILURE`, `DELAY`. */
  readonly notify: string | null;
  /** `addr-type;xtext`, as on the wire. */
  readonly orcpt: string | null;
}

export interface SmtpReply {
  readonly code: number;
  /** Enhanced status code (RFC 3463), for example `2.1.5`. */
  readonly enhanced: string;
  /** One line, without codes. */
  readonly text: string;
}

/** Takes mail in. An exception from any of these is answered `451 4.3.0` and nothing counts as accepted. */
export interface TransactionHandler {
  /** null accepts. */
  mailFrom(session: SmtpSession, envelope: SmtpEnvelope): Promise<SmtpReply | null>;
  /** null accepts. Called once for each address; a repeated RCPT is answered as the first was. */
  rcptTo(session: SmtpSession, envelope: SmtpEnvelope, recipient: SmtpRecipient): Promise<SmtpReply | null>;
  /**
   * `content` has no stuffed dots and only CR LF as line ends. It throws a `ContentError` where the client went
   * away or broke a rule; then nothing was sent and whatever this returns is not used. A handler may stop reading
   * early to refuse; a 2xx reply before the content ended is an error of the handler and answered 451.
   */
  data(session: SmtpSession, envelope: SmtpEnvelope, content: AsyncIterable<Buffer>): Promise<SmtpReply>;
}
