/** Who runs the gateway, what is protected, and what is said of it: the top of the file and the tables behind it. */
import type { Tables } from '../key-spec.ts';
import {
  readAuthors,
  readChoice,
  readCodes,
  readDomains,
  readDomainsOrNone,
  readFilePath,
  readLink,
  readMailbox,
  readNumber,
  readPublicUrl,
  readText,
  readTimeZone,
} from '../readers.ts';

export const organizationTables: Tables = {
  '': {
    publicUrl: {
      description:
        'Address of the recipients’ site, as it stands in notices. https, or http://localhost for a trial.',
      default: 'http://localhost:8080',
      read: readPublicUrl,
      example: '"https://secure.hospital.example"',
    },
    dataDir: {
      description: 'Folder of the database and the sealed messages. Only ciphertext of messages lies there.',
      default: './data',
      read: readFilePath,
    },
    keysDir: {
      description: 'Folder of the keys: beside, never inside, dataDir. Back it up apart from the data.',
      default: './keys',
      read: readFilePath,
    },
  },
  organization: {
    name: {
      description: 'Name of the organisation in mails and pages.',
      default: 'Example Hospital',
      read: readText(1, 100),
    },
    domains: {
      description:
        'Mail domains of the organisation. A domain is exact; write "*.hospital.example" for what is below it.',
      default: ['hospital.example'],
      read: readDomains,
    },
    serviceAddress: {
      description: 'Address that our own mails come from; at one of the domains.',
      default: 'send-secure@hospital.example',
      read: readMailbox,
    },
    encrypt: {
      description:
        'on-code: mail is protected when the author asks, a rule or its thread does. all-external: always.',
      default: 'on-code',
      read: readChoice('on-code', 'all-external'),
    },
    codes: {
      description: 'Words in the subject that ask for protection, beside "send secure".',
      default: [],
      read: readCodes,
      example: '["[secure]", "phi mail"]',
    },
    mode: {
      description:
        'protect, or observe: for a trial everything is decided and recorded, and **all mail is passed on unprotected**; see `sendsecure observe report`.',
      default: 'protect',
      read: readChoice('protect', 'observe'),
    },
    observe: {
      description:
        'Authors whose mail is only observed, **and passed on unprotected**, while all others are protected: addresses, or "@" and a domain.',
      default: [],
      read: readAuthors,
      example: '["author@hospital.example", "@dept.hospital.example"]',
    },
    language: {
      description: 'First language of mails to recipients; the other one stands below.',
      default: 'en',
      read: readChoice('en', 'es'),
    },
    timeZone: {
      description: 'Time zone of times in mails, an IANA name.',
      default: 'UTC',
      read: readTimeZone,
      example: '"America/New_York"',
    },
    helpPhone: {
      description: 'Telephone number of the recipients’ help line.',
      default: '',
      read: readText(0, 60),
    },
    helpHours: {
      description: 'Hours of the recipients’ help line, in words.',
      default: '',
      read: readText(0, 120),
    },
    helpDeskPhone: {
      description: 'Telephone number of the help desk for staff.',
      default: '',
      read: readText(0, 60),
    },
    helpDeskHours: {
      description: 'Hours of the help desk for staff, in words.',
      default: '',
      read: readText(0, 120),
    },
    policyUrl: {
      description: 'Page with the organisation’s own mail policy, linked from the help pages.',
      default: '',
      read: readLink,
    },
    patientPortalUrl: {
      description: 'Patient portal, preferred for patients and linked from the help pages.',
      default: '',
      read: readLink,
    },
    securityOfficer: {
      description:
        'Mailbox that is told what an administrator should know, such as a partner’s certificate that ends; left out: serviceAddress. It also decides about mail over a limit of its author.',
      read: readMailbox,
      example: '"security@hospital.example"',
    },
    privacyOfficer: {
      description:
        'Mailbox that is told when an author says that a message went to the wrong recipient; left out: securityOfficer, then serviceAddress.',
      read: readMailbox,
      example: '"privacy@hospital.example"',
    },
  },
  hold: {
    minutes: {
      description: 'How long a message with a mistyped code waits for its author’s answer, in minutes.',
      default: 30,
      read: readNumber(1, 1440),
    },
    officerHours: {
      description:
        'How long a message over a limit of its author waits for the security officer, in hours; then it is returned.',
      default: 72,
      read: readNumber(1, 720),
    },
    unanswered: {
      description: 'What happens without an answer: sent as a secure message, or returned.',
      default: 'secure',
      read: readChoice('secure', 'return'),
    },
  },
  reminders: {
    recipientDays: {
      description:
        'Days after which a recipient who has not opened a message is reminded, once. 0: nobody is reminded.',
      default: 3,
      read: readNumber(0, 365),
    },
    authorDays: {
      description:
        'Days after which the author is told that a recipient has not opened a message, once for each. 0: nobody is told.',
      default: 7,
      read: readNumber(0, 365),
    },
  },
  summaries: {
    hour: {
      description:
        'Hour (0 to 23, time zone of the organisation) from which the daily summary goes to authors who chose it instead of single mails.',
      default: 17,
      read: readNumber(0, 23),
    },
  },
  notice: {
    from: {
      description:
        'Who notices come from. author: the author’s own address, which needs a DKIM key of its domain ([[dkim]]) or a next hop that signs (nextHopSigns); without either for an author’s domain, the service address.',
      default: 'service',
      read: readChoice('service', 'author'),
    },
    outerSubject: {
      description:
        'Subject of notices. neutral: who writes, and a code. original: the message’s own subject, which then leaves unprotected and stands in mailboxes and on lock screens.',
      default: 'neutral',
      read: readChoice('neutral', 'original'),
    },
    outerSubjectDomains: {
      description:
        'Recipients’ domains whose notices show the message’s own subject, whatever outerSubject says.',
      default: [],
      read: readDomainsOrNone,
      example: '["partner.example"]',
    },
    undoWindow: {
      description:
        'How long notices wait, in seconds, so that an author can take a secure message back before anything has left; the mail "Secured" has the link. 0: notices leave at once.',
      default: 0,
      read: readNumber(0, 3600),
    },
  },
};
