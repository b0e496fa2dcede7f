import { isWithin } from '#src/base/folders.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';

import { checkSites } from './check-sites.ts';
import { checkSubmitters } from './check-submitters.ts';
import type { ProblemCollector } from './config-problems.ts';
import { hasAuthorsAt } from './dkim-domains.ts';
import type { Settings } from './settings.ts';

/** What no single key can show: keys apart from data, no internal mail by the general route, and the like. */
export function checkTogether(settings: Settings, problems: ProblemCollector): void {
  if (isWithin(settings.keysDir, settings.dataDir) || isWithin(settings.dataDir, settings.keysDir)) {
    problems.add(
      'keysDir',
      'must lie beside dataDir, not inside it (nor the other way round): a backup of the data must not hold the keys',
    );
  }
  const { nextHop, internalNextHop } = settings.delivery;
  if (internalNextHop.kind === 'mx')
    problems.add('delivery.internalNextHop', 'name the internal server: "smtp://host:port"');
  if (nextHop.kind !== 'capture' && internalNextHop.kind === 'capture') {
    problems.add(
      'delivery.internalNextHop',
      'is needed beside a real nextHop: receipts and internal mail never take the general route',
    );
  }
  checkNextHop(settings, problems);
  checkReturns(settings, problems);
  const service = parseMailAddress(settings.organization.serviceAddress);
  const ours = settings.organization.domains;
  if (service !== null && !ours.some((domain) => coversDomain(domain, service.domain))) {
    problems.add(
      'organization.serviceAddress',
      `must be at one of organization.domains (${ours.join(', ')})`,
    );
  }
  checkObserving(settings, problems);
  checkSigning(settings, problems);
  checkAuthorLimits(settings, problems);
  checkSubmitters(settings, (key, message) => problems.add(key, message));
  checkStaffSignIn(settings, problems);
  for (const { kind, clientId, clientSecretFile } of settings.portal.providers) {
    if (clientId === '') problems.add(`portal.${kind}.clientId`, 'is needed beside clientSecretFile');
    if (clientSecretFile === '') problems.add(`portal.${kind}.clientSecretFile`, 'is needed beside clientId');
  }
  checkSites(settings, (key, message) => problems.add(key, message));
}

function checkStaffSignIn({ console: { oidc, publicUrl, tls } }: Settings, problems: ProblemCollector): void {
  if (URL.parse(publicUrl) === null)
    problems.add('console.publicUrl', 'needs an address, such as "https://…"');
  if (tls !== null && !publicUrl.startsWith('https:'))
    problems.add('console.publicUrl', 'must begin with https:// where [console] tls is set');
  if (oidc === null) return;
  if (oidc.clientId === '') problems.add('console.oidc.clientId', 'is needed beside issuer');
  if (oidc.clientSecretFile === '') problems.add('console.oidc.clientSecretFile', 'is needed beside issuer');
  if (!oidc.scopes.includes('openid')) problems.add('console.oidc.scopes', 'must hold "openid"');
}

/** What only one server that all mail goes to can do. */
function checkNextHop({ delivery }: Settings, problems: ProblemCollector): void {
  if (delivery.nextHop.kind === 'smarthost') return;
  const needsSmarthost = 'needs a smarthost as nextHop: "smtp://host:port"';
  if (delivery.clientCertificate !== null) problems.add('delivery.clientCertificate', needsSmarthost);
  if (delivery.partnersThroughNextHop) problems.add('delivery.partnersThroughNextHop', needsSmarthost);
  if (delivery.nextHop.kind === 'mx' && delivery.nextHopSigns)
    problems.add(
      'delivery.nextHopSigns',
      'with nextHop = "mx" nobody signs behind us: make a key for [[dkim]] with "sendsecure dkim generate"',
    );
}

/** Observed mail leaves unprotected: nothing about who is meant may be open. */
function checkObserving({ organization }: Settings, problems: ProblemCollector): void {
  const { mode, observe, domains } = organization;
  if (mode === 'observe' && observe.length > 0) {
    problems.add(
      'organization.observe',
      'names authors, but mode = "observe" leaves all mail unprotected: leave mode out to observe these authors only, or leave out the list',
    );
  }
  for (const entry of observe) {
    const named = entry.slice(entry.lastIndexOf('@') + 1).replace('*.', '');
    if (!domains.some((domain) => coversDomain(domain, named) || coversDomain(domain, `x.${named}`)))
      problems.add('organization.observe', `"${entry}" is at none of organization.domains`);
  }
}

function checkAuthorLimits({ organization, limits }: Settings, problems: ProblemCollector): void {
  const { securityOfficer, domains } = organization;
  const isLimited = limits.authorRecipientsPerHour > 0 || limits.authorNewRecipientsPerDay > 0;
  if (isLimited && securityOfficer === null)
    problems.add('organization.securityOfficer', 'is needed with limits of authors: who decides what waits');
  const address = securityOfficer === null ? null : parseMailAddress(securityOfficer);
  if (isLimited && address !== null && !domains.some((domain) => coversDomain(domain, address.domain)))
    problems.add(
      'organization.securityOfficer',
      `must be at one of organization.domains (${domains.join(', ')})`,
    );
}

function checkSigning(settings: Settings, problems: ProblemCollector): void {
  const { dkim, delivery, notice } = settings;
  const seen = new Set<string>();
  for (const [index, { domain, selector }] of dkim.entries()) {
    const name = `${selector}._domainkey.${domain}`;
    if (seen.has(name)) problems.add(`dkim.${index}`, `${name} stands there twice`);
    seen.add(name);
    if (!hasAuthorsAt(domain, settings.organization.domains))
      problems.add(`dkim.${index}.domain`, 'must be one of organization.domains, or above one of them');
  }
  if (delivery.signRelayed && dkim.length === 0)
    problems.add('delivery.signRelayed', 'needs a key: [[dkim]], made with "sendsecure dkim generate"');
  const canSign = delivery.nextHopSigns || delivery.nextHop.kind === 'capture';
  if (notice.from === 'author' && !canSign && dkim.length === 0) {
    problems.add(
      'notice.from',
      '"author" needs a DKIM key for one of our domains ([[dkim]]), or a next hop that signs for them (then set delivery.nextHopSigns = true)',
    );
  }
}

function checkReturns({ returns, delivery, organization }: Settings, problems: ProblemCollector): void {
  if (returns.listen === null) return;
  if (delivery.bounceDomain === null) {
    problems.add(
      'delivery.bounceDomain',
      'is needed with returns.listen: it takes mail for that domain alone',
    );
  } else if (organization.domains.includes(delivery.bounceDomain)) {
    problems.add(
      'delivery.bounceDomain',
      'must be a domain of its own, without mailboxes: its MX is this gateway',
    );
  }
}

function coversDomain(pattern: string, domain: string): boolean {
  return pattern.startsWith('*.') ? domain.endsWith(pattern.slice(1)) : pattern === domain;
}
