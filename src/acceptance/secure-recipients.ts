/**
 * Makes one message a secure message for some of its recipients: a wrap of the content key for each, a link, and a
 * notice. Used when a message is accepted and when a held one is released; it changes nothing by itself.
 */
import { linkMac } from '#src/accounts/row-mac.ts';
import { hashLinkToken, hashMessageCode, linkTokenOf } from '#src/accounts/link-tokens.ts';
import type { Clock } from '#src/base/clock.ts';
import { newId, type RandomSource } from '#src/base/identifiers.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { newMessageIdField } from '#src/notification/compose/mail.ts';
import { localeNamed, type OriginalMail } from '#src/notification/mail-site.ts';
import { renderNotice } from '#src/notification/notice.ts';
import { bounceAddress } from '#src/protection/secure-message/bounce-address.ts';
import { messageCodeOf } from '#src/protection/secure-message/message-code.ts';
import type { MessageIds } from '#src/sealing/contexts.ts';
import { wrapHash, wrapKeyOffThread } from '#src/sealing/wrapped-key.ts';
import type { Database, Statement } from '#src/storage/database.ts';
import { insertRow } from '#src/storage/prepared.ts';

import type { Mailbox } from './author.ts';
import { outerSubjectOf } from './outer-subject.ts';
import { findRecipientKeys } from './recipient-keys.ts';
import type { AcceptanceSettings } from './settings.ts';
import type { MailToSend } from '#src/queue/written-mails.ts';

export interface RecipientToSecure {
  readonly id: string;
  /** As SMTP gave it. */
  readonly address: string;
  readonly canonicalAddress: string;
  /** The date of this copy (ms); null: as long as the message is kept. */
  readonly expiresAt: number | null;
  readonly secondChannel: number | null;
}

export interface SecuredRecipient {
  readonly recipient: RecipientToSecure;
  readonly linkTokenHash: Buffer;
  readonly linkMac: Buffer;
  readonly messageCodeHash: Buffer;
  readonly wrapHash: Buffer;
  readonly insertWrap: Statement;
  readonly notice: MailToSend;
}

export interface MessageToSecure {
  readonly ids: MessageIds;
  readonly contentKey: Uint8Array;
  readonly author: Mailbox;
  /** The author's address is at our domains: we may write in the author's name. */
  readonly authorIsOurs: boolean;
  readonly reversePath: string;
  readonly original: OriginalMail;
  /** Its own, as readers are shown it. */
  readonly subject: string;
  readonly keptUntil: number;
}

export interface SecureRecipientsTools {
  readonly database: Pick<Database, 'query'>;
  readonly keys: KeyProvider;
  readonly clock: Clock;
  readonly random: RandomSource;
}

export async function secureRecipients(
  message: MessageToSecure,
  recipients: readonly RecipientToSecure[],
  settings: AcceptanceSettings,
  tools: SecureRecipientsTools,
): Promise<readonly SecuredRecipient[]> {
  const addresses = recipients.map((recipient) => recipient.canonicalAddress);
  const recipientKeys = await findRecipientKeys(tools.database, tools.keys, addresses);
  const secureOne = async (recipient: RecipientToSecure): Promise<SecuredRecipient> => {
    const holder = recipientKeys.get(recipient.canonicalAddress);
    // findRecipientKeys answers for every address it was asked for.
    if (holder === undefined) throw new TypeError('no key for a recipient');
    const wrap = await wrapKeyOffThread(message.contentKey, holder, message.ids);
    const token = linkTokenOf(tools.keys, recipient.id);
    const linkTokenHash = hashLinkToken(tools.keys, token);
    const messageCode = messageCodeOf(tools.keys, recipient.id);
    return {
      recipient,
      linkTokenHash,
      linkMac: linkMac(tools.keys, {
        recipientId: recipient.id,
        messageId: message.ids.messageId,
        canonicalAddress: recipient.canonicalAddress,
        linkTokenHash,
        secondChannel: recipient.secondChannel,
      }),
      messageCodeHash: hashMessageCode(tools.keys, messageCode),
      wrapHash: wrapHash(wrap),
      insertWrap: insertRow(tools.database.query, 'wraps', {
        id: newId(tools.clock, tools.random),
        messageId: message.ids.messageId,
        holderKind: holder.kind,
        holderId: holder.id,
        recipientId: recipient.id,
        kid: holder.key.kid,
        wrap,
        replacement: null,
      }),
      notice: writeNotice(
        message,
        recipient,
        { token, messageCode, language: holder.language },
        settings,
        tools,
      ),
    };
  };
  return Promise.all(recipients.map(secureOne));
}

function writeNotice(
  message: MessageToSecure,
  recipient: RecipientToSecure,
  { token, messageCode, language }: { token: string; messageCode: string; language: string | null },
  settings: AcceptanceSettings,
  tools: SecureRecipientsTools,
): MailToSend {
  const mail = renderNotice(settings.siteOf(message.author.address), {
    messageIdField: newMessageIdField(settings.mainDomain, tools.random),
    dateMs: tools.clock.now(),
    to: recipient.address,
    author: { name: message.author.displayName, address: message.author.address },
    fromAuthor: message.authorIsOurs && settings.noticeFromAuthor(message.author.address),
    authorOutside: !message.authorIsOurs,
    original: message.original,
    link: `${settings.site.publicUrl}/m/${token}`,
    messageCode,
    keptUntilMs: Math.min(message.keptUntil, recipient.expiresAt ?? message.keptUntil),
    asksByTelephone: recipient.secondChannel === 1,
    locale: localeNamed(language),
    outerSubject: outerSubjectOf(settings, {
      subject: message.subject,
      author: message.author.address,
      authorIsOurs: message.authorIsOurs,
      recipient: recipient.address,
    }),
  });
  const { bounceDomain } = settings;
  return {
    kind: 'notice',
    mail,
    recipientId: recipient.id,
    reversePath:
      bounceDomain === null ? message.reversePath : bounceAddress(tools.keys, recipient.id, bounceDomain),
  };
}
