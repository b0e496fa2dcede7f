/** `[[sites]]` → settings: what a site leaves out is the organisation's. */
import { resolve } from 'node:path';

import type { Settings, SiteSetting } from './settings.ts';
import { siteColours } from './site-colours.ts';

type Inherited = Pick<Settings, 'organization' | 'notice'>;

export function assembleSites(
  entries: readonly ReadonlyMap<string, unknown>[],
  inherited: Inherited,
  baseDir: string,
): readonly SiteSetting[] {
  return entries.map((entry) => readSite(entry, inherited, baseDir));
}

function readSite(
  entry: ReadonlyMap<string, unknown>,
  { organization, notice }: Inherited,
  baseDir: string,
): SiteSetting {
  // Each value was made by the reader that the schema names for its key, so its type is the reader's.
  const get = <T>(key: string): T => entry.get(key) as T;
  const or = <T>(key: string, otherwise: T): T => (entry.get(key) as T | undefined) ?? otherwise;
  const colour = or<string | null>('colour', null);
  const logo = or<string | null>('logo', null);
  const hasOwnLine = entry.has('helpPhone');
  const hasOwnDesk = entry.has('helpDeskPhone');
  return {
    id: get('id'),
    name: get('name'),
    neutralName: get('neutralName'),
    domains: get('domains'),
    serviceAddress: or('serviceAddress', organization.serviceAddress),
    noticeFrom: or('noticeFrom', notice.from),
    outerSubject: or('outerSubject', notice.outerSubject),
    language: or('language', organization.language),
    languages: get('languages'),
    logo: logo === null ? null : resolve(baseDir, logo),
    colour,
    colourDark: or<string | null>('colourDark', null),
    colours: colour === null ? null : siteColours(colour, or<string | null>('colourDark', null)),
    helpPhone: or('helpPhone', organization.helpPhone),
    // Somebody else's hours beside an own number would be wrong.
    helpHours: or('helpHours', hasOwnLine ? '' : organization.helpHours),
    helpDeskPhone: or('helpDeskPhone', organization.helpDeskPhone),
    helpDeskHours: or('helpDeskHours', hasOwnDesk ? '' : organization.helpDeskHours),
    policyUrl: or('policyUrl', organization.policyUrl),
    patientPortalUrl: or('patientPortalUrl', organization.patientPortalUrl),
    securityOfficer: or('securityOfficer', organization.securityOfficer),
    privacyOfficer: or('privacyOfficer', organization.privacyOfficer),
  };
}
