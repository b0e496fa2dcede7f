/**
 * One decision for one recipient, from facts alone. The rules stand in the order in which they are asked; the
 * first that answers decides. Adding a rule is adding a line. Nothing here does I/O or reads a clock. What cannot
 * be protected goes back to its author: no rule lets a mail that must be protected out as it is.
 */
import { isInternalDomain } from './domains.ts';
import type { RuleName } from './explain.ts';
import type {
  Decision,
  HeaderRule,
  MessageFacts,
  PolicySettings,
  ProtectReason,
  RecipientFacts,
} from './facts.ts';
import { findNearMiss } from './near-miss.ts';
import { carriesCode } from './subject-code.ts';

export interface PolicyRule {
  /** Stable: stored with each delivery and in the audit log. */
  readonly name: RuleName;
  readonly decide: (
    message: MessageFacts,
    recipient: RecipientFacts,
    settings: PolicySettings,
  ) => Decision | null;
}

export const policyRules: readonly PolicyRule[] = [
  { name: 'internal-domain', decide: relayInside },
  { name: 'own-mail', decide: refuseOwnMail },
  { name: 'encrypted-by-author', decide: relayEncryptedByAuthor },
  { name: 'partner-domain', decide: relayToPartner },
  { name: 'code', decide: protectForCode },
  { name: 'header-switch', decide: protectForSwitch },
  { name: 'secured-thread', decide: protectForThread },
  { name: 'header-rule', decide: protectForHeader },
  { name: 'all-external', decide: protectAllExternal },
  { name: 'near-miss', decide: holdNearMiss },
  { name: 'ordinary', decide: relayOrdinary },
];

export function decide(message: MessageFacts, recipient: RecipientFacts, settings: PolicySettings): Decision {
  for (const rule of policyRules) {
    const decision = rule.decide(message, recipient, settings);
    if (decision !== null) return decision;
  }
  // Unreachable while the last rule answers always; if it ever were reached, the mail is protected.
  return protect('all-external', 'all-external', message, settings);
}

function relayInside(_: MessageFacts, recipient: RecipientFacts, settings: PolicySettings): Decision | null {
  if (!isInternalDomain(recipient.domain, settings.internalDomains)) return null;
  return { action: 'relay', protection: 'internal', rule: 'internal-domain' };
}

function refuseOwnMail(message: MessageFacts): Decision | null {
  return message.carriesOurMark ? { action: 'refuse', why: 'loop', rule: 'own-mail' } : null;
}

function relayEncryptedByAuthor(message: MessageFacts): Decision | null {
  if (message.encryptedByAuthor === null) return null;
  return { action: 'relay', protection: 'encrypted-by-author', rule: 'encrypted-by-author' };
}

/** A partner's channel is a forced one: the code is ignored, and what can't be verified in time is protected otherwise. */
function relayToPartner(
  message: MessageFacts,
  recipient: RecipientFacts,
  settings: PolicySettings,
): Decision | null {
  if (isInternalDomain(recipient.domain, settings.distrustedDomains ?? []))
    return protect('partner-domain', 'partner-domain', message, settings);
  if (!isInternalDomain(recipient.domain, settings.partnerDomains)) return null;
  return { action: 'relay', protection: 'verified-tls', rule: 'partner-domain' };
}

function protectForCode(message: MessageFacts, _: RecipientFacts, settings: PolicySettings): Decision | null {
  if (message.subjects.some((subject) => carriesCode(subject)))
    return protect('code', 'code', message, settings);
  const isFurther = message.subjects.some((subject) => carriesCode(subject, settings.furtherCodes));
  return isFurther ? protect('further-code', 'code', message, settings) : null;
}

function protectForSwitch(
  message: MessageFacts,
  _: RecipientFacts,
  settings: PolicySettings,
): Decision | null {
  return message.headerSwitch ? protect('header-switch', 'header-switch', message, settings) : null;
}

function protectForThread(
  message: MessageFacts,
  _: RecipientFacts,
  settings: PolicySettings,
): Decision | null {
  return message.answersSecuredThread ? protect('secured-thread', 'secured-thread', message, settings) : null;
}

function protectForHeader(
  message: MessageFacts,
  _: RecipientFacts,
  settings: PolicySettings,
): Decision | null {
  const match = settings.headerRules.find((rule) => matchesHeader(message, rule));
  return match === undefined ? null : protect('header-rule', `header-rule:${match.name}`, message, settings);
}

/**
 * Automatic mail has nobody behind it who could answer for a secure message at the other end; it needs verified
 * TLS, and where there is none it goes back to the machine that sent it.
 */
function protectAllExternal(
  message: MessageFacts,
  recipient: RecipientFacts,
  settings: PolicySettings,
): Decision | null {
  if (settings.encrypt !== 'all-external') return null;
  if (recipient.authenticatesNow === true) {
    return { action: 'relay', protection: 'verified-tls', rule: 'all-external' };
  }
  if (message.automatic !== null) {
    return { action: 'refuse', why: 'automatic-needs-verified-tls', rule: 'all-external' };
  }
  return protect('all-external', 'all-external', message, settings);
}

/** Only an author of ours can be asked, and only a person: machines are secured at once, automatic mail passes. */
function holdNearMiss(message: MessageFacts, _: RecipientFacts, settings: PolicySettings): Decision | null {
  if (message.automatic !== null || message.authorOutside) return null;
  const nearMiss = findNearMiss(message, settings.furtherCodes);
  if (nearMiss === null) return null;
  const secured = protect(
    message.submitterIsMachine ? 'near-miss-machine' : 'near-miss',
    'near-miss',
    message,
    settings,
  );
  // What is too large to be secured after the question is returned without asking it.
  if (message.submitterIsMachine || secured.action === 'return') return secured;
  return { action: 'hold', nearMiss, rule: 'near-miss' };
}

function relayOrdinary(): Decision {
  return { action: 'relay', protection: 'opportunistic-tls', rule: 'ordinary' };
}

/** A secure message, or the mail returned where it is larger than one may be. */
function protect(
  reason: ProtectReason,
  rule: string,
  message: MessageFacts,
  settings: PolicySettings,
): Decision {
  if (message.decodedBytes > settings.secureMessageMaxBytes) {
    return {
      action: 'return',
      why: 'message-too-large',
      limitBytes: settings.secureMessageMaxBytes,
      reason,
      rule,
    };
  }
  if (message.largestAttachmentBytes > settings.secureAttachmentMaxBytes) {
    return {
      action: 'return',
      why: 'attachment-too-large',
      limitBytes: settings.secureAttachmentMaxBytes,
      reason,
      rule,
    };
  }
  return { action: 'protect', protection: 'secure-message', reason, rule };
}

/** Whether a rule of the configuration asks for a second channel, whichever rule made the decision. */
export function rulesAskForVerify(
  message: Pick<MessageFacts, 'ruleFields'>,
  { headerRules }: Pick<PolicySettings, 'headerRules'>,
): boolean {
  return headerRules.some((rule) => rule.verify === true && matchesHeader(message, rule));
}

function matchesHeader(message: Pick<MessageFacts, 'ruleFields'>, rule: HeaderRule): boolean {
  const wanted = rule.contains.toLowerCase();
  const values = message.ruleFields.get(rule.field.toLowerCase()) ?? [];
  return values.some((value) => value.toLowerCase().includes(wanted));
}
