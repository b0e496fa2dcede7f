/** The configuration, translated into what each part wants to know. No part reads the configuration itself. */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

import type { AcceptanceSettings } from '#src/acceptance/settings.ts';
import { CodedError } from '#src/base/coded-error.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#src/base/clock.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import { NetworkList } from '#src/base/network-list.ts';
import { canSignIn } from '#src/base/sign-in-origin.ts';
import { signingDomainOf } from '#src/config/dkim-domains.ts';
import type { NextHopSetting, Settings, TlsFiles } from '#src/config/settings.ts';
import type { ReportSettings } from '#src/delivery/failure-reports.ts';
import type { Route, Routes } from '#src/delivery/route.ts';
import { isInternalDomain } from '#src/policy/domains.ts';
import { parseSubjectCode } from '#src/policy/subject-code.ts';
import type { MailSite } from '#src/notification/mail-site.ts';
import type { NextHop } from '#src/smtp/client/transmit.ts';

import { oncePerSettings } from './once-per-settings.ts';
import { sitesOf } from './sites.ts';
import { submittersOf } from './submitters.ts';

/** Of the organisation itself. */
export const mailSite = (settings: Settings): MailSite => sitesOf(settings).whole.mail;
export const acceptanceSettings = oncePerSettings(makeAcceptanceSettings);

/** The first domain that is no wildcard: in our mark and our Message-IDs. */
export function mainDomain(settings: Settings): string {
  const exact = settings.organization.domains.find((domain) => !domain.startsWith('*.'));
  return exact ?? (settings.organization.domains[0] ?? 'localhost').replace('*.', '');
}

/** Domains in the From of the mails that we write to people outside; none where no mail leaves. */
export function noticeDomains({ organization, notice, sites, delivery }: Settings): readonly string[] {
  if (delivery.nextHop.kind === 'capture') return [];
  const ofSites = sites.map(({ noticeFrom, ...site }) => ({ ...site, from: noticeFrom }));
  const domains = [{ ...organization, from: notice.from }, ...ofSites].flatMap((site) => [
    parseMailAddress(site.serviceAddress)?.domain ?? [],
    site.from === 'author' ? site.domains.map((domain) => domain.replace('*.', '')) : [],
  ]);
  return [...new Set(domains.flat())];
}

function makeAcceptanceSettings(settings: Settings): AcceptanceSettings {
  const machines = new NetworkList(settings.smtp.machines);
  return {
    policy: {
      internalDomains: settings.organization.domains,
      partnerDomains: settings.partners.map((partner) => partner.domain),
      encrypt: settings.organization.encrypt,
      furtherCodes: settings.organization.codes.map((code) => parseSubjectCode(code)),
      headerRules: settings.rules,
      unansweredNearMiss: settings.hold.unanswered,
      secureMessageMaxBytes: settings.limits.secureMessageBytes,
      secureAttachmentMaxBytes: settings.limits.secureAttachmentBytes,
    },
    observe: { everybody: settings.organization.mode === 'observe', authors: settings.organization.observe },
    site: mailSite(settings),
    siteOf: (author) => sitesOf(settings).of(author).mail,
    hostname: settings.smtp.hostname,
    mainDomain: mainDomain(settings),
    noticeFromAuthor: (author) => noticeFromAuthor(settings, author),
    showsSubject: (author, recipient) => showsSubject(settings, author, recipient),
    bounceDomain: settings.delivery.bounceDomain,
    consoleUrl: settings.console.publicUrl,
    messagePage: (messageId) => messagePage(settings, messageId),
    holdMs: settings.hold.minutes * MINUTE_MS,
    keepMs: settings.limits.keepDays * DAY_MS,
    undoMs: settings.notice.undoWindow * SECOND_MS,
    maxRecipients: settings.limits.maxRecipients,
    lowDiskBytes: settings.limits.lowDiskBytes,
    submitters: submittersOf(settings),
    authorLimits: authorLimitsOf(settings),
    officerOf: (author) => {
      const { securityOfficer, serviceAddress } = sitesOf(settings).of(author).setting;
      return securityOfficer ?? serviceAddress;
    },
    isMachine: (remoteAddress) => machines.has(remoteAddress),
  };
}

/** Without https there is no sign-in, but on this machine. */
export function messagePage({ console: { publicUrl } }: Settings, messageId: string): string | null {
  return canSignIn(publicUrl) ? `${publicUrl}/messages/${messageId}` : null;
}

