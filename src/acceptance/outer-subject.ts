/** Whether a notice shows the message's own subject: only where the organisation chose so, and never of strangers. */
import { withoutCode } from '#src/policy/subject-code.ts';

import type { AcceptanceSettings } from './settings.ts';

interface SubjectSettings extends Pick<AcceptanceSettings, 'showsSubject'> {
  readonly policy: Pick<AcceptanceSettings['policy'], 'furtherCodes'>;
}

export interface AnnouncedSubject {
  /** With the code or without. */
  readonly subject: string;
  readonly author: string;
  readonly authorIsOurs: boolean;
  readonly recipient: string;
}

/** Without the code. Undefined: the neutral one. */
export function outerSubjectOf(
  { policy, showsSubject }: SubjectSettings,
  { subject, author, authorIsOurs, recipient }: AnnouncedSubject,
): string | undefined {
  if (!authorIsOurs || !showsSubject(author, recipient)) return undefined;
  return withoutCode(subject, policy.furtherCodes);
}
