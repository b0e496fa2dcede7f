/**
 * The mails about an accepted message to the people who sent it: what became of each recipient, what waits for an
 * answer, what could not be protected. Automatic mail is never answered (RFC 3834), and nobody is written to whose
 * address is not at our domains; reports on failure go to the reverse-path (RFC 3464), never to a null one.
 */
import type { Clock } from '#src/base/clock.ts';
import type { RandomSource } from '#src/base/identifiers.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { renderBounce } from '#src/notification/bounce.ts';
import { newMessageIdField } from '#src/notification/compose/mail.ts';
import { renderHeld } from '#src/notification/held.ts';
import type { OriginalMail } from '#src/notification/mail-site.ts';
import { renderReturned } from '#src/notification/returned.ts';
import { renderSecured, type SecuredData } from '#src/notification/secured.ts';
import type { NearMissKind, ProtectedHow, SecuredReason } from '#src/notification/words.ts';
import type { Decision } from '#src/policy/facts.ts';
import { carriesCode } from '#src/policy/subject-code.ts';
import { decodeXtext } from '#src/smtp/xtext.ts';
import { mailChoicePage } from '#src/summaries/mail-choice.ts';
import { messageCodeForAuthor } from '#src/protection/secure-message/message-code.ts';

import type { TimedMessage } from './accept-message.ts';
import type { Author } from './author.ts';
import { NOTHING_ASKED } from './asked-at-sending.ts';
import { isChangedByObserving } from './decide-recipients.ts';
import { holdTokenOf } from './hold-token.ts';
import { messageIdField } from './gather-facts.ts';
import { undoTokenOf, undoUntil } from './undo-window.ts';
import type { MailToSend } from '#src/queue/written-mails.ts';

export interface AuthorMailTools {
  readonly keys: KeyProvider;
  readonly clock: Clock;
  readonly random: RandomSource;
}

/**
 * None, one or two mails to the author, and reports to the reverse-path. `isGathered`: *secured* waits for the summary of
 * the day.
 */
export function writeAuthorMails(
  message: TimedMessage,
  tools: AuthorMailTools,
  isGathered: boolean,
): readonly MailToSend[] {
  const mails: MailToSend[] = [];
  const told = toldOf(message);
  if (told !== null && !isGathered && getsSecured(message)) mails.push(secured(message, told.raw, tools));
  if (told !== null && has(message, 'hold')) mails.push(held(message, told.raw, tools));
  if (message.envelope.reversePath !== '')
    mails.push(...returned(message, tools), ...refused(message, tools));
  return mails;
}

/** Whose the message is, where they are told of it: a mail that comes by again was told about when it came first. */
function toldOf({ facts, author }: TimedMessage): Author['told'] {
  return facts.automatic === null && !facts.carriesOurMark ? author.told : null;
}

/** The author who gets *secured* for this message; null: nobody. */
export function securedTo(message: TimedMessage): Author['told'] {
  return getsSecured(message) ? toldOf(message) : null;
}

function getsSecured(message: TimedMessage): boolean {
  return message.officerHold == null && deservesSecured(message);
}

/**
 * One for every message that asked for protection, and for every one that was protected for another reason. None
 * where the gateway only observes and let somebody's copy through: it would say "secured" of what was not.
 */
function deservesSecured(message: TimedMessage): boolean {
  if (has(message, 'protect')) return true;
  return asked(message) && !has(message, 'hold') && !message.decided.some(isChangedByObserving);
}

function asked({ facts, settings }: TimedMessage): boolean {
  const { furtherCodes } = settings.policy;
  return facts.headerSwitch || facts.subjects.some((subject) => carriesCode(subject, furtherCodes));
}

function has(message: TimedMessage, action: Decision['action']): boolean {
  return message.decided.some(({ decision }) => decision.action === action);
}

function frame(to: string, message: TimedMessage, tools: AuthorMailTools) {
  return {
    messageIdField: newMessageIdField(message.settings.mainDomain, tools.random),
    dateMs: tools.clock.now(),
    to,
    original: originalOf(message),
    sentMs: message.acceptedAt,
  };
}

export function originalOf(message: Pick<TimedMessage, 'received'>): OriginalMail {
  return { messageIdField: messageIdField(message.received.header) || null, references: [] };
}

function secured(message: TimedMessage, to: string, tools: AuthorMailTools): MailToSend {
  const { decided, settings, keptUntil, asked = NOTHING_ASKED } = message;
  const byPortal = decided.filter(({ decision }) => decision.action === 'protect');
  const mail = renderSecured(settings.siteOf(to), {
    ...frame(to, message, tools),
    recipients: decided.map(({ recipient, decision }) => ({
      address: recipient.address.raw,
      how: howOf(decision),
    })),
    reasons: reasonsOf(message),
    messageCode: messageCodeForAuthor(
      tools.keys,
      byPortal.map(({ id }) => id),
    ),
    keptUntilMs: byPortal.length > 0 ? Math.min(keptUntil, asked.expiresAt ?? keptUntil) : null,
    asked,
    pageUrl: settings.messagePage(message.queueId),
    choiceUrl: mailChoicePage(tools.keys, settings.consoleUrl, message.queueId),
    undo: undoOf(message, tools),
  });
  return { kind: 'secured', mail, recipientId: null, reversePath: '' };
}

