/**
 * The tables as Kysely sees them, one interface each. Times are milliseconds since 1970 (integers in SQLite, bigint
 * in PostgreSQL), booleans are 0 or 1, byte strings are Buffers. Clear in the database: addresses, times, sizes and
 * TLS facts; never subjects, names of files or content.
 */
import type { Generated } from 'kysely';

export interface Tables {
  messages: MessagesTable;
  recipients: RecipientsTable;
  access_requests: AccessRequestsTable;
  reading_choices: ReadingChoicesTable;
  wraps: WrapsTable;
  deliveries: DeliveriesTable;
  secured_threads: SecuredThreadsTable;
  captured_mails: CapturedMailsTable;
  mta_sts_policies: MtaStsPoliciesTable;
  accounts: AccountsTable;
  account_keys: AccountKeysTable;
  account_addresses: AccountAddressesTable;
  address_access: AddressAccessTable;
  credentials: CredentialsTable;
  recovery_codes: RecoveryCodesTable;
  remembered_devices: RememberedDevicesTable;
  pending_resets: PendingResetsTable;
  sessions: SessionsTable;
  address_codes: AddressCodesTable;
  hand_over_codes: HandOverCodesTable;
  second_channel_secrets: SecondChannelSecretsTable;
  second_channel_proofs: SecondChannelProofsTable;
  throttles: ThrottlesTable;
  known_recipients: KnownRecipientsTable;
  summary_choices: SummaryChoicesTable;
  gathered_news: GatheredNewsTable;
  partners: PartnersTable;
  partner_agreements: PartnerAgreementsTable;
  domain_channels: DomainChannelsTable;
  partner_events: PartnerEventsTable;
  partner_warnings: PartnerWarningsTable;
  partner_suggestions: PartnerSuggestionsTable;
  drafts: DraftsTable;
  draft_files: DraftFilesTable;
  draft_chunks: DraftChunksTable;
  staff: StaffTable;
  staff_addresses: StaffAddressesTable;
  staff_credentials: StaffCredentialsTable;
  staff_roles: StaffRolesTable;
  staff_sessions: StaffSessionsTable;
  staff_links: StaffLinksTable;
  proposals: ProposalsTable;
  used_tickets: UsedTicketsTable;
  audit_entries: AuditEntriesTable;
  observed_decisions: ObservedDecisionsTable;
  outbound_switch: OutboundSwitchTable;
  tls_results: TlsResultsTable;
  tls_reports: TlsReportsTable;
}

