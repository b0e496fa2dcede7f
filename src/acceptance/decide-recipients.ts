/** One decision for each recipient. */
import type { Clock } from '#src/base/clock.ts';
import { newId, type RandomSource } from '#src/base/identifiers.ts';
import { decide } from '#src/policy/decide.ts';
import type { Decision, MessageFacts, PolicySettings } from '#src/policy/facts.ts';
import { observe } from '#src/policy/observe.ts';
import type { SmtpRecipient } from '#src/smtp/server/smtp-transaction.ts';

export interface DecidedRecipient {
  readonly id: string;
  readonly recipient: SmtpRecipient;
  readonly decision: Decision;
  /** Of a mail that is only observed: what would have been decided; null for mail that is protected. */
  readonly observed: Decision | null;
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
    observed: null,
  }));
}

/** The mail is only observed: what was decided is kept beside what happens instead. */
export function observeRecipients(
  message: MessageFacts,
  decided: readonly DecidedRecipient[],
): readonly DecidedRecipient[] {
  return decided.map((recipient) => ({
    ...recipient,
    decision: observe(recipient.decision, message),
    observed: recipient.decision,
  }));
}

/** True where observing let something through that would have been treated otherwise. */
export function isChangedByObserving({ decision, observed }: DecidedRecipient): boolean {
  return observed !== null && observed !== decision;
}

/** The same person named twice in one transaction is one recipient. */
export function distinctRecipients(recipients: readonly SmtpRecipient[]): readonly SmtpRecipient[] {
  const byAddress = new Map<string, SmtpRecipient>();
  for (const recipient of recipients) {
    if (!byAddress.has(recipient.address.canonical)) byAddress.set(recipient.address.canonical, recipient);
  }
  return [...byAddress.values()];
}
