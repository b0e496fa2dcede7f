/** What every endpoint of the portal works with: the dependencies, and the parts that are built from them once. */
import type { FastifyReply, FastifyRequest } from 'fastify';

import { AddressCodes } from '#src/accounts/address-codes.ts';
import { PasswordChanges } from '#src/accounts/change-password.ts';
import { OwnAddresses } from '#src/accounts/own-addresses.ts';
import { PasswordHasher } from '#src/accounts/passwords.ts';
import { Registration } from '#src/accounts/registration.ts';
import { PasswordReset } from '#src/accounts/reset.ts';
import { Sessions } from '#src/accounts/sessions.ts';
import { SignIn } from '#src/accounts/sign-in.ts';
import { Throttle } from '#src/accounts/throttle.ts';
import { cookieNames, cookieOptions, type CookieNames } from '#src/http/cookies.ts';

import { BackgroundWork } from './background-work.ts';
import type { PortalDependencies } from './portal-dependencies.ts';
import { PortalMails } from './portal-mails.ts';
import { VerifiedManifests } from './verified-manifests.ts';

export interface PortalContext extends PortalDependencies {
  readonly throttle: Throttle;
  readonly codes: AddressCodes;
  readonly sessions: Sessions;
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
  const throttle = new Throttle(dependencies);
  const codes = new AddressCodes(dependencies, throttle);
  const sessions = new Sessions(dependencies);
  const hasher = new PasswordHasher(dependencies.keys, dependencies.random);
  return {
    ...dependencies,
    throttle,
    codes,
    sessions,
    manifests: new VerifiedManifests(dependencies.keys),
    registration: new Registration(dependencies, { codes, hasher, sessions }),
    signIn: new SignIn(dependencies, { throttle, hasher, sessions }),
    reset: new PasswordReset(dependencies, { codes, hasher, sessions, throttle }),
    passwordChanges: new PasswordChanges(dependencies, { hasher, sessions, throttle }),
    ownAddresses: new OwnAddresses(dependencies, { codes, sessions }),
    mails: new PortalMails(dependencies),
    background: new BackgroundWork(dependencies.log),
    cookies: new PortalCookies(dependencies.settings.publicUrl.startsWith('https:')),
  };
}

/** Seconds for which a browser stays the one that asked for a code. */
const BROWSER_COOKIE_SECONDS = 24 * 60 * 60;
const REGISTRATION_COOKIE_SECONDS = 30 * 60;

/** The portal's three cookies: who reads, who registers, and which browser asked for a code. */
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
    const maxAgeSeconds =
      name === 'browser'
        ? BROWSER_COOKIE_SECONDS
        : name === 'registration'
          ? REGISTRATION_COOKIE_SECONDS
          : undefined;
    const options =
      maxAgeSeconds === undefined ? { https: this.#https } : { https: this.#https, maxAgeSeconds };
    void reply.setCookie(this.#names[name], value, cookieOptions(options));
  }

  clear(reply: FastifyReply, name: keyof CookieNames): void {
    void reply.clearCookie(this.#names[name], cookieOptions({ https: this.#https }));
  }
}
