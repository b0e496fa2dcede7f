/** The texts of the roll-out, filled in from the configuration, for the command and for the page. */
import type { Settings } from '#src/config/settings.ts';
import { announcements, type Announcement } from '#src/notification/announcement.ts';

import { sitesOf, type Site } from './sites.ts';

export interface SiteAnnouncement extends Announcement {
  /** Short name; empty: the organisation itself. */
  readonly site: string;
  readonly siteName: string;
}

/** In the languages of the site. */
export function announcementsOf({ setting, mail }: Site): readonly SiteAnnouncement[] {
  const { id, name, policyUrl, patientPortalUrl, securityOfficer, languages } = setting;
  const told = { ...mail, fullName: name, policyUrl, patientPortalUrl, securityOfficer };
  return (['en', 'es'] as const)
    .filter((locale) => languages.includes(locale))
    .flatMap((locale) => announcements(told, locale))
    .map((text) => ({ site: id, siteName: name, ...text }));
}

/** Of every site; of the organisation where there are none. */
export function allAnnouncements(settings: Settings): readonly SiteAnnouncement[] {
  const { whole, all } = sitesOf(settings);
  return (all.length === 0 ? [whole] : all).flatMap((site) => announcementsOf(site));
}
