/** What the writers of our own mails return. */
export interface WrittenMail {
  /** Message-ID with angle brackets. */
  readonly messageIdField: string;
  /** Mailbox the mail goes to, raw address. */
  readonly to: string;
  /** The whole mail: header, empty line, body; CRLF line ends, lines of at most 998 octets, 7bit. */
  readonly bytes: Buffer;
}
