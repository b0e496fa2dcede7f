/**
 * Takes a finished reply in, as the gateway takes in a mail: composed, sealed while it passes, and accepted in one
 * transaction with the end of its draft, so that it is sent once or not at all. Inside it leaves as ordinary mail on
 * the internal route; other people outside get it as a secure message; its writer keeps a copy.
 */
import { acceptMessage, type AcceptTools, type MessageToAccept } from '#src/acceptance/accept-message.ts';
import type { DecidedRecipient } from '#src/acceptance/decide-recipients.ts';
import { gatherFacts } from '#src/acceptance/gather-facts.ts';
import { receiveAndSeal, type ReceivedMessage } from '#src/acceptance/receive-and-seal.ts';
import type { AcceptanceSettings } from '#src/acceptance/settings.ts';
import { PORTAL_SUBMITTER } from '#src/acceptance/submitters.ts';
import { errorCode } from '#src/base/coded-error.ts';
import { newId } from '#src/base/identifiers.ts';
import type { Log } from '#src/base/log.ts';
import { parseMailAddress, type MailAddress } from '#src/base/mail-address.ts';
import { newMessageIdField } from '#src/notification/compose/mail.ts';
import type { OriginalMail, Person } from '#src/notification/mail-site.ts';
import { isInternalDomain } from '#src/policy/domains.ts';
import { OWN_COPY_RULE, replyAddress } from '#src/protection/secure-message/reply-address.ts';
import type { SmtpEnvelope, SmtpRecipient, SmtpSession } from '#src/smtp/server/smtp-transaction.ts';
import type { Statement } from '#src/storage/database.ts';
import type { ObjectStore } from '#src/storage/objects.ts';

import { composeReply, type ReplyFile } from './compose-reply.ts';
import type { UploadRules } from './upload-rules.ts';

export interface ReplyTools extends AcceptTools {
  readonly objects: ObjectStore;
  readonly settings: () => AcceptanceSettings;
  readonly log: Log;
  /** Null: answers carry no files. */
  readonly uploads: () => UploadRules | null;
  /** Called after the commit: something is due. */
  readonly onQueued: () => void;
}

export interface FinishedReply {
  readonly writer: Person;
  /** Raw addresses: the author first. The envelope and the fields To and Cc alike. */
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly subject: string;
  readonly original: OriginalMail;
  readonly text: string;
  readonly files: readonly ReplyFile[];
}

/** Name of the rule in the audit log and with each recipient. */
const RULE = 'portal-reply';

/** Statements that must be true together with the reply; given its id. */
type Together = (messageId: string) => readonly Statement[];

/**
 * Resolves with the id of the accepted message when it is durable. Throws what the database and the object store
 * throw (then nothing was sent), and ExpectationFailed where the draft was sent already.
 */
export async function acceptReply(
  reply: FinishedReply,
  together: Together,
  tools: ReplyTools,
): Promise<string> {
  const settings = tools.settings();
  const queueId = newId(tools.clock, tools.random);
  const ownCopyId = newId(tools.clock, tools.random);
  const received = await sealReply(reply, { queueId, ownCopyId }, settings, tools);
  const message: MessageToAccept = {
    queueId,
    session: sessionOf(queueId, settings),
    submitter: PORTAL_SUBMITTER,
    envelope: ENVELOPE,
    received,
    author: {
      from: { displayName: reply.writer.name ?? '', address: reply.writer.address },
      isOurs: false,
      isOutside: true,
      told: null,
    },
    facts: gatherFacts(received.header, received.scan, {
      reversePath: '',
      carriesOurMark: false,
      answersSecuredThread: true,
      authorOutside: true,
      submitterIsMachine: false,
      ruleFieldNames: [],
      internalDomains: settings.policy.internalDomains,
    }),
    decided: decideReply(reply, ownCopyId, settings, tools),
    settings,
    ownCopyId,
  };
  try {
    await acceptMessage(message, tools, together(queueId));
  } catch (error) {
    // Where the answer to COMMIT was lost the rows may exist; then the object must, and the sweep finds out.
    if (errorCode(error) !== 'database-unavailable') await tools.objects.remove(received.object);
    throw error;
  } finally {
    received.contentKey.fill(0);
  }
  tools.onQueued();
  return queueId;
}

function sealReply(
  reply: FinishedReply,
  ids: { queueId: string; ownCopyId: string },
  settings: AcceptanceSettings,
  tools: ReplyTools,
): Promise<ReceivedMessage> {
  const { bounceDomain, mainDomain } = settings;
  // In the name of the site whose author is answered.
  const site = settings.siteOf(reply.to[0] ?? null);
  const content = composeReply(site, {
    ...reply,
    messageIdField: newMessageIdField(mainDomain, tools.random),
    dateMs: tools.clock.now(),
    fromAddress:
      bounceDomain === null ? site.serviceAddress : replyAddress(tools.keys, ids.ownCopyId, bounceDomain),
    replyTo: bounceDomain === null ? reply.writer.address : null,
  });
  return receiveAndSeal(content, {
    messageId: ids.queueId,
    organizationId: tools.keys.publicKeys().organizationId,
    objects: tools.objects,
    random: tools.random,
    steps: tools.steps,
    log: tools.log,
    inspectHeader: () => {},
    // We wrote it ourselves: what the scanner can't read is sealed all the same.
    scanning: () => 'may-break',
  });
}

/** The null reverse-path: of what can't be handed over the writer is told otherwise (delivery's `failed-reply.ts`). */
const ENVELOPE: SmtpEnvelope = {
  reversePath: '',
  smtputf8: false,
  body: '7bit',
  sizeBytes: null,
  ret: null,
  envid: null,
  requireTls: false,
  recipients: [],
};

/** Where the writer sits is nobody's business inside: the site hands the reply in. */
function sessionOf(queueId: string, settings: AcceptanceSettings): SmtpSession {
  return {
    id: queueId,
    remoteAddress: '127.0.0.1',
    remotePort: 0,
    heloName: new URL(settings.site.publicUrl).hostname,
    tls: null,
  };
}

function decideReply(
  reply: FinishedReply,
  ownCopyId: string,
  settings: AcceptanceSettings,
  tools: ReplyTools,
): readonly DecidedRecipient[] {
  const others = [...reply.to, ...reply.cc].flatMap((raw) => {
    const address = parseMailAddress(raw);
    return address === null ? [] : [address];
  });
  const distinct = [...new Map(others.map((address) => [address.canonical, address])).values()];
  const decided = distinct.map((address) => ({
    id: newId(tools.clock, tools.random),
    recipient: recipientOf(address),
    observed: null,
    decision: isInternalDomain(address.domain, settings.policy.internalDomains)
      ? ({ action: 'relay', protection: 'internal', rule: RULE } as const)
      : ({ action: 'protect', protection: 'secure-message', reason: 'secured-thread', rule: RULE } as const),
  }));
  const own = parseMailAddress(reply.writer.address);
  if (own === null) throw new TypeError('the address of a signed-in writer does not parse');
  const copy = {
    id: ownCopyId,
    recipient: recipientOf(own),
    observed: null,
    decision: {
      action: 'protect',
      protection: 'secure-message',
      reason: 'secured-thread',
      rule: OWN_COPY_RULE,
    } as const,
  };
  return [...decided, copy];
}

function recipientOf(address: MailAddress): SmtpRecipient {
  return { address, notify: null, orcpt: null };
}