/** A sealed object: a mail that was submitted to us, mails that we wrote about one, or one that came back. */
export interface MessagesTable {
  id: string;
  /**
   * `submitted`: came in by SMTP. `written`: notices, receipts and bounces of our own. `returned`: came back from
   * outside to an address of ours, and goes on to the author.
   */
  purpose: 'submitted' | 'written' | 'returned';
  /** For the others: the submitted message they are about, where there is one. */
  aboutMessageId: string | null;
  acceptedAt: number;
  reversePath: string;
  /** Address of the one who is told about this message (secured, opened, held); null: nobody but the audit log. */
  authorAddress: string | null;
  /** The From mailbox shown in notices; null where From had none or several. */
  fromAddress: string | null;
  /** Message-ID with angle brackets, for threading what we write about it; null where the message has none. */
  originalMessageId: string | null;
  /** The message asked for a disposition notification (RFC 8098). */
  wantsDisposition: number;
  /** `Received` and our mark, put before the content of a relayed or returned mail; empty for written mails. */
  traceFields: string;
  submitterAddress: string;
  /** How the submitter was known: acceptance's `SubmitterProof`; `none` from outside, `self` for what we wrote. */
  submitterProof: string;
  sizeBytes: number;
  body: '7bit' | '8bitmime';
  smtputf8: number;
  /** DSN parameters of MAIL (RFC 3461): `FULL` or `HDRS`, and the envelope id. */
  dsnReturn: string | null;
  dsnEnvelopeId: string | null;
  /** Where the sealed object lies: `inline` in `objectBytes`, `file` or `s3` under `objectName`. */
  objectStorage: 'inline' | 'file' | 's3';
  objectName: string | null;
  objectBytes: Uint8Array | null;
  objectLength: number;
  /** JSON of sealing's `SealedObjectLayout`. */
  layout: string;
  /** The signed manifest (sealing's `SignedManifest`, JSON); null for written mails. */
  manifest: string | null;
  /** List entry for the author's own pages, sealed under the desk key. */
  deskListEntry: Uint8Array | null;
  /** List entry sealed under a key derived from the content key. */
  listEntry: Uint8Array | null;
  /** When a hold ends by itself (sent secured); null while nothing is held. */
  holdUntil: number | null;
  /** HMAC of the token in the author's "held" mail. */
  holdTokenHash: Uint8Array | null;
  /** Content is kept until then; the reader is told. */
  keptUntil: number | null;
  /** Its name in the configuration; null for trusted networks, and for what did not come from inside. */
  submitterName: string | null;
  /** 1: the client asked for TLS on the whole way (REQUIRETLS, RFC 8689). */
  requireTls: number | null;
  /** Who ends the hold: the author, or the security officer; null where nothing was ever held. */
  holdFor: 'author' | 'officer' | null;
  /** `authorAddress` for comparing: among whose messages it is listed. */
  authorCanonical: string | null;
  /** Keyed hash that binds the two above to the message (accounts' `authorMac`); null where there is no author. */
  authorMac: Uint8Array | null;
}

/** One recipient of a submitted message with the decision made for it. */
export interface RecipientsTable {
  id: string;
  messageId: string;
  /** As SMTP gave it. */
  address: string;
  /** For comparing: base's `MailAddress.canonical`. */
  canonicalAddress: string;
  internal: number;
  /** policy's `Protection`. */
  protection: string;
  /** policy's reason to protect, as a stable word (`code`, `secured-thread`, `near-miss`, …). */
  reason: string;
  /** Name of the rule that made the decision. */
  rule: string;
  state: RecipientState;
  /** Recipient-level lock: stops key release and chunk requests. */
  lockedAt: number | null;
  lockReason: string | null;
  expiresAt: number | null;
  /** HMAC of the link token in the notice. */
  linkTokenHash: Uint8Array | null;
  linkMac: Uint8Array | null;
  /** HMAC of the message code in the notice; null where there is none. */
  messageCodeHash: Uint8Array | null;
  firstOpenedAt: number | null;
  lastOpenedAt: number | null;
  /** When the recipient was reminded that it waits; null: not yet. */
  remindedAt: number | null;
  /** When the author was told that it was not opened; null: not yet. */
  notOpenedToldAt: number | null;
  /** When the author last had the notice sent again; null: never. */
  announcedAgainAt: number | null;
  /** When the author said that it went to the wrong recipient; null: never. */
  wrongRecipientAt: number | null;
  /** When the author is told that it was not opened (ms); null: after the days of the configuration. */
  readBy: number | null;
  /** 1: it can't be answered on the site. */
  noReply: number | null;
  /** 1: the first opening needs what the author tells by telephone; `linkMac` says so too. */
  secondChannel: number | null;
  /** When its author, or an officer, released it to who had opened it before a reset of the password; null: never. */
  releasedAt: number | null;
  /** Keyed hash of the release (accounts' `releaseMac`). */
  releaseMac: Uint8Array | null;
  /** Account that opened first. */
  openedByAccountId: string | null;
  /** DSN parameters of RCPT (RFC 3461). */
  dsnNotify: string | null;
  dsnOriginalRecipient: string | null;
  /** Last word of the next hop about the mail that carries or announces this message. */
  lastReply: string | null;
  settledAt: number | null;
}

