/**
 * May this mail go out through us: is its submitter known, may it use these addresses, and does the mail go round in
 * circles? Every refusal says what to change.
 */
import { fieldValues } from '#src/mime/header-fields.ts';
import type { HeaderField } from '#src/mime/scan-result.ts';
import { isInternalDomain } from '#src/policy/domains.ts';
import type { SmtpEnvelope, SmtpSession } from '#src/smtp/server/smtp-transaction.ts';

import { maySubmit, type AuthorFields } from './author.ts';
import { authorFields } from './gather-facts.ts';
import { countOwnPasses, MAX_OWN_PASSES } from './own-passes.ts';
import type { AcceptanceSettings } from './settings.ts';
import { Refused } from './smtp-error.ts';
import { foreignAddress, type Submitter, type Submitters } from './submitters.ts';

/** RFC 5321 section 6.3: a mail that has seen this many servers is going round in circles. */
const MAX_HOPS = 50;

/** At MAIL: null where what is known of the connection may be enough. */
export function refuseUnknown(session: SmtpSession, submitters: Submitters): Refused | null {
  return submitters.knows(session)
    ? null
    : notAllowed(
        'submitter-unknown',
        'This server takes mail from its own organisation only: sign in, or connect from a known network',
      );
}

/** At the end of the header. Throws Refused `submitter-unknown`, `submitter-domain`, `author-not-ours`, `too-many-hops`. */
export function checkSubmission(
  fields: readonly HeaderField[],
  session: SmtpSession,
  envelope: SmtpEnvelope,
  settings: Pick<AcceptanceSettings, 'hostname' | 'submitters' | 'policy'>,
): Submitter {
  const submitter = settings.submitters.identify(session, fields);
  if (submitter === null) {
    throw notAllowed(
      'submitter-unknown',
      'Others share the network that this mail comes from, and nothing in its header shows that it is ours: the tenant or the secret field is missing, stands twice, or has another value',
    );
  }
  const { internalDomains } = settings.policy;
  if (!isReportToInside(envelope, internalDomains))
    checkAddresses(authorFields(fields, envelope.reversePath), submitter, internalDomains);
  const goesRound = countOwnPasses(fields, settings.hostname) >= MAX_OWN_PASSES;
  if (goesRound || fieldValues(fields, 'received').length >= MAX_HOPS) {
    throw new Refused('too-many-hops', {
      code: 554,
      enhanced: '5.4.6',
      text: 'This mail has passed too many servers; two of them send it to each other',
    });
  }
  return submitter;
}

function checkAddresses(
  addresses: AuthorFields,
  submitter: Submitter,
  internalDomains: readonly string[],
): void {
  const foreign = foreignAddress(addresses, submitter.domains);
  if (foreign !== null) {
    const what = foreign === '' ? 'this mail has no From address' : `this mail is from ${foreign}`;
    throw notAllowed(
      'submitter-domain',
      `${submitter.name ?? 'This server'} may send from ${submitter.domains.join(', ')} only; ${what}`,
    );
  }
  if (!maySubmit(addresses, internalDomains)) {
    throw notAllowed(
      'author-not-ours',
      'Neither the sender address nor the From field of this mail is at a domain of this organisation',
    );
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

function notAllowed(code: string, text: string): Refused {
  return new Refused(code, { code: 550, enhanced: '5.7.1', text });
}
