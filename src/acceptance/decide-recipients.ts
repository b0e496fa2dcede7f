/** One decision for each recipient. */
import type { Clock } from '#src/base/clock.ts';
import { newId, type RandomSource } from '#src/base/identifiers.ts';
import { decide } from '#src/policy/decide.ts';
import type { Decision, MessageFacts, PolicySettings } from '#src/policy/facts.ts';
import type { SmtpRecipient } from '#src/smtp/server/smtp-transaction.ts';

export interface DecidedRecipient {
  readonly id: string;
  readonly recipient: SmtpRecipient;
  readonly decision: Decision;
}

/** `authenticating`: the domains whose servers can prove who they are now. */
export function decideRecipients(
  message: MessageFacts,
  recipients: readonly SmtpRecipient[],
  settings: PolicySettings,
  authenticating: ReadonlySet<string>,
  clock: Clock,
  random: RandomSource,
): readonly DecidedRecipient[] {
  return recipients.map((recipient) => ({
    id: newId(clock, random),
    recipient,
    decision: decide(
      message,
      {
        address: recipient.address.canonical,
        domain: recipient.address.domain,
        authenticatesNow: authenticating.has(recipient.address.domain),
      },
      settings,
    ),
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
