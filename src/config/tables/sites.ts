/** `[[sites]]`: several hospitals in one installation, each with a name, look and help of its own. */
import type { Tables } from '../key-spec.ts';
import {
  readChoice,
  readColour,
  readDomains,
  readFilePath,
  readLanguages,
  readLink,
  readMailbox,
  readSiteId,
  readText,
} from '../readers.ts';

export const siteTables: Tables = {
  sites: {
    id: {
      description:
        'Short name of the site in addresses of pages, such as https://secure.hospital.example/help?site=north. It is seen by everybody: nothing that says too much.',
      read: readSiteId,
      example: '"north"',
    },
    name: {
      description: 'Name of the site: in pages after sign-in, and everywhere where neutralName is left out.',
      read: readText(1, 100),
    },
    neutralName: {
      description:
        'Name for a site whose own name says too much (a clinic for addictions): in all our mails, in the subject of notices and in pages before sign-in.',
      default: '',
      read: readText(0, 100),
    },
    domains: {
      description:
        'Mail domains of the site, out of organization.domains. A message belongs to the site of its author.',
      read: readDomains,
    },
    serviceAddress: {
      description: 'Address that mails about messages of this site come from; left out: the organisation’s.',
      read: readMailbox,
    },
    noticeFrom: {
      description: 'Who notices of this site come from, as notice.from; left out: as there.',
      read: readChoice('service', 'author'),
    },
    outerSubject: {
      description: 'Subject of its notices, as notice.outerSubject; left out: as there.',
      read: readChoice('neutral', 'original'),
    },
    language: {
      description: 'First language of the site’s mails and pages; left out: the organisation’s.',
      read: readChoice('en', 'es'),
    },
    languages: {
      description: 'Languages of its notices. With one there is no second text below.',
      default: ['en', 'es'],
      read: readLanguages,
    },
    logo: {
      description:
        'Picture in the head of the pages: a PNG, JPEG or SVG file of at most 100 KiB. It is never in mails.',
      read: readFilePath,
      example: '"/etc/send-secure/north.svg"',
    },
    colour: {
      description:
        'Colour of links and buttons on light pages, "#rrggbb". Refused where it can’t be read (WCAG AA), with the nearest that can.',
      read: readColour,
      example: '"#0a5a76"',
    },
    colourDark: {
      description: 'The same on dark pages; left out: a lighter shade of colour.',
      read: readColour,
    },
    helpPhone: {
      description: 'Recipients’ help line of the site; this and the next ones, left out: the organisation’s.',
      read: readText(1, 60),
    },
    helpHours: { description: 'Its hours, in words.', read: readText(1, 120) },
    helpDeskPhone: { description: 'Help desk for the site’s staff.', read: readText(1, 60) },
    helpDeskHours: { description: 'Its hours, in words.', read: readText(1, 120) },
    policyUrl: { description: 'Page with the site’s mail policy.', read: readLink },
    patientPortalUrl: { description: 'The site’s patient portal.', read: readLink },
    securityOfficer: {
      description:
        'Mailbox of the site’s security officer: named to its staff on the help pages, told of fake mails in its name, and asked about mail over the limits of its authors.',
      read: readMailbox,
    },
    privacyOfficer: {
      description:
        'Mailbox of the site’s privacy officer, told when its authors report that a message went to the wrong recipient.',
      read: readMailbox,
    },
  },
};
