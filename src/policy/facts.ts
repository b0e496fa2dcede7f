/**
 * What the policy may look at, and what it answers. Pure data: acceptance gathers the facts, `decide` turns them
 * into one decision for each recipient, and nothing in this folder does I/O or knows where a fact came from.
 */

import type { SubjectCode } from './subject-code.ts';

/** Mail that a machine wrote: never held, never answered by us (RFC 3834, RFC 3464, RFC 8098). */
export type AutomaticKind =
  | 'null-reverse-path'
  | 'auto-submitted'
  | 'report'
  | 'journal'
  | 'calendar-reply'
  | 'list-or-bulk';

export interface MessageFacts {
  /** Every Subject field, decoded and unfolded, in order; empty where there is none. */
  readonly subjects: readonly string[];
  /** True where a Subject used a charset or form that could only be read as best effort. */
  readonly subjectUncertain: boolean;
  /** First and last non-empty line of the text body; the code alone there is a near miss. */
  readonly firstBodyLine: string;
  readonly lastBodyLine: string;
  readonly automatic: AutomaticKind | null;
  /** The author encrypted it and it stands alone: relayed as it is. */
  readonly encryptedByAuthor: 'smime' | 'openpgp' | null;
  /** Carries our mark: we emitted it before. */
  readonly carriesOurMark: boolean;
  /** Answers a message that was secured (Message-ID hashes, or a message code in the subject). */
  readonly answersSecuredThread: boolean;
  /** The subject is that of an answer or forward (`Re:`, `Fw:`, in any of the usual languages). */
  readonly isAnswerOrForward: boolean;
  /** The answered or forwarded mail came from outside the organisation, as far as the headers tell. */
  readonly threadFromOutside: boolean;
  /** What `nearMissName` gave for those that this author answered "secured" or "plain" for in this thread. */
  readonly settledNearMisses: readonly string[];
  /** The From mailbox is outside our domains (forwarded mail). */
  readonly authorOutside: boolean;
  /** The submitter is marked `machine`: near misses are secured at once. */
  readonly submitterIsMachine: boolean;
  /** Decoded sum of all parts, and the largest attachment, in bytes. */
  readonly decodedBytes: number;
  readonly largestAttachmentBytes: number;
  /** The mail carries a field with which other products are told to encrypt (`header-switches.ts`). */
  readonly headerSwitch: boolean;
  /** The header fields that rules may test, lower-case names, decoded values. */
  readonly ruleFields: ReadonlyMap<string, readonly string[]>;
}

export interface RecipientFacts {
  /** Canonical address. */
  readonly address: string;
  /** Lower-case A-labels. */
  readonly domain: string;
  /** The domain's servers can prove who they are now, by DANE or MTA-STS; looked up only where a rule asks. */
  readonly authenticatesNow?: boolean;
}

export interface HeaderRule {
  readonly name: string;
  /** Lower-case field name. */
  readonly field: string;
  /** Substring compared without case. */
  readonly contains: string;
  /** The first opening needs what the author tells by telephone, besides. */
  readonly verify?: boolean;
}

export interface PolicySettings {
  /** Exact A-label domains; `*.hospital.example` covers what is below. */
  readonly internalDomains: readonly string[];
  readonly partnerDomains: readonly string[];
  /** Partners whose stored channel can't be believed: they get secure messages. */
  readonly distrustedDomains?: readonly string[];
  readonly encrypt: 'on-code' | 'all-external';
  /** Codes beside `send secure`. */
  readonly furtherCodes: readonly SubjectCode[];
  readonly headerRules: readonly HeaderRule[];
  /** What becomes of a near miss that nobody answered. */
  readonly unansweredNearMiss: 'secure' | 'return';
  readonly secureMessageMaxBytes: number;
  readonly secureAttachmentMaxBytes: number;
}

export type Protection =
  | 'internal'
  | 'opportunistic-tls'
  | 'encrypted-by-author'
  | 'verified-tls'
  | 'secure-message';

export type ProtectReason =
  | 'code'
  | 'further-code'
  | 'header-switch'
  | 'secured-thread'
  | 'header-rule'
  | 'all-external'
  | 'partner-domain'
  | 'near-miss'
  | 'near-miss-machine';

export type Decision =
  /** Relayed as it is to the next hop of the route. */
  | {
      readonly action: 'relay';
      readonly protection: 'internal' | 'opportunistic-tls' | 'encrypted-by-author' | 'verified-tls';
      readonly rule: string;
    }
  | {
      readonly action: 'protect';
      readonly protection: 'secure-message';
      readonly reason: ProtectReason;
      readonly rule: string;
    }
  /** Nothing goes out until the author answers; then, or without an answer, `secure-message`. */
  | { readonly action: 'hold'; readonly nearMiss: NearMiss; readonly rule: string }
  /** Accepted and returned to the author by our own bounce. */
  | {
      readonly action: 'return';
      readonly why: 'message-too-large' | 'attachment-too-large';
      readonly limitBytes: number;
      /** Why it would have had to be protected, for the author's bounce. */
      readonly reason?: ProtectReason;
      readonly rule: string;
    }
  /**
   * Refused after DATA where it is so for every recipient: mail that we emitted ourselves, or automatic mail that
   * may only leave over verified TLS. Beside recipients that are served: reported to the reverse-path.
   */
  | {
      readonly action: 'refuse';
      readonly why: 'loop' | 'automatic-needs-verified-tls';
      readonly rule: string;
    };

export interface NearMiss {
  /** Which kind of slip it is, for the rule name and the author's mail. */
  readonly kind:
    | 'misspelled'
    | 'joined'
    | 'words-between'
    | 'reversed'
    | 'punctuated'
    | 'look-alike'
    | 'vendor-tag'
    | 'code-in-body'
    | 'further-code';
  /** The words of the subject that look like the code; shown to the author only, never stored in clear. */
  readonly text: string;
  /** Which vendor's tag, from a closed list (`encrypt`): may be stored. */
  readonly tag?: string;
}
