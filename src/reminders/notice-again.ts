/**
 * The notice of a copy, written again: as a reminder, or as it was. The link is the one of the first notice, made anew
 * from the token key, so that no link dies of another.
 */
import { chosenLanguage } from '#src/accounts/chosen-language.ts';
import { hashLinkToken, linkTokenOf } from '#src/accounts/link-tokens.ts';
import { outerSubjectOf } from '#src/acceptance/outer-subject.ts';
import type { AcceptanceSettings } from '#src/acceptance/settings.ts';
import { equalBytes } from '#src/base/bytes.ts';
import type { Clock } from '#src/base/clock.ts';
import type { RandomSource } from '#src/base/identifiers.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { newMessageIdField } from '#src/notification/compose/mail.ts';
import { localeNamed } from '#src/notification/mail-site.ts';
import { renderNotice } from '#src/notification/notice.ts';
import { isInternalDomain } from '#src/policy/domains.ts';
import { bounceAddress } from '#src/protection/secure-message/bounce-address.ts';
import { messageCodeOf } from '#src/protection/secure-message/message-code.ts';
import type { MailToSend } from '#src/queue/written-mails.ts';
import { openDeskListEntry, type ListEntry } from '#src/sealing/list-entry.ts';
import type { Database } from '#src/storage/database.ts';
import type { MessagesTable, RecipientsTable } from '#src/storage/tables.ts';

export interface AnnouncedCopy
  extends
    Pick<
      RecipientsTable,
      | 'id'
      | 'messageId'
      | 'address'
      | 'canonicalAddress'
      | 'linkTokenHash'
      | 'expiresAt'
      | 'firstOpenedAt'
      | 'secondChannel'
    >,
    Pick<MessagesTable, 'fromAddress' | 'originalMessageId' | 'deskListEntry'> {
  readonly keptUntil: number;
}

export interface NoticeTools {
  readonly acceptance: () => AcceptanceSettings;
  readonly database: Pick<Database, 'query'>;
  readonly keys: KeyProvider;
  readonly clock: Clock;
  readonly random: RandomSource;
}

/** Null where the link of the copy was not made by us. A notice decides the fate of its recipient, the others do not. */
export async function writeNoticeAgain(
  copy: AnnouncedCopy,
  kind: 'reminder' | 'granted' | 'notice',
  tools: NoticeTools,
): Promise<MailToSend | null> {
  const { keys, clock, random } = tools;
  const token = linkTokenOf(keys, copy.id);
  if (copy.linkTokenHash === null || !equalBytes(hashLinkToken(keys, token), copy.linkTokenHash)) return null;
  const settings = tools.acceptance();
  const { bounceDomain, policy, mainDomain } = settings;
  const address = copy.fromAddress ?? settings.site.serviceAddress;
  const site = settings.siteOf(address);
  const domain = parseMailAddress(address)?.domain;
  const isOurs = domain !== undefined && isInternalDomain(domain, policy.internalDomains);
  const sent = listEntryOf(keys, copy);
  const mail = renderNotice(site, {
    messageIdField: newMessageIdField(mainDomain, random),
    dateMs: clock.now(),
    to: copy.address,
    author: { name: sent?.author ?? null, address },
    fromAuthor: isOurs && settings.noticeFromAuthor(address),
    authorOutside: !isOurs,
    original: { messageIdField: copy.originalMessageId, references: [] },
    link: `${site.publicUrl}/m/${token}`,
    messageCode: messageCodeOf(keys, copy.id),
    keptUntilMs: Math.min(copy.keptUntil, copy.expiresAt ?? copy.keptUntil),
    asksByTelephone: copy.secondChannel === 1 && copy.firstOpenedAt === null,
    locale: localeNamed(await chosenLanguage(tools.database, copy.canonicalAddress)),
    outerSubject: outerSubjectOf(settings, {
      subject: sent?.subject ?? '',
      author: address,
      authorIsOurs: isOurs,
      recipient: copy.address,
    }),
    ...(kind !== 'notice' && { again: kind }),
  });
  const reversePath = bounceDomain === null ? '' : bounceAddress(keys, copy.id, bounceDomain);
  return { kind, mail, recipientId: kind === 'notice' ? copy.id : null, reversePath };
}

/** Author and subject as the author's mail program wrote them; they are kept sealed only. */
function listEntryOf(keys: KeyProvider, { deskListEntry, messageId }: AnnouncedCopy): ListEntry | null {
  if (deskListEntry === null) return null;
  const ids = { organizationId: keys.publicKeys().organizationId, messageId };
  return openDeskListEntry(deskListEntry, keys.deskKey(), ids);
}
