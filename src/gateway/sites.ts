/** The sites of an installation: whose name, help and look a mail or page has, found by the domain of an author. */
import { parseMailAddress } from '#src/base/mail-address.ts';
import type { Settings, SiteSetting } from '#src/config/settings.ts';
import type { MailSite } from '#src/notification/mail-site.ts';
import { isInternalDomain } from '#src/policy/domains.ts';

import { oncePerSettings } from './once-per-settings.ts';

export interface Site {
  readonly setting: SiteSetting;
  /** One object a site and configuration: templates of mails are compiled once for each. */
  readonly mail: MailSite;
}

export interface Sites {
  /** Where no site has the address's domain: the organisation itself. */
  of(address: string | null): Site;
  /** By `id`; null: there is none. */
  byId(id: string): Site | null;
  /** The organisation itself. */
  readonly whole: Site;
  /** Those of the configuration. */
  readonly all: readonly Site[];
}

export const sitesOf = oncePerSettings(makeSites);

function makeSites(settings: Settings): Sites {
  const whole = makeSite(settings, organizationAsSite(settings));
  const all = settings.sites.map((setting) => makeSite(settings, setting));
  const byDomain = (domain: string): Site =>
    // An exact domain before one that covers it.
    all.find(({ setting }) => setting.domains.includes(domain)) ??
    all.find(({ setting }) => isInternalDomain(domain, setting.domains)) ??
    whole;
  return {
    whole,
    all,
    byId: (id) => all.find(({ setting }) => setting.id === id) ?? null,
    of(address) {
      const domain = address === null ? undefined : parseMailAddress(address)?.domain;
      return domain === undefined ? whole : byDomain(domain);
    },
  };
}

function organizationAsSite({ organization, notice }: Settings): SiteSetting {
  return {
    ...organization,
    id: '',
    neutralName: '',
    noticeFrom: notice.from,
    outerSubject: notice.outerSubject,
    languages: ['en', 'es'],
    logo: null,
    colour: null,
    colourDark: null,
    colours: null,
  };
}

function makeSite({ publicUrl, organization }: Settings, setting: SiteSetting): Site {
  const orNull = (text: string): string | null => (text === '' ? null : text);
  const query = setting.id === '' ? '' : `?site=${setting.id}`;
  const mail: MailSite = {
    organization: setting.neutralName === '' ? setting.name : setting.neutralName,
    serviceAddress: setting.serviceAddress,
    publicUrl,
    recipientHelp: {
      url: `${publicUrl}/help${query}`,
      phone: orNull(setting.helpPhone),
      hours: orNull(setting.helpHours),
    },
    senderHelp: {
      url: `${publicUrl}/help/send${query}`,
      phone: orNull(setting.helpDeskPhone),
      hours: orNull(setting.helpDeskHours),
    },
    timeZone: organization.timeZone,
    locale: setting.language,
    secondLocale: setting.languages.find((language) => language !== setting.language) ?? null,
  };
  return { setting, mail };
}
