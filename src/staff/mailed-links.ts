/**
 * Proving an address by a mailed link: to sign in, with the rights of a sender only, or to add an address. Whoever asks
 * gets one and the same answer: whether somebody is known is told to nobody, and mail goes to the organisation's own
 * domains alone. An address that was never seen makes a new person, because whoever reads that mailbox is staff.
 */
import { isLostRace, networkOf, type Throttle } from '#src/accounts/throttle.ts';
import { DAY_MS, HOUR_MS } from '#src/base/clock.ts';
import { parseMailAddress, type MailAddress } from '#src/base/mail-address.ts';
import { isInternalDomain } from '#src/policy/domains.ts';
import type { Statement } from '#src/storage/database.ts';
import type { StaffAddressesTable, StaffLinksTable } from '#src/storage/tables.ts';

import type { StaffSignIn, StaffSignInOutcome } from './sign-in.ts';
import type { Origin, StaffContext } from './staff-context.ts';
import { findAddress, findStaff } from './staff-directory.ts';
import {
  digestOfLink,
  findStaffLink,
  insertStaffLink,
  isOfBrowser,
  newLinkToken,
  useStaffLink,
} from './staff-links.ts';
import { addAddress, registerStaff } from './staff-rows.ts';
import type { StaffSession } from './staff-sessions.ts';

/** Writes and seals the mail; `token` belongs into its link. */
export interface LinkMailer {
  statementsForLink(mail: {
    readonly to: string;
    readonly token: string;
    readonly purpose: 'sign-in' | 'add-address';
    /** Page of the staff site to go on to. */
    readonly path: string;
  }): Promise<{ readonly statements: readonly Statement[]; abandon(cause?: unknown): Promise<void> }>;
}

export interface LinkRequest {
  /** What was typed. */
  readonly address: string;
  readonly browserHash: Uint8Array;
  readonly origin: Origin;
  /** Page of the staff site to go on to. */
  readonly path: string;
}

export type AddAddressOutcome = 'added' | 'not-valid' | 'other-browser' | 'taken' | 'yours-already';

const LINKS_AN_HOUR = 5;
const LINKS_A_DAY_OF_NETWORK = 500;

export class MailedLinks {
  readonly #context: StaffContext;
  readonly #throttle: Throttle;
  readonly #signIn: StaffSignIn;
  readonly #mailer: LinkMailer;

  constructor(context: StaffContext, parts: { throttle: Throttle; signIn: StaffSignIn; mailer: LinkMailer }) {
    this.#context = context;
    this.#throttle = parts.throttle;
    this.#signIn = parts.signIn;
    this.#mailer = parts.mailer;
  }

  /** Mails a link to sign in, where the address is one of ours. Tells nothing. */
  async askToSignIn(request: LinkRequest): Promise<void> {
    await this.#ask(request, 'sign-in', null);
  }

  /** Mails a link that adds the address to a person. Tells nothing. */
  async askToAdd(request: LinkRequest, staffId: string): Promise<void> {
    await this.#ask(request, 'add-address', staffId);
  }

