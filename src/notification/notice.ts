/**
 * The notice: what an outside recipient gets instead of the message. It says who wrote, where to read, and how to
 * make sure that it is no trick. It never holds content, the subject or names of files of what it announces, and
 * has no field that would mark it as a list's or a machine's mail: it stands for a person's mail.
 */
import { formatMessageCode } from '#src/base/identifiers.ts';
import { catalogs } from './catalog/catalogs.ts';
import type { Block, Section } from './compose/block.ts';
import { action, facts, heading, link, note, paragraph, title } from './compose/block.ts';
import { cleanName, cleanText, shownAddress } from './compose/clean-text.ts';
import {
  encodeMailbox,
  encodeText,
  headerAddress,
  headerField,
  threadFields,
} from './compose/header-field.ts';
import { formatDay } from './compose/local-date.ts';
import { assembleMail, NOTICE_FIELD, serviceMailbox } from './compose/mail.ts';
import { compileTemplate, slot, type Template } from './compose/template.ts';
import type { Locale, MailFrame, MailSite, OriginalMail, Person } from './mail-site.ts';
import { helpBlocks, shownName, shownPerson, shownUrl } from './shared-blocks.ts';
import type { WrittenMail } from './written-mail.ts';

const MAX_SUBJECT_CHARACTERS = 200;

export interface NoticeData extends MailFrame {
  readonly author: Person;
  /** True: From is the author, because we may send in the author's name. False: From is us, answers go to the author. */
  readonly fromAuthor: boolean;
  /** The author is not of the organisation (forwarded mail): it speaks in its own name. `fromAuthor` is then false. */
  readonly authorOutside?: boolean | undefined;
  readonly original: OriginalMail;
  /** Where the message is read: `${publicUrl}/m/<token>`. */
  readonly link: string;
  /** Unformatted, nine characters. */
  readonly messageCode: string;
  readonly keptUntilMs: number;
  /** First language where it is known that this recipient prefers another than the site's. */
  readonly locale?: Locale | undefined;
  /** Only where the organisation chose to show the message's own; the message code is added. Empty: the neutral one. */
  readonly outerSubject?: string | undefined;
  /** The first opening needs a code, or a passphrase, that the author gives by telephone. */
  readonly asksByTelephone?: boolean | undefined;
  /** It was announced before. `reminder`: it waits unread. `granted`: it was closed, and is open again as they asked. */
  readonly again?: NoticeAgain | undefined;
}

/** Why a message is announced a second time. */
export type NoticeAgain = 'reminder' | 'granted';

/** Writes the notice. Throws RangeError where its own Message-ID is none. */
export function renderNotice(site: MailSite, data: NoticeData): WrittenMail {
  const locales = noticeLocales(site, data.locale ?? site.locale);
  const locale = locales[0] ?? site.locale;
  const outside = data.authorOutside === true;
  const sender = outside ? cleanName(site.organization) : shownName(data.author);
  const code = formatMessageCode(data.messageCode);
  const subject = noticeSubject(site, data, locale, sender);
  const values = [
    subject,
    sender,
    shownPerson(data.author),
    shownAddress(data.to),
    shownUrl(data.link),
    code,
    ...locales.map((one) => formatDay(data.keptUntilMs - 1, one, site.timeZone)),
  ];
  const header =
    authorFields(site, data, locale, sender) +
    headerField('Subject', encodeText(subject)) +
    threadFields(data.original) +
    headerField(NOTICE_FIELD, data.again ?? 'notice');
  return assembleMail(
    data,
    header,
    noticeTemplate(site, locales, {
      outside,
      again: data.again ?? null,
      asksByTelephone: data.asksByTelephone === true,
    })(values),
  );
}

/** Slots in the order of the values above; each language has its own day behind the last. */
const SLOT = {
  subject: slot(0),
  sender: slot(1),
  person: slot(2),
  to: slot(3),
  link: slot(4),
  code: slot(5),
} as const;
const FIRST_DAY_SLOT = 6;

/** One template for each site, order of languages and kind of author; they live as long as the site's object. */
const templates = new WeakMap<MailSite, Map<string, Template>>();

