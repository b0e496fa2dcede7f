/** A transaction between MAIL and the end of data: sender, recipients so far, and which commands fit now. */
import { parseRcptCommand } from './address-command.ts';
import type { MailCommand } from './address-command.ts';
import type { SmtpEnvelope, SmtpRecipient, SmtpReply } from './smtp-transaction.ts';

export class MailTransaction {
  readonly #mail: MailCommand;
  readonly #maxRecipients: number;
  readonly #recipients: SmtpRecipient[] = [];
  readonly #known = new Set<string>();
  #refusedOne = false;

  constructor(mail: MailCommand, maxRecipients: number) {
    this.#mail = mail;
    this.#maxRecipients = maxRecipients;
  }

  get envelope(): SmtpEnvelope {
    return { ...this.#mail, recipients: [...this.#recipients] };
  }

  /** The recipient of a RCPT command, or why there is none. */
  readRecipient(line: string, postmasterDomain: string): SmtpRecipient | { readonly refusal: SmtpReply } {
    const recipient = parseRcptCommand(line, this.#mail.smtputf8, postmasterDomain);
    if ('refusal' in recipient || this.has(recipient) || this.#recipients.length < this.#maxRecipients)
      return recipient;
    const text = 'Too many recipients, send to the others in a further message';
    return { refusal: { code: 452, enhanced: '4.5.3', text } };
  }

  has(recipient: SmtpRecipient): boolean {
    return this.#known.has(recipient.address.canonical);
  }

  accept(recipient: SmtpRecipient): void {
    this.#recipients.push(recipient);
    this.#known.add(recipient.address.canonical);
  }

  noteRefusal(): void {
    this.#refusedOne = true;
  }

  /** null where DATA may begin. */
  refuseData(): SmtpReply | null {
    if (this.#recipients.length > 0) return null;
    return this.#refusedOne
      ? { code: 554, enhanced: '5.5.1', text: 'No valid recipients' }
      : { code: 503, enhanced: '5.5.1', text: 'RCPT comes first' };
  }
}
