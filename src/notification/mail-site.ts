/**
 * What the writers of mails are told by their caller. `MailSite` is the same for every mail of one organisation and
 * does not change while a process lives; the rest comes with each mail. Nothing here knows the configuration file,
 * the database or the clock: moments are milliseconds since 1970 and come in.
 */

export const LOCALES = ['en', 'es'] as const;
export type Locale = (typeof LOCALES)[number];

/** Undefined: none of ours, or none at all. */
export function localeNamed(tag: string | null): Locale | undefined {
  return LOCALES.find((locale) => locale === tag);
}

/** Where a person gets help: a page, and a telephone where somebody answers. */
export interface HelpLine {
  readonly url: string;
  readonly phone: string | null;
  /** In words, as people of the place write it: `Mon-Fri 8:00-17:00`. */
  readonly hours: string | null;
}

export interface MailSite {
  /** Name of the organisation as outsiders may read it. */
  readonly organization: string;
  /** From address of the mails that are not sent in the name of an author. */
  readonly serviceAddress: string;
  /** `https://…` without a slash at the end. */
  readonly publicUrl: string;
  readonly recipientHelp: HelpLine;
  readonly senderHelp: HelpLine;
  /** IANA name of the time zone in which dates are written. */
  readonly timeZone: string;
  /** Language of mails to authors, and the first one of notices. */
  readonly locale: Locale;
  /** Second language, below the first, in notices; null: none. */
  readonly secondLocale: Locale | null;
}

/** Somebody as their mail program named them. */
export interface Person {
  /** Decoded display name; null or empty: none. */
  readonly name: string | null;
  readonly address: string;
}

/** What every mail needs. */
export interface MailFrame {
  /** Message-ID of the mail to be written, with angle brackets; `newMessageIdField` makes one. */
  readonly messageIdField: string;
  readonly dateMs: number;
  /** The one mailbox it goes to, raw address. */
  readonly to: string;
}

/** The mail that ours is about, for threading. Never its subject. */
export interface OriginalMail {
  /** Its Message-ID field with angle brackets; null where it had none. */
  readonly messageIdField: string | null;
  /** The Message-IDs of its References field, oldest first. */
  readonly references: readonly string[];
}
