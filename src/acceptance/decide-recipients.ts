/** One decision for each recipient, with the ids and tokens that its protection needs. */
import type { Clock } from '#src/base/clock.ts';
import { newId, newToken, type RandomSource } from '#src/base/identifiers.ts';
import { decide } from '#src/policy/decide.ts';
import type { Decision, MessageFacts, PolicySettings } from '#src/policy/facts.ts';
import type { SmtpRecipient } from '#src/smtp/server/smtp-transaction.ts';

export interface DecidedRecipient {
  readonly id: string;
  readonly recipient: SmtpRecipient;
  readonly decision: Decision;
  /** Link token of the notice; made for every recipient that may get a secure message. */
  readonly linkToken: string;
}

export function decideRecipients(
  message: MessageFacts,
  recipients: readonly SmtpRecipient[],
  settings: PolicySettings,
  clock: Clock,
  random: RandomSource,
): readonly DecidedRecipient[] {
  return recipients.map((recipient) => ({
    id: newId(clock, random),
    recipient,
    decision: decide(
      message,
      { address: recipient.address.canonical, domain: recipient.address.domain },
      settings,
    ),
    linkToken: newToken(random),
  }));
}

/** The same person named twice in one transaction is one recipient. */
export function distinctRecipients(recipients: readonly SmtpRecipient[]): readonly SmtpRecipient[] {
  const byAddress = new Map<string, SmtpRecipient>();
  for (const recipient of recipients) {
    if (!byAddress.has(recipient.address.canonical)) byAddress.set(recipient.address.canonical, recipient);
  }
  return [...byAddress.values()];
}
