/**
 * What happens to a mail between DATA and 250, as named steps: receive and seal → gather facts → decide → accept.
 * 250 means durable: content, deliveries and audit entries are on stable storage in one transaction. Whatever fails
 * before that leaves nothing behind, and the client keeps the mail.
 */
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { Clock } from '#src/base/clock.ts';
import { CodedError, errorCode } from '#src/base/coded-error.ts';
import { newId, type RandomSource } from '#src/base/identifiers.ts';
import type { Log } from '#src/base/log.ts';
import type { Steps } from '#src/base/steps.ts';
import { Throttle } from '#src/accounts/throttle.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { fieldValues } from '#src/mime/header-fields.ts';
import type { HeaderField } from '#src/mime/scan-result.ts';
import { isInternalDomain } from '#src/policy/domains.ts';
import { HEADER_SWITCHES } from '#src/policy/header-switches.ts';
import { isObserved } from '#src/policy/observe.ts';
import { readSubjectWishes } from '#src/policy/wish-words.ts';
import { isOurMark, MARK_FIELD } from '#src/protection/gateway-mark.ts';
import type {
  SmtpEnvelope,
  SmtpRecipient,
  SmtpReply,
  SmtpSession,
  TransactionHandler,
} from '#src/smtp/server/smtp-transaction.ts';
import type { Database } from '#src/storage/database.ts';
import type { ObjectStore } from '#src/storage/objects.ts';

import { answersSecuredThread } from './answers-secured-thread.ts';
import { gatherAsked } from './asked-at-sending.ts';
import { acceptMessage, type AcceptTools, type MessageToAccept } from './accept-message.ts';
import { findAuthor, ourAuthors, type Author } from './author.ts';
import { AuthorLimits } from './author-limits.ts';
import { checkSubmission, refuseUnknown } from './check-submission.ts';
import {
  decideRecipients,
  distinctRecipients,
  observeRecipients,
  type DecidedRecipient,
} from './decide-recipients.ts';
import { authorFields, gatherFacts, messageIdField } from './gather-facts.ts';
import { reachesOutside, settleQuestions, type OfficerHold } from './officer-hold.ts';
import type { ContentTry, FailedContent } from './failed-content.ts';
import { LowDiskWatch } from './low-disk-watch.ts';
import { refuseWhereAllAreRefused } from './refuse-all.ts';
import { receiveAndSeal, type Scanning } from './receive-and-seal.ts';
import { resolveReplyAddresses } from './reply-recipients.ts';
import type { AcceptanceSettings } from './settings.ts';
import { isFaultOfTheClient, mayBeTheContent, Refused, replyForError } from './smtp-error.ts';
import type { RefusalAudit } from './refusal-audit.ts';
import type { Submitter } from './submitters.ts';
import type { FreshContent } from '#src/queue/fresh-content.ts';
import type { WrittenMailSealer } from '#src/queue/written-mails.ts';

export interface AcceptanceOptions {
  readonly settings: () => AcceptanceSettings;
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly keys: KeyProvider;
  readonly audit: AuditLog;
  readonly refusals: RefusalAudit;
  readonly failedContent: FailedContent;
  readonly sealer: WrittenMailSealer;
  /** Where this process delivers too. */
  readonly fresh?: FreshContent;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  readonly steps: Steps;
  /** True where the servers of a domain can prove who they are now; false where that can't be told in time. */
  readonly authenticatesNow: (domain: string) => Promise<boolean>;
  /** Called after the commit: something is due. */
  readonly onQueued: () => void;
}

export class Acceptance implements TransactionHandler {
  readonly #options: AcceptanceOptions;
  readonly #lowDisk: LowDiskWatch;
  readonly #authorLimits: AuthorLimits;

  constructor(options: AcceptanceOptions) {
    this.#options = options;
    this.#lowDisk = new LowDiskWatch(options.objects, options.clock);
    this.#authorLimits = new AuthorLimits({ ...options, throttle: new Throttle(options) });
  }

