/**
 * *Not delivered* and *Delayed*: words that a clinician can act on, above the standard report (RFC 3464). What the
 * mail was decides what may be repeated: header fields only of ordinary mail, and a server's own words never where
 * the protected content itself was on the wire, because servers quote what they refuse. The caller sends it with
 * the null reverse-path, and never in answer to one.
 */
import type { Catalog } from './catalog/catalog.ts';
import { catalogs } from './catalog/catalogs.ts';
import { type Block, heading, list, note, paragraph, title } from './compose/block.ts';
import { cleanText, shownAddress } from './compose/clean-text.ts';
import { deliveryStatus, type StatusRecipientFields } from './compose/delivery-status.ts';
import { formatMoment } from './compose/local-date.ts';
import { alternative, type MimeContent, report, writeAutomaticMail } from './compose/mail.ts';
import { quotedPrintable } from './compose/quoted-printable.ts';
import { classifyFailure, type FailureKind } from './failure-kind.ts';
import type { MailFrame, MailSite, OriginalMail } from './mail-site.ts';
import { helpBlocks, shownRecipients } from './shared-blocks.ts';
import type { WrittenMail } from './written-mail.ts';

const MAX_DETAIL_CHARACTERS = 300;
const MAX_RETURNED_HEADER_OCTETS = 64 * 1024;
const ENHANCED_STATUS = /^[245]\.\d{1,3}\.\d{1,3}$/u;

/** What was on the wire when it failed. */
export type Carried =
  /** Mail that nothing asked us to protect: its header fields may be returned. */
  | { readonly kind: 'ordinary'; readonly headerFields: Buffer | null }
  /** Our own notice: servers may be quoted, they have seen nothing private. */
  | { readonly kind: 'notice' }
  /** The protected content itself, over a checked line: of the reply only the codes are repeated. */
  | { readonly kind: 'protected-content' };

export interface UndeliveredRecipient {
  readonly address: string;
  /** ORCPT as `type;address`, xtext decoded; null: none was given. */
  readonly originalRecipient: string | null;
  /** Enhanced status code of the last attempt; null where there was none. */
  readonly status: string | null;
  /** Reply line of the next hop, `550 5.1.1 No such user`; null where no reply was received. */
  readonly reply: string | null;
  /** Host name of the next hop. */
  readonly remoteHost: string | null;
  readonly lastAttemptMs: number | null;
}

/** What every report about a mail that did not arrive needs. */
export interface UndeliveredData extends MailFrame {
  readonly original: OriginalMail;
  readonly sentMs: number;
  /** Host name of this gateway. */
  readonly reportingHost: string;
  /** ENVID of the submission, xtext decoded; null: none. */
  readonly envelopeId: string | null;
  /** The message has recipients whom this report is not about. */
  readonly hasOtherRecipients?: boolean | undefined;
}

export interface BounceData extends UndeliveredData {
  /** Only those who were not reached. */
  readonly recipients: readonly UndeliveredRecipient[];
  readonly carried: Carried;
}

export interface DelayData extends BounceData {
  readonly willRetryUntilMs: number;
  /** No next hop is at fault: it waits here until a person has looked at it. */
  readonly waitsHere?: boolean | undefined;
}

export function renderBounce(site: MailSite, data: BounceData): WrittenMail {
  const catalog = catalogs[site.locale];
  const words = catalog.bounce;
  const subject = words.subject({
    who: shownRecipients(
      catalog,
      data.recipients.map((one) => one.address),
    ),
  });
  const moment = formatMoment(data.sentMs, site.locale, site.timeZone);
  const blocks = [
    title(words.title),
    paragraph(words.intro({ moment, count: data.recipients.length })),
    ...failureGroups(catalog, data),
    ...(data.hasOtherRecipients === true ? [paragraph(words.others)] : []),
    ...helpBlocks(catalog, site.senderHelp),
    ...detailBlocks(catalog, data),
  ];
  const status = data.recipients.map((one) => statusFields(one, 'failed', data.carried, null));
  return renderReport(site, 'bounce', data, subject, blocks, status, returnable(data.carried));
}

export function renderDelay(site: MailSite, data: DelayData): WrittenMail {
  const catalog = catalogs[site.locale];
  const words = catalog.delay;
  const waitsHere = data.waitsHere === true;
  const until = formatMoment(data.willRetryUntilMs, site.locale, site.timeZone);
  const subject = words.subject({
    who: shownRecipients(
      catalog,
      data.recipients.map((one) => one.address),
    ),
  });
  const moment = formatMoment(data.sentMs, site.locale, site.timeZone);
  const blocks = [
    title(words.title),
    paragraph((waitsHere ? words.waitsHere : words.intro)({ moment, count: data.recipients.length })),
    list(data.recipients.map((one) => shownAddress(one.address))),
    paragraph(waitsHere ? words.waitsHereUntil : words.until({ moment: until })),
    paragraph(words.nothingToDo),
    ...helpBlocks(catalog, site.senderHelp),
    ...detailBlocks(catalog, data),
  ];
  const status = data.recipients.map((one) =>
    statusFields(one, 'delayed', data.carried, waitsHere ? null : data.willRetryUntilMs),
  );
  return renderReport(site, 'delay', data, subject, blocks, status, returnable(data.carried));
}

