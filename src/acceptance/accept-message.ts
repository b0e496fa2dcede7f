/**
 * The last step of acceptance: everything that the decisions make necessary, in one transaction. Wraps for whoever
 * may open the content key, notices for who gets a secure message, one mail to the author, an audit entry for each
 * decision. After this the mail is ours; before it nothing of it can be seen.
 */
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { Clock } from '#src/base/clock.ts';
import { newId, type RandomSource } from '#src/base/identifiers.ts';
import type { Steps } from '#src/base/steps.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { isUrgent } from '#src/mime/message-facts.ts';
import type { MessageFacts, Protection } from '#src/policy/facts.ts';
import { makeMark } from '#src/protection/gateway-mark.ts';
import { makeSpoolWrap } from '#src/protection/spool-wrap.ts';
import type { FreshContent } from '#src/queue/fresh-content.ts';
import { insertDeliveries, type NewDelivery } from '#src/queue/new-delivery.ts';
import type { SmtpEnvelope, SmtpSession } from '#src/smtp/server/smtp-transaction.ts';
import type { Database, Statement } from '#src/storage/database.ts';
import { insertRow } from '#src/storage/prepared.ts';
import type { DeliveriesTable } from '#src/storage/tables.ts';

import type { AskedAtSending } from './asked-at-sending.ts';
import type { Author } from './author.ts';
import type { DecidedRecipient } from './decide-recipients.ts';
import { messageIdField } from './gather-facts.ts';
import { mayBecomeSecureMessage, messageRow, recipientRows, securedThreadRows } from './message-rows.ts';
import { observedRows } from './observed-rows.ts';
import type { ReceivedMessage } from './receive-and-seal.ts';
import { gatherSecured } from './secured-news.ts';
import { secureRecipients, type SecuredRecipient } from './secure-recipients.ts';
import type { AcceptanceSettings } from './settings.ts';
import { signMessageManifest } from './message-manifest.ts';
import type { Submitter } from './submitters.ts';
import { waitsForOfficer, type OfficerHold } from './officer-hold.ts';
import { writeOfficerMails } from './officer-mails.ts';
import { traceFields } from './trace-fields.ts';
import { undoUntil, waitForUndo } from './undo-window.ts';
import { writeAuthorMails } from './author-mails.ts';
import type { MailToSend, WrittenMailSealer } from '#src/queue/written-mails.ts';

export interface MessageToAccept {
  readonly queueId: string;
  readonly session: SmtpSession;
  readonly submitter: Submitter;
  readonly envelope: SmtpEnvelope;
  readonly received: ReceivedMessage;
  readonly author: Author;
  readonly facts: MessageFacts;
  readonly decided: readonly DecidedRecipient[];
  /** What holds for the secure messages; left out: nothing. */
  readonly asked?: AskedAtSending;
  readonly settings: AcceptanceSettings;
  /** The author passed a limit: everybody outside waits. */
  readonly officerHold?: OfficerHold | null;
  /** The recipient row of who wrote it on the site: a copy to keep, read already and announced to nobody. */
  readonly ownCopyId?: string;
}

export interface AcceptTools {
  readonly database: Database;
  readonly keys: KeyProvider;
  readonly audit: AuditLog;
  readonly sealer: WrittenMailSealer;
  /** Where this process delivers too. */
  readonly fresh: FreshContent | undefined;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly steps: Steps;
}

/**
 * Resolves when the message is durable, and `together` with it. Throws what the database throws; then nothing of it
 * was kept.
 */
