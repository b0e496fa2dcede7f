/**
 * SMTP AUTH for submitting servers: name and password against the hash in the configuration. Tries are counted in
 * the database before they are compared, for each name and network, so that nobody elsewhere locks a server out. A
 * server that signs in for every mail is remembered for a while, so that only its first sign-in costs a hash.
 */
import type { PasswordHasher } from '#src/accounts/passwords.ts';
import { networkOf, type Throttle } from '#src/accounts/throttle.ts';
import { equalBytes, lengthPrefixed } from '#src/base/bytes.ts';
import { HOUR_MS, MINUTE_MS, type Clock } from '#src/base/clock.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import type { Authenticator } from '#src/smtp/server/auth-connection.ts';
import type { Credentials } from '#src/smtp/server/auth-exchange.ts';
import type { SmtpReply, SmtpSession } from '#src/smtp/server/smtp-transaction.ts';
import type { Database } from '#src/storage/database.ts';

import type { RefusalAudit } from './refusal-audit.ts';
import type { Submitters } from './submitters.ts';

export interface SubmitterSignInOptions {
  readonly submitters: () => Submitters;
  /** Over `submitterHashKeys`. */
  readonly hasher: PasswordHasher;
  readonly throttle: Throttle;
  readonly database: Pick<Database, 'commit'>;
  readonly keys: Pick<KeyProvider, 'mac'>;
  readonly refusals: RefusalAudit;
  readonly clock: Clock;
}

const TRIES = 20;
const TRIES_WINDOW_MS = 15 * MINUTE_MS;
/** Wrong names and passwords from one network, whatever the name. */
const NETWORK_FAILURES = 100;
const REMEMBERED_MS = 10 * MINUTE_MS;
const MAX_REMEMBERED = 1_000;

const WRONG: SmtpReply = { code: 535, enhanced: '5.7.8', text: 'Name or password is wrong' };
const WAIT: SmtpReply = { code: 454, enhanced: '4.7.0', text: 'Too many tries, please try again later' };

/** The keyed step of submitters' password hashes: a key that every role holds, apart from that of people's passwords. */
export function submitterHashKeys(keys: Pick<KeyProvider, 'mac'>): Pick<KeyProvider, 'mac'> {
  return { mac: (_purpose, data) => keys.mac('token', lengthPrefixed('submitter password', data)) };
}

export class SubmitterSignIn implements Authenticator {
  readonly #options: SubmitterSignInOptions;
  readonly #remembered = new Map<string, { readonly proof: Buffer; readonly until: number }>();
  /** The try at each name that is under way; the next one waits for it. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(options: SubmitterSignInOptions) {
    this.#options = options;
  }

  isOffered(): boolean {
    return this.#options.submitters().haveUsers;
  }

  async signIn(session: SmtpSession, credentials: Credentials): Promise<SmtpReply | null> {
    const { user } = credentials;
    const before = this.#turns.get(user) ?? Promise.resolve();
    const turn = before.then(() => this.#try(session, credentials));
    const settled = turn.catch(() => {});
    this.#turns.set(user, settled);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(user) === settled) this.#turns.delete(user);
    }
  }

  async #try(session: SmtpSession, { user, password }: Credentials): Promise<SmtpReply | null> {
    const { submitters, hasher, throttle, database } = this.#options;
    const rule = submitters().ruleFor(user, session.remoteAddress);
    const proof = this.#proofOf(rule?.passwordHash ?? '', user, password);
    if (rule !== null && this.#isRemembered(user, proof)) return null;
    const network = networkOf(session.remoteAddress);
    const subject = lengthPrefixed(user, network).toString('base64');
    if (!(await this.#mayTry(subject, network)))
      return this.#refuse(session, rule?.name, 'too-many-tries', WAIT);
    const isRight =
      rule?.passwordHash == null
        ? await hasher.verifyNothing(password)
        : await hasher.verify(password, rule.passwordHash);
    if (!isRight) {
      await throttle.countInWindow('submitter-network', network, NETWORK_FAILURES, HOUR_MS);
      return this.#refuse(session, rule?.name, 'wrong', WRONG);
    }
    await database.commit([throttle.forget('submitter', subject)]);
    this.#remember(user, proof);
    return null;
  }

  async #mayTry(subject: string, network: string): Promise<boolean> {
    const { throttle } = this.#options;
    const fromThere = await throttle.isUsedUp('submitter-network', network, NETWORK_FAILURES, HOUR_MS);
    if (!fromThere.allowed) return false;
    return (await throttle.countInWindow('submitter', subject, TRIES, TRIES_WINDOW_MS)).allowed;
  }

  /** `name`: of the submitter that was meant; what the client typed is kept nowhere. */
  async #refuse(
    session: SmtpSession,
    name: string | null | undefined,
    why: string,
    reply: SmtpReply,
  ): Promise<SmtpReply> {
    const facts = { why, submitter: name ?? null };
    await this.#options.refusals.record(session.remoteAddress, { event: 'submitter-sign-in-failed', facts });
    return reply;
  }

  #isRemembered(user: string, proof: Buffer): boolean {
    const known = this.#remembered.get(user);
    return known !== undefined && this.#options.clock.now() < known.until && equalBytes(known.proof, proof);
  }

  #remember(user: string, proof: Buffer): void {
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(user, { proof, until: this.#options.clock.now() + REMEMBERED_MS });
  }

  /** Bound to the hash, so that a new password in the configuration ends what is remembered. */
  #proofOf(passwordHash: string, user: string, password: string): Buffer {
    return this.#options.keys.mac(
      'token',
      lengthPrefixed('submitter signed in', passwordHash, user, password),
    );
  }
}
