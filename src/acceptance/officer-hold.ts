/**
 * A mail whose author passed a limit: everybody outside waits until the security officer decides. What was decided
 * for each recipient stays decided; a question about the code is answered with "secured", because two people asked
 * about one mail would wait for each other. Recipients inside get it at once.
 */
import type { AuthorLimit } from './author-limits.ts';
import type { DecidedRecipient } from './decide-recipients.ts';

export interface OfficerHold {
  readonly limit: AuthorLimit;
  readonly until: number;
  /** Who is asked. */
  readonly officer: string;
}

/** Recipients outside whom this mail would reach; only they are counted, and only they wait. */
export function reachesOutside({ decision }: DecidedRecipient): boolean {
  switch (decision.action) {
    case 'relay':
      return decision.protection !== 'internal';
    case 'protect':
    case 'hold':
      return true;
    case 'return':
    case 'refuse':
      return false;
  }
}

/** The decisions as the officer releases them. */
export function settleQuestions(decided: readonly DecidedRecipient[]): readonly DecidedRecipient[] {
  return decided.map((one) =>
    one.decision.action === 'hold'
      ? {
          ...one,
          decision: {
            action: 'protect',
            protection: 'secure-message',
            reason: 'near-miss',
            rule: one.decision.rule,
          },
        }
      : one,
  );
}

/** True where nothing may leave for this recipient until the officer has decided. */
export function waitsForOfficer(
  { officerHold }: { readonly officerHold?: OfficerHold | null },
  recipient: DecidedRecipient,
): boolean {
  return officerHold != null && reachesOutside(recipient);
}
