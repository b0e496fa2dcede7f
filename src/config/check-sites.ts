/** What the sites must be together: domains of ours, each in one site only, and colours that can be read. */
import { parseMailAddress } from '#src/base/mail-address.ts';

import type { Settings, SiteSetting } from './settings.ts';
import { isReadable, nearestReadable } from './site-colours.ts';

type Say = (key: string, message: string) => void;

export function checkSites(settings: Settings, say: Say): void {
  const { sites, organization, delivery, dkim } = settings;
  for (const [index, site] of sites.entries()) {
    const before = sites.slice(0, index);
    const at = (key: string): string => `sites.${index}.${key}`;
    if (before.some(({ id }) => id === site.id)) say(at('id'), `"${site.id}" stands there twice`);
    checkDomains(site, before, organization.domains, (message) => say(at('domains'), message));
    checkColours(site, (key, message) => say(at(key), message));
    if (!isOurs(settings, site.serviceAddress))
      say(
        at('serviceAddress'),
        `must be at one of organization.domains (${organization.domains.join(', ')})`,
      );
    if (isLimited(settings) && !isOurs(settings, site.securityOfficer))
      say(
        at('securityOfficer'),
        `must be at one of organization.domains (${organization.domains.join(', ')}) with limits of authors: who decides what waits`,
      );
    const canSign = delivery.nextHopSigns || delivery.nextHop.kind === 'capture' || dkim.length > 0;
    if (site.noticeFrom === 'author' && !canSign)
      say(
        at('noticeFrom'),
        '"author" needs a DKIM key for one of our domains ([[dkim]]), or delivery.nextHopSigns',
      );
    if (!site.languages.includes(site.language))
      say(at('languages'), `must hold the first language, "${site.language}"`);
  }
}

function isLimited({ limits }: Settings): boolean {
  return limits.authorRecipientsPerHour > 0 || limits.authorNewRecipientsPerDay > 0;
}

/** Nobody in particular is fine: then it is the organisation's. */
function isOurs({ organization }: Settings, address: string | null): boolean {
  if (address === null) return true;
  const domain = parseMailAddress(address)?.domain ?? '';
  return organization.domains.some((pattern) => covers(pattern, domain));
}

function checkDomains(
  site: SiteSetting,
  before: readonly SiteSetting[],
  ours: readonly string[],
  say: (message: string) => void,
): void {
  for (const domain of site.domains) {
    const sample = domain.replace('*.', 'x.');
    if (!ours.includes(domain) && !ours.some((pattern) => covers(pattern, sample)))
      say(`${domain} is none of organization.domains (${ours.join(', ')})`);
    const other = before.find(({ domains }) => domains.includes(domain));
    if (other !== undefined) say(`${domain} belongs to the site "${other.id}" already`);
  }
}

function checkColours(site: SiteSetting, say: Say): void {
  for (const [key, theme] of [
    ['colour', 'light'],
    ['colourDark', 'dark'],
  ] as const) {
    const colour = site[key];
    if (colour === null || isReadable(colour, theme)) continue;
    say(
      key,
      `can't be read well enough (WCAG AA, 4.5 : 1); the nearest that can is "${nearestReadable(colour, theme)}"`,
    );
  }
  if (site.colourDark !== null && site.colour === null) say('colourDark', 'needs colour beside it');
}

function covers(pattern: string, domain: string): boolean {
  return pattern.startsWith('*.') ? domain.endsWith(pattern.slice(1)) : pattern === domain;
}
