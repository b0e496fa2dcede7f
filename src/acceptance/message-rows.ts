/** Rows of an accepted message: itself, its recipients, its place among the secured threads. */
import type { Clock } from '#src/base/clock.ts';
import { lengthPrefixed } from '#src/base/bytes.ts';
import { authorMac, waitingRecipientMac } from '#src/accounts/row-mac.ts';
import type { MailAddress } from '#src/base/mail-address.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { fieldValues } from '#src/mime/header-fields.ts';
import { decodeXtext } from '#src/smtp/xtext.ts';
import { sealDeskListEntry, sealListEntry } from '#src/sealing/list-entry.ts';
import type { Database, Statement } from '#src/storage/database.ts';
import { objectColumns } from '#src/storage/object-columns.ts';
import { insertRow, insertRows, preparedStatement } from '#src/storage/prepared.ts';
import type { MessagesTable, RecipientsTable, SecuredThreadsTable } from '#src/storage/tables.ts';

import { NOTHING_ASKED } from './asked-at-sending.ts';
import type { TimedMessage } from './accept-message.ts';
import type { DecidedRecipient } from './decide-recipients.ts';
import { messageIdField } from './gather-facts.ts';
import { hashHoldToken, holdTokenOf, officerTokenOf } from './hold-token.ts';
import { waitsForOfficer } from './officer-hold.ts';
import type { SecuredRecipient } from './secure-recipients.ts';

export interface RowTools {
  readonly database: Pick<Database, 'query'>;
  readonly keys: KeyProvider;
  readonly clock: Clock;
}

export function messageRow(
  tools: RowTools,
  message: TimedMessage,
  made: { readonly traceFields: string; readonly manifest: string },
): Statement {
  const { queueId, session, submitter, envelope, received, author, decided, facts, acceptedAt } = message;
  const mayBeSecured = decided.some(({ decision }) => mayBecomeSecureMessage(decision));
  const hold = holdOf(message, tools.keys);
  return insertRow(tools.database.query, 'messages', {
    id: queueId,
    purpose: 'submitted',
    aboutMessageId: null,
    acceptedAt,
    reversePath: envelope.reversePath,
    // Automatic mail is answered by nothing of ours, a receipt included (RFC 3834).
    ...authorColumns(tools.keys, queueId, facts.automatic === null ? author.told : null),
    fromAddress: author.from?.address ?? null,
    traceFields: made.traceFields,
    originalMessageId: messageIdField(received.header) || null,
    wantsDisposition: fieldValues(received.header, 'disposition-notification-to').length > 0 ? 1 : 0,
    submitterAddress: session.remoteAddress,
    submitterProof: submitter.proof,
    submitterName: submitter.name,
    requireTls: envelope.requireTls ? 1 : 0,
    sizeBytes: received.sizeBytes,
    body: envelope.body,
    smtputf8: envelope.smtputf8 ? 1 : 0,
    dsnReturn: envelope.ret,
    dsnEnvelopeId: envelope.envid,
    ...objectColumns(received.object),
    layout: JSON.stringify(received.layout),
    manifest: made.manifest,
    ...(mayBeSecured ? listEntries(tools.keys, message) : { deskListEntry: null, listEntry: null }),
    ...hold,
    keptUntil: mayBeSecured ? message.keptUntil : null,
  });
}

function authorColumns(
  keys: KeyProvider,
  messageId: string,
  author: MailAddress | null,
): Pick<MessagesTable, 'authorAddress' | 'authorCanonical' | 'authorMac'> {
  if (author === null) return { authorAddress: null, authorCanonical: null, authorMac: null };
  const { raw, canonical } = author;
  return {
    authorAddress: raw,
    authorCanonical: canonical,
    authorMac: authorMac(keys, messageId, canonical),
  };
}

/** Columns of a hold: whom it waits for, until when, and the token of the mail that asks. */
function holdOf(
  { queueId, decided, officerHold, settings, acceptedAt }: TimedMessage,
  keys: KeyProvider,
): Pick<MessagesTable, 'holdFor' | 'holdUntil' | 'holdTokenHash'> {
  if (officerHold != null) {
    const holdTokenHash = hashHoldToken(keys, officerTokenOf(keys, queueId));
    return { holdFor: 'officer', holdUntil: officerHold.until, holdTokenHash };
  }
  if (!decided.some(({ decision }) => decision.action === 'hold'))
    return { holdFor: null, holdUntil: null, holdTokenHash: null };
  return {
    holdFor: 'author',
    holdUntil: acceptedAt + settings.holdMs,
    holdTokenHash: hashHoldToken(keys, holdTokenOf(keys, queueId)),
  };
}

/** Now, at the end of a hold, or because a channel can't be verified. */
export function mayBecomeSecureMessage(decision: DecidedRecipient['decision']): boolean {
  return decision.action === 'protect' || decision.action === 'hold' || isForcedChannel(decision);
}

