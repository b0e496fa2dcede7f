/**
 * A recipient asks the author for a message that is closed: locked, past its date, or opened before the password was
 * reset. What they wrote stands as a quotation of theirs; the answer is given on the message's page.
 */
import { formatMessageCode } from '#src/base/identifiers.ts';

import { catalogs } from './catalog/catalogs.ts';
import { action, type Block, facts, heading, paragraph, title } from './compose/block.ts';
import { shownAddress } from './compose/clean-text.ts';
import { formatDay, formatMoment } from './compose/local-date.ts';
import { alternative, writeAutomaticMail } from './compose/mail.ts';
import type { MailFrame, MailSite, OriginalMail } from './mail-site.ts';
import { helpBlocks, quotation, shownRecipients, shownUrl } from './shared-blocks.ts';
import type { WrittenMail } from './written-mail.ts';

const MAX_NOTE_CHARACTERS = 300;

export interface AskedAgainData extends MailFrame {
  readonly original: OriginalMail;
  readonly sentMs: number;
  readonly recipient: string;
  readonly askedMs: number;
  /** What closed it, and when. */
  readonly closed: { readonly why: 'locked' | 'expired' | 'needs-release'; readonly atMs: number };
  /** The content is destroyed: only sending it again helps. */
  readonly gone: boolean;
  /** What they wrote; empty: nothing. */
  readonly note: string;
  /** Where it is answered; null: nobody can sign in to the staff pages. */
  readonly answerUrl: string | null;
  /** Unformatted. */
  readonly messageCode: string;
}

export function renderAskedAgain(site: MailSite, data: AskedAgainData): WrittenMail {
  const catalog = catalogs[site.locale];
  const words = catalog.askedAgain;
  const who = shownAddress(data.recipient);
  const moment = (ms: number): string => formatMoment(ms, site.locale, site.timeZone);
  const subject = words.subject({ who: shownRecipients(catalog, [data.recipient]) });
  const { why, atMs } = data.closed;
  const when = why === 'expired' ? formatDay(atMs, site.locale, site.timeZone) : moment(atMs);
  const blocks = [
    title(words.title),
    paragraph(words.intro({ who, moment: moment(data.sentMs) })),
    paragraph(words.why[why]({ when })),
    ...quotation(words.wrote, data.note, MAX_NOTE_CHARACTERS),
    facts(
      [catalog.fact.recipient, who],
      [catalog.fact.sent, moment(data.sentMs)],
      [catalog.fact.messageCode, formatMessageCode(data.messageCode)],
    ),
    heading(catalog.bounce.nextTitle),
    ...nextBlocks(words, data),
    ...helpBlocks(catalog, site.senderHelp),
  ];
  return writeAutomaticMail(site, {
    kind: 'asked-again',
    frame: data,
    original: data.original,
    subject,
    content: alternative(subject, [{ locale: site.locale, blocks }]),
    autoSubmitted: 'auto-generated',
  });
}

function nextBlocks(words: (typeof catalogs)['en']['askedAgain'], data: AskedAgainData): Block[] {
  if (data.gone) return [paragraph(words.gone)];
  const sure = data.closed.why === 'needs-release' ? [paragraph(words.makeSure)] : [];
  if (data.answerUrl === null) return [...sure, paragraph(words.noPage)];
  return [...sure, action(words.button, shownUrl(data.answerUrl)), paragraph(words.nothingHappens)];
}