  /** What the page of a link shows; changes nothing. Null where it can't be used. Throws RowForged. */
  async look(
    token: string,
    purpose: 'sign-in' | 'add-address',
    browserHash: Uint8Array | null,
  ): Promise<{ address: string; otherBrowser: boolean } | null> {
    const link = await findStaffLink(this.#context, token, purpose);
    return link === null ? null : { address: link.address, otherBrowser: !isOfBrowser(link, browserHash) };
  }

  /** Signs in with a link, once. */
  async signIn(
    token: string,
    browserHash: Uint8Array | null,
    origin: Origin,
    previous: StaffSession | null,
  ): Promise<StaffSignInOutcome> {
    return this.#signIn.guarded(origin, 'mailed-link', async () => {
      const link = await findStaffLink(this.#context, token, 'sign-in');
      if (link === null || !isOfBrowser(link, browserHash))
        return this.#signIn.fail(origin, 'mailed-link', 'not-valid');
      const holders = await findAddress(this.#context, link.canonicalAddress);
      const owner = holders.find(({ kind }) => kind === 'own');
      if (owner === undefined && holders.length > 0)
        return this.#signIn.fail(origin, 'mailed-link', 'shared-address');
      const person = owner === undefined ? this.#newPerson(link) : await this.#known(owner.staffId);
      if (person === null) return this.#signIn.fail(origin, 'mailed-link', 'not-valid');
      return this.#signIn.complete({
        ...person,
        method: 'mailed-link',
        mfa: false,
        origin,
        previous,
        statements: [useStaffLink(this.#context, link), ...person.statements],
      });
    });
  }

  /** Adds the address of a link to the person who asked for it, as their own or as a mailbox shared with others. */
  async add(
    token: string,
    browserHash: Uint8Array | null,
    staffId: string,
    kind: StaffAddressesTable['kind'],
  ): Promise<AddAddressOutcome> {
    const link = await findStaffLink(this.#context, token, 'add-address');
    if (link === null || link.staffId !== staffId) return 'not-valid';
    if (!isOfBrowser(link, browserHash)) return 'other-browser';
    const holders = await findAddress(this.#context, link.canonicalAddress);
    if (holders.some((holder) => holder.staffId === staffId)) return 'yours-already';
    if (kind === 'own' && holders.length > 0) return 'taken';
    try {
      await this.#context.database.commit([
        useStaffLink(this.#context, link),
        ...addAddress(this.#context, staffId, addressOf(link), { kind, proof: 'mailed-link' }),
      ]);
    } catch (error) {
      if (isLostRace(error)) return 'not-valid';
      throw error;
    }
    return 'added';
  }

  async #ask(
    { address, browserHash, origin, path }: LinkRequest,
    purpose: 'sign-in' | 'add-address',
    staffId: string | null,
  ): Promise<void> {
    const mailbox = parseMailAddress(address.trim());
    const { internalDomains, database, audit } = this.#context;
    if (mailbox === null || !isInternalDomain(mailbox.domain, internalDomains())) return;
    if (!(await this.#mayAsk(mailbox, origin))) return;
    const token = newLinkToken(this.#context.random);
    const link = { purpose, address: mailbox, staffId, role: null, browserHash };
    const insert = insertStaffLink(this.#context, digestOfLink(token), link);
    const mail = await this.#mailer.statementsForLink({ to: mailbox.raw, token, purpose, path });
    try {
      await database.commit([
        insert,
        ...mail.statements,
        audit.entry({
          event: 'staff-link-sent',
          facts: { address: mailbox.canonical, purpose, staff: staffId, remoteAddress: origin.remoteAddress },
        }),
      ]);
    } catch (error) {
      await mail.abandon(error);
      throw error;
    }
  }

  /** So many mails an hour to one mailbox, and a day at the wish of one network. */
  async #mayAsk(mailbox: MailAddress, origin: Origin): Promise<boolean> {
    const network = networkOf(origin.remoteAddress);
    const ofNetwork = await this.#throttle.countInWindow(
      'staff-links-of-network',
      network,
      LINKS_A_DAY_OF_NETWORK,
      DAY_MS,
    );
    if (!ofNetwork.allowed) return false;
    const toMailbox = await this.#throttle.countInWindow(
      'staff-links',
      mailbox.canonical,
      LINKS_AN_HOUR,
      HOUR_MS,
    );
    return toMailbox.allowed;
  }

  #newPerson(link: StaffLinksTable) {
    const { staff, statements } = registerStaff(this.#context);
    const proven = addAddress(this.#context, staff.id, addressOf(link), {
      kind: 'own',
      proof: 'mailed-link',
    });
    return { staff, isNew: true, statements: [...statements, ...proven] };
  }

  async #known(staffId: string) {
    const staff = await findStaff(this.#context, staffId);
    return staff === null ? null : { staff, isNew: false, statements: [] };
  }
}

function addressOf(link: StaffLinksTable): Pick<MailAddress, 'canonical' | 'raw'> {
  return { canonical: link.canonicalAddress, raw: link.address };
}