function isForcedChannel(decision: DecidedRecipient['decision']): boolean {
  return decision.action === 'relay' && decision.protection === 'verified-tls';
}

function listEntries(keys: KeyProvider, message: TimedMessage): { deskListEntry: Buffer; listEntry: Buffer } {
  const { received, queueId, author, acceptedAt } = message;
  const ids = { organizationId: keys.publicKeys().organizationId, messageId: queueId };
  const entry = {
    author: author.from === null ? '' : author.from.displayName || author.from.address,
    subject: received.index.header.subject,
    sentAt: acceptedAt,
    sizeBytes: received.sizeBytes,
  };
  return {
    deskListEntry: sealDeskListEntry(entry, keys.deskKey(), ids),
    listEntry: sealListEntry(entry, received.contentKey, ids),
  };
}

export function recipientRows(
  tools: RowTools,
  message: TimedMessage,
  secured: readonly SecuredRecipient[],
): Statement[] {
  const securedById = new Map(secured.map((entry) => [entry.recipient.id, entry]));
  const rows = message.decided.map((decided) =>
    recipientRow(tools.keys, message, decided, securedById.get(decided.id)),
  );
  return insertRows(tools.database.query, 'recipients', rows);
}

function recipientRow(
  keys: KeyProvider,
  message: TimedMessage,
  decided: DecidedRecipient,
  secured: SecuredRecipient | undefined,
): RecipientsTable {
  const { id, recipient, decision } = decided;
  const asked = mayBecomeSecureMessage(decision) ? (message.asked ?? NOTHING_ASKED) : NOTHING_ASKED;
  const ids = {
    recipientId: id,
    messageId: message.queueId,
    canonicalAddress: recipient.address.canonical,
    secondChannel: asked.verify ? 1 : null,
  };
  const isOwnCopy = id === message.ownCopyId;
  const waits = secured === undefined && mayBecomeSecureMessage(decision);
  const waitsFor = waitsForOfficer(message, decided) ? 'officer' : 'others';
  return {
    id,
    messageId: message.queueId,
    address: recipient.address.raw,
    canonicalAddress: recipient.address.canonical,
    internal: decision.action === 'relay' && decision.protection === 'internal' ? 1 : 0,
    protection: 'protection' in decision ? decision.protection : 'none',
    reason: reasonOf(decision),
    rule: decision.rule,
    state: isOwnCopy ? 'opened' : waitsFor === 'officer' ? 'held' : STATE_AT_FIRST[decision.action],
    lockedAt: null,
    lockReason: null,
    // Null: kept as long as the message, which opening may prolong.
    expiresAt: asked.expiresAt,
    linkTokenHash: secured?.linkTokenHash ?? null,
    linkMac: waits ? waitingRecipientMac(keys, ids, waitsFor) : (secured?.linkMac ?? null),
    messageCodeHash: secured?.messageCodeHash ?? null,
    firstOpenedAt: isOwnCopy ? message.acceptedAt : null,
    lastOpenedAt: null,
    remindedAt: null,
    notOpenedToldAt: null,
    announcedAgainAt: null,
    wrongRecipientAt: null,
    readBy: asked.readBy,
    noReply: asked.noReply ? 1 : null,
    secondChannel: ids.secondChannel,
    releasedAt: null,
    releaseMac: null,
    openedByAccountId: null,
    dsnNotify: recipient.notify,
    dsnOriginalRecipient: recipient.orcpt === null ? null : decodeXtext(recipient.orcpt),
    lastReply: null,
    settledAt: null,
  };
}

const STATE_AT_FIRST = {
  relay: 'queued',
  protect: 'queued',
  hold: 'held',
  return: 'returned',
  refuse: 'returned',
} as const;

function reasonOf(decision: DecidedRecipient['decision']): string {
  if (decision.action === 'protect') return decision.reason;
  if (decision.action === 'hold') return `near-miss:${decision.nearMiss.kind}`;
  return decision.action === 'relay' ? 'none' : decision.why;
}

export function threadHash(keys: Pick<KeyProvider, 'mac'>, messageIdFieldValue: string): Buffer {
  return keys.mac('thread', lengthPrefixed('message-id', messageIdFieldValue));
}

/** The same Message-ID may come twice (a resent mail): the first entry stays. */
export function securedThreadRows(
  tools: RowTools,
  messageId: string,
  messageIdFields: readonly string[],
  createdAt: number,
): Statement[] {
  if (messageIdFields.length === 0) return [];
  return messageIdFields.map((field) =>
    insertThread(tools.database.query, {
      messageIdHash: threadHash(tools.keys, field),
      messageId,
      createdAt,
    }),
  );
}

const insertThread = preparedStatement<SecuredThreadsTable>((query, value) =>
  query
    .insertInto('secured_threads')
    .values({
      messageIdHash: value('messageIdHash'),
      messageId: value('messageId'),
      createdAt: value('createdAt'),
    })
    .onConflict((conflict) => conflict.column('messageIdHash').doNothing()),
);
