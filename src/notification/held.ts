/**
 * *Needs you*: nothing has left for some recipients, because the subject looks as if the author meant the code and
 * slipped. The slip is described in words of ours: the words of the subject would be a part of the subject. Both
 * links lead to a page that asks once more, so that a scanner which follows them decides nothing.
 */
import { catalogs } from './catalog/catalogs.ts';
import { action, heading, list, note, paragraph, title } from './compose/block.ts';
import { shownAddress } from './compose/clean-text.ts';
import { formatClock, formatMoment } from './compose/local-date.ts';
import { alternative, writeAutomaticMail } from './compose/mail.ts';
import type { MailFrame, MailSite, OriginalMail } from './mail-site.ts';
import { helpBlocks, shownRecipients, shownUrl } from './shared-blocks.ts';
import type { NearMissKind } from './words.ts';
import type { WrittenMail } from './written-mail.ts';

export interface HeldData extends MailFrame {
  readonly original: OriginalMail;
  readonly sentMs: number;
  readonly nearMiss: NearMissKind;
  /** Every recipient for whom nothing has left; all are named. */
  readonly heldRecipients: readonly string[];
  /** The message has other recipients, who are not held up. */
  readonly hasOtherRecipients: boolean;
  readonly sendSecuredUrl: string;
  readonly dontSendUrl: string;
  /** What happens by itself, and when. */
  readonly unanswered: { readonly outcome: 'secure' | 'return'; readonly atMs: number };
}

export function renderHeld(site: MailSite, data: HeldData): WrittenMail {
  const catalog = catalogs[site.locale];
  const words = catalog.held;
  const subject = words.subject({ who: shownRecipients(catalog, data.heldRecipients) });
  const clock = formatClock(data.unanswered.atMs, site.locale, site.timeZone);
  const byItself = data.unanswered.outcome === 'secure' ? words.unansweredSecure : words.unansweredReturn;
  const blocks = [
    title(words.title),
    paragraph(words.intro({ moment: formatMoment(data.sentMs, site.locale, site.timeZone) })),
    paragraph(words.nothingLeft),
    list(data.heldRecipients.map(shownAddress)),
    ...(data.hasOtherRecipients ? [paragraph(words.others)] : []),
    heading(words.slipTitle),
    paragraph(words.slip[data.nearMiss]),
    heading(words.chooseTitle),
    paragraph(words.choose),
    action(words.sendSecured, shownUrl(data.sendSecuredUrl), 'first'),
    action(words.dontSend, shownUrl(data.dontSendUrl), 'second'),
    paragraph(byItself({ clock })),
    note(words.nextTime),
    ...helpBlocks(catalog, site.senderHelp),
  ];
  return writeAutomaticMail(site, {
    kind: 'held',
    frame: data,
    original: data.original,
    subject,
    content: alternative(subject, [{ locale: site.locale, blocks }]),
    autoSubmitted: 'auto-generated',
  });
}
