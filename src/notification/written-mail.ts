/** What the writers of our own mails return. */
export interface WrittenMail {
  /** Message-ID with angle brackets. */
  readonly messageIdField: string;
  /** Mailbox the mail goes to, raw address. */
  readonly to: string;
  /** The whole mail: header, empty line, body; CRLF line ends, lines of at most 998 octets, 7bit. */
  readonly bytes: Buffer;
  /**
   * Present where the local part of the recipient's address is not ASCII: the To field then holds UTF-8
   * (RFC 6532) and the mail can only travel with SMTPUTF8 (RFC 6531). Nothing else is ever 8bit.
   */
  readonly smtputf8?: true;
}