export type RecipientState =
  | 'queued'
  | 'held'
  | 'handed-over'
  | 'notified'
  | 'opened'
  | 'failed'
  | 'expired'
  | 'returned'
  | 'cancelled';

/** A recipient who asks for a copy that is closed: the last time, and what was answered. */
export interface AccessRequestsTable {
  recipientId: string;
  messageId: string;
  /** What closed it then. */
  why: 'locked' | 'expired' | 'needs-release';
  askedAt: number;
  /** The same while nobody has answered; else null. */
  openSince: number | null;
  /** What they wrote, under the root key; null: nothing. */
  note: Uint8Array | null;
  answer: 'granted' | 'declined' | null;
  answeredAt: number | null;
}

/** How a recipient chose to get one message; rows are added, so that every choice stays. */
export interface ReadingChoicesTable {
  id: string;
  recipientId: string;
  messageId: string;
  way: 'web' | 'call' | 'letter' | 'somebody';
  /** Version of the words that were shown, and in which language. */
  text: string;
  locale: string;
  chosenAt: number;
  /** Name, telephone number or postal address, under the root key; null: none, or no longer needed. */
  details: Uint8Array | null;
  /** When the author said that it is done; null: not yet. */
  doneAt: number | null;
}

/** The content key of a message wrapped to one holder (HPKE). */
export interface WrapsTable {
  id: string;
  messageId: string;
  /** `spool`: deliver while anything is relayed or held. `enrolment`: an address without account. `account`. */
  holderKind: 'spool' | 'enrolment' | 'account';
  /** Spool: the kid. Enrolment: the canonical address. Account: the account id. */
  holderId: string;
  /** The recipient row it was made for; null for the spool. */
  recipientId: string | null;
  kid: string;
  wrap: Uint8Array;
  /** Signature of the account authority over a wrap made at registration (sealing's wrap record); null for originals. */
  replacement: string | null;
}

/** One mail to one address, on its way to a next hop. */
export interface DeliveriesTable {
  id: string;
  /** The sealed object that holds the mail. */
  messageId: string;
  /** The recipient row whose fate this delivery decides; null for mails to the author. */
  recipientId: string | null;
  kind: DeliveryKind;
  reversePath: string;
  recipient: string;
  /** Lower-case A-labels of the recipient's domain. */
  domain: string;
  route: 'internal' | 'outside';
  /**
   * `verified`: only over TLS to a server that has proven who it is, or not at all. `requiretls`: the same, and only to
   * one that passes the duty on (RFC 8689), because the submitter asked for it. null: as the route has it.
   */
  tlsRequirement: 'verified' | 'requiretls' | null;
  /** Byte range in the object's content stream; null: all of it (a relayed mail). */
  rangeStart: number | null;
  rangeEnd: number | null;
  state: 'queued' | 'held' | 'handed-over' | 'captured' | 'failed' | 'expired' | 'cancelled';
  attempts: number;
  nextAttemptAt: number;
  /** No attempt begins after this. */
  expiresAt: number;
  /** The author is told once of a delay. */
  delayReportedAt: number | null;
  leaseOwner: string | null;
  leaseUntil: number | null;
  /** The next hop's last reply, or what stopped the attempt; generic text, no content. */
  lastReply: string | null;
  lastEnhancedStatus: string | null;
  /** JSON of delivery's TLS facts at the last attempt. */
  tlsFacts: string | null;
  createdAt: number;
  settledAt: number | null;
  dsnNotify: string | null;
  dsnOriginalRecipient: string | null;
  /** Its author marked it so: it does not wait for a channel that can't be verified now. */
  urgent: Generated<number>;
  /** Since when it is set aside, and why; the time until `expiresAt` stands still meanwhile. Null unless held. */
  heldAt: number | null;
  /** `operator`: by `sendsecure queue hold`. `crashes`: it was in hand each time when a process died. */
  heldReason: 'operator' | 'crashes' | 'author-limit' | null;
  /** How many processes died while they had it in hand; null: none. */
  crashes: number | null;
  /** Keyed hash of what says where the mail goes and how (queue's `deliveryMac`). */
  mac: Uint8Array;
}

