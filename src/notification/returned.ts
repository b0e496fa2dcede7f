/**
 * *Not delivered*, because we ourselves did not send it: too large to be made a secure message, or nobody answered
 * when we asked. The same report as a bounce (RFC 3464), with words of its own. Nothing of the message is repeated.
 */
import { renderReport, type UndeliveredData } from './bounce.ts';
import type { Catalog } from './catalog/catalog.ts';
import { catalogs } from './catalog/catalogs.ts';
import { type Block, facts, heading, list, paragraph, title } from './compose/block.ts';
import { shownAddress } from './compose/clean-text.ts';
import { formatMoment } from './compose/local-date.ts';
import type { MailSite } from './mail-site.ts';
import { helpBlocks, shownRecipients } from './shared-blocks.ts';
import type { WrittenMail } from './written-mail.ts';

const MEBIBYTE = 1024 * 1024;

export type ReturnedReason =
  /** Decoded sizes in bytes. */
  | {
      readonly kind: 'message-too-large' | 'attachment-too-large';
      readonly limitBytes: number;
      readonly sizeBytes: number;
    }
  | { readonly kind: 'no-answer' }
  /** The people who run the gateway stopped it. */
  | { readonly kind: 'cancelled' | 'stopped-by-officer' }
  /** Somebody wrote into the database. */
  | { readonly kind: 'record-changed' };

export interface ReturnedData extends UndeliveredData {
  readonly reason: ReturnedReason;
  readonly recipients: readonly { readonly address: string; readonly originalRecipient: string | null }[];
}

/** RFC 3463: 5.3.4 message too big for system; 5.7.0 other security status; 5.7.1 not authorised, message refused. */
const STATUS: Readonly<Record<ReturnedReason['kind'], string>> = {
  'message-too-large': '5.3.4',
  'attachment-too-large': '5.3.4',
  'no-answer': '5.7.0',
  cancelled: '5.7.1',
  'stopped-by-officer': '5.7.1',
  'record-changed': '5.7.0',
};

/** It was in the queue: an attempt before may have left no trace of its success. */
const MAY_HAVE_LEFT: ReadonlySet<ReturnedReason['kind']> = new Set(['cancelled', 'record-changed']);

export function renderReturned(site: MailSite, data: ReturnedData): WrittenMail {
  const catalog = catalogs[site.locale];
  const addresses = data.recipients.map((one) => one.address);
  const words = catalog.returned;
  const moment = formatMoment(data.sentMs, site.locale, site.timeZone);
  const reason = words.reason[data.reason.kind];
  const blocks = [
    title(words.title),
    paragraph(words.intro({ moment, count: addresses.length })),
    list(addresses.map(shownAddress)),
    paragraph(MAY_HAVE_LEFT.has(data.reason.kind) ? reason.what : `${reason.what} ${words.nothingLeft}`),
    ...sizeBlocks(catalog, data.reason),
    heading(catalog.bounce.nextTitle),
    paragraph(reason.next),
    ...(data.hasOtherRecipients === true ? [paragraph(catalog.bounce.others)] : []),
    ...helpBlocks(catalog, site.senderHelp),
  ];
  const status = data.recipients.map((one) => ({
    ...one,
    action: 'failed' as const,
    status: STATUS[data.reason.kind],
    smtpReply: null,
    remoteHost: null,
    lastAttemptMs: null,
    willRetryUntilMs: null,
  }));
  const subject = catalog.bounce.subject({ who: shownRecipients(catalog, addresses) });
  return renderReport(site, 'returned', data, subject, blocks, status, null);
}

function sizeBlocks(catalog: Catalog, reason: ReturnedReason): Block[] {
  if (!('limitBytes' in reason)) return [];
  const { fact } = catalog;
  const limit = reason.limitBytes / MEBIBYTE;
  // Rounded up, so that what is just too large does not show as the limit itself.
  const size = Math.max(
    Math.ceil((reason.sizeBytes / MEBIBYTE) * 10) / 10,
    Math.round(limit * 10) / 10 + 0.1,
  );
  const shown = (amount: number): string => `${Math.round(amount * 10) / 10} MB`;
  return [facts([fact.size, shown(size)], [fact.limit, shown(limit)])];
}
