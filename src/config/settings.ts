/**
 * The configuration as the program uses it: every value present, checked and in one unit. Made by `load.ts` from
 * a TOML file or from nothing; described key by key in `schema.ts`.
 */

import type { SiteColours } from './site-colours.ts';

/** An address that a listener binds. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Where mail goes next. `capture` keeps it in `/captured`; `mx` looks the domain up. */
export type NextHopSetting =
  | { readonly kind: 'capture' }
  | { readonly kind: 'mx' }
  | {
      readonly kind: 'smarthost';
      readonly host: string;
      readonly port: number;
      readonly implicitTls: boolean;
      readonly user: string | null;
      readonly password: string | null;
    };

export interface TlsFiles {
  /** PEM files: certificate chain and private key. */
  readonly cert: string;
  readonly key: string;
}

/** A server named for one partner. */
export interface PinnedHopSetting {
  readonly host: string;
  readonly port: number;
}

/** A DNS resolver, by IP address. */
export interface ResolverSetting {
  readonly address: string;
  readonly port: number;
}

export interface PartnerSetting {
  readonly domain: string;
  readonly tls: 'pkix' | 'dane' | 'mta-sts';
  readonly nextHop: PinnedHopSetting | null;
}

/** ClamAV's daemon. */
export type ClamdSetting =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Who may send through us, and how it is known; what is given must all hold. */
export interface SubmitterSetting {
  readonly name: string;
  /** Empty: from anywhere. */
  readonly networks: readonly string[];
  /** Lower-case hex digits. */
  readonly certificateSha256: readonly string[];
  readonly certificateCa: string | null;
  readonly certificateName: string | null;
  readonly user: string | null;
  /** PHC string of Argon2id over the keyed step. */
  readonly passwordHash: string | null;
  /** Empty: every domain of the organisation. */
  readonly domains: readonly string[];
  readonly machine: boolean;
  readonly tenantField: string;
  readonly tenant: string | null;
  readonly secretField: string | null;
  readonly secretFile: string | null;
}

/** A DKIM key in `keysDir`. */
export interface DkimSetting {
  readonly domain: string;
  readonly selector: string;
}

export interface HeaderRuleSetting {
  readonly name: string;
  readonly field: string;
  readonly contains: string;
  /** The first opening needs what the author tells by telephone. */
  readonly verify: boolean;
}

export type StaffRoleSetting = 'help-desk' | 'security-officer' | 'privacy-officer' | 'administrator';

/** Where recipients may have an account to sign in with. */
export interface RecipientProviderSetting {
  readonly kind: 'google' | 'microsoft';
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecretFile: string;
}

/** The identity provider of the staff. */
export interface OidcSetting {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecretFile: string;
  readonly scopes: readonly string[];
  readonly groupsClaim: string;
  /** Role by group. */
  readonly groups: Readonly<Record<string, StaffRoleSetting>>;
  readonly mfaClaim: string;
  readonly mfaValues: readonly string[];
  readonly acrValues: readonly string[];
}

/** A hospital of the installation. What it leaves out is the organisation's. */
export interface SiteSetting {
  readonly id: string;
  readonly name: string;
  /** For everybody outside who has not signed in; empty: the name. */
  readonly neutralName: string;
  /** Lower-case A-labels, each exact or `*.` and what is below it. */
  readonly domains: readonly string[];
  readonly serviceAddress: string;
  readonly noticeFrom: 'author' | 'service';
  /** Of notices: the message's own. */
  readonly outerSubject: 'neutral' | 'original';
  readonly language: 'en' | 'es';
  readonly languages: readonly ('en' | 'es')[];
  /** Path of a file. */
  readonly logo: string | null;
  readonly colour: string | null;
  readonly colourDark: string | null;
  /** Null: the colours of the product. */
  readonly colours: SiteColours | null;
  readonly helpPhone: string;
  readonly helpHours: string;
  readonly helpDeskPhone: string;
  readonly helpDeskHours: string;
  readonly policyUrl: string;
  readonly patientPortalUrl: string;
  readonly securityOfficer: string | null;
  readonly privacyOfficer: string | null;
}

