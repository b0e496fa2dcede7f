/**
 * The summary of a day: what was sent protected and what was opened, in one mail for an author who chose so. Original
 * subjects never appear; a message is known by whom it went to and when. Failures and questions are not for here: they
 * come alone and at once.
 */
import { formatMessageCode } from '#src/base/identifiers.ts';

import type { Catalog } from './catalog/catalog.ts';
import { catalogs } from './catalog/catalogs.ts';
import { type Block, facts, heading, link, list, note, paragraph, title } from './compose/block.ts';
import { shownAddress } from './compose/clean-text.ts';
import { formatDay, formatMoment } from './compose/local-date.ts';
import { alternative, writeAutomaticMail } from './compose/mail.ts';
import type { MailFrame, MailSite } from './mail-site.ts';
import { helpBlocks, shownRecipients, shownUrl } from './shared-blocks.ts';
import type { ProtectedHow } from './words.ts';
import type { WrittenMail } from './written-mail.ts';

export type SummaryState = Exclude<ProtectedHow, 'returned'> | 'failed' | 'not-sent';

export interface SummaryRecipient {
  readonly address: string;
  readonly state: SummaryState;
  /** The first opening; null: none yet. */
  readonly openedMs: number | null;
  /** Who read it for them; null: themselves. */
  readonly reader: string | null;
}

export interface SummaryMessage {
  readonly sentMs: number;
  /** It was sent since the last summary. */
  readonly isNew: boolean;
  /** How many recipients opened it since then. */
  readonly openings: number;
  readonly recipients: readonly SummaryRecipient[];
  /** Unformatted; null unless exactly one recipient has a secure message. */
  readonly messageCode: string | null;
  readonly pageUrl: string | null;
}

export interface SummaryData extends MailFrame {
  /** Oldest first. */
  readonly messages: readonly SummaryMessage[];
  /** False: single mails were chosen again, and this is the rest. */
  readonly wantsSummary: boolean;
  /** Where the author chooses how much mail comes. */
  readonly choiceUrl: string;
  /** Null: nobody can sign in there. */
  readonly messagesUrl: string | null;
}

/** A longer mail is read by nobody; some mail programs cut it off. */
const MAX_MESSAGES = 60;
const MAX_RECIPIENTS = 12;

export function renderSummary(site: MailSite, data: SummaryData): WrittenMail {
  const catalog = catalogs[site.locale];
  const words = catalog.summary;
  const day = formatDay(data.dateMs, site.locale, site.timeZone);
  const sent = data.messages.filter(({ isNew }) => isNew).length;
  const opened = data.messages.reduce((sum, { openings }) => sum + openings, 0);
  const subject = words.subject({ day, sent, opened });
  const listed = data.messages.slice(0, MAX_MESSAGES);
  const blocks = [
    title(words.title),
    paragraph(data.wantsSummary ? words.intro : words.introLast),
    facts([words.sentFact, String(sent)], [words.openedFact, String(opened)]),
    ...listed.flatMap((message) => messageBlocks(site, catalog, message)),
    ...restBlocks(catalog, data.messages.length - listed.length, data.messagesUrl),
    heading(words.choiceTitle),
    link(data.wantsSummary ? words.choiceSingle : words.choiceSummary, shownUrl(data.choiceUrl)),
    ...helpBlocks(catalog, site.senderHelp),
  ];
  return writeAutomaticMail(site, {
    kind: 'summary',
    frame: data,
    original: null,
    subject,
    content: alternative(subject, [{ locale: site.locale, blocks }]),
    autoSubmitted: 'auto-generated',
  });
}

function messageBlocks(site: MailSite, catalog: Catalog, message: SummaryMessage): Block[] {
  const words = catalog.summary;
  const who = shownRecipients(
    catalog,
    message.recipients.map(({ address }) => address),
  );
  const moment = formatMoment(message.sentMs, site.locale, site.timeZone);
  const code = message.messageCode === null ? null : formatMessageCode(message.messageCode);
  // Who opened it first: that is what the author looks for.
  const ordered = message.recipients.toSorted(
    (a, b) => Number(a.openedMs === null) - Number(b.openedMs === null),
  );
  const listed = ordered.slice(0, MAX_RECIPIENTS).map((one) => recipientLine(site, catalog, one));
  const more = ordered.length - listed.length;
  return [
    heading(words.to({ who })),
    note(code === null ? words.sent({ moment }) : words.sentWithCode({ moment, code })),
    list(more === 0 ? listed : [...listed, words.moreRecipients({ more })]),
    ...(message.pageUrl === null ? [] : [link(words.page, shownUrl(message.pageUrl))]),
  ];
}

function recipientLine(site: MailSite, catalog: Catalog, recipient: SummaryRecipient): string {
  const words = catalog.summary;
  const who = shownAddress(recipient.address);
  if (recipient.openedMs === null) return `${who}: ${words.state[recipient.state]}`;
  const moment = formatMoment(recipient.openedMs, site.locale, site.timeZone);
  const reader = recipient.reader === null ? null : shownAddress(recipient.reader);
  return `${who}: ${reader === null ? words.opened({ moment }) : words.openedFor({ reader, moment })}`;
}

function restBlocks(catalog: Catalog, more: number, messagesUrl: string | null): Block[] {
  if (more <= 0) return [];
  const words = catalog.summary.moreMessages({ more });
  return [messagesUrl === null ? paragraph(words) : link(words, shownUrl(messagesUrl))];
}