/** Null where notices left at once. */
function undoOf(message: TimedMessage, { keys }: AuthorMailTools): SecuredData['undo'] {
  const untilMs = undoUntil(message);
  if (untilMs === null) return null;
  return { url: `${message.settings.consoleUrl}/undo/${undoTokenOf(keys, message.queueId)}`, untilMs };
}

function howOf(decision: Decision): ProtectedHow {
  switch (decision.action) {
    case 'relay':
      return decision.protection;
    case 'protect':
      return 'secure-message';
    case 'hold':
      return 'held';
    case 'return':
    case 'refuse':
      return 'returned';
  }
}

function reasonsOf(message: TimedMessage): readonly SecuredReason[] {
  const reasons = message.decided.flatMap(({ decision }) =>
    'reason' in decision && decision.reason !== undefined ? [decision.reason] : [],
  );
  return reasons.length > 0 ? [...new Set(reasons)] : ['code'];
}

function held(message: TimedMessage, to: string, tools: AuthorMailTools): MailToSend {
  const { decided, settings, acceptedAt, queueId } = message;
  const waiting = decided.filter(({ decision }) => decision.action === 'hold');
  const url = `${settings.consoleUrl}/held/${holdTokenOf(tools.keys, queueId)}`;
  const mail = renderHeld(settings.siteOf(to), {
    ...frame(to, message, tools),
    nearMiss: nearMissOf(waiting[0]?.decision),
    heldRecipients: waiting.map(({ recipient }) => recipient.address.raw),
    hasOtherRecipients: waiting.length < decided.length,
    sendSecuredUrl: `${url}?choice=send`,
    dontSendUrl: `${url}?choice=stop`,
    unanswered: { outcome: settings.policy.unansweredNearMiss, atMs: acceptedAt + settings.holdMs },
  });
  return { kind: 'held', mail, recipientId: null, reversePath: '' };
}

function nearMissOf(decision: Decision | undefined): NearMissKind {
  return decision?.action === 'hold' ? decision.nearMiss.kind : 'misspelled';
}

/** One report a reason: the two limits need different words. */
function returned(message: TimedMessage, tools: AuthorMailTools): MailToSend[] {
  const { decided, settings, envelope, facts } = message;
  return (['message-too-large', 'attachment-too-large'] as const).flatMap((why) => {
    const concerned = decided.filter(({ decision }) => decision.action === 'return' && decision.why === why);
    const [first] = concerned;
    if (first?.decision.action !== 'return') return [];
    const mail = renderReturned(settings.siteOf(envelope.reversePath), {
      ...frame(envelope.reversePath, message, tools),
      reportingHost: settings.hostname,
      envelopeId: decoded(envelope.envid),
      reason: {
        kind: why,
        limitBytes: first.decision.limitBytes,
        sizeBytes: why === 'message-too-large' ? facts.decodedBytes : facts.largestAttachmentBytes,
      },
      recipients: concerned.map(({ recipient }) => ({
        address: recipient.address.raw,
        originalRecipient: decoded(recipient.orcpt),
      })),
    });
    return [{ kind: 'bounce' as const, mail, recipientId: null, reversePath: '' }];
  });
}

/** RFC 3463: 5.4.6 routing loop, 5.7.10 encryption needed. */
const REFUSED_STATUS = { loop: '5.4.6', 'automatic-needs-verified-tls': '5.7.10' } as const;

/** Recipients who are refused while others of the same mail are served; where all are, the client is told instead. */
function refused(message: TimedMessage, tools: AuthorMailTools): MailToSend[] {
  const { decided, settings, envelope } = message;
  const recipients = decided.flatMap(({ recipient, decision }) =>
    decision.action === 'refuse'
      ? [
          {
            address: recipient.address.raw,
            originalRecipient: decoded(recipient.orcpt),
            status: REFUSED_STATUS[decision.why],
            reply: null,
            remoteHost: null,
            lastAttemptMs: null,
          },
        ]
      : [],
  );
  if (recipients.length === 0) return [];
  const mail = renderBounce(settings.siteOf(envelope.reversePath), {
    ...frame(envelope.reversePath, message, tools),
    reportingHost: settings.hostname,
    envelopeId: decoded(envelope.envid),
    recipients,
    hasOtherRecipients: recipients.length < decided.length,
    carried: { kind: 'protected-content' },
  });
  return [{ kind: 'bounce', mail, recipientId: null, reversePath: '' }];
}

/** ORCPT and ENVID are xtext on the wire, and words in a report (RFC 3464 sections 2.2.1 and 2.3.1). */
function decoded(xtext: string | null): string | null {
  return xtext === null ? null : decodeXtext(xtext);
}
