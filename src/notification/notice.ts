/**
 * The notice: what an outside recipient gets instead of the message. It says who wrote, where to read, and how to
 * make sure that it is no trick. It never holds content, the subject or names of files of what it announces, and
 * has no field that would mark it as a list's or a machine's mail: it stands for a person's mail.
 */
import { formatMessageCode } from '#src/base/identifiers.ts';
import { catalogs } from './catalog/catalogs.ts';
import type { Block, Section } from './compose/block.ts';
import { action, heading, link, note, paragraph, title } from './compose/block.ts';
import { cleanName, cleanText, shownAddress } from './compose/clean-text.ts';
import {
  encodeMailbox,
  encodeText,
  headerAddress,
  headerField,
  threadFields,
} from './compose/header-field.ts';
import { formatDay } from './compose/local-date.ts';
import { alternative, assembleMail, NOTICE_FIELD, serviceMailbox } from './compose/mail.ts';
import type { Locale, MailFrame, MailSite, OriginalMail, Person } from './mail-site.ts';
import { helpBlocks, shownName, shownPerson } from './shared-blocks.ts';
import type { WrittenMail } from './written-mail.ts';

const MAX_SUBJECT_CHARACTERS = 200;

export interface NoticeData extends MailFrame {
  readonly author: Person;
  /** True: From is the author, because we may send in the author's name. False: From is us, answers go to the author. */
  readonly fromAuthor: boolean;
  readonly original: OriginalMail;
  /** Where the message is read: `${publicUrl}/m/<token>`. */
  readonly link: string;
  /** Unformatted, nine characters. */
  readonly messageCode: string;
  readonly keptUntilMs: number;
  /** First language where it is known that this recipient prefers another than the site's. */
  readonly locale?: Locale | undefined;
  /** Only where the organisation chose to show its own outer subject; the message code is added. */
  readonly outerSubject?: string | undefined;
}

/** Writes the notice. Throws RangeError where its own Message-ID is none. */
export function renderNotice(site: MailSite, data: NoticeData): WrittenMail {
  const locales = noticeLocales(site, data.locale ?? site.locale);
  const subject = noticeSubject(site, data, locales[0] ?? site.locale);
  const sections = locales.map((locale, index) => noticeSection(site, data, locale, locales[index + 1]));
  const header =
    authorFields(site, data, locales[0] ?? site.locale) +
    headerField('Subject', encodeText(subject)) +
    threadFields(data.original) +
    headerField(NOTICE_FIELD, 'notice');
  return assembleMail(data, header, alternative(subject, sections));
}

function noticeLocales(site: MailSite, first: Locale): readonly Locale[] {
  const second = first === site.locale ? site.secondLocale : site.locale;
  return second === null || second === first ? [first] : [first, second];
}

function noticeSubject(site: MailSite, data: NoticeData, locale: Locale): string {
  const code = formatMessageCode(data.messageCode);
  if (data.outerSubject !== undefined)
    return `${cleanText(data.outerSubject, MAX_SUBJECT_CHARACTERS)} (${code})`;
  const organization = cleanName(site.organization);
  return catalogs[locale].notice.subject({ author: shownName(data.author), organization, code });
}

function authorFields(site: MailSite, data: NoticeData, locale: Locale): string {
  const address = headerAddress(data.author.address);
  // Without SMTPUTF8 all the way an author's address in UTF-8 has no place in a header; the words still show it.
  if (address === null || address.smtputf8) return headerField('From', serviceMailbox(site));
  const name = cleanName(data.author.name);
  if (data.fromAuthor) return headerField('From', encodeMailbox(name, address.text));
  const organization = cleanName(site.organization);
  const via = catalogs[locale].via({ author: shownName(data.author), organization });
  const service = headerAddress(site.serviceAddress)?.text ?? site.serviceAddress;
  return (
    headerField('From', encodeMailbox(via, service)) +
    headerField('Reply-To', encodeMailbox(name, address.text))
  );
}

function noticeSection(site: MailSite, data: NoticeData, locale: Locale, next: Locale | undefined): Section {
  const catalog = catalogs[locale];
  const words = catalog.notice;
  const organization = cleanName(site.organization);
  const author = shownName(data.author);
  const blocks: Block[] = [
    ...(next === undefined ? [] : [note(catalogs[next].furtherDown)]),
    title(words.title({ author })),
    paragraph(words.intro({ person: shownPerson(data.author), organization })),
    action(words.button, data.link),
    paragraph(words.firstTime),
    paragraph(
      `${words.keptUntil({ day: formatDay(data.keptUntilMs, locale, site.timeZone) })} ${words.authorIsTold({ author })}`,
    ),
    paragraph(words.answering),
    heading(words.realTitle),
    paragraph(words.realCheck({ organization })),
    link(`${site.publicUrl}/check`),
    paragraph(words.realCode({ code: formatMessageCode(data.messageCode) })),
    paragraph(words.realNever),
    ...helpBlocks(catalog, site.recipientHelp),
    note(words.why({ to: shownAddress(data.to), author })),
  ];
  return { locale, blocks };
}
