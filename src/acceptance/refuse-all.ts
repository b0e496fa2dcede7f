/** The reply to a mail that nobody would get, for one reason. */
import { CodedError } from '#src/base/coded-error.ts';
import type { SmtpReply } from '#src/smtp/server/smtp-transaction.ts';

import type { DecidedRecipient } from './decide-recipients.ts';
import { Refused } from './smtp-error.ts';

/** 5xx after DATA only when every recipient fails for one reason; otherwise those who fail are reported by a bounce. */
export function refuseWhereAllAreRefused(decided: readonly DecidedRecipient[]): void {
  const decisions = decided.map(({ decision }) => decision);
  const [first] = decisions;
  if (first === undefined) throw new CodedError('no-recipients', 'a transaction without recipients');
  const same = decisions.every(
    (decision) =>
      decision.action === first.action && 'why' in decision && 'why' in first && decision.why === first.why,
  );
  if (!same) return;
  if (first.action === 'refuse') throw new Refused(first.why, REFUSALS[first.why]);
  if (first.action === 'return') throw new Refused(first.why, tooLarge(first.limitBytes, first.why));
}

const REFUSALS: Readonly<Record<'loop' | 'automatic-needs-verified-tls', SmtpReply>> = {
  loop: {
    code: 554,
    enhanced: '5.4.6',
    text: 'This mail went out through this gateway before and came back: take the gateway out of the route for returning mail',
  },
  'automatic-needs-verified-tls': {
    code: 554,
    enhanced: '5.7.10',
    text: 'Automatic mail to the outside needs a verified channel here, and there is none to this recipient',
  },
};

function tooLarge(limitBytes: number, why: 'message-too-large' | 'attachment-too-large'): SmtpReply {
  const what = why === 'message-too-large' ? 'This mail is' : 'An attachment of this mail is';
  const limit = (limitBytes / (1024 * 1024)).toFixed(1).replace('.0', '');
  return {
    code: 552,
    enhanced: '5.3.4',
    text: `${what} larger than the ${limit} MB that can be sent secured`,
  };
}
