/** Who may send a mail through us, by what its header and envelope say, and whether it is going round in circles. */
import type { HeaderField } from '#src/mime/scan-result.ts';
import { fieldValues } from '#src/mime/header-fields.ts';
import { isInternalDomain } from '#src/policy/domains.ts';
import type { SmtpEnvelope } from '#src/smtp/server/smtp-transaction.ts';

import { maySubmit } from './author.ts';
import { authorFields } from './gather-facts.ts';
import { countOwnPasses, MAX_OWN_PASSES } from './own-passes.ts';
import type { AcceptanceSettings } from './settings.ts';
import { Refused } from './smtp-error.ts';

/** RFC 5321 section 6.3: a mail that has seen this many servers is going round in circles. */
const MAX_HOPS = 50;

/** Throws Refused `author-not-ours` or `too-many-hops`, with the reply for the client. */
export function checkSubmission(
  fields: readonly HeaderField[],
  envelope: SmtpEnvelope,
  settings: Pick<AcceptanceSettings, 'hostname' | 'policy'>,
): void {
  const { internalDomains } = settings.policy;
  const authors = authorFields(fields, envelope.reversePath);
  if (!isReportToInside(envelope, internalDomains) && !maySubmit(authors, internalDomains)) {
    throw new Refused('author-not-ours', {
      code: 550,
      enhanced: '5.7.1',
      text: 'Neither the sender address nor the From field of this mail is at a domain of this organisation',
    });
  }
  const goesRound = countOwnPasses(fields, settings.hostname) >= MAX_OWN_PASSES;
  if (goesRound || fieldValues(fields, 'received').length >= MAX_HOPS) {
    throw new Refused('too-many-hops', {
      code: 554,
      enhanced: '5.4.6',
      text: 'This mail has passed too many servers; two of them send it to each other',
    });
  }
}

/**
 * What a mail server inside has to report to people inside. It writes in its own name, which need not be at one of our
 * domains, and nothing of it leaves.
 */
function isReportToInside(envelope: SmtpEnvelope, internalDomains: readonly string[]): boolean {
  return (
    envelope.reversePath === '' &&
    envelope.recipients.every(({ address }) => isInternalDomain(address.domain, internalDomains))
  );
}
