/**
 * The return listener's side of SMTP: mail that comes back from outside. It answers everybody and takes nothing but
 * mail to addresses that we made, one for each recipient of a notice; it relays nothing, and no mail is ever answered
 * by a mail to who sent it. Steps: receive and seal → recognise → record a report, or pass on to the author.
 */
import { LowDiskWatch } from '#src/acceptance/low-disk-watch.ts';
import { messageIdField } from '#src/acceptance/gather-facts.ts';
import { receiveAndSeal, type ReceivedMessage } from '#src/acceptance/receive-and-seal.ts';
import { Refused, replyForError } from '#src/acceptance/smtp-error.ts';
import { networkOf } from '#src/accounts/throttle.ts';
import type { AuditLog } from '#src/audit/audit-log.ts';
import { DAY_MS, MINUTE_MS, type Clock } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import { newId, type RandomSource } from '#src/base/identifiers.ts';
import type { Log } from '#src/base/log.ts';
import type { MailAddress } from '#src/base/mail-address.ts';
import type { Steps } from '#src/base/steps.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { fieldValues } from '#src/mime/header-fields.ts';
import type { HeaderField } from '#src/mime/scan-result.ts';
import { isOurMark, MARK_FIELD } from '#src/protection/gateway-mark.ts';
import { recipientOfBounceAddress } from '#src/protection/secure-message/bounce-address.ts';
import type { WrittenMailStatements } from '#src/queue/written-mails.ts';
import type {
  SmtpEnvelope,
  SmtpRecipient,
  SmtpReply,
  SmtpSession,
  TransactionHandler,
} from '#src/smtp/server/smtp-transaction.ts';
import { ExpectationFailed, type Database, type Statement } from '#src/storage/database.ts';
import type { ObjectStore } from '#src/storage/objects.ts';

import { claimsToBeOurs } from './claimed-author.ts';
import { CountedLimit } from './network-limits.ts';
import { passOn } from './pass-on.ts';
import { recognise, type Recognised } from './recognise.ts';
import { isTooEarly, recordReport, type AuthorReports, type Origin } from './record-report.ts';
import { HEADER_TOO_LARGE, LATER, LOOP, NO_ROOM, NOT_THIS_WAY, SLOW_DOWN, UNKNOWN } from './replies.ts';
import { findReturnTarget, type ReturnTarget } from './return-target.ts';
import { SealedParts } from './returned-mail.ts';

export const MAX_RETURNED_BYTES = 1024 * 1024;
export const MAX_RETURNED_RECIPIENTS = 10;
const MAX_HEADER_BYTES = 50 * 1024;
/** RFC 5321 section 6.3. */
const MAX_HOPS = 50;
/** Two mails at once may be about one recipient; the one that comes second looks again. */
const MOST_TRIES = 3;

const MAILS_OF_A_NETWORK = { most: 600, windowMs: 10 * MINUTE_MS };
const UNKNOWN_OF_A_NETWORK = { most: 60, windowMs: 10 * MINUTE_MS };
const PASSED_ON_FOR_A_RECIPIENT = { most: 20, windowMs: DAY_MS };

export interface ReturnsSettings {
  /** Null: nothing is taken. */
  readonly bounceDomain: string | null;
  readonly internalDomains: readonly string[];
  /** Our name in trace fields. */
  readonly hostname: string;
  /** The domain in our mark. */
  readonly mainDomain: string;
  readonly lowDiskBytes: number;
}

export interface ReturnsOptions {
  readonly settings: () => ReturnsSettings;
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly keys: KeyProvider;
  readonly audit: AuditLog;
  readonly reports: AuthorReports;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  readonly steps: Steps;
  /** The statement that notes how a mail of a domain came: `TLSv1.3 <cipher>`, or `none`. */
  readonly recordInbound: (domain: string, tls: string) => Statement;
  /** Called after a commit that queued something. */
  readonly onQueued: () => void;
}

interface Arrived {
  readonly queueId: string;
  readonly session: SmtpSession;
  readonly envelope: SmtpEnvelope;
  readonly received: ReceivedMessage;
  readonly origin: Origin;
}

/** What one commit is made of. */
interface Unit {
  readonly statements: readonly Statement[];
  readonly written: readonly WrittenMailStatements[];
  /** The received object belongs to a row of the unit. */
  readonly keepsObject: boolean;
}

