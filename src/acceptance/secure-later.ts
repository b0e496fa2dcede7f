/**
 * Makes an accepted message a secure message for recipients that were not decided so at first: a hold has ended, or
 * a partner's channel could not be verified in time. Only prepares: the caller commits the statements together with
 * the state change they belong to. Runs where the spool can be opened.
 */
import type { Selectable } from 'kysely';

import { requireMac, RowForged, waitingRecipientMac, type WaitsFor } from '#src/accounts/row-mac.ts';
import type { Clock } from '#src/base/clock.ts';
import { CodedError } from '#src/base/coded-error.ts';
import type { RandomSource } from '#src/base/identifiers.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { newMessageIdField } from '#src/notification/compose/mail.ts';
import { renderSecured } from '#src/notification/secured.ts';
import type { SecuredReason } from '#src/notification/words.ts';
import { isInternalDomain } from '#src/policy/domains.ts';
import { messageCodeForAuthor } from '#src/protection/secure-message/message-code.ts';
import { openSpoolWrap } from '#src/protection/spool-wrap.ts';
import type { MailToSend, WrittenMailSealer } from '#src/queue/written-mails.ts';
import type { SealedObjectLayout } from '#src/sealing/layout.ts';
import type { MessageIndex } from '#src/sealing/message-index.ts';
import { openStream } from '#src/sealing/sealed-object.ts';
import { exactlyOne, statement, type Database, type Statement } from '#src/storage/database.ts';
import { storedObject } from '#src/storage/object-columns.ts';
import type { ObjectStore } from '#src/storage/objects.ts';
import type { MessagesTable, RecipientsTable } from '#src/storage/tables.ts';
import { mailChoicePage } from '#src/summaries/mail-choice.ts';

import { NOTHING_ASKED, type AskedAtSending } from './asked-at-sending.ts';
import type { Mailbox } from './author.ts';
import { extendManifest } from './message-manifest.ts';
import { securedThreadRows } from './message-rows.ts';
import { secureRecipients, type SecuredRecipient } from './secure-recipients.ts';
import type { AcceptanceSettings } from './settings.ts';

export interface SecureLaterOptions {
  readonly settings: () => AcceptanceSettings;
  readonly database: Pick<Database, 'query'>;
  readonly objects: Pick<ObjectStore, 'read'>;
  readonly keys: KeyProvider;
  readonly sealer: WrittenMailSealer;
  readonly clock: Clock;
  readonly random: RandomSource;
}

/** A message with its spool wrap, which opens it one last time. */
export type SpooledMessage = Selectable<MessagesTable> & {
  readonly kid: string | null;
  readonly wrap: Uint8Array | null;
};

export interface PreparedProtection {
  /** Wraps, links, manifest, notices, and the mail that tells the author. */
  readonly statements: readonly Statement[];
  /** Removes what lies outside the database; call it when the statements were not committed. */
  abandon(cause?: unknown): Promise<void>;
}

export class SecureLater {
  readonly #options: SecureLaterOptions;

  constructor(options: SecureLaterOptions) {
    this.#options = options;
  }

