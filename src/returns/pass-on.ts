/**
 * What is no report goes on to the author, as the mail from outside that it is: its octets stay, `Received` and our
 * mark come before them, the reverse-path is null, and the route is the internal one. It is sealed in the spool like
 * every other mail. Nothing marks it as trusted: it makes no thread secured, and what looks at mail from outside is
 * the organisation's own filter behind the internal next hop.
 */
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { Clock } from '#src/base/clock.ts';
import { newId, type RandomSource } from '#src/base/identifiers.ts';
import type { MailAddress } from '#src/base/mail-address.ts';
import { messageIdField } from '#src/acceptance/gather-facts.ts';
import type { ReceivedMessage } from '#src/acceptance/receive-and-seal.ts';
import { traceFields } from '#src/acceptance/trace-fields.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { makeMark } from '#src/protection/gateway-mark.ts';
import { makeSpoolWrap } from '#src/protection/spool-wrap.ts';
import { insertDeliveries } from '#src/queue/new-delivery.ts';
import type { SmtpEnvelope, SmtpSession } from '#src/smtp/server/smtp-transaction.ts';
import type { Database, Statement } from '#src/storage/database.ts';
import { objectColumns } from '#src/storage/object-columns.ts';
import { insertRow } from '#src/storage/prepared.ts';

import type { Origin } from './record-report.ts';
import type { ReturnTarget } from './return-target.ts';

export interface MailToPassOn {
  readonly queueId: string;
  readonly session: SmtpSession;
  readonly envelope: SmtpEnvelope;
  readonly received: ReceivedMessage;
  readonly hostname: string;
  readonly mainDomain: string;
}

export interface PassOnTools {
  readonly database: Pick<Database, 'query'>;
  readonly keys: KeyProvider;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly random: RandomSource;
}

/** `targets`: not empty, each with an author. One delivery for each different author. */
export async function passOn(
  mail: MailToPassOn,
  targets: readonly (ReturnTarget & { readonly author: MailAddress })[],
  origin: Origin,
  tools: PassOnTools,
): Promise<Statement[]> {
  const { queueId, received } = mail;
  const { clock, database, keys, random } = tools;
  const ids = { organizationId: keys.publicKeys().organizationId, messageId: queueId };
  const { kid, wrap } = await makeSpoolWrap(keys, received.contentKey, ids);
  const authors = new Map(targets.map(({ author }) => [author.canonical, author]));
  const deliveries = [...authors.values()].map((author) => ({
    messageId: queueId,
    recipientId: null,
    kind: 'returned' as const,
    reversePath: '',
    recipient: author.raw,
    domain: author.domain,
    route: 'internal' as const,
    range: null,
  }));
  return [
    messageRow(mail, targets[0]?.messageId ?? null, tools),
    insertRow(database.query, 'wraps', {
      id: newId(clock, random),
      messageId: queueId,
      holderKind: 'spool',
      holderId: kid,
      recipientId: null,
      kid,
      wrap,
      replacement: null,
    }),
    ...insertDeliveries(database.query, keys, clock, deliveries),
    ...targets.map((target) => auditEntry(target, mail, origin, tools)),
  ];
}

function messageRow(mail: MailToPassOn, aboutMessageId: string | null, tools: PassOnTools): Statement {
  const { queueId, session, envelope, received, hostname, mainDomain } = mail;
  const acceptedAt = tools.clock.now();
  const mark = makeMark(
    tools.keys,
    { queueId, messageIdField: messageIdField(received.header), domain: mainDomain },
    acceptedAt,
  );
  const { smtputf8 } = envelope;
  return insertRow(tools.database.query, 'messages', {
    id: queueId,
    purpose: 'returned',
    aboutMessageId,
    acceptedAt,
    reversePath: '',
    authorAddress: null,
    fromAddress: null,
    traceFields: traceFields({ session, smtputf8, hostname, queueId, acceptedAt, mark }),
    originalMessageId: null,
    wantsDisposition: 0,
    submitterAddress: session.remoteAddress,
    submitterProof: 'none',
    sizeBytes: received.sizeBytes,
    body: envelope.body,
    smtputf8: smtputf8 ? 1 : 0,
    dsnReturn: null,
    dsnEnvelopeId: null,
    ...objectColumns(received.object),
    layout: JSON.stringify(received.layout),
    manifest: null,
    deskListEntry: null,
    listEntry: null,
    holdUntil: null,
    holdTokenHash: null,
    keptUntil: null,
  });
}

function auditEntry(
  { messageId, recipientId, canonicalAddress }: ReturnTarget,
  { queueId, envelope, received }: MailToPassOn,
  origin: Origin,
  { audit }: PassOnTools,
): Statement {
  return audit.entry({
    event: 'mail-returned',
    messageId,
    recipientId,
    facts: {
      what: 'passed-on',
      to: canonicalAddress,
      mail: queueId,
      reversePath: envelope.reversePath,
      bytes: received.sizeBytes,
      from: origin.remoteAddress,
      tls: origin.tls,
    },
  });
}