export class Returns implements TransactionHandler {
  readonly #options: ReturnsOptions;
  readonly #lowDisk: LowDiskWatch;
  readonly #mails: CountedLimit;
  readonly #unknown: CountedLimit;
  readonly #passedOn: CountedLimit;

  constructor(options: ReturnsOptions) {
    this.#options = options;
    this.#lowDisk = new LowDiskWatch(options.objects, options.clock);
    this.#mails = new CountedLimit(options.clock, MAILS_OF_A_NETWORK);
    this.#unknown = new CountedLimit(options.clock, UNKNOWN_OF_A_NETWORK);
    this.#passedOn = new CountedLimit(options.clock, PASSED_ON_FOR_A_RECIPIENT);
  }

  async mailFrom(session: SmtpSession): Promise<SmtpReply | null> {
    const network = networkOf(session.remoteAddress);
    if (this.#mails.isReached(network) || this.#unknown.isReached(network)) return SLOW_DOWN;
    if (await this.#lowDisk.hasRoom(this.#options.settings().lowDiskBytes)) return null;
    return NO_ROOM;
  }

  async rcptTo(
    session: SmtpSession,
    _envelope: SmtpEnvelope,
    recipient: SmtpRecipient,
  ): Promise<SmtpReply | null> {
    const network = networkOf(session.remoteAddress);
    if (this.#unknown.isReached(network)) return SLOW_DOWN;
    if ((await this.#findTarget(recipient.address)) !== null) return null;
    this.#unknown.count(network);
    return UNKNOWN;
  }

  async data(
    session: SmtpSession,
    envelope: SmtpEnvelope,
    content: AsyncIterable<Buffer>,
  ): Promise<SmtpReply> {
    const { clock, random, log } = this.#options;
    this.#mails.count(networkOf(session.remoteAddress));
    const queueId = newId(clock, random);
    try {
      const received = await this.#receive(queueId, content);
      const origin = { remoteAddress: session.remoteAddress, tls: tlsFacts(session) };
      await this.#settle({ queueId, session, envelope, received, origin });
      return { code: 250, enhanced: '2.6.0', text: `Accepted as ${queueId}` };
    } catch (error) {
      const reply = replyForError(error);
      const fields = {
        queueId,
        remoteAddress: session.remoteAddress,
        code: errorCode(error),
        status: reply.code,
      };
      if (error instanceof Refused) log.info('a mail that came back was refused', fields);
      else log.error('a mail that came back was not accepted; it is sent again', { ...fields, error });
      return reply;
    }
  }

  /** Null for every address that is none of ours, or whose message is past its date. */
  async #findTarget(address: MailAddress): Promise<ReturnTarget | null> {
    const { bounceDomain, internalDomains } = this.#options.settings();
    const { keys, database, clock } = this.#options;
    if (bounceDomain === null) return null;
    const recipientId = recipientOfBounceAddress(keys, address, bounceDomain);
    if (recipientId === null) return null;
    const target = await findReturnTarget(database, recipientId, internalDomains);
    if (target === null || (target.keptUntil !== null && target.keptUntil < clock.now())) return null;
    return target;
  }

  #receive(queueId: string, content: AsyncIterable<Buffer>): Promise<ReceivedMessage> {
    const { keys, objects, random, steps, log } = this.#options;
    return receiveAndSeal(content, {
      messageId: queueId,
      organizationId: keys.publicKeys().organizationId,
      objects,
      random,
      steps,
      log,
      inspectHeader: (fields) => this.#inspectHeader(fields),
      // It is sealed raw at once, and goes on to the author.
      scanning: () => 'may-break',
    });
  }

  #inspectHeader(fields: readonly HeaderField[]): void {
    if ((fields.at(-1)?.end ?? 0) > MAX_HEADER_BYTES) {
      throw new Refused('header-too-large', HEADER_TOO_LARGE);
    }
    const { keys, clock } = this.#options;
    const messageId = messageIdField(fields);
    const isOurs = fieldValues(fields, MARK_FIELD.toLowerCase()).some((mark) =>
      isOurMark(keys, mark, messageId, clock.now()),
    );
    // A mail of our own, not a report that holds one.
    if (isOurs || fieldValues(fields, 'received').length >= MAX_HOPS) throw new Refused('loop', LOOP);
  }

  async #settle(arrived: Arrived): Promise<void> {
    const { objects } = this.#options;
    const { received } = arrived;
    let keepsObject = false;
    try {
      keepsObject = await this.#commit(arrived);
    } catch (error) {
      // Where the answer to COMMIT was lost the row may exist; then the object must, and the sweep finds out.
      keepsObject = errorCode(error) === 'database-unavailable';
      throw error;
    } finally {
      received.contentKey.fill(0);
      if (!keepsObject) await objects.remove(received.object);
    }
  }

  /** Looks, decides and commits; looks again where another mail about the same recipient was faster. */
  async #commit(arrived: Arrived): Promise<boolean> {
    const { database, onQueued } = this.#options;
    for (let tries = 1; ; tries++) {
      const unit = await this.#decide(arrived);
      try {
        await database.commit(unit.statements);
        onQueued();
        return unit.keepsObject;
      } catch (error) {
        for (const written of unit.written) await written.abandon(error);
        if (!(error instanceof ExpectationFailed) || tries >= MOST_TRIES) throw error;
      }
    }
  }