export async function acceptMessage(
  message: MessageToAccept,
  tools: AcceptTools,
  together: readonly Statement[] = [],
): Promise<void> {
  const acceptedAt = tools.clock.now();
  const timed: TimedMessage = { ...message, acceptedAt, keptUntil: acceptedAt + message.settings.keepMs };
  const secured = await secureNow(timed, tools);
  const announced = secured.filter(({ recipient }) => recipient.id !== message.ownCopyId);
  const gathered = await gatherSecured(timed, tools);
  const mails = [
    ...announced.map(({ notice }) => waitForUndo(notice, undoUntil(timed))),
    ...writeAuthorMails(timed, tools, gathered !== null),
    ...writeOfficerMails(timed, tools),
  ];
  const written = mails.length === 0 ? null : await tools.sealer.seal(mails, message.queueId);
  const unit = [
    ...(await contentStatements(timed, secured, tools)),
    ...relayStatements(timed, tools),
    ...(written?.statements ?? []),
    ...(gathered === null ? [] : [gathered]),
    ...observedRows(tools, timed),
    ...securedThreadRows(tools, message.queueId, threadMembers(timed, mails), acceptedAt),
    ...auditStatements(timed, tools),
    ...together,
  ];
  tools.steps.reach('before-commit');
  try {
    await tools.database.commit(unit);
  } catch (error) {
    tools.fresh?.drop(message.queueId);
    await written?.abandon(error);
    throw error;
  }
  tools.steps.reach('committed');
}

export interface TimedMessage extends MessageToAccept {
  readonly acceptedAt: number;
  readonly keptUntil: number;
}

function secureNow(message: TimedMessage, tools: AcceptTools): Promise<readonly SecuredRecipient[]> {
  const { author, envelope, received, settings, decided } = message;
  const recipients = decided
    .filter((one) => one.decision.action === 'protect' && !waitsForOfficer(message, one))
    .map(({ id, recipient }) => ({
      id,
      address: recipient.address.raw,
      canonicalAddress: recipient.address.canonical,
      expiresAt: message.asked?.expiresAt ?? null,
      secondChannel: message.asked?.verify === true ? 1 : null,
    }));
  return secureRecipients(
    {
      ids: { organizationId: tools.keys.publicKeys().organizationId, messageId: message.queueId },
      contentKey: received.contentKey,
      author: author.from ?? {
        displayName: settings.site.organization,
        address: settings.site.serviceAddress,
      },
      authorIsOurs: author.isOurs,
      reversePath: envelope.reversePath,
      original: { messageIdField: messageIdField(received.header) || null, references: [] },
      subject: received.index.header.subject,
      keptUntil: message.keptUntil,
    },
    recipients,
    settings,
    tools,
  );
}

/** The message, its recipients, and the wraps of its content key. */
async function contentStatements(
  message: TimedMessage,
  secured: readonly SecuredRecipient[],
  tools: AcceptTools,
): Promise<Statement[]> {
  const { decided, received } = message;
  const { organizationId } = tools.keys.publicKeys();
  const ids = { organizationId, messageId: message.queueId };
  const trace = traceOf(message, tools);
  const statements = [
    messageRow(tools, message, {
      traceFields: trace,
      manifest: signMessageManifest(tools.keys, message, secured),
    }),
    ...recipientRows(tools, message, secured),
    ...secured.map(({ insertWrap }) => insertWrap),
  ];
  const needsSpool = decided.some(
    (one) =>
      one.decision.action === 'relay' || one.decision.action === 'hold' || waitsForOfficer(message, one),
  );
  if (!needsSpool) return statements;
  const { kid, wrap } = await makeSpoolWrap(tools.keys, received.contentKey, ids);
  const row = {
    id: newId(tools.clock, tools.random),
    messageId: message.queueId,
    holderKind: 'spool' as const,
    holderId: kid,
    recipientId: null,
    kid,
    wrap,
    replacement: null,
  };
  if (decided.some(({ decision }) => decision.action === 'relay')) keepFresh(message, trace, tools);
  return [...statements, insertRow(tools.database.query, 'wraps', row)];
}

