/**
 * The words of our mails, one catalogue a language. Every language has every key with the same values to fill in, so
 * the compiler finds what is missing. Words are short and common (a reader of twelve understands them); values
 * arrive clean (compose/clean-text.ts) and are escaped later.
 */
import type { FailureKind } from '../failure-kind.ts';
import type {
  AccessNews,
  AccountChangeKind,
  AskedProblem,
  NearMissKind,
  OtherWayKind,
  PartnerWarningKind,
  ProtectedHow,
  ReturnReason,
  SecuredReason,
} from '../words.ts';
import type { SummaryWords } from './summary-words.ts';

type Phrase<Values> = (values: Values) => string;

export interface Catalog {
  /** One line in the other language: this mail in your language is below. */
  readonly furtherDown: string;
  readonly help: {
    readonly title: string;
    readonly page: string;
    readonly phone: Phrase<{ phone: string }>;
    readonly phoneWithHours: Phrase<{ phone: string; hours: string }>;
  };
  readonly fact: {
    readonly recipient: string;
    readonly sent: string;
    readonly opened: string;
    readonly messageCode: string;
    readonly size: string;
    readonly limit: string;
    readonly address: string;
  };
  /** Several recipients in a subject: the first one, and how many more. */
  readonly andMore: Phrase<{ first: string; more: number }>;
  readonly via: Phrase<{ author: string; organization: string }>;
  readonly notice: {
    readonly subject: Phrase<{ author: string; organization: string; code: string }>;
    readonly subjectOutside: Phrase<{ organization: string; code: string }>;
    readonly title: Phrase<{ author: string }>;
    readonly intro: Phrase<{ person: string; organization: string }>;
    /** The author is not of the organisation: it forwarded their mail. */
    readonly introOutside: Phrase<{ person: string; organization: string }>;
    readonly button: string;
    readonly firstTime: string;
    /** The first opening needs what the author tells by telephone. */
    readonly byTelephone: Phrase<{ author: string }>;
    readonly authorIsTold: Phrase<{ author: string }>;
    readonly keptUntil: Phrase<{ day: string }>;
    readonly answering: string;
    readonly realTitle: string;
    readonly realCheck: Phrase<{ organization: string }>;
    readonly realCode: string;
    readonly realNever: string;
    readonly why: Phrase<{ to: string; author: string }>;
  };
  readonly secured: {
    readonly subject: Phrase<{ who: string }>;
    readonly title: string;
    readonly intro: Phrase<{ moment: string }>;
    readonly group: Readonly<Record<ProtectedHow, { readonly title: string; readonly text: string }>>;
    readonly whyTitle: string;
    readonly why: Readonly<Record<SecuredReason, string>>;
    readonly asked: {
      readonly title: string;
      readonly expires: Phrase<{ day: string }>;
      readonly readBy: Phrase<{ day: string }>;
      readonly noReply: string;
      readonly verify: string;
      readonly unmetTitle: string;
      readonly unmet: Readonly<Record<AskedProblem, Phrase<{ word: string }>>>;
      readonly unmetCure: string;
    };
    readonly laterTitle: string;
    readonly keptUntil: Phrase<{ day: string }>;
    readonly noOpenedMail: string;
    readonly noOpenedMailMixed: string;
    readonly code: string;
    readonly page: string;
    /** Its notices wait: it can be taken back. */
    readonly undo: Phrase<{ clock: string }>;
    readonly undoMixed: Phrase<{ clock: string }>;
    readonly undoButton: string;
  };
  readonly opened: {
    readonly subject: Phrase<{ who: string }>;
    readonly title: string;
    readonly intro: Phrase<{ who: string; moment: string }>;
    readonly introFor: Phrase<{ reader: string; who: string; moment: string }>;
    readonly meaning: string;
    readonly meaningFor: string;
    readonly once: string;
  };
  readonly held: {
    readonly subject: Phrase<{ who: string }>;
    readonly title: string;
    readonly intro: Phrase<{ moment: string }>;
    readonly nothingLeft: string;
    readonly others: string;
    readonly slipTitle: string;
    readonly slip: Readonly<Record<NearMissKind, string>>;
    readonly chooseTitle: string;
    readonly choose: string;
    readonly sendSecured: string;
    readonly dontSend: string;
    readonly unansweredSecure: Phrase<{ clock: string }>;
    readonly unansweredReturn: Phrase<{ clock: string }>;
    readonly nextTime: string;
  };
  /** A message over a limit of its author, which waits for the security officer. */
  readonly officerHold: {
    readonly limit: Readonly<Record<'recipients-an-hour' | 'new-recipients-a-day', string>>;
    readonly officerSubject: Phrase<{ author: string }>;
    readonly officerTitle: string;
    readonly officerIntro: Phrase<{ author: string; moment: string; count: number }>;
    readonly officerChoose: string;
    readonly stop: string;
    readonly release: string;
    readonly returnedAt: Phrase<{ moment: string }>;
    readonly authorSubject: Phrase<{ who: string }>;
    readonly authorTitle: string;
    readonly authorIntro: Phrase<{ moment: string }>;
    readonly authorNext: Phrase<{ moment: string }>;
    readonly notYou: string;
  };
  readonly code: {
    readonly subject: Phrase<{ code: string; organization: string }>;
    readonly title: string;
    readonly intro: Phrase<{ organization: string }>;
    /** Somebody who is signed in wants to add the address to their account. */
    readonly introAddress: Phrase<{ organization: string }>;
    readonly validUntil: Phrase<{ minutes: number; clock: string }>;
    readonly closed: string;
    readonly button: string;
    readonly notAsked: string;
    readonly never: string;
  };
  /** Mails with a link for staff. */
  readonly staffLink: {
    readonly 'sign-in': StaffLinkWords;
    readonly 'add-address': StaffLinkWords;
    readonly validUntil: Phrase<{ minutes: number; clock: string }>;
    readonly never: string;
  };
  readonly bounce: {
    readonly subject: Phrase<{ who: string }>;
    readonly title: string;
    readonly intro: Phrase<{ moment: string; count: number }>;
    readonly others: string;
    readonly nextTitle: string;
    readonly forHelpDesk: Phrase<{ detail: string }>;
    readonly failure: Readonly<Record<FailureKind, { readonly what: string; readonly next: string }>>;
  };
  readonly delay: {
    readonly subject: Phrase<{ who: string }>;
    readonly title: string;
    readonly intro: Phrase<{ moment: string; count: number }>;
    readonly until: Phrase<{ moment: string }>;
    readonly nothingToDo: string;
    /** Instead of `intro` and `until`, where we ourselves keep it waiting. */
    readonly waitsHere: Phrase<{ moment: string; count: number }>;
    readonly waitsHereUntil: string;
  };
  readonly passedOn: {
    readonly subject: Phrase<{ who: string }>;
    readonly title: string;
    readonly intro: Phrase<{ moment: string }>;
    readonly noNews: string;
  };
  readonly returned: {
    readonly title: string;
    readonly intro: Phrase<{ moment: string; count: number }>;
    readonly reason: Readonly<Record<ReturnReason, { readonly what: string; readonly next: string }>>;
    readonly nothingLeft: string;
  };
  readonly notForMe: {
    readonly subject: Phrase<{ who: string }>;
    readonly title: string;
    readonly intro: Phrase<{ who: string; moment: string }>;
    readonly locked: string;
    readonly notOpened: string;
    readonly opened: Phrase<{ moment: string }>;
    readonly next: string;
    readonly nextOpened: string;
  };
  readonly wrongRecipient: {
    readonly subject: Phrase<{ who: string }>;
    readonly title: string;
    readonly intro: Phrase<{ author: string; moment: string }>;
    readonly locked: string;
    readonly relayed: string;
    readonly notOpened: string;
    readonly opened: Phrase<{ moment: string }>;
    readonly kept: string;
    readonly sheet: string;
  };
  /** A mail that pretends to come from us. */
  readonly suspectMail: {
    readonly subject: string;
    readonly title: string;
    readonly intro: Phrase<{ moment: string }>;
    readonly from: string;
    readonly leadsTo: string;
    readonly code: string;
    readonly codes: Readonly<Record<'ours' | 'unknown' | 'none', string>>;
    readonly signature: string;
    readonly signatures: Readonly<Record<'ours' | 'broken' | 'none', string>>;
    readonly reportedFor: string;
    readonly nothing: string;
    readonly next: string;
    readonly limits: string;
  };
  /** A recipient asks for a message that is closed. */
  readonly askedAgain: {
    readonly subject: Phrase<{ who: string }>;
    readonly title: string;
    readonly intro: Phrase<{ who: string; moment: string }>;
    readonly why: Readonly<Record<'locked' | 'expired' | 'needs-release', Phrase<{ when: string }>>>;
    readonly wrote: string;
    readonly makeSure: string;
    readonly button: string;
    readonly nothingHappens: string;
    readonly noPage: string;
    readonly gone: string;
  };
  /** A recipient chose another way than the site. */
  readonly otherWay: {
    readonly subject: Readonly<Record<OtherWayKind, Phrase<{ who: string }>>>;
    readonly title: string;
    readonly intro: Phrase<{ who: string; moment: string; chosen: string }>;
    readonly way: Readonly<Record<OtherWayKind, Phrase<{ name: string }>>>;
    readonly wrote: string;
    readonly makeSure: string;
    readonly stillThere: string;
    readonly thenDone: string;
    readonly button: string;
  };
  /** In a notice that goes out because its author granted that. */
  readonly granted: string;
  readonly reminder: {
    readonly subject: Phrase<{ subject: string }>;
    readonly waits: string;
  };
  readonly notOpened: {
    readonly subject: Phrase<{ who: string }>;
    readonly title: string;
    readonly intro: Phrase<{ who: string; moment: string }>;
    readonly reminded: string;
    readonly next: string;
    readonly stillReadable: Phrase<{ day: string }>;
    readonly once: string;
  };
  readonly summary: SummaryWords;
  /** A reply that was written on the site. */
  readonly reply: {
    readonly via: Phrase<{ writer: string }>;
    readonly footer: Phrase<{ writer: string }>;
  };
  /** Such a reply did not reach somebody. */
  readonly replyFailed: {
    readonly subject: Phrase<{ organization: string }>;
    readonly title: string;
    readonly intro: Phrase<{ organization: string; moment: string }>;
    readonly next: string;
    readonly kept: string;
    readonly button: string;
  };
  readonly access: Readonly<
    Record<
      AccessNews,
      {
        readonly subject: Phrase<{ organization: string }>;
        readonly title: string;
        readonly text: Phrase<{ organization: string }>;
        readonly button: string;
        readonly after: string;
      }
    >
  > & { readonly address: string; readonly reader: string; readonly until: string };
  readonly accountChange: Readonly<Record<AccountChangeKind, AccountChangeWords>> & {
    readonly notYou: string;
    readonly notYouNew: string;
  };
  /** A reset without the second factor, that its owner can still stop. */
  readonly resetWaits: {
    readonly subject: Phrase<{ organization: string }>;
    readonly title: string;
    /** `until`: when it takes effect. */
    readonly text: Phrase<{ organization: string; until: string }>;
    readonly wasYou: string;
    readonly notYou: string;
    readonly button: string;
  };
  /** The help desk sends the way to a new password. */
  readonly resetStarted: {
    readonly subject: Phrase<{ organization: string }>;
    readonly title: string;
    readonly text: Phrase<{ organization: string }>;
    readonly button: string;
    readonly notAsked: string;
  };
  readonly partnerReport: {
    /** `first`: the domain named first. */
    readonly subject: Phrase<{ first: string; count: number }>;
    readonly title: string;
    readonly kind: Readonly<Record<PartnerWarningKind, { readonly title: string; readonly next: string }>>;
    readonly more: string;
  };
}

export interface AccountChangeWords {
  readonly subject: Phrase<{ organization: string }>;
  readonly title: string;
  readonly text: Phrase<{ organization: string; moment: string }>;
}

export interface StaffLinkWords {
  readonly subject: Phrase<{ organization: string }>;
  readonly title: string;
  readonly intro: string;
  readonly button: string;
  readonly notAsked: string;
}
