/** What acceptance is told by the configuration. Asked for anew with each message, so that a reload takes effect. */
import type { MailSite } from '#src/notification/mail-site.ts';
import type { PolicySettings } from '#src/policy/facts.ts';
import type { ObserveSettings } from '#src/policy/observe.ts';

import type { AuthorLimitSettings } from './author-limits.ts';
import type { Submitters } from './submitters.ts';

export interface AcceptanceSettings {
  readonly policy: PolicySettings;
  /** Whose mail is decided and passed on as it is. */
  readonly observe: ObserveSettings;
  readonly site: MailSite;
  /** Whose name, address and help line the mails about a message have: by its author; null: not known. */
  siteOf(author: string | null): MailSite;
  /** Our name in trace fields and reports. */
  readonly hostname: string;
  /** First of our domains, A-labels: the one in our mark and our Message-IDs. */
  readonly mainDomain: string;
  /** May notices come from this author's own address? */
  noticeFromAuthor(address: string): boolean;
  /** May a notice to this recipient show the subject of this author's message? */
  showsSubject(author: string, recipient: string): boolean;
  /** Domain of our own reverse-paths; null: the author's is used. */
  readonly bounceDomain: string | null;
  /** Address of the staff pages, without a slash at the end. */
  readonly consoleUrl: string;
  /** Address of an author's page of a message; null: nobody can sign in to the staff pages. */
  messagePage(messageId: string): string | null;
  readonly holdMs: number;
  readonly keepMs: number;
  /** How long notices wait, so that their author can undo; 0: not at all. */
  readonly undoMs: number;
  readonly maxRecipients: number;
  readonly lowDiskBytes: number;
  /** Who may hand mail in. */
  readonly submitters: Submitters;
  /** Null: authors have no limits. */
  readonly authorLimits: AuthorLimitSettings | null;
  /** Who decides what is over a limit of this author: of their site. */
  officerOf(author: string): string;
  /** Networks of submitters that nobody can ask. */
  isMachine(remoteAddress: string): boolean;
}