/** What a domain has promised about its mail servers (RFC 8461); routing's `MtaStsPolicy`. */
export interface MtaStsPoliciesTable {
  /** Lower-case A-labels. */
  domain: string;
  policyId: string;
  mode: 'enforce' | 'testing' | 'none';
  /** JSON list of names, or `*.` before a name. */
  mx: string;
  fetchedAt: number;
  expiresAt: number;
  /** Keyed hash over all of it: a forged policy would name an attacker's server as the domain's. */
  mac: Uint8Array;
}

export type DeliveryKind =
  | 'relay'
  | 'notice'
  | 'secured'
  | 'opened'
  | 'held'
  | 'code'
  | 'not-for-me'
  | 'reminder'
  | 'not-opened'
  | 'summary'
  | 'reply-failed'
  | 'access'
  | 'account-change'
  | 'partner-report'
  | 'wrong-recipient'
  | 'suspect-mail'
  | 'asked-again'
  | 'other-way'
  | 'granted'
  | 'staff-link'
  | 'bounce'
  | 'returned'
  | 'tls-report';

/** Hashes of Message-IDs that make a thread secured. */
export interface SecuredThreadsTable {
  messageIdHash: Uint8Array;
  messageId: string;
  createdAt: number;
}

/** Mails that would have left if a route were configured, sealed under the capture key. */
export interface CapturedMailsTable {
  id: string;
  deliveryId: string;
  capturedAt: number;
  kind: string;
  reversePath: string;
  recipient: string;
  sealed: Uint8Array;
}

export interface AccountsTable {
  id: string;
  createdAt: number;
  state: 'active' | 'locked' | 'deleted';
  locale: string;
  /** Set by a reset by mail alone: messages first opened before it need a further proof. */
  resetAt: number | null;
  /** Ways to sign in that were trusted before then do not count until their owner has confirmed them; null: all count. */
  suspendedBefore: number | null;
  lastSignInAt: number | null;
  /** `Firefox, Windows`; empty or null: not known. */
  lastSignInBrowser: string | null;
  /** The sign-in before the last one, which its person is shown. */
  previousSignInAt: number | null;
  previousSignInBrowser: string | null;
  /** IANA name for dates on pages; null: as the browser has it. */
  timeZone: string | null;
  /** 1: pages are shown in larger letters. */
  largerText: number | null;
  mac: Uint8Array;
}

export interface AccountKeysTable {
  accountId: string;
  kid: string;
  /** Signed key record (keys' `KeyRecord`, JSON). */
  record: string;
  /** Private half, PKCS #8, wrapped by the key provider. */
  wrappedPrivateKey: Uint8Array;
  createdAt: number;
}

export interface AccountAddressesTable {
  canonicalAddress: string;
  accountId: string;
  address: string;
  /** When a code to the mailbox last proved it; see `accounts.suspendedBefore`. */
  provenAt: number;
  mac: Uint8Array;
}

/** Somebody who reads what comes to another person's address, or asks to. */
export interface AddressAccessTable {
  id: string;
  /** Whose word it is; it counts while they have the address. */
  ownerAccountId: string;
  canonicalAddress: string;
  /** One copy; null: everything that comes to the address. */
  recipientId: string | null;
  /** Canonical address of the reader, who signs in to an account of their own. */
  readerAddress: string;
  state: 'asked' | 'given';
  /** When it was asked for or, once given, given last; see `accounts.suspendedBefore`. */
  createdAt: number;
  /** Null: until it is taken back. */
  until: number | null;
  mac: Uint8Array;
}

