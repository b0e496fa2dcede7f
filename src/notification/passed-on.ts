/**
 * *Handed over*: an author asked for a report of success (NOTIFY=SUCCESS), and the next server takes mail without
 * sending such reports. RFC 3461 section 5.2.2 has us say so: handed over, and no news will come. The words must not
 * promise that it arrived.
 */
import { renderReport, type Carried, type UndeliveredData } from './bounce.ts';
import { catalogs } from './catalog/catalogs.ts';
import { list, paragraph, title } from './compose/block.ts';
import { shownAddress } from './compose/clean-text.ts';
import { formatMoment } from './compose/local-date.ts';
import type { MailSite } from './mail-site.ts';
import { shownRecipients } from './shared-blocks.ts';
import type { WrittenMail } from './written-mail.ts';

export interface PassedOnData extends UndeliveredData {
  readonly recipient: {
    readonly address: string;
    /** ORCPT as `type;address`, xtext decoded; null: none was given. */
    readonly originalRecipient: string | null;
    /** Host name of the next hop. */
    readonly remoteHost: string | null;
    readonly passedOnMs: number;
  };
  readonly carried: Carried;
}

export function renderPassedOn(site: MailSite, data: PassedOnData): WrittenMail {
  const catalog = catalogs[site.locale];
  const words = catalog.passedOn;
  const { address, originalRecipient, remoteHost, passedOnMs } = data.recipient;
  const blocks = [
    title(words.title),
    paragraph(words.intro({ moment: formatMoment(data.sentMs, site.locale, site.timeZone) })),
    list([shownAddress(address)]),
    paragraph(words.noNews),
  ];
  const status = {
    address,
    originalRecipient,
    action: 'relayed' as const,
    // The server's words are left out: of mail that was protected it may have quoted some.
    status: '2.0.0',
    smtpReply: null,
    remoteHost,
    lastAttemptMs: passedOnMs,
    willRetryUntilMs: null,
  };
  const headerFields = data.carried.kind === 'ordinary' ? data.carried.headerFields : null;
  const subject = words.subject({ who: shownRecipients(catalog, [address]) });
  return renderReport(site, 'passed-on', data, subject, blocks, [status], headerFields);
}