interface NoticeForm {
  readonly outside: boolean;
  readonly again: NoticeAgain | null;
  readonly asksByTelephone: boolean;
}

function noticeTemplate(site: MailSite, locales: readonly Locale[], form: NoticeForm): Template {
  let ofSite = templates.get(site);
  if (ofSite === undefined) {
    ofSite = new Map();
    templates.set(site, ofSite);
  }
  const key = `${locales.join(' ')} ${form.outside} ${form.again} ${form.asksByTelephone}`;
  let template = ofSite.get(key);
  if (template === undefined) {
    const sections = locales.map((locale, index) =>
      noticeSection(site, locale, locales[index + 1], index, form),
    );
    template = compileTemplate(SLOT.subject, sections);
    ofSite.set(key, template);
  }
  return template;
}

function noticeSection(
  site: MailSite,
  locale: Locale,
  next: Locale | undefined,
  index: number,
  { outside, again, asksByTelephone }: NoticeForm,
): Section {
  const catalog = catalogs[locale];
  const words = catalog.notice;
  const organization = cleanName(site.organization);
  const author = SLOT.sender;
  const intro = outside ? words.introOutside : words.intro;
  const day = slot(FIRST_DAY_SLOT + index);
  const blocks: Block[] = [
    ...(next === undefined ? [] : [note(catalogs[next].furtherDown)]),
    title(words.title({ author })),
    ...(again === null ? [] : [paragraph(again === 'granted' ? catalog.granted : catalog.reminder.waits)]),
    paragraph(intro({ person: SLOT.person, organization })),
    action(words.button, SLOT.link),
    paragraph(words.firstTime),
    ...(asksByTelephone ? [paragraph(words.byTelephone({ author }))] : []),
    paragraph(`${words.keptUntil({ day })} ${words.authorIsTold({ author })}`),
    paragraph(words.answering),
    heading(words.realTitle),
    link(words.realCheck({ organization }), shownUrl(`${site.publicUrl}/check`)),
    paragraph(words.realCode),
    facts([catalog.fact.messageCode, SLOT.code]),
    paragraph(words.realNever),
    ...helpBlocks(catalog, site.recipientHelp),
    note(words.why({ to: SLOT.to, author })),
  ];
  return { locale, blocks };
}

function noticeLocales(site: MailSite, first: Locale): readonly Locale[] {
  const second = first === site.locale ? site.secondLocale : site.locale;
  return second === null || second === first ? [first] : [first, second];
}

function noticeSubject(site: MailSite, data: NoticeData, locale: Locale, sender: string): string {
  const subject = announcement(site, data, locale, sender);
  return data.again === 'reminder' ? catalogs[locale].reminder.subject({ subject }) : subject;
}

function announcement(site: MailSite, data: NoticeData, locale: Locale, sender: string): string {
  const code = formatMessageCode(data.messageCode);
  const original = cleanText(data.outerSubject ?? '', MAX_SUBJECT_CHARACTERS);
  if (original !== '') return `${original} (${code})`;
  const words = catalogs[locale].notice;
  const organization = cleanName(site.organization);
  return data.authorOutside === true
    ? words.subjectOutside({ organization, code })
    : words.subject({ author: sender, organization, code });
}

function authorFields(site: MailSite, data: NoticeData, locale: Locale, sender: string): string {
  const address = data.authorOutside === true ? null : headerAddress(data.author.address);
  // Without SMTPUTF8 all the way an author's address in UTF-8 has no place in a header; the words still show it.
  if (address === null || address.smtputf8) return headerField('From', serviceMailbox(site));
  const name = cleanName(data.author.name);
  if (data.fromAuthor) return headerField('From', encodeMailbox(name, address.text));
  const via = catalogs[locale].via({ author: sender, organization: cleanName(site.organization) });
  const service = headerAddress(site.serviceAddress)?.text ?? site.serviceAddress;
  return (
    headerField('From', encodeMailbox(via, service)) +
    headerField('Reply-To', encodeMailbox(name, address.text))
  );
}
