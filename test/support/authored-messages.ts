/** Messages of authors as acceptance and delivery leave them, without content: for tests of the authors' pages. */
import { linkTokenOf, hashLinkToken } from '#src/accounts/link-tokens.ts';
import { authorMac, linkMac } from '#src/accounts/row-mac.ts';
import { DAY_MS, type Clock } from '#src/base/clock.ts';
import { newId } from '#src/base/identifiers.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { sealDeskListEntry } from '#src/sealing/list-entry.ts';
import { statement, type Database } from '#src/storage/database.ts';
import type { RecipientsTable } from '#src/storage/tables.ts';
import { deliveryRow, messageRow } from '#test/storage/rows.ts';

export interface AuthoredMessage {
  readonly author: string;
  /** Null: not protected, so none is kept. */
  readonly subject: string | null;
  readonly recipients: readonly AuthoredRecipient[];
}

export interface AuthoredRecipient extends Partial<RecipientsTable> {
  readonly address: string;
  /** JSON of TLS facts of its delivery; undefined: there was none. */
  readonly tlsFacts?: string | null;
}

export interface StoredMessage {
  readonly id: string;
  readonly recipientIds: readonly string[];
}

interface Where {
  readonly database: Database;
  readonly keys: KeyProvider;
  readonly clock: Clock;
}

/** Secure messages that were announced, unless the recipients say otherwise. */
export async function addAuthored(where: Where, message: AuthoredMessage): Promise<StoredMessage> {
  const { database, keys, clock } = where;
  const { query } = database;
  const id = newId(clock);
  const ids = { organizationId: keys.publicKeys().organizationId, messageId: id };
  const entry = { author: message.author, subject: message.subject ?? '', sentAt: clock.now(), sizeBytes: 9 };
  const canonical = message.author.toLowerCase();
  const recipients = message.recipients.map(({ tlsFacts, ...given }) => ({
    tlsFacts,
    row: recipientRow(keys, id, newId(clock), given),
  }));
  await database.commit([
    statement(
      query.insertInto('messages').values(
        messageRow(id, {
          acceptedAt: clock.now(),
          authorAddress: message.author,
          fromAddress: message.author,
          authorCanonical: canonical,
          authorMac: authorMac(keys, id, canonical),
          originalMessageId: `<${id}@hospital.test>`,
          deskListEntry: message.subject === null ? null : sealDeskListEntry(entry, keys.deskKey(), ids),
          keptUntil: message.subject === null ? null : clock.now() + 365 * DAY_MS,
        }),
      ),
    ),
    ...recipients.flatMap(({ row, tlsFacts }) => [
      statement(query.insertInto('recipients').values(row)),
      ...(row.protection === 'secure-message' ? [wrapOf(where, row)] : []),
      ...(tlsFacts === undefined ? [] : [deliveryOf(where, row, tlsFacts)]),
    ]),
  ]);
  return { id, recipientIds: recipients.map(({ row }) => row.id) };
}

export function recipientRow(
  keys: KeyProvider,
  messageId: string,
  id: string,
  given: Omit<AuthoredRecipient, 'tlsFacts'>,
): RecipientsTable {
  const linkTokenHash = hashLinkToken(keys, linkTokenOf(keys, id));
  const canonicalAddress = given.address.toLowerCase();
  return {
    id,
    messageId,
    canonicalAddress,
    internal: 0,
    protection: 'secure-message',
    reason: 'code',
    rule: 'code',
    state: 'notified',
    lockedAt: null,
    lockReason: null,
    expiresAt: null,
    linkTokenHash,
    linkMac: linkMac(keys, {
      recipientId: id,
      messageId,
      canonicalAddress,
      linkTokenHash,
      secondChannel: null,
    }),
    messageCodeHash: null,
    firstOpenedAt: null,
    lastOpenedAt: null,
    remindedAt: null,
    notOpenedToldAt: null,
    announcedAgainAt: null,
    wrongRecipientAt: null,
    readBy: null,
    noReply: null,
    secondChannel: null,
    releasedAt: null,
    releaseMac: null,
    openedByAccountId: null,
    dsnNotify: null,
    dsnOriginalRecipient: null,
    lastReply: null,
    settledAt: null,
    ...given,
  };
}

function wrapOf({ database, clock }: Where, row: RecipientsTable) {
  return statement(
    database.query.insertInto('wraps').values({
      id: newId(clock),
      messageId: row.messageId,
      holderKind: 'enrolment',
      holderId: row.canonicalAddress,
      recipientId: row.id,
      kid: 'k',
      wrap: Buffer.from('wrap'),
      replacement: null,
    }),
  );
}

function deliveryOf({ database, clock }: Where, row: RecipientsTable, tlsFacts: string | null) {
  return statement(
    database.query.insertInto('deliveries').values(
      deliveryRow(newId(clock), {
        messageId: row.messageId,
        recipientId: row.id,
        kind: row.protection === 'secure-message' ? 'notice' : 'relay',
        recipient: row.address,
        state: 'handed-over',
        createdAt: clock.now(),
        settledAt: clock.now(),
        tlsFacts,
      }),
    ),
  );
}
