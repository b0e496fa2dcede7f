/**
 * *Secured*: the author learns at once, in one mail per message, what was done for each recipient, what can be seen
 * later, and why. Original subject and content never appear: the mail may travel less protected than they do.
 */
import { formatMessageCode } from '#src/base/identifiers.ts';
import type { Catalog } from './catalog/catalog.ts';
import { catalogs } from './catalog/catalogs.ts';
import type { Block } from './compose/block.ts';
import { action, facts, heading, link, list, paragraph, title } from './compose/block.ts';
import { shownAddress } from './compose/clean-text.ts';
import { formatClock, formatDay, formatMoment } from './compose/local-date.ts';
import { alternative, writeAutomaticMail } from './compose/mail.ts';
import type { MailFrame, MailSite, OriginalMail } from './mail-site.ts';
import { choiceBlocks, helpBlocks, shownRecipients, shownUrl } from './shared-blocks.ts';
import type { AskedAtSending, AskedWord, ProtectedHow, SecuredReason } from './words.ts';
import type { WrittenMail } from './written-mail.ts';

/** From here on recipients of one group stand one after the other instead of one on a line. */
const MAX_LISTED = 12;

export interface SecuredData extends MailFrame {
  readonly original: OriginalMail;
  /** When the message was accepted. */
  readonly sentMs: number;
  /** Every recipient, in the order of the SMTP envelope. */
  readonly recipients: readonly { readonly address: string; readonly how: ProtectedHow }[];
  /** Every reason that applied, the strongest first. */
  readonly reasons: readonly SecuredReason[];
  /** Unformatted; null unless exactly one recipient gets a secure message: each has another code. */
  readonly messageCode: string | null;
  readonly keptUntilMs: number | null;
  /** Holds for the secure messages. */
  readonly asked: AskedAtSending;
  /** The message among its author's own on the staff pages; null: nobody can sign in there. */
  readonly pageUrl: string | null;
  /** Where the author can ask for one summary a day; null: there is no such page. */
  readonly choiceUrl: string | null;
  /** Until when, and where, it can be taken back; null: the notices left at once. */
  readonly undo: { readonly url: string; readonly untilMs: number } | null;
}

// What the author should see first: what needs them, then what left.
const ORDER: readonly ProtectedHow[] = [
  'held',
  'returned',
  'secure-message',
  'verified-tls',
  'encrypted-by-author',
  'opportunistic-tls',
  'internal',
];

/** As they are typed behind the code; the same in every language. */
const TYPED: Readonly<Record<AskedWord, string>> = {
  expires: 'expires',
  'read-by': 'read by',
  'no-reply': 'no reply',
  verify: 'verify',
};

export function renderSecured(site: MailSite, data: SecuredData): WrittenMail {
  const catalog = catalogs[site.locale];
  const words = catalog.secured;
  const outside = data.recipients.filter((recipient) => recipient.how !== 'internal');
  const named = outside.length > 0 ? outside : data.recipients;
  const who = shownRecipients(
    catalog,
    named.map((recipient) => recipient.address),
  );
  const subject = words.subject({ who });
  const blocks = [
    title(words.title),
    paragraph(words.intro({ moment: formatMoment(data.sentMs, site.locale, site.timeZone) })),
    ...undoBlocks(site, catalog, data),
    ...ORDER.flatMap((how) => groupBlocks(catalog, data, how)),
    ...whyBlocks(catalog, data.reasons),
    ...askedBlocks(site, catalog, data),
    ...laterBlocks(site, catalog, data),
    ...choiceBlocks(catalog, data.choiceUrl),
    ...helpBlocks(catalog, site.senderHelp),
  ];
  return writeAutomaticMail(site, {
    kind: 'secured',
    frame: data,
    original: data.original,
    subject,
    content: alternative(subject, [{ locale: site.locale, blocks }]),
    autoSubmitted: 'auto-generated',
  });
}

/** What was relayed has left all the same: only secure messages can be taken back. */
function undoBlocks(site: MailSite, catalog: Catalog, { undo, recipients }: SecuredData): Block[] {
  if (undo === null) return [];
  const words = catalog.secured;
  const clock = formatClock(undo.untilMs, site.locale, site.timeZone);
  const isMixed = recipients.some(({ how }) => how !== 'secure-message');
  return [
    paragraph(isMixed ? words.undoMixed({ clock }) : words.undo({ clock })),
    action(words.undoButton, shownUrl(undo.url), 'second'),
  ];
}

function groupBlocks(catalog: Catalog, data: SecuredData, how: ProtectedHow): Block[] {
  const addresses = data.recipients.filter((one) => one.how === how).map((one) => shownAddress(one.address));
  if (addresses.length === 0) return [];
  const words = catalog.secured.group[how];
  const groupTitle = addresses.length > 1 ? `${words.title} (${addresses.length})` : words.title;
  const listed = addresses.length > MAX_LISTED ? paragraph(addresses.join(', ')) : list(addresses);
  return [heading(groupTitle), listed, paragraph(words.text)];
}

function whyBlocks(catalog: Catalog, reasons: readonly SecuredReason[]): Block[] {
  const [first, ...more] = [...new Set(reasons.map((reason) => catalog.secured.why[reason]))];
  if (first === undefined) return [];
  return [heading(catalog.secured.whyTitle), more.length === 0 ? paragraph(first) : list([first, ...more])];
}

/** The words themselves are not repeated where they were not understood: they may be part of the subject. */
function askedBlocks(site: MailSite, catalog: Catalog, { asked, recipients }: SecuredData): Block[] {
  if (!recipients.some(({ how }) => how === 'secure-message')) return [];
  const words = catalog.secured.asked;
  const day = (ms: number): string => formatDay(ms - 1, site.locale, site.timeZone);
  const done = [
    ...(asked.expiresAt === null ? [] : [words.expires({ day: day(asked.expiresAt) })]),
    ...(asked.readBy === null ? [] : [words.readBy({ day: day(asked.readBy) })]),
    ...(asked.noReply ? [words.noReply] : []),
    ...(asked.verify ? [words.verify] : []),
  ];
  const unmet = [...new Set(asked.unmet.map(({ name, why }) => words.unmet[why]({ word: TYPED[name] })))];
  return [
    ...(done.length === 0 ? [] : [heading(words.title), list(done)]),
    ...(unmet.length === 0 ? [] : [heading(words.unmetTitle), list(unmet), paragraph(words.unmetCure)]),
  ];
}

function laterBlocks(site: MailSite, catalog: Catalog, data: SecuredData): Block[] {
  const words = catalog.secured;
  const count = (how: ProtectedHow): number => data.recipients.filter((one) => one.how === how).length;
  const blocks: Block[] = [];
  if (data.keptUntilMs !== null) {
    blocks.push(
      paragraph(words.keptUntil({ day: formatDay(data.keptUntilMs - 1, site.locale, site.timeZone) })),
    );
  }
  if (count('secure-message') > 0) {
    blocks.push(
      paragraph(
        count('secure-message') < data.recipients.length ? words.noOpenedMailMixed : words.noOpenedMail,
      ),
    );
  }
  if (data.messageCode !== null) {
    const code = formatMessageCode(data.messageCode);
    blocks.push(paragraph(words.code), facts([catalog.fact.messageCode, code]));
  }
  if (data.pageUrl !== null) blocks.push(link(words.page, shownUrl(data.pageUrl)));
  return blocks.length === 0 ? [] : [heading(words.laterTitle), ...blocks];
}