/** Puts the words, the report and the header fields that may be returned together. */
export function renderReport(
  site: MailSite,
  kind: 'bounce' | 'delay' | 'returned' | 'passed-on',
  data: UndeliveredData,
  subject: string,
  blocks: readonly Block[],
  status: readonly StatusRecipientFields[],
  headerFields: Buffer | null,
): WrittenMail {
  const words = alternative(subject, [{ locale: site.locale, blocks }]);
  const message = {
    reportingHost: data.reportingHost,
    envelopeId: data.envelopeId,
    arrivalMs: data.sentMs,
  };
  const parts: MimeContent[] = [deliveryStatus(message, status), ...returnedHeader(headerFields)];
  return writeAutomaticMail(site, {
    kind,
    frame: data,
    original: data.original,
    subject,
    content: report('delivery-status', words, parts),
    autoSubmitted: 'auto-replied',
  });
}

/** One group for each cause: who, what happened, what to do. */
function failureGroups(catalog: Catalog, data: BounceData): Block[] {
  const groups = Map.groupBy(data.recipients, (one) => toldAs(one, data.carried));
  const blocks: Block[] = [];
  for (const [kind, members] of groups) {
    const words = catalog.bounce.failure[kind];
    blocks.push(list(members.map((one) => shownAddress(one.address))), paragraph(words.what));
    blocks.push(heading(catalog.bounce.nextTitle), paragraph(words.next));
  }
  return blocks;
}

// Some advice is for the author's own mail and would mislead about a notice, which is small and holds nothing private.
const ABOUT_THE_MAIL_ITSELF: ReadonlySet<FailureKind> = new Set(['no-tls', 'too-large', 'not-supported']);

function toldAs(one: UndeliveredRecipient, carried: Carried): FailureKind {
  const kind = classifyFailure(one.status, replyCode(one.reply));
  return carried.kind === 'notice' && ABOUT_THE_MAIL_ITSELF.has(kind) ? 'refused' : kind;
}

function detailBlocks(catalog: Catalog, data: BounceData): Block[] {
  const details = data.recipients.map((one) => {
    const reply = quotableReply(one, data.carried);
    const host = one.remoteHost === null ? '' : `${one.remoteHost}: `;
    return cleanText(`${host}${reply ?? one.status ?? ''}`, MAX_DETAIL_CHARACTERS);
  });
  const different = [...new Set(details)].filter((detail) => detail !== '').slice(0, 5);
  return different.map((detail) => note(catalog.bounce.forHelpDesk({ detail })));
}

function statusFields(
  one: UndeliveredRecipient,
  action: 'failed' | 'delayed',
  carried: Carried,
  willRetryUntilMs: number | null,
): StatusRecipientFields {
  const { address, originalRecipient, remoteHost, lastAttemptMs } = one;
  const smtpReply = quotableReply(one, carried);
  const status = reportedStatus(one, action);
  return {
    address,
    originalRecipient,
    action,
    status,
    smtpReply,
    remoteHost,
    lastAttemptMs,
    willRetryUntilMs,
  };
}

// A failure is final for the reader of the report, whatever class the last attempt had (RFC 3464 section 2.3.4).
function reportedStatus(one: UndeliveredRecipient, action: 'failed' | 'delayed'): string {
  const wanted = action === 'failed' ? '5' : '4';
  if (one.status === null || !ENHANCED_STATUS.test(one.status)) return `${wanted}.0.0`;
  return wanted + one.status.slice(1);
}

function quotableReply(one: UndeliveredRecipient, carried: Carried): string | null {
  if (one.reply === null || carried.kind !== 'protected-content') return one.reply;
  return /^[245]\d\d(?:[ -][245]\.\d{1,3}\.\d{1,3}(?= |$))?/u.exec(one.reply)?.[0] ?? null;
}

function replyCode(reply: string | null): number | null {
  const code = reply === null ? undefined : /^[245]\d\d/u.exec(reply)?.[0];
  return code === undefined ? null : Number(code);
}

function returnable(carried: Carried): Buffer | null {
  return carried.kind === 'ordinary' ? carried.headerFields : null;
}

// RFC 6522 section 4. Always encoded: what a strange header holds can then form no line of ours.
function returnedHeader(headerFields: Buffer | null): MimeContent[] {
  if (headerFields === null) return [];
  const fields = headerFields.subarray(0, MAX_RETURNED_HEADER_OCTETS);
  return [
    {
      header:
        'Content-Type: text/rfc822-headers; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n',
      body: quotedPrintable(fields.toString('utf8')),
    },
  ];
}