  async mailFrom(session: SmtpSession, envelope: SmtpEnvelope): Promise<SmtpReply | null> {
    const { lowDiskBytes, submitters } = this.#options.settings();
    const unknown = refuseUnknown(session, submitters);
    if (unknown !== null) {
      await this.#recordRefusal(unknown, session, envelope);
      return unknown.reply;
    }
    if (await this.#lowDisk.hasRoom(lowDiskBytes)) return null;
    this.#options.log.error('mail is deferred: less free disk space than the low-disk watermark', {
      step: 'mail-from',
    });
    return { code: 452, enhanced: '4.3.1', text: 'Not enough room here now, please try again later' };
  }

  rcptTo(): Promise<SmtpReply | null> {
    return Promise.resolve(null);
  }

  async data(
    session: SmtpSession,
    envelope: SmtpEnvelope,
    content: AsyncIterable<Buffer>,
  ): Promise<SmtpReply> {
    const { clock, random, log, steps } = this.#options;
    const queueId = newId(clock, random);
    steps.reach('recipients-accepted');
    const current: { tried: ContentTry | null } = { tried: null };
    const scanning = (headerBlock: Buffer): Scanning => {
      current.tried = this.#options.failedContent.begin(headerBlock);
      return scanningOf(current.tried);
    };
    try {
      const message = await this.#receive(queueId, session, envelope, content, scanning);
      await this.#accept(message);
      log.info('accepted', { queueId, sizeBytes: message.received.sizeBytes, count: message.decided.length });
      steps.reach('before-250');
      return { code: 250, enhanced: '2.6.0', text: `Accepted as ${queueId}` };
    } catch (error) {
      return await this.#refuse(
        queueId,
        this.#afterFailure(queueId, error, current.tried),
        session,
        envelope,
      );
    } finally {
      current.tried?.end();
    }
  }

  /** What failed at itself for the second time is refused: its author learns of it, and nobody sends it a third time. */
  #afterFailure(queueId: string, error: unknown, tried: ContentTry | null): unknown {
    if (tried === null || !mayBeTheContent(error) || !tried.failed()) return error;
    this.#options.log.error('a mail failed twice and is refused', { queueId, code: errorCode(error), error });
    return new Refused('content-failed', FAILED_FOR_GOOD);
  }

  /** receive and seal → gather facts → decide. */
  async #receive(
    queueId: string,
    session: SmtpSession,
    envelope: SmtpEnvelope,
    content: AsyncIterable<Buffer>,
    scanning: (headerBlock: Buffer) => Scanning,
  ): Promise<MessageToAccept> {
    const { clock, keys, log, objects, random, steps } = this.#options;
    const settings = this.#options.settings();
    let carriesOurMark = false;
    let observed = false;
    let submitter: Submitter | null = null;
    const received = await receiveAndSeal(content, {
      messageId: queueId,
      organizationId: keys.publicKeys().organizationId,
      objects,
      random,
      steps,
      log,
      inspectHeader: (fields) => {
        submitter = checkSubmission(fields, session, envelope, settings);
        carriesOurMark = this.#carriesOurMark(fields);
        observed = isObservedMail(fields, envelope, settings);
      },
      // What is only observed goes on whole: the product behind us may need the fields.
      fieldsToRemove: () => (observed ? NO_FIELDS : HEADER_SWITCHES),
      secretFields: settings.submitters.secretFields,
      shownSubject: (subject) =>
        observed ? subject : readSubjectWishes(subject, settings.policy.furtherCodes).shownSubject,
      scanning,
    });
    try {
      const known = requireKnown(submitter);
      const author = findAuthor(
        authorFields(received.header, envelope.reversePath),
        settings.policy.internalDomains,
      );
      const resolved = await resolveReplyAddresses(envelope.recipients, settings.bounceDomain, this.#options);
      const facts = gatherFacts(received.header, received.scan, {
        reversePath: envelope.reversePath,
        carriesOurMark,
        answersSecuredThread:
          resolved.answersReply || (await answersSecuredThread(this.#options, received.header)),
        authorOutside: author.isOutside,
        // Nobody to ask: what would be held is secured at once.
        submitterIsMachine:
          known.isMachine || settings.isMachine(session.remoteAddress) || author.told === null,
        ruleFieldNames: settings.policy.headerRules.map((rule) => rule.field),
        internalDomains: settings.policy.internalDomains,
      });
      const recipients = distinctRecipients(resolved.recipients);
      const asDecided = decideRecipients(
        facts,
        recipients,
        settings.policy,
        await this.#authenticatingDomains(recipients, settings),
        clock,
        random,
      );
      const decided = observed ? observeRecipients(facts, asDecided) : asDecided;
      steps.reach('decided');
      const asked = gatherAsked(received.header, facts, settings, clock.now());
      const message = {
        queueId,
        session,
        submitter: known,
        envelope,
        received,
        author,
        facts,
        asked,
        settings,
      };
      if (observed || known.isMachine) return { ...message, decided };
      return { ...message, ...(await this.#withinLimits(decided, author, envelope, settings)) };
    } catch (error) {
      await objects.remove(received.object);
      received.contentKey.fill(0);
      throw error;
    }
  }

  /** Counts what goes outside; over a limit of its author everything for the outside waits for the officer. */
  async #withinLimits(
    decided: readonly DecidedRecipient[],
    author: Author,
    { reversePath }: SmtpEnvelope,
    { authorLimits, officerOf }: AcceptanceSettings,
  ): Promise<{ decided: readonly DecidedRecipient[]; officerHold: OfficerHold | null }> {
    const outside = decided.filter((one) => reachesOutside(one));
    const name = author.told?.canonical ?? reversePath;
    if (authorLimits === null || name === '' || outside.length === 0) return { decided, officerHold: null };
    const addresses = outside.map(({ recipient }) => recipient.address.canonical);
    const limit = await this.#authorLimits.count(name, addresses, authorLimits);
    if (limit === null) return { decided, officerHold: null };
    const until = this.#options.clock.now() + authorLimits.holdMs;
    return { decided: settleQuestions(decided), officerHold: { limit, officer: officerOf(name), until } };
  }

  /** Looked up only where every mail outside must be protected; who can't be told in time is none of them. */
  async #authenticatingDomains(
    recipients: readonly SmtpRecipient[],
    { policy }: AcceptanceSettings,
  ): Promise<ReadonlySet<string>> {
    if (policy.encrypt !== 'all-external') return new Set();
    const domains = [...new Set(recipients.map(({ address }) => address.domain))].filter(
      (domain) => !isInternalDomain(domain, policy.internalDomains),
    );
    const known = await Promise.all(domains.map((domain) => this.#options.authenticatesNow(domain)));
    return new Set(domains.filter((_, index) => known[index] === true));
  }

  async #accept(message: MessageToAccept): Promise<void> {
    const { received, decided } = message;
    try {
      refuseWhereAllAreRefused(decided);
      await acceptMessage(message, this.#tools());
    } catch (error) {
      // Where the answer to COMMIT was lost the rows may exist; then the object must, and the sweep finds out.
      if (errorCode(error) !== 'database-unavailable') await this.#options.objects.remove(received.object);
      throw error;
    } finally {
      received.contentKey.fill(0);
    }
    if (decided.length > 0) this.#options.onQueued();
  }

  #tools(): AcceptTools {
    const { database, keys, audit, sealer, fresh, clock, random, steps } = this.#options;
    return { database, keys, audit, sealer, fresh, clock, random, steps };
  }

  #carriesOurMark(fields: readonly HeaderField[]): boolean {
    const id = messageIdField(fields);
    return fieldValues(fields, MARK_FIELD.toLowerCase()).some((value) =>
      isOurMark(this.#options.keys, value, id, this.#options.clock.now()),
    );
  }

  async #refuse(
    queueId: string,
    error: unknown,
    session: SmtpSession,
    envelope: SmtpEnvelope,
  ): Promise<SmtpReply> {
    const reply = replyForError(error);
    const fields = { queueId, code: errorCode(error) };
    if (isFaultOfTheClient(error)) {
      this.#options.log.info('refused', fields);
      if (fields.code !== 'connection-lost') await this.#recordRefusal(error, session, envelope);
    } else this.#options.log.error('not accepted; the client keeps the mail', { ...fields, error });
    return reply;
  }

  #recordRefusal(
    error: unknown,
    session: SmtpSession,
    { reversePath, recipients }: SmtpEnvelope,
  ): Promise<void> {
    const facts = {
      why: errorCode(error),
      reversePath,
      recipients: recipients.length,
      user: session.user ?? null,
    };
    return this.#options.refusals.record(session.remoteAddress, { event: 'submission-refused', facts });
  }
}

const FAILED_FOR_GOOD: SmtpReply = {
  code: 554,
  enhanced: '5.6.0',
  text: 'This mail can not be processed here, it failed more than once. Write it anew, or ask your help desk',
};

function scanningOf({ handling }: ContentTry): Scanning {
  if (handling === 'refuse') throw new Refused('content-failed', FAILED_FOR_GOOD);
  if (handling === 'later')
    throw new CodedError('content-suspect', 'in hand at five deaths of the process or more: tried rarely');
  return handling === 'raw' ? 'none' : 'must-work';
}

/** The header was looked at before anything was sealed; a mail without that is nobody's. */
function requireKnown(submitter: Submitter | null): Submitter {
  if (submitter === null)
    throw new CodedError('header-not-checked', 'the header of a mail was not looked at');
  return submitter;
}

const NO_FIELDS: ReadonlySet<string> = new Set();

function isObservedMail(
  fields: readonly HeaderField[],
  { reversePath }: SmtpEnvelope,
  { policy, observe }: AcceptanceSettings,
): boolean {
  return isObserved(ourAuthors(authorFields(fields, reversePath), policy.internalDomains), observe);
}