function keepFresh({ queueId, received, envelope }: TimedMessage, trace: string, tools: AcceptTools): void {
  const { contentKey, object, layout } = received;
  tools.fresh?.put(queueId, {
    contentKey,
    object,
    layout,
    traceFields: trace,
    body: envelope.body,
    smtputf8: envelope.smtputf8,
    dsnReturn: envelope.ret,
    dsnEnvelopeId: envelope.envid,
  });
}

function traceOf(message: TimedMessage, tools: AcceptTools): string {
  const { queueId, session, envelope, received, settings, acceptedAt } = message;
  const facts = { queueId, messageIdField: messageIdField(received.header), domain: settings.mainDomain };
  return traceFields({
    session,
    smtputf8: envelope.smtputf8,
    hostname: settings.hostname,
    queueId,
    acceptedAt,
    mark: makeMark(tools.keys, facts, acceptedAt),
  });
}

/** Relayed mail keeps the author's reverse-path, so that what bounces later comes back to the author. */
function relayStatements(message: TimedMessage, tools: AcceptTools): Statement[] {
  const deliveries: NewDelivery[] = [];
  const urgent = isUrgent(message.received.header);
  for (const one of message.decided) {
    const { id, recipient, decision } = one;
    if (decision.action !== 'relay') continue;
    deliveries.push({
      messageId: message.queueId,
      recipientId: id,
      kind: 'relay',
      reversePath: message.envelope.reversePath,
      recipient: recipient.address.raw,
      domain: recipient.address.domain,
      route: decision.protection === 'internal' ? 'internal' : 'outside',
      tlsRequirement: tlsRequirementOf(message, decision.protection),
      urgent,
      held: waitsForOfficer(message, one) ? 'author-limit' : null,
      range: null,
      dsnNotify: recipient.notify,
      dsnOriginalRecipient: recipient.orcpt,
    });
  }
  return insertDeliveries(tools.database.query, tools.keys, tools.clock, deliveries);
}

/** REQUIRETLS is the submitter's own word (RFC 8689) and more than a verified channel: it is kept or the mail returned. */
function tlsRequirementOf(
  { envelope }: TimedMessage,
  protection: Protection,
): DeliveriesTable['tlsRequirement'] {
  if (envelope.requireTls) return 'requiretls';
  return protection === 'verified-tls' ? 'verified' : null;
}

/** Message-IDs whose answers are protected although nobody types the code: the message itself and what announces it. */
function threadMembers(message: TimedMessage, mails: readonly MailToSend[]): readonly string[] {
  if (!message.decided.some(({ decision }) => mayBecomeSecureMessage(decision))) return [];
  const own = messageIdField(message.received.header);
  return [...(own === '' ? [] : [own]), ...mails.map(({ mail }) => mail.messageIdField)];
}

function auditStatements(message: TimedMessage, tools: AcceptTools): Statement[] {
  const { queueId, session, submitter, envelope, received, decided } = message;
  const accepted = tools.audit.entry({
    event: 'message-accepted',
    messageId: queueId,
    facts: {
      reversePath: envelope.reversePath,
      submitter: session.remoteAddress,
      submitterName: submitter.name,
      proof: submitter.proof,
      tls: session.tls === null ? null : `${session.tls.version} ${session.tls.cipher}`,
      bytes: received.sizeBytes,
      recipients: decided.length,
      inspected: received.scan !== null && received.scan.uninspectable === null,
    },
  });
  const decisions = decided.map(({ id, recipient, decision, observed }) =>
    tools.audit.entry({
      event: 'recipient-decided',
      messageId: queueId,
      recipientId: id,
      facts: {
        address: recipient.address.canonical,
        action: decision.action,
        rule: decision.rule,
        ...('protection' in decision && { protection: decision.protection }),
        ...('reason' in decision && decision.reason !== undefined && { reason: decision.reason }),
        ...(observed !== null && { observed: true, wouldHave: observed.action, wouldRule: observed.rule }),
      },
    }),
  );
  return [accepted, ...decisions];
}
