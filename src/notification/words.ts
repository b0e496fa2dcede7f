/** Stable words for what our mails talk about; the catalogues have a sentence for each. */

/** What became of a recipient at sending. The first five are the policy's protections. */
export type ProtectedHow =
  | 'secure-message'
  | 'verified-tls'
  | 'encrypted-by-author'
  | 'internal'
  | 'opportunistic-tls'
  | 'held'
  | 'returned';

/** The policy's reasons to protect. */
export type SecuredReason =
  | 'code'
  | 'further-code'
  | 'header-switch'
  | 'secured-thread'
  | 'header-rule'
  | 'all-external'
  | 'partner-domain'
  | 'near-miss'
  | 'near-miss-machine'
  /** Whatever it was at first: the security officer let it go. */
  | 'held-by-officer';

/** What an author asked for behind the code, or in header fields. */
export interface AskedAtSending {
  /** ms; null: as long as the message is kept. */
  readonly expiresAt: number | null;
  /** ms; null: no day was named. */
  readonly readBy: number | null;
  readonly noReply: boolean;
  readonly verify: boolean;
  readonly unmet: readonly { readonly name: AskedWord; readonly why: AskedProblem }[];
}
export type AskedWord = 'expires' | 'read-by' | 'no-reply' | 'verify';
export type AskedProblem = 'no-day' | 'day-past' | 'day-too-late' | 'misspelled';

/** The policy's kinds of slips. */
export type NearMissKind =
  | 'misspelled'
  | 'joined'
  | 'words-between'
  | 'reversed'
  | 'punctuated'
  | 'look-alike'
  | 'vendor-tag'
  | 'code-in-body'
  | 'further-code';

export type ReturnReason =
  | 'message-too-large'
  | 'attachment-too-large'
  | 'no-answer'
  | 'cancelled'
  | 'stopped-by-officer'
  | 'record-changed';

/** What an administrator is told of a partner. */
export type PartnerWarningKind =
  | 'route-broken'
  | 'server-not-verified'
  | 'certificate-expires'
  | 'policy-not-confirmed'
  | 'agreement-ends';

/** What became of access to an address: `asked` goes to its owner, `given-owner` too; the others to the reader. */
export type AccessNews = 'asked' | 'given' | 'given-owner' | 'refused' | 'over';

export type AccountChangeKind =
  | 'account-created'
  | 'password-changed'
  | 'password-reset'
  | 'address-added'
  | 'address-removed'
  | 'account-deleted'
  | 'hand-over-code'
  | CredentialChangeKind;

/** What changed about how somebody signs in. */
export type CredentialChangeKind =
  | 'account-created-passkey'
  | 'password-removed'
  | 'passkey-added'
  | 'passkey-removed'
  | 'passkey-confirmed'
  | 'second-factor-on'
  | 'second-factor-off'
  | 'recovery-codes-made'
  | 'recovery-code-used'
  | 'device-remembered'
  | 'provider-added'
  | 'provider-removed'
  | 'reset-stopped';

/** How a recipient wants to get a message instead of reading it on the site. */
export type OtherWayKind = 'call' | 'letter' | 'somebody';