export interface CredentialsTable {
  id: string;
  accountId: string;
  kind: CredentialKind;
  /** `password`: PHC string of Argon2id over the keyed step. `totp`: the shared secret, wrapped, base64url. Else empty. */
  secret: string;
  createdAt: number;
  /** What it is found by, once in all: kind and WebAuthn id, issuer and subject, or account. Null: old passwords. */
  lookup: string | null;
  /** `passkey`: COSE key. */
  publicKey: Uint8Array | null;
  /** `passkey`: the authenticator's counter; `totp`: the last step that was accepted. */
  counter: number | null;
  /** `passkey`: how the authenticator is reached, words with spaces. */
  transports: string | null;
  /** What its owner or provider calls it. */
  label: string | null;
  /** When its owner added or last confirmed it; see `accounts.suspendedBefore`. */
  trustedAt: number | null;
  lastUsedAt: number | null;
  mac: Uint8Array;
}

export type CredentialKind = 'password' | 'passkey' | 'totp' | 'provider';

/** A code that takes the place of the second factor once; the row goes with its use. */
export interface RecoveryCodesTable {
  /** HMAC of account and code. */
  codeHash: Uint8Array;
  accountId: string;
  createdAt: number;
  mac: Uint8Array;
}

/** A browser in which the second factor is not asked for. */
export interface RememberedDevicesTable {
  /** SHA-256 of the cookie's token. */
  tokenHash: Uint8Array;
  /** Names it to its owner's page. */
  id: string;
  accountId: string;
  /** `Firefox, Windows`. */
  browser: string;
  createdAt: number;
  lastUsedAt: number;
  expiresAt: number;
  mac: Uint8Array;
}

/** A reset of an account whose second factor was lost: it waits, so that its owner can stop it. */
export interface PendingResetsTable {
  accountId: string;
  /** The address that was proved to ask for it. */
  canonicalAddress: string;
  requestedAt: number;
  effectiveAt: number;
  /** HMAC of the token in the link that stops it. */
  cancelHash: Uint8Array;
  mac: Uint8Array;
}

export interface SessionsTable {
  /** SHA-256 of the cookie's token. */
  tokenHash: Uint8Array;
  /** The last three: a sign-in under way, by what is still due. */
  kind: 'registration' | 'recipient' | 'second-factor' | 'second-factor-setup' | 'mailbox';
  /** Recipient sessions and sign-ins under way: the account. */
  accountId: string | null;
  /** Registration sessions: the proven address and the recipient row of the link. */
  canonicalAddress: string | null;
  recipientId: string | null;
  createdAt: number;
  lastSeenAt: number;
  expiresAt: number;
  /** Recipient sessions: `Firefox, Windows`; null: not known. */
  browser: string | null;
  mac: Uint8Array;
}

export interface AddressCodesTable {
  id: string;
  canonicalAddress: string;
  /** The copy whose link was followed; null where the address was typed. */
  recipientId: string | null;
  /** `add-address`: the account that asked. */
  accountId: string | null;
  /** SHA-256 of the browser cookie the code is bound to. */
  browserHash: Uint8Array;
  codeHash: Uint8Array;
  purpose: 'register' | 'reset' | 'add-address' | 'return' | 'join';
  createdAt: number;
  expiresAt: number;
  tries: number;
  usedAt: number | null;
  mac: Uint8Array;
}

/** A code by which the help desk lets somebody prove an address whom mail does not reach; one for each address. */
export interface HandOverCodesTable {
  canonicalAddress: string;
  id: string;
  /** HMAC of the digits under the verifier key. */
  codeHash: Uint8Array;
  /** The worker who made it. */
  madeBy: string;
  createdAt: number;
  expiresAt: number;
  usedAt: number | null;
  mac: Uint8Array;
}

/** What an author tells a recipient by telephone before the first opening of a copy. */
export interface SecondChannelSecretsTable {
  recipientId: string;
  /** The digits of a code follow from it. */
  id: string;
  kind: 'code' | 'passphrase';
  secretHash: Uint8Array;
  /** The member of the staff. */
  madeBy: string;
  createdAt: number;
  expiresAt: number;
  tries: number;
  usedAt: number | null;
  mac: Uint8Array;
}

