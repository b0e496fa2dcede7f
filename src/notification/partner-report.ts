/** An administrator learns that the way to a partner will break, or is broken, or that an agreement ends. */
import { catalogs } from './catalog/catalogs.ts';
import { heading, link, list, paragraph, title } from './compose/block.ts';
import { cleanText } from './compose/clean-text.ts';
import { formatDay } from './compose/local-date.ts';
import { alternative, writeAutomaticMail } from './compose/mail.ts';
import type { MailFrame, MailSite } from './mail-site.ts';
import { shownUrl } from './shared-blocks.ts';
import type { PartnerWarningKind } from './words.ts';
import type { WrittenMail } from './written-mail.ts';

export interface PartnerReportItem {
  readonly domain: string;
  readonly kind: PartnerWarningKind;
  /** Technical words of ours or of a server; null: none. */
  readonly why: string | null;
  /** The day that it is about, milliseconds since 1970; null: none. */
  readonly untilMs: number | null;
}

export interface PartnerReportData extends MailFrame {
  readonly items: readonly PartnerReportItem[];
  /** Address of the staff pages, without a slash at the end. */
  readonly consoleUrl: string;
}

const MAX_WHY_CHARACTERS = 300;
const MAX_ITEMS = 50;

export function renderPartnerReport(site: MailSite, data: PartnerReportData): WrittenMail {
  const catalog = catalogs[site.locale];
  const words = catalog.partnerReport;
  const kinds = [...new Set(data.items.map(({ kind }) => kind))];
  const subject = words.subject({ count: data.items.length, first: data.items[0]?.domain ?? '' });
  const blocks = kinds.flatMap((kind) => {
    const items = data.items.filter((item) => item.kind === kind).slice(0, MAX_ITEMS);
    return [
      heading(words.kind[kind].title),
      list(items.map((item) => describe(item, site))),
      paragraph(words.kind[kind].next),
    ];
  });
  const sections = [
    {
      locale: site.locale,
      blocks: [title(words.title), ...blocks, link(words.more, shownUrl(`${data.consoleUrl}/domains`))],
    },
  ];
  return writeAutomaticMail(site, {
    kind: 'partner-report',
    frame: data,
    original: null,
    subject,
    content: alternative(subject, sections),
    autoSubmitted: 'auto-generated',
  });
}

function describe({ domain, kind, why, untilMs }: PartnerReportItem, { locale, timeZone }: MailSite): string {
  // Agreements end on a day of the calendar, the same everywhere.
  const zone = kind === 'agreement-ends' ? 'UTC' : timeZone;
  const day = untilMs === null ? '' : ` (${formatDay(untilMs, locale, zone)})`;
  const reason = why === null ? '' : `: ${cleanText(why, MAX_WHY_CHARACTERS)}`;
  return `${domain}${day}${reason}`;
}
