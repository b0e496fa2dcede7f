/**
 * What a person should know when the gateway starts: what is missing before real mail, and what is set in a way that
 * protects less than it looks. Each names the key to change. Pure: settings in, sentences out.
 */
import { parseMailAddress } from '#src/base/mail-address.ts';
import { canSignIn } from '#src/base/sign-in-origin.ts';

import { signingDomainOf } from './dkim-domains.ts';
import { isPrivateNetwork } from './private-networks.ts';
import type { Settings } from './settings.ts';

export interface StartupNotice {
  /** `missing`: needed before real mail. `warning`: works, but look at it. `unprotected`: mail leaves in clear. */
  readonly level: 'missing' | 'warning' | 'unprotected';
  readonly text: string;
  /** Set where it is still worth saying while the gateway runs: a kind that anybody may read, words with hyphens. */
  readonly name?: string;
}

export function startupNotices(settings: Settings): readonly StartupNotice[] {
  return [...observing(settings), ...missing(settings), ...warnings(settings)];
}

function observing({ organization }: Settings): readonly StartupNotice[] {
  const { mode, observe } = organization;
  if (mode === 'observe') {
    const text =
      'OBSERVE MODE: NOTHING IS PROTECTED. [organization] mode = "observe": all mail is passed on as it is, with the code or without';
    return [{ level: 'unprotected', text, name: 'nothing-is-protected' }];
  }
  if (observe.length === 0) return [];
  const text = `OBSERVE MODE: MAIL OF ${observe.join(', ')} IS NOT PROTECTED. [organization] observe: it is passed on as it is, with the code or without`;
  return [{ level: 'unprotected', text, name: 'some-mail-is-not-protected' }];
}

function* missing(settings: Settings): Generator<StartupNotice> {
  const say = (text: string): StartupNotice => ({ level: 'missing', text });
  if (settings.organization.domains.includes('hospital.example')) {
    yield say('your organisation: [organization] name, domains, serviceAddress');
  }
  if (!settings.publicUrl.startsWith('https:'))
    yield say('a public https address: publicUrl, with [portal] tls or a proxy in front');
  if (settings.delivery.nextHop.kind === 'capture') {
    yield say('a route: [delivery] nextHop and internalNextHop (until then mail is kept in /captured)');
  }
  if (!settings.delivery.nextHopSigns && settings.dkim.length === 0) {
    yield say(
      'DKIM: make a key with "sendsecure dkim generate" and name it in [[dkim]], or let the next hop sign for your domains and set [delivery] nextHopSigns = true',
    );
  }
  if (settings.organization.helpPhone === '')
    yield say('a help line for recipients: [organization] helpPhone, helpHours');
  yield say('a first administrator, if there is none: "sendsecure admin invite ADDRESS"');
  if (!settings.console.publicUrl.startsWith('https:'))
    yield say('https for the staff pages: [console] publicUrl, with [console] tls or a proxy in front');
}