  async #decide(arrived: Arrived): Promise<Unit> {
    const written: WrittenMailStatements[] = [];
    try {
      return await this.#decideAll(arrived, written);
    } catch (error) {
      for (const mail of written) await mail.abandon();
      throw error;
    }
  }

  async #decideAll(arrived: Arrived, written: WrittenMailStatements[]): Promise<Unit> {
    const statements: Statement[] = [];
    const others: ReturnTarget[] = [];
    for (const { address } of arrived.envelope.recipients) {
      const target = await this.#findTarget(address);
      if (target === null) continue;
      const recognised = await this.#recognise(arrived, target);
      if (recognised.kind === 'other') {
        others.push(target);
        continue;
      }
      if (isTooEarly(target, recognised)) throw new Refused('notice-on-its-way', LATER);
      const recorded = await recordReport(target, recognised, arrived.origin, this.#options);
      statements.push(...recorded.statements);
      statements.push(this.#inbound(target, arrived));
      if (recorded.written !== null) written.push(recorded.written);
    }
    if (others.length > 0) statements.push(...(await this.#passOn(arrived, others)));
    statements.push(...others.map((target) => this.#inbound(target, arrived)));
    return { statements, written, keepsObject: others.length > 0 };
  }

  /** How mail about a recipient's domain reaches us (R60). */
  #inbound({ canonicalAddress }: ReturnTarget, { origin }: Arrived): Statement {
    const domain = canonicalAddress.slice(canonicalAddress.lastIndexOf('@') + 1);
    return this.#options.recordInbound(domain, origin.tls);
  }

  #recognise({ queueId, envelope, received }: Arrived, target: ReturnTarget): Promise<Recognised> {
    const { keys, objects } = this.#options;
    const { object, layout, contentKey, header, scan } = received;
    const parts = new SealedParts({
      organizationId: keys.publicKeys().organizationId,
      messageId: queueId,
      contentKey,
      layout,
      read: (offset, length) => objects.read(object, offset, length),
    });
    return recognise({ reversePath: envelope.reversePath, header, scan, parts }, target.canonicalAddress);
  }

  /** Throws Refused where the mail claims to be from inside, nobody inside gets it, or too much came already. */
  async #passOn(arrived: Arrived, targets: readonly ReturnTarget[]): Promise<Statement[]> {
    const { hostname, mainDomain, internalDomains } = this.#options.settings();
    if (claimsToBeOurs(arrived.received.header, internalDomains)) {
      throw new Refused('claims-to-be-ours', NOT_THIS_WAY);
    }
    const reachable = targets.flatMap((target) =>
      target.author === null ? [] : [{ ...target, author: target.author }],
    );
    if (reachable.length === 0) throw new Refused('no-author', UNKNOWN);
    if (reachable.some(({ recipientId }) => this.#passedOn.isReached(recipientId)))
      throw new Refused('passed-on-enough', SLOW_DOWN);
    for (const { recipientId } of reachable) this.#passedOn.count(recipientId);
    return passOn({ ...arrived, hostname, mainDomain }, reachable, arrived.origin, this.#options);
  }
}

function tlsFacts({ tls }: SmtpSession): string {
  return tls === null ? 'none' : `${tls.version} ${tls.cipher}`;
}
