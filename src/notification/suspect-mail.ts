/**
 * The security officer learns that somebody holds a mail that pretends to come from us. Facts alone, and nothing in
 * them can be followed: whoever sent the fake, or reported it, could write whatever they like into this mail.
 */
import { catalogs } from './catalog/catalogs.ts';
import { facts, note, paragraph, title } from './compose/block.ts';
import { cleanText, shownAddress } from './compose/clean-text.ts';
import { formatMoment } from './compose/local-date.ts';
import { alternative, writeAutomaticMail } from './compose/mail.ts';
import type { MailFrame, MailSite } from './mail-site.ts';
import type { WrittenMail } from './written-mail.ts';

export interface SuspectReport extends MailFrame {
  readonly reportedMs: number;
  /** The author that it claims, as written; null: none, or several. */
  readonly from: string | null;
  /** Hosts elsewhere to which its links lead. */
  readonly hosts: readonly string[];
  readonly code: 'ours' | 'unknown' | 'none';
  readonly signature: 'ours' | 'broken' | 'none';
  /** The address that is said to have got it; null: not said. */
  readonly reportedFor: string | null;
}

const MAX_HOST_CHARACTERS = 100;
const MAX_FROM_CHARACTERS = 120;

export function renderSuspectMail(site: MailSite, data: SuspectReport): WrittenMail {
  const words = catalogs[site.locale].suspectMail;
  const { from, hosts, reportedFor } = data;
  const rows: (readonly [string, string])[] = [
    [words.from, from === null ? words.nothing : unfollowable(from, MAX_FROM_CHARACTERS)],
    [
      words.leadsTo,
      hosts.length === 0
        ? words.nothing
        : hosts.map((host) => unfollowable(host, MAX_HOST_CHARACTERS)).join(', '),
    ],
    [words.code, words.codes[data.code]],
    [words.signature, words.signatures[data.signature]],
    ...(reportedFor === null ? [] : ([[words.reportedFor, shownAddress(reportedFor)]] as const)),
  ];
  const blocks = [
    title(words.title),
    paragraph(words.intro({ moment: formatMoment(data.reportedMs, site.locale, site.timeZone) })),
    facts(...rows),
    paragraph(words.next),
    note(words.limits),
  ];
  return writeAutomaticMail(site, {
    kind: 'suspect-mail',
    frame: data,
    original: null,
    subject: words.subject,
    content: alternative(words.subject, [{ locale: site.locale, blocks }]),
    autoSubmitted: 'auto-generated',
  });
}

/** No mail program makes a link or an address of it. */
function unfollowable(text: string, maxCharacters: number): string {
  return cleanText(text, maxCharacters)
    .replaceAll('@', ' [at] ')
    .replaceAll('.', '[.]')
    .replaceAll('://', '[:]//');
}