export function reportSettings(settings: Settings): ReportSettings {
  return {
    siteOf: (author) => sitesOf(settings).of(author).mail,
    hostname: settings.smtp.hostname,
    mainDomain: mainDomain(settings),
  };
}

/** Who is told that a message of this author went to the wrong recipient. */
export function privacyOfficerOf(settings: Settings, author: string): string {
  const { privacyOfficer, securityOfficer, serviceAddress } = sitesOf(settings).of(author).setting;
  return privacyOfficer ?? securityOfficer ?? serviceAddress;
}

function authorLimitsOf({ limits, organization, hold }: Settings): AcceptanceSettings['authorLimits'] {
  const { authorRecipientsPerHour, authorNewRecipientsPerDay } = limits;
  if (
    organization.securityOfficer === null ||
    (authorRecipientsPerHour === 0 && authorNewRecipientsPerDay === 0)
  )
    return null;
  return {
    recipientsPerHour: authorRecipientsPerHour,
    newRecipientsPerDay: authorNewRecipientsPerDay,
    holdMs: hold.officerHours * HOUR_MS,
  };
}

function showsSubject(settings: Settings, author: string, recipient: string): boolean {
  if (sitesOf(settings).of(author).setting.outerSubject === 'original') return true;
  const domain = parseMailAddress(recipient)?.domain;
  return domain !== undefined && isInternalDomain(domain, settings.notice.outerSubjectDomains);
}

/** In an author's own name only where the author's domain signs it: unsigned it would be taken for forged. */
function noticeFromAuthor(settings: Settings, author: string): boolean {
  const { delivery, dkim } = settings;
  if (sitesOf(settings).of(author).setting.noticeFrom !== 'author') return false;
  if (delivery.nextHopSigns || delivery.nextHop.kind === 'capture') return true;
  const domain = parseMailAddress(author)?.domain;
  return domain !== undefined && signingDomainOf(dkim, domain) !== null;
}

/**
 * Internal mail goes over verified TLS, except on this host or on a network that the configuration calls private. So
 * does all mail to a hop that is given a password, or that speaks TLS from the first octet (RFC 8314 section 3).
 */
export function routesOf(settings: Settings): Routes {
  const { nextHop, internalNextHop, caFile, internalNextHopIsPrivate, clientCertificate } = settings.delivery;
  const ca = caFile === null ? undefined : [readFileSync(caFile, 'utf8')];
  return {
    outside: route(nextHop, 'opportunistic', { ca, clientCertificate: readPair(clientCertificate) }),
    internal: route(internalNextHop, internalNextHopIsPrivate ? 'opportunistic' : 'verified', { ca }),
    protectedThroughNextHop: settings.delivery.partnersThroughNextHop,
  };
}

/** Throws what reading throws, and CodedError `client-certificate` where key and certificate don't fit. */
function readPair(files: TlsFiles | null): NextHop['clientCertificate'] {
  if (files === null) return undefined;
  const pair = { cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') };
  try {
    createSecureContext(pair);
  } catch (error) {
    const words = '[delivery] clientCertificate: certificate and key do not fit each other, or are no PEM';
    throw new CodedError('client-certificate', words, { cause: error });
  }
  return pair;
}

const LOOPBACK = new NetworkList(['127.0.0.0/8', '::1/128']);

function route(
  hop: NextHopSetting,
  tls: 'opportunistic' | 'verified',
  trust: Pick<NextHop, 'ca' | 'clientCertificate'>,
): Route {
  if (hop.kind !== 'smarthost') return hop;
  const { host, port, implicitTls, user, password } = hop;
  const onThisHost = host === 'localhost' || LOOPBACK.has(host);
  const showsKey = trust.clientCertificate !== undefined;
  const needsProof = implicitTls || password !== null || showsKey;
  return {
    kind: 'smtp',
    onThisHost,
    hop: {
      host,
      port,
      implicitTls,
      tls: showsKey || (needsProof && !onThisHost) ? 'verified' : onThisHost ? 'opportunistic' : tls,
      ...trust,
      ...(user !== null && password !== null && { auth: { user, password } }),
    },
  };
}

/** Exact Host header values under which a listener answers. */
export function allowedHosts(publicUrl: string, port: number): readonly string[] {
  const { host, hostname } = new URL(publicUrl);
  const local = [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`];
  return [...new Set([host, hostname === 'localhost' ? `localhost:${port}` : host, ...local])];
}
