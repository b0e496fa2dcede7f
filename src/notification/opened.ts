/**
 * *Opened*: the author learns that a recipient opened the message, and what that means. The standard disposition
 * notification (RFC 8098) is added only where the message asked for one: some mail programs replace the words of a
 * report by their own.
 */
import { formatMessageCode } from '#src/base/identifiers.ts';
import { catalogs } from './catalog/catalogs.ts';
import { facts, paragraph, title } from './compose/block.ts';
import { shownAddress } from './compose/clean-text.ts';
import { checkedMessageId } from './compose/header-field.ts';
import { formatMoment } from './compose/local-date.ts';
import { alternative, type MimeContent, report, writeAutomaticMail } from './compose/mail.ts';
import { machineFields, typedAddress } from './compose/report-fields.ts';
import type { MailFrame, MailSite, OriginalMail } from './mail-site.ts';
import { choiceBlocks, helpBlocks, shownRecipients } from './shared-blocks.ts';
import type { WrittenMail } from './written-mail.ts';

export interface OpenedData extends MailFrame {
  readonly original: OriginalMail;
  readonly recipient: string;
  /** Who read it for them, by the recipient's leave; null: themselves. */
  readonly reader?: string | null;
  readonly openedMs: number;
  readonly sentMs: number;
  /** Unformatted. */
  readonly messageCode: string;
  /** As in *secured*. */
  readonly choiceUrl: string | null;
  /** Present where the message had a Disposition-Notification-To field. */
  readonly disposition: {
    /** Host name of this gateway. */
    readonly reportingHost: string;
    /** ORCPT of the recipient as `type;address`, decoded; null: none was given. */
    readonly originalRecipient: string | null;
  } | null;
}

export function renderOpened(site: MailSite, data: OpenedData): WrittenMail {
  const catalog = catalogs[site.locale];
  const words = catalog.opened;
  const who = shownAddress(data.recipient);
  const reader = data.reader == null ? null : shownAddress(data.reader);
  const moment = formatMoment(data.openedMs, site.locale, site.timeZone);
  const subject = words.subject({ who: shownRecipients(catalog, [data.recipient]) });
  const blocks = [
    title(words.title),
    paragraph(reader === null ? words.intro({ who, moment }) : words.introFor({ reader, who, moment })),
    facts(
      [catalog.fact.recipient, who],
      ...(reader === null ? [] : [[catalog.access.reader, reader] as const]),
      [catalog.fact.opened, moment],
      [catalog.fact.sent, formatMoment(data.sentMs, site.locale, site.timeZone)],
      [catalog.fact.messageCode, formatMessageCode(data.messageCode)],
    ),
    paragraph(reader === null ? words.meaning : words.meaningFor),
    paragraph(words.once),
    ...choiceBlocks(catalog, data.choiceUrl),
    ...helpBlocks(catalog, site.senderHelp),
  ];
  const content = alternative(subject, [{ locale: site.locale, blocks }]);
  return writeAutomaticMail(site, {
    kind: 'opened',
    frame: data,
    original: data.original,
    subject,
    content:
      data.disposition === null ? content : report('disposition-notification', content, [notification(data)]),
    autoSubmitted: data.disposition === null ? 'auto-generated' : 'auto-replied',
  });
}

// RFC 8098 section 3.2. The recipient chose to open; the report went out by itself.
function notification(data: OpenedData): MimeContent {
  const disposition = data.disposition;
  const body = machineFields([
    ['Reporting-UA', `${disposition?.reportingHost ?? ''}; Send Secure`],
    ['Original-Recipient', disposition?.originalRecipient ?? null],
    ['Final-Recipient', typedAddress(data.recipient)],
    ['Original-Message-ID', checkedMessageId(data.original.messageIdField)],
    ['Disposition', 'manual-action/MDN-sent-automatically; displayed'],
  ]);
  return { header: 'Content-Type: message/disposition-notification\r\n', body };
}
