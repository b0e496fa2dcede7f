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

export type AccountChangeKind = 'account-created' | 'password-changed' | 'password-reset' | 'address-added';