/** An account that knew it. */
export interface SecondChannelProofsTable {
  recipientId: string;
  accountId: string;
  provenAt: number;
  mac: Uint8Array;
}

export interface ThrottlesTable {
  /** HMAC of what is counted and whose. */
  key: Uint8Array;
  windowStart: number;
  count: number;
}

/** A partner of the managed list; those of the configuration file are in no table. */
export interface PartnersTable {
  /** Lower-case A-labels. */
  domain: string;
  tls: 'pkix' | 'dane' | 'mta-sts';
  /** Its server, where mail does not go to its own MX. */
  nextHopHost: string | null;
  nextHopPort: number | null;
  /** A removed one stays, so that a row that somebody deleted is told from it. */
  state: 'active' | 'removed';
  changedAt: number;
  changedBy: string;
  /** Keyed hash of all the above (partners' `partnerMac`). */
  mac: Uint8Array;
}

/** The business associate agreement with a partner; days as `YYYY-MM-DD`. */
export interface PartnerAgreementsTable {
  domain: string;
  status: 'none' | 'signed';
  signedOn: string | null;
  expiresOn: string | null;
  /** Where the document is kept. */
  keptAt: string | null;
  /** Whom to ask at the partner, in words. */
  contact: string | null;
  changedAt: number;
  changedBy: string;
}

/** What is known of the channel to a domain: the last probe, the last verified delivery, the last mail from it. */
export interface DomainChannelsTable {
  domain: string;
  probedAt: number | null;
  outcome: 'verified' | 'not-verified' | 'unreachable' | null;
  /** What the servers had to prove: routing's kind of setting. */
  setting: string | null;
  /** How the server proved who it is, such as `DANE`. */
  how: string | null;
  /** Why the channel could not be verified; names of domains and servers only. */
  why: string | null;
  /** JSON of the probe's servers. */
  servers: string | null;
  /** Null also where no date counts (a key pinned by DANE). */
  certificateExpiresAt: number | null;
  /** The MTA-STS policy that was in force. */
  policyId: string | null;
  policyExpiresAt: number | null;
  /** The last mail handed over on a verified channel, and JSON of its TLS facts. */
  verifiedAt: number | null;
  verifiedTls: string | null;
  /** The last mail that came back for a recipient there, and how: `TLSv1.3 <cipher>` or `none`. */
  inboundAt: number | null;
  inboundTls: string | null;
}

/** The history of a domain in the directory. */
export interface PartnerEventsTable {
  id: string;
  domain: string;
  at: number;
  kind: string;
  /** JSON object of short values. */
  facts: string;
}

/** A warning that stands; it goes when its cause is gone. */
export interface PartnerWarningsTable {
  domain: string;
  kind: string;
  /** How urgent it was when somebody was last told: the next stage is told again. */
  stage: number;
  since: number;
  why: string | null;
  /** The time that it warns of. */
  until: number | null;
}

/** A domain that much mail goes to, of the last count. */
export interface PartnerSuggestionsTable {
  domain: string;
  mails: number;
  countedAt: number;
}

/** A reply that a recipient is writing on the site: one for each copy of a message and account. */
export interface DraftsTable {
  id: string;
  accountId: string;
  /** The copy that is answered. */
  recipientId: string;
  messageId: string;
  createdAt: number;
  updatedAt: number;
  /** The draft key under the root key; its context names the row's id, account and copy. */
  wrappedKey: Uint8Array;
  /** What was written so far, sealed by the page under the draft key; null: nothing yet. */
  text: Uint8Array | null;
  /** Since when the reply waits for a scanner, and is not to be changed; null: it is being written. */
  waitingSince: number | null;
  /** The finished reply under the draft key, while it waits. */
  waitingReply: Uint8Array | null;
  /** Keyed hash: nobody who can only write to the database sends somebody's reply. */
  waitingMac: Uint8Array | null;
  /** Position, from 1, of the file in which a virus was found while the reply waited. */
  infectedFile: number | null;
}