  /** Throws RowForged, CodedError `too-large`, `spool-wrap-missing`, `content-destroyed`, `manifest-invalid`, or what opening the wrap throws. */
  async prepare(
    message: SpooledMessage,
    recipients: readonly Selectable<RecipientsTable>[],
    reason: SecuredReason,
    waitedFor: WaitsFor = 'others',
  ): Promise<PreparedProtection> {
    for (const recipient of recipients) requireWaiting(this.#options.keys, recipient, waitedFor);
    const settings = this.#options.settings();
    const keptUntil = message.keptUntil ?? this.#options.clock.now() + settings.keepMs;
    const contentKey = await this.#openContentKey(message);
    try {
      const index = await this.#openIndex(message, contentKey);
      refuseTooLarge(index, settings);
      const author = this.#authorOf(message, index, settings);
      const secured = await secureRecipients(
        {
          ids: this.#idsOf(message.id),
          contentKey,
          ...author,
          reversePath: message.reversePath,
          original: { messageIdField: message.originalMessageId, references: [] },
          subject: index.header.subject,
          keptUntil,
        },
        recipients,
        settings,
        this.#options,
      );
      const mails = [
        ...secured.map(({ notice }) => notice),
        ...this.#securedMail(message, recipients, reason, keptUntil, settings),
      ];
      const written = await this.#options.sealer.seal(mails, message.id);
      const threads = mails.map(({ mail }) => mail.messageIdField);
      return {
        statements: [
          ...secured.flatMap((entry) => this.#protectRecipient(entry)),
          this.#replaceManifest(message, secured),
          ...written.statements,
          ...securedThreadRows(this.#options, message.id, threads, this.#options.clock.now()),
        ],
        abandon: (cause) => written.abandon(cause),
      };
    } finally {
      contentKey.fill(0);
    }
  }

  async #openContentKey({ id, kid, wrap }: SpooledMessage): Promise<Buffer> {
    if (kid === null || wrap === null) {
      throw new CodedError('spool-wrap-missing', 'the spool holds no key for this message');
    }
    return openSpoolWrap(this.#options.keys, wrap, kid, this.#idsOf(id));
  }

  async #openIndex(message: SpooledMessage, contentKey: Buffer): Promise<MessageIndex> {
    const object = storedObject(message);
    if (object === null) throw new CodedError('content-destroyed', 'the content of this message is gone');
    const stream = await openStream('index', {
      contentKey,
      ...this.#idsOf(message.id),
      layout: JSON.parse(message.layout) as SealedObjectLayout,
      read: (offset, length) => this.#options.objects.read(object, offset, length),
    });
    const json = (await stream.readRange(0, stream.plaintextLength)).toString('utf8');
    return JSON.parse(json) as MessageIndex;
  }

  /** The author's name stands only in the sealed index. */
  #authorOf(
    message: SpooledMessage,
    index: MessageIndex,
    settings: AcceptanceSettings,
  ): { author: Mailbox; authorIsOurs: boolean } {
    const { fromAddress } = message;
    const address = fromAddress ?? settings.site.serviceAddress;
    const domain = parseMailAddress(address)?.domain;
    const displayName =
      fromAddress === null ? settings.site.organization : nameBefore(fromAddress, index.header.from);
    return {
      author: { displayName, address },
      authorIsOurs: domain !== undefined && isInternalDomain(domain, settings.policy.internalDomains),
    };
  }

  #securedMail(
    message: SpooledMessage,
    recipients: readonly Selectable<RecipientsTable>[],
    reason: SecuredReason,
    keptUntil: number,
    settings: AcceptanceSettings,
  ): MailToSend[] {
    if (message.authorAddress === null) return [];
    const mail = renderSecured(settings.siteOf(message.authorAddress), {
      messageIdField: newMessageIdField(settings.mainDomain, this.#options.random),
      dateMs: this.#options.clock.now(),
      to: message.authorAddress,
      original: { messageIdField: message.originalMessageId, references: [] },
      sentMs: message.acceptedAt,
      recipients: recipients.map(({ address }) => ({ address, how: 'secure-message' as const })),
      reasons: [reason],
      messageCode: messageCodeForAuthor(
        this.#options.keys,
        recipients.map(({ id }) => id),
      ),
      keptUntilMs: Math.min(keptUntil, ...recipients.map(({ expiresAt }) => expiresAt ?? keptUntil)),
      asked: askedOf(recipients),
      pageUrl: settings.messagePage(message.id),
      choiceUrl: mailChoicePage(this.#options.keys, settings.consoleUrl, message.id),
      undo: null,
    });
    return [{ kind: 'secured', mail, recipientId: null, reversePath: '' }];
  }

  #protectRecipient(entry: SecuredRecipient): Statement[] {
    const { linkTokenHash, linkMac, messageCodeHash } = entry;
    return [
      entry.insertWrap,
      statement(
        this.#options.database.query
          .updateTable('recipients')
          .set({ protection: 'secure-message', linkTokenHash, linkMac, messageCodeHash })
          .where('id', '=', entry.recipient.id),
        exactlyOne,
      ),
    ];
  }

  #replaceManifest(message: SpooledMessage, secured: readonly SecuredRecipient[]): Statement {
    const manifest = extendManifest(this.#options.keys, message.id, message.manifest, secured);
    return statement(
      this.#options.database.query.updateTable('messages').set({ manifest }).where('id', '=', message.id),
      exactlyOne,
    );
  }

  #idsOf(messageId: string) {
    return { organizationId: this.#options.keys.publicKeys().organizationId, messageId };
  }
}

/** All recipients of a message were asked the same for; what was not understood is not kept. */
function askedOf([first]: readonly Selectable<RecipientsTable>[]): AskedAtSending {
  if (first === undefined) return NOTHING_ASKED;
  const { expiresAt, readBy, noReply, secondChannel } = first;
  return { expiresAt, readBy, noReply: noReply === 1, verify: secondChannel === 1, unmet: [] };
}

/**
 * Throws RowForged unless the address is that for which the decision was made, and waits for whom it was to wait: nobody
 * is given the key by writing into the database.
 */
export function requireWaiting(
  keys: Pick<KeyProvider, 'mac'>,
  { id, messageId, address, canonicalAddress, secondChannel, linkMac }: Selectable<RecipientsTable>,
  waitedFor: WaitsFor,
): void {
  const ids = { recipientId: id, messageId, canonicalAddress, secondChannel };
  requireMac('recipients', id, waitingRecipientMac(keys, ids, waitedFor), linkMac);
  if (parseMailAddress(address)?.canonical !== canonicalAddress) throw new RowForged('recipients', id);
}

/** `shown`: the From field as readers see it, decoded: `Name <address>`, or the address alone. */
function nameBefore(address: string, shown: string): string {
  const ending = ` <${address}>`;
  return shown.endsWith(ending) ? shown.slice(0, -ending.length) : '';
}

/** The limits of a secure message hold for those that become one later, too. Throws CodedError `too-large`. */
function refuseTooLarge(index: MessageIndex, settings: AcceptanceSettings): void {
  const { secureMessageMaxBytes, secureAttachmentMaxBytes } = settings.policy;
  const total = index.parts.reduce((sum, part) => sum + part.decodedBytes, 0);
  const attachments = index.parts.filter((part) => index.attachments.includes(part.path));
  const isTooLarge = attachments.some((part) => part.decodedBytes > secureAttachmentMaxBytes);
  if (total > secureMessageMaxBytes || isTooLarge) {
    throw new CodedError('too-large', 'the message is larger than a secure message may be');
  }
}