export interface Settings {
  /** Without trailing slash. */
  readonly publicUrl: string;
  readonly dataDir: string;
  readonly keysDir: string;
  readonly organization: {
    readonly name: string;
    /** Lower-case A-labels, each exact or `*.` and what is below it. */
    readonly domains: readonly string[];
    readonly serviceAddress: string;
    readonly encrypt: 'on-code' | 'all-external';
    /** Codes beside `send secure`, as written. */
    readonly codes: readonly string[];
    readonly mode: 'protect' | 'observe';
    /** Canonical addresses, or `@` and a domain; empty with mode `observe`, where everybody is meant. */
    readonly observe: readonly string[];
    readonly language: 'en' | 'es';
    /** IANA name, for times in mails. */
    readonly timeZone: string;
    readonly helpPhone: string;
    readonly helpHours: string;
    readonly helpDeskPhone: string;
    readonly helpDeskHours: string;
    readonly policyUrl: string;
    readonly patientPortalUrl: string;
    /** Who is told what an administrator should know; null: the service address. */
    readonly securityOfficer: string | null;
    /** Who is told of wrong recipients; null: the security officer, or the service address. */
    readonly privacyOfficer: string | null;
  };
  readonly hold: {
    readonly minutes: number;
    readonly officerHours: number;
    readonly unanswered: 'secure' | 'return';
  };
  /** Days from the notice; 0: not at all. */
  readonly reminders: { readonly recipientDays: number; readonly authorDays: number };
  /** `hour` of the day in the organisation's time zone. */
  readonly summaries: { readonly hour: number };
  readonly notice: {
    readonly from: 'author' | 'service';
    readonly outerSubject: 'neutral' | 'original';
    /** Recipients' domains for which it is `original` in any case. */
    readonly outerSubjectDomains: readonly string[];
    /** Seconds for which notices wait. */
    readonly undoWindow: number;
  };
  readonly smtp: {
    readonly listen: ListenAddress;
    /** TLS from the first octet; null: no such listener. */
    readonly listenTls: ListenAddress | null;
    readonly hostname: string;
    readonly trustedNetworks: readonly string[];
    readonly normaliseLineEndings: readonly string[];
    readonly machines: readonly string[];
    /** Where mail is taken without TLS. */
    readonly plaintextNetworks: readonly string[];
    /** Load balancers whose PROXY header is believed. */
    readonly proxies: readonly string[];
    readonly tls: TlsFiles | null;
  };
  /** `inboundFilter`: the internal next hop filters mail from outside. */
  readonly replies: { readonly inboundFilter: boolean };
  readonly antivirus: { readonly clamd: ClamdSetting | null };
  /** `listen` null: no listener for returned mail. */
  readonly returns: { readonly listen: ListenAddress | null; readonly tls: TlsFiles | null };
  readonly portal: {
    readonly listen: ListenAddress;
    readonly tls: TlsFiles | null;
    readonly trustedProxies: readonly string[];
    /** What recipients' accounts may do. */
    readonly accounts: {
      readonly secondFactor: 'optional' | 'required';
      readonly rememberDevices: boolean;
    };
    /** Those that are configured. */
    readonly providers: readonly RecipientProviderSetting[];
  };
  readonly console: {
    readonly listen: ListenAddress;
    readonly publicUrl: string;
    readonly tls: TlsFiles | null;
    readonly trustedProxies: readonly string[];
    /** From where the listener may be reached; empty: from everywhere. */
    readonly networks: readonly string[];
    /** Whether staff may sign in by a mailed link. */
    readonly mailedLinks: boolean;
    readonly metricsNetworks: readonly string[];
    readonly metricsTokenFile: string | null;
    readonly oidc: OidcSetting | null;
  };
  readonly delivery: {
    readonly nextHop: NextHopSetting;
    readonly internalNextHop: NextHopSetting;
    /** Shown to `nextHop`, whose TLS must then be verified. */
    readonly clientCertificate: TlsFiles | null;
    /** Mail that must be protected takes `nextHop` where that offers REQUIRETLS. */
    readonly partnersThroughNextHop: boolean;
    /** Addresses under which the outside reaches us, beside those of this machine. */
    readonly ownAddresses: readonly string[];
    readonly bounceDomain: string | null;
    readonly caFile: string | null;
    /** Daily reports to domains that ask for them (RFC 8460). */
    readonly tlsReports: boolean;
    readonly nextHopSigns: boolean;
    /** Mail that is only passed on is signed as well. */
    readonly signRelayed: boolean;
    readonly internalNextHopIsPrivate: boolean;
    /** Validating resolvers; none: the system's, and then nothing is proven by DNSSEC. */
    readonly resolvers: readonly ResolverSetting[];
    readonly partnerFallbackMinutes: number;
    /** Between two probes of a partner's servers; 0: none. */
    readonly probeHours: number;
  };
  readonly limits: {
    readonly maxMessageBytes: number;
    readonly secureMessageBytes: number;
    readonly secureAttachmentBytes: number;
    readonly maxRecipients: number;
    /** 0: no limit. */
    readonly authorRecipientsPerHour: number;
    /** 0: no limit. */
    readonly authorNewRecipientsPerDay: number;
    readonly lowDiskBytes: number;
    readonly keepDays: number;
  };
  readonly storage: { readonly database: string; readonly objects: string };
  readonly partners: readonly PartnerSetting[];
  readonly rules: readonly HeaderRuleSetting[];
  readonly submitters: readonly SubmitterSetting[];
  /** Empty: one, the organisation itself. */
  readonly sites: readonly SiteSetting[];
  /** Signs what we originate. */
  readonly dkim: readonly DkimSetting[];
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' };
  /** True where nothing was configured: data under ./data, mail captured. */
  readonly isTrial: boolean;
}