/** A file that is attached to a draft. Name and type stand in the sealed text alone. */
export interface DraftFilesTable {
  id: string;
  draftId: string;
  /** Decoded. */
  sizeBytes: number;
}

/** Chunks of a file, sealed by the page; up to 16 in a row of the table. */
export interface DraftChunksTable {
  fileId: string;
  /** Which group of chunks, from 0. */
  number: number;
  sealed: Uint8Array;
}

/** A person of the organisation. */
export interface StaffTable {
  id: string;
  createdAt: number;
  state: 'active' | 'locked';
  lastSignInAt: number | null;
  mac: Uint8Array;
}

/** A mailbox that a person has proven to read. */
export interface StaffAddressesTable {
  canonicalAddress: string;
  staffId: string;
  address: string;
  /** `own`: nobody else's. `shared`: one of the members of a mailbox. */
  kind: 'own' | 'shared';
  proof: 'mailed-link' | 'oidc' | 'invite';
  provenAt: number;
  mac: Uint8Array;
}

export interface StaffCredentialsTable {
  id: string;
  staffId: string;
  kind: 'oidc' | 'passkey';
  /** What a sign-in finds it by: `oidc` with issuer and subject, or `passkey` with the credential id. */
  lookup: string;
  /** Passkeys: COSE key. */
  publicKey: Uint8Array | null;
  /** Passkeys: the authenticator's counter at the last sign-in; 0 where it has none. */
  signCount: number;
  /** Passkeys: how browsers reach the authenticator, separated by spaces. */
  transports: string;
  /** Name that its owner gave it. */
  label: string;
  /** 1: registered by invitation or in a session with a second factor; only then it gives higher roles. */
  strong: number;
  createdAt: number;
  lastUsedAt: number | null;
  mac: Uint8Array;
}

/** A higher role; the role `sender` has no row, everybody of the staff has it. */
export interface StaffRolesTable {
  staffId: string;
  role: 'help-desk' | 'security-officer' | 'privacy-officer' | 'administrator';
  /** `oidc`: from a group, and good only in sessions by OIDC. */
  source: 'host' | 'administrator' | 'oidc';
  grantedAt: number;
  /** The administrator who granted it. */
  grantedBy: string | null;
  mac: Uint8Array;
}

export interface StaffSessionsTable {
  /** SHA-256 of the cookie's token. */
  tokenHash: Uint8Array;
  /** Names the session on its owner's page; opens nothing. */
  id: string;
  staffId: string;
  method: 'mailed-link' | 'oidc' | 'passkey';
  /** 1: signed in with a proof that higher roles need. */
  mfa: number;
  /** `Firefox, Windows`. */
  browser: string;
  remoteAddress: string;
  createdAt: number;
  lastSeenAt: number;
  expiresAt: number;
  mac: Uint8Array;
}

/** A link that works once: mailed to prove an address, or printed on the host to invite. */
export interface StaffLinksTable {
  /** HMAC of the link's token. */
  tokenHash: Uint8Array;
  purpose: 'sign-in' | 'add-address' | 'invite';
  canonicalAddress: string;
  address: string;
  /** `add-address`: who asked. */
  staffId: string | null;
  /** `invite`: the role that comes with it. */
  role: string | null;
  /** SHA-256 of the cookie of the browser that asked; null: invitations are opened in any browser. */
  browserHash: Uint8Array | null;
  createdAt: number;
  expiresAt: number;
  mac: Uint8Array;
}

/** Tickets of sign-ins, of staff and of recipients, that were completed, until they end: none counts twice. */
export interface UsedTicketsTable {
  ticketHash: Uint8Array;
  expiresAt: number;
}

