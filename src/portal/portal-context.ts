/** What every endpoint of the portal works with: the dependencies, and the parts that are built from them once. */
import type { FastifyReply, FastifyRequest } from 'fastify';

import { AccountPasskeys } from '#src/accounts/account-passkeys.ts';
import { AccountProviders } from '#src/accounts/account-providers.ts';
import { AddressCodes } from '#src/accounts/address-codes.ts';
import { PasswordChanges } from '#src/accounts/change-password.ts';
import { OwnAddresses } from '#src/accounts/own-addresses.ts';
import { Admission } from '#src/accounts/admission.ts';
import { HandOverCodes } from '#src/accounts/hand-over-codes.ts';
import { PasswordHasher } from '#src/accounts/passwords.ts';
import type { PortalTicketPurpose, PortalTickets } from '#src/accounts/portal-tickets.ts';
import { Registration } from '#src/accounts/registration.ts';
import { REMEMBERED_MS } from '#src/accounts/remembered-devices.ts';
import { PasswordReset } from '#src/accounts/reset.ts';
import { SecondFactor } from '#src/accounts/second-factor.ts';
import { Sessions } from '#src/accounts/sessions.ts';
import { SignIn } from '#src/accounts/sign-in.ts';
import { Throttle } from '#src/accounts/throttle.ts';
import { TICKET_MS, Tickets } from '#src/accounts/tickets.ts';
import { SECOND_MS } from '#src/base/clock.ts';
import { cookieNames, cookieOptions, type CookieNames } from '#src/http/cookies.ts';

import { BackgroundWork } from './background-work.ts';
import type { PortalDependencies } from './portal-dependencies.ts';
import { PortalMails } from './portal-mails.ts';
import { VerifiedManifests } from './verified-manifests.ts';

export interface PortalContext extends PortalDependencies {
  readonly throttle: Throttle;
  readonly codes: AddressCodes;
  readonly handOver: HandOverCodes;
  readonly hasher: PasswordHasher;
  readonly sessions: Sessions;
  readonly tickets: PortalTickets;
  readonly passkeys: AccountPasskeys;
  readonly providers: AccountProviders;
  readonly secondFactor: SecondFactor;
  readonly manifests: VerifiedManifests;
  readonly registration: Registration;
  readonly signIn: SignIn;
  readonly reset: PasswordReset;
  readonly passwordChanges: PasswordChanges;
  readonly ownAddresses: OwnAddresses;
  readonly mails: PortalMails;
  readonly background: BackgroundWork;
  readonly cookies: PortalCookies;
}

export function buildPortalContext(dependencies: PortalDependencies): PortalContext {
  const { accountRules: rules, publicUrl, organization } = dependencies.settings;
  const throttle = new Throttle(dependencies);
  const codes = new AddressCodes(dependencies, throttle);
  const handOver = new HandOverCodes(dependencies, throttle);
  const sessions = new Sessions(dependencies);
  const hasher = new PasswordHasher(dependencies.keys, dependencies.random);
  const tickets = new Tickets<PortalTicketPurpose>(dependencies, 'portal');
  const { hostname: rpId, origin } = new URL(publicUrl);
  const site = { rpId, origin, name: () => organization.name };
  const passkeys = new AccountPasskeys(dependencies, { tickets, site });
  const providers = new AccountProviders(dependencies, {
    tickets,
    settings: dependencies.settings.providers,
    redirectUriOf: (kind) => `${origin}/sign-in/${kind}`,
  });
  const secondFactor = new SecondFactor(dependencies, { throttle, tickets });
  const admission = new Admission(dependencies, { sessions, secondFactor, throttle, rules });
  return {
    ...dependencies,
    throttle,
    codes,
    handOver,
    hasher,
    sessions,
    tickets,
    passkeys,
    providers,
    secondFactor,
    manifests: new VerifiedManifests(dependencies.keys),
    passwordChanges: new PasswordChanges(dependencies, { hasher, sessions, throttle }),
    ownAddresses: new OwnAddresses(dependencies, { codes, sessions }),
    registration: new Registration(dependencies, { codes, handOver, hasher, sessions, rules }),
    signIn: new SignIn(dependencies, {
      throttle,
      hasher,
      sessions,
      passkeys,
      providers,
      secondFactor,
      admission,
    }),
    reset: new PasswordReset(dependencies, {
      codes,
      handOver,
      hasher,
      sessions,
      throttle,
      secondFactor,
      rules,
    }),
    mails: new PortalMails(dependencies),
    background: new BackgroundWork(dependencies.log),
    cookies: new PortalCookies(publicUrl.startsWith('https:')),
  };
}

/** Seconds that a cookie lives; those not named here end with the browser. */
const COOKIE_SECONDS: Readonly<Partial<Record<keyof CookieNames, number>>> = {
  browser: 24 * 60 * 60,
  registration: 30 * 60,
  signIn: 30 * 60,
  ticket: TICKET_MS / SECOND_MS,
  device: REMEMBERED_MS / SECOND_MS,
};

/** The portal's cookies: who reads, who registers or signs in, and which browser asked for what. */
export class PortalCookies {
  readonly #https: boolean;
  readonly #names: CookieNames;

  constructor(https: boolean) {
    this.#https = https;
    this.#names = cookieNames({ https });
  }

  read(request: FastifyRequest, name: keyof CookieNames): string | undefined {
    return request.cookies[this.#names[name]];
  }

  set(reply: FastifyReply, name: keyof CookieNames, value: string): void {
    const maxAgeSeconds = COOKIE_SECONDS[name];
    const options =
      maxAgeSeconds === undefined ? { https: this.#https } : { https: this.#https, maxAgeSeconds };
    void reply.setCookie(this.#names[name], value, cookieOptions(options));
  }

  clear(reply: FastifyReply, name: keyof CookieNames): void {
    void reply.clearCookie(this.#names[name], cookieOptions({ https: this.#https }));
  }
}
