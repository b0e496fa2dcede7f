/**
 * What the portal is given by the composition root. Nothing in this folder reads the configuration file, opens the
 * database or knows how a mail leaves.
 */
import type { ProviderSettings } from '#src/accounts/account-providers.ts';
import type { AccountRules } from '#src/accounts/account-rules.ts';
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { Clock } from '#src/base/clock.ts';
import type { RandomSource } from '#src/base/identifiers.ts';
import type { Log } from '#src/base/log.ts';
import type { Steps } from '#src/base/steps.ts';
import type { TlsFiles } from '#src/http/http-server.ts';
import type { ReplyTools } from '#src/replies/accept-reply.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import type { Locale, MailSite, OriginalMail } from '#src/notification/mail-site.ts';
import type { WrittenMail } from '#src/notification/written-mail.ts';
import type { Database, Statement } from '#src/storage/database.ts';
import type { ObjectStore } from '#src/storage/objects.ts';
import type { DeliveryKind } from '#src/storage/tables.ts';

/** A mail of ours that is to be sealed and queued in the unit of work that makes it true. */
export interface MailToQueue {
  readonly kind: DeliveryKind;
  /** Raw address. */
  readonly to: string;
  /** The recipient row that the mail is about. */
  readonly recipientId: string | null;
  /** The submitted message that the mail is about. */
  readonly messageId: string | null;
  readonly render: WrittenMail;
  readonly route: 'internal' | 'outside';
}

export interface PortalMailer {
  /** Seals the mail; the statements make it durable and due. */
  statementsForMail(mail: MailToQueue): Promise<readonly Statement[]>;
}

/** What a mail to the author says about the message of one recipient, and how it is threaded. */
export interface MessageThread {
  /** The one in that recipient's notice, unformatted. */
  readonly messageCode: string;
  readonly original: OriginalMail;
  /** Whether the message asked for a disposition notification (RFC 8098). */
  readonly wantsDisposition: boolean;
}

/** Kinds of what is wrong, in words with hyphens; nothing that not everybody may know. */
export interface ReadinessNames {
  /** Why the service can't do its work; empty: it is ready. */
  readonly failing: readonly string[];
  /** What its operators should look at. */
  readonly warnings: readonly string[];
}

export interface PortalSettings {
  /** Without a slash at the end. */
  readonly publicUrl: string;
  /** Exact Host header values; default: the host of `publicUrl`. */
  readonly allowedHosts?: readonly string[];
  readonly organization: {
    readonly name: string;
    /** Further words that no password may be made of: sites, domains. */
    readonly words?: readonly string[];
  };
  readonly accountRules: AccountRules;
  /** Accounts elsewhere that recipients may sign in with. */
  readonly providers: readonly ProviderSettings[];
  readonly locale: Locale;
  /** Address of the staff pages, without a slash at the end. */
  readonly consoleUrl: string;
  /** Where an author answers about a message on the staff pages; null: nobody can sign in there. */
  staffMessagePage(messageId: string): string | null;
  /** Domain of the Message-IDs of the mails that the portal writes. */
  readonly messageIdDomain: string;
  readonly tls?: TlsFiles | undefined;
  readonly trustedProxies?: readonly string[] | undefined;
  readonly version: string;
}

/** A picture of a site, as it is served. */
export interface Logo {
  /** Last piece of its path: a hash of its content and an extension. */
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export interface ThemeColours {
  readonly accent: string;
  readonly accentStrong: string;
  readonly onAccent: string;
  readonly tint: string;
}

/** The organisation, or one of several hospitals in it. */
export interface PortalSite {
  /** Its name here is the one for everybody. */
  readonly mail: MailSite;
  /** For who has signed in. */
  readonly fullName: string;
  readonly hasNeutralName: boolean;
  readonly helpLine: { readonly phone: string; readonly hours: string } | null;
  /** What the help pages tell people who send; empty texts: none. */
  readonly forSenders: {
    readonly helpDeskPhone: string;
    readonly helpDeskHours: string;
    readonly policyUrl: string;
    readonly patientPortalUrl: string;
    readonly securityOfficer: string;
  };
  readonly logo: Logo | null;
  readonly colours: { readonly light: ThemeColours; readonly dark: ThemeColours } | null;
  /** Who is told of mails that pretend to come from it. */
  readonly securityOfficer: string;
}

export interface PortalSites {
  /** By the author of a message; the organisation itself where that is no site's. */
  of(author: string | null): PortalSite;
  /** By its short name; the organisation itself where there is none. */
  byId(id: string): PortalSite;
  logos(): readonly Logo[];
}

/** The built web app. */
export interface WebApp {
  /** The page that every path of the app gets, by language. */
  readonly pages: Readonly<Record<Locale, string | Buffer>>;
  /** Folder of the files that the page names under `/assets/`. */
  readonly assetsFolder: string;
}

/** By what a mail is known to be ours. */
export interface SuspectMailSettings {
  /** Origins of our sites. */
  readonly origins: readonly string[];
  /** Our DKIM records by DNS name; empty: somebody else signs, or nobody. */
  readonly dkimRecords: ReadonlyMap<string, string>;
  /** Canonical addresses from which only we write. */
  readonly serviceAddresses: readonly string[];
}

export interface PortalDependencies {
  readonly database: Database;
  readonly objects: Pick<ObjectStore, 'read'>;
  readonly keys: KeyProvider;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  readonly steps: Steps;
  readonly audit: Pick<AuditLog, 'entry'>;
  readonly mailer: PortalMailer;
  readonly sites: PortalSites;
  /** What receipts say of a message; kept by whoever accepted it. */
  threadOf(messageId: string, recipientId: string): Promise<MessageThread>;
  readonly suspectMail: () => SuspectMailSettings;
  /** What takes a finished reply in. */
  readonly replies: ReplyTools;
  readonly settings: PortalSettings;
  /** Null: no pages, only the API. */
  readonly web: WebApp | null;
  /** Never rejects. */
  readonly readiness: () => Promise<ReadinessNames>;
}
