/** What the portal's API answers; byte strings are base64url, times ISO 8601. */

export interface ThemeColours {
  readonly accent: string;
  readonly accentStrong: string;
  readonly onAccent: string;
  readonly tint: string;
}

export interface Site {
  readonly organization: string;
  readonly helpLine: { readonly phone: string; readonly hours: string } | null;
  readonly forSenders: {
    readonly helpDeskPhone: string;
    readonly helpDeskHours: string;
    readonly policyUrl: string;
    readonly patientPortalUrl: string;
    readonly securityOfficer: string;
  };
  /** Path of a picture. */
  readonly logo: string | null;
  /** Null: those of the product. */
  readonly colours: { readonly light: ThemeColours; readonly dark: ThemeColours } | null;
  readonly publicUrl: string;
  readonly languages: readonly string[];
  readonly defaultLanguage: string;
  readonly idleMinutes: number;
  readonly sessionHours: number;
  /** In characters. */
  readonly minPasswordLength: number;
  /** Where else people may have an account to sign in with. */
  readonly providers: readonly ('google' | 'microsoft')[];
}

/** `needs-release`: opened before a password reset; its author must release it first. */
export type MessageState = 'ready' | 'locked' | 'expired' | 'needs-release' | 'needs-code';

export interface Author {
  readonly name: string;
  readonly address: string;
}

export interface LinkFacts {
  readonly organization: string;
  readonly author: Author;
  readonly sentAt: string;
  readonly maskedAddress: string;
  readonly registered: boolean;
  readonly signedIn: boolean;
  /** Somebody else is signed in; they may ask for access. */
  readonly signedInAs: string | null;
  readonly state: MessageState;
  readonly messageId: string | null;
  readonly keptUntil: string;
  /** Null: it can be opened. */
  readonly closed: ClosedJson | null;
  /** A call, a letter or a reader can be asked for. */
  readonly otherWays: boolean;
  /** What was asked for last and is not done yet. */
  readonly otherWay: ChosenWayJson | null;
}

export type OtherWay = 'call' | 'letter' | 'somebody';

export interface ChosenWayJson {
  readonly way: OtherWay;
  readonly chosenAt: string;
}

/** Why a message can't be opened, and whether asking helps. */
export interface ClosedJson {
  readonly state: Exclude<MessageState, 'ready'>;
  readonly at: string;
  readonly by: 'author' | 'recipient' | 'organization';
  /** Its content is destroyed. */
  readonly gone: boolean;
  readonly mayAsk: boolean;
  readonly request: 'none' | 'asked' | 'granted' | 'declined';
  readonly askedAt: string | null;
}

/** What a sign-in lacks still. */
export type SignInNext = 'done' | 'second-factor' | 'second-factor-setup' | 'mailbox';

export interface SignInAnswer {
  readonly next: SignInNext;
  /** Of the link, once nothing is due. */
  readonly messageId: string | null;
}

export interface CodeSent {
  readonly maskedAddress?: string;
  readonly expiresInSeconds?: number;
  readonly resendAfterSeconds?: number;
}

export interface Registration {
  readonly state: 'none' | 'code-sent' | 'choose-password';
  /** Begun without a notice of one's own. */
  readonly joining: boolean;
  readonly maskedAddress?: string;
  /** In full once the code has proved the mailbox. */
  readonly address?: string;
}

export interface Session {
  readonly signedIn: boolean;
  readonly address?: string;
  readonly idleExpiresAt?: string;
  readonly absoluteExpiresAt?: string;
  readonly preferences?: Preferences;
  readonly previousSignIn?: PreviousSignIn | null;
}

export interface Preferences {
  readonly language: string;
  /** IANA name; null: as the browser has it. */
  readonly timeZone: string | null;
  readonly largerText: boolean;
}

/** The sign-in before this one. */
export interface PreviousSignIn {
  readonly at: string;
  /** `Firefox, Windows`; empty: not known. */
  readonly browser: string;
}

export interface SealedKeyJson {
  readonly enc: string;
  readonly ciphertext: string;
}

export interface ListedMessage {
  readonly id: string;
  readonly sentAt: string;
  readonly sizeBytes: number;
  readonly opened: boolean;
  /** The address that it came to, where somebody else's. */
  readonly readFor?: string | null;
  /** Null: it came to the reader. Else what became of the reply that they sent. */
  readonly sent: 'on-its-way' | 'arrived' | 'failed' | null;
  readonly state: MessageState;
  readonly keptUntil: string;
  readonly listEntry: string;
  readonly listKey: SealedKeyJson;
}

export interface StreamLayoutJson {
  readonly offset: number;
  readonly length: number;
  readonly plaintextLength: number;
  readonly commitment: string;
}

export interface OpenedMessageJson {
  readonly messageId: string;
  readonly layout: Readonly<Record<'content' | 'derived' | 'index', StreamLayoutJson>>;
  readonly organizationId: string;
  readonly accountId: string;
  readonly contentKey: SealedKeyJson;
  /** Whole sealed streams where they are small, base64url. */
  readonly streams: Readonly<Partial<Record<'content' | 'derived' | 'index', string>>>;
  readonly author: Author;
  readonly sentAt: string;
  readonly keptUntil: string;
  readonly recipientAddress: string;
  readonly canReply: boolean;
  /** Its author wants no answer. */
  readonly repliesRefused: boolean;
}

/** A reply that is being written: its key for this page, and what was kept of it. */
export interface DraftJson {
  readonly draftId: string;
  readonly organizationId: string;
  readonly accountId: string;
  readonly draftKey: SealedKeyJson;
  /** Sealed; empty: nothing yet. */
  readonly text: string;
  readonly files: readonly { readonly id: string; readonly sizeBytes: number; readonly complete: boolean }[];
  /** Null: no files here. */
  readonly uploads: UploadLimits | null;
  /** Sent, and not gone before its files are scanned. */
  readonly waiting: boolean;
  /** Position, from 1, of a file with a virus. */
  readonly infectedFile: number | null;
}

export interface UploadLimits {
  /** Octets. */
  readonly maxFileBytes: number;
  readonly maxTotalBytes: number;
  readonly maxFiles: number;
  /** Endings of names that are refused, in lower case. */
  readonly refusedEndings: readonly string[];
}

/** What the portal says of a whole mail. */
export interface Judgement {
  readonly verdict: 'genuine' | 'forwarded' | 'changed' | 'fake' | 'unknown';
  /** Hosts of its links that are not ours. */
  readonly elsewhere: readonly string[];
  readonly addressMissing: boolean;
  readonly officerTold: boolean;
  readonly organization: string;
  readonly message?: { readonly author: Author; readonly sentAt: string; readonly maskedAddress: string };
}

export interface Genuineness {
  readonly genuine: boolean;
  readonly organization?: string;
  readonly author?: Author;
  readonly sentAt?: string;
}