function* warnings(settings: Settings): Generator<StartupNotice> {
  const say = (text: string, name?: string): StartupNotice => ({
    level: 'warning',
    text,
    ...(name !== undefined && { name }),
  });
  const open = settings.smtp.trustedNetworks.filter((network) => !isPrivateNetwork(network));
  if (open.length > 0) {
    yield say(
      `[smtp] trustedNetworks holds public networks (${open.join(', ')}): every machine there may send mail in your name`,
    );
  }
  const outside = [
    ...open,
    ...settings.submitters.flatMap(({ networks }) => networks.filter((one) => !isPrivateNetwork(one))),
  ];
  if (outside.length > 0 && settings.smtp.tls === null) {
    yield say(
      `[smtp] tls is not set: from public networks (${outside.join(', ')}) mail is taken over TLS only, so none is taken from there`,
    );
  }
  const needsDnssec = settings.partners.filter(
    (partner) => partner.tls === 'dane' || partner.nextHop === null,
  );
  if (needsDnssec.length > 0 && settings.delivery.resolvers.length === 0) {
    yield say(
      `[delivery] resolvers is not set: without a validating resolver the servers of ${needsDnssec.map(({ domain }) => domain).join(', ')} ` +
        'may not be provable, and mail there becomes secure messages after the waiting time',
    );
  }
  yield* shownSubjects(settings, say);
  yield* mxWarnings(settings, say);
  const serviceDomain = parseMailAddress(settings.organization.serviceAddress)?.domain ?? '';
  if (
    settings.dkim.length > 0 &&
    !settings.delivery.nextHopSigns &&
    signingDomainOf(settings.dkim, serviceDomain) === null
  ) {
    yield say(
      `[[dkim]] has no key for ${serviceDomain}: mails from [organization] serviceAddress go out unsigned`,
    );
  }
  if (settings.delivery.bounceDomain === null && settings.delivery.nextHop.kind !== 'capture') {
    yield say(
      '[delivery] bounceDomain is not set: bounces from behind the next hop go to the author, and we cannot see them',
      'later-bounces-unseen',
    );
  }
  if (settings.delivery.tlsReports && !settings.delivery.nextHopSigns && settings.dkim.length === 0)
    yield say('[delivery] tlsReports without DKIM: receivers drop reports that nobody signed (RFC 8460)');
  yield* returnWarnings(settings, say);
  if (settings.organization.encrypt === 'all-external' && settings.delivery.resolvers.length === 0) {
    yield say(
      'encrypt = "all-external" without [delivery] resolvers: domains that publish DANE alone can\'t be verified, and mail there becomes secure messages',
    );
  }
  if (!canSignIn(settings.console.publicUrl)) {
    const isUsed = settings.rules.some(({ verify }) => verify);
    yield say(
      `[console] publicUrl is plain http, so nobody can sign in to the staff pages: messages with "verify"${isUsed ? ', which [[rules]] asks for,' : ''} stay closed, because no author can read the code for the telephone`,
      isUsed ? 'codes-by-telephone-unreadable' : undefined,
    );
  }
  const publicHost = new URL(settings.publicUrl).hostname;
  const ours = settings.organization.domains.map((domain) => domain.replace('*.', ''));
  if (
    publicHost !== 'localhost' &&
    !ours.some((domain) => publicHost === domain || publicHost.endsWith(`.${domain}`))
  ) {
    yield say(
      `publicUrl (${publicHost}) is not under one of your domains: recipients are told to check that, and take it for a trick. Choose a name such as secure.${ours[0] ?? 'hospital.example'} for DNS, certificate and publicUrl`,
      'public-url-elsewhere',
    );
  }
}

function* shownSubjects(
  { notice, sites }: Settings,
  say: (text: string) => StartupNotice,
): Generator<StartupNotice> {
  const shown = [
    ...(notice.outerSubject === 'original' ? ['[notice]'] : []),
    ...sites.filter(({ outerSubject }) => outerSubject === 'original').map(({ id }) => `site ${id}`),
    ...notice.outerSubjectDomains,
  ];
  if (shown.length === 0) return;
  yield say(
    `outerSubject (${shown.join(', ')}): subjects of protected messages leave in clear in notices; tell authors to put nothing private there`,
  );
}

function* mxWarnings(
  { delivery, smtp }: Settings,
  say: (text: string) => StartupNotice,
): Generator<StartupNotice> {
  if (delivery.nextHop.kind !== 'mx') return;
  yield say(
    `[delivery] nextHop = "mx": needs port 25 to the outside, which many providers close, and an address whose reverse DNS name is ${smtp.hostname}`,
  );
  if (delivery.resolvers.length === 0)
    yield say(
      "[delivery] resolvers is not set: DANE can't be honoured, so mail goes with opportunistic TLS to domains that publish it; name a validating resolver",
    );
}

function* returnWarnings(
  { delivery, returns, smtp }: Settings,
  say: (text: string, name?: string) => StartupNotice,
): Generator<StartupNotice> {
  const { bounceDomain } = delivery;
  if (bounceDomain === null) return;
  if (returns.listen === null) {
    yield say(
      `[delivery] bounceDomain without [returns] listen: bounces of notices can't be seen; set it, or point the MX of ${bounceDomain} at a mailbox you read`,
      'later-bounces-unseen',
    );
    return;
  }
  const { host, port } = returns.listen;
  yield say(
    `[returns] listen: needs the DNS record "${bounceDomain}. MX 10 ${smtp.hostname}." and port 25 from the Internet to ${host}:${port}`,
  );
  if (returns.tls === null)
    yield say('[returns] tls is not set: mail comes back unencrypted; set a certificate for STARTTLS');
}