/** A change that lowers protection, from when it was asked for until a second person decided or nobody did. */
export interface ProposalsTable {
  id: string;
  /** administration's `Change`, as JSON. */
  change: string;
  /** What held when it was asked for: administration's `Found`, as JSON. */
  found: string;
  /** Why it lowers protection: stable words, separated by blanks. */
  lowerings: string;
  /** In the words of who asked. */
  reason: string;
  state: 'open' | 'approved' | 'refused' | 'withdrawn' | 'expired';
  /** Of the staff. */
  askedBy: string;
  askedAt: number;
  expiresAt: number;
  decidedBy: string | null;
  decidedAt: number | null;
  mac: Uint8Array;
}

/** An outside address that an author wrote to before. */
export interface KnownRecipientsTable {
  /** HMAC of author and recipient. */
  pairHash: Uint8Array;
  firstAt: number;
}

/** An author who gets *secured* and *opened* together once a day. */
export interface SummaryChoicesTable {
  canonicalAddress: string;
  chosenAt: number;
  /** Day of the calendar (`2026-12-31`) whose summary went out last; null: none yet. */
  summarisedDay: string | null;
}

/** What waits for an author's summary; gone with the unit that sends it. */
export interface GatheredNewsTable {
  id: string;
  authorCanonical: string;
  messageId: string;
  /** Who opened; null: the message was sent. */
  recipientId: string | null;
  kind: 'secured' | 'opened';
  /** Address of who read it for the recipient. */
  reader: string | null;
  happenedAt: number;
}

export interface AuditEntriesTable {
  /** Order in which entries were committed; given by the database. */
  sequence: Generated<number>;
  id: string;
  at: number;
  event: string;
  messageId: string | null;
  recipientId: string | null;
  accountId: string | null;
  /** Canonical JSON of the entry. */
  entry: string;
  /** 32 random bytes, so that the leaf tells nothing of a deleted entry. */
  salt: Uint8Array;
  /** SHA-256(salt ‖ entry). */
  leaf: Uint8Array;
}

/** What would have been decided for a recipient of a mail that the gateway only observed. */
export interface ObservedDecisionsTable {
  recipientId: string;
  observedAt: number;
  /** Domain of the author of ours; empty where there is none. */
  authorDomain: string;
  recipientDomain: string;
  /** policy's decision: `relay`, `protect`, `hold`, `return` or `refuse`. */
  action: string;
  rule: string;
  /** policy's `Protection` where the decision has one. */
  protection: string | null;
  /** Kind of slip where the mail would have been held. */
  nearMiss: string | null;
  /** 1 where the mail would not have gone on as it did. */
  changed: number;
}

/** Whether mail is handed over to the outside; no row: it is. */
export interface OutboundSwitchTable {
  name: 'outbound';
  state: 'stopped' | 'running';
  changedAt: number;
  /** Operating-system user. */
  changedBy: string;
  reason: string;
  /** Keyed hash of the row. */
  mac: Uint8Array;
}

/** Connections of one day that ended the same way, for reports to the domain (RFC 8460). */
export interface TlsResultsTable {
  /** SHA-256 (hexadecimal) of what it counts. */
  id: string;
  /** UTC, `2026-11-21`. */
  day: string;
  domain: string;
  /** JSON of the policy as it stands in the report. */
  policy: string;
  /** `success`, or a failure type of RFC 8460 section 4.3. */
  result: string;
  mxHost: string;
  receivingIp: string;
  sessions: number;
}

/** A report of one day to one address of a domain: it is sent once. */
export interface TlsReportsTable {
  /** Day, domain and address, separated by blanks. */
  id: string;
  day: string;
  domain: string;
  /** `queued`, `posted`, or `unwanted`: the domain asks for none. */
  state: 'queued' | 'posted' | 'unwanted';
  at: number;
}
