/** Where mail goes, how much of everything, where it is kept, and what is logged. */
import { MEGABYTES, type Tables } from '../key-spec.ts';
import {
  readChoice,
  readDomain,
  readFlag,
  readFilePath,
  readNetworks,
  readNextHop,
  readResolvers,
  readNumber,
  readTls,
  readDatabase,
  readObjects,
} from '../readers.ts';

export const deliveryTables: Tables = {
  delivery: {
    nextHop: {
      description:
        'Where mail to the outside goes: "smtp://host:port", "smtps://user:password@host:port", "mx" for the servers of each domain, or "capture" to keep it in /captured. With smtps, a password or a client certificate the server’s certificate must fit; plain smtp uses TLS where it is offered; mx also honours DANE and MTA-STS.',
      default: 'capture',
      read: readNextHop,
      example: '"smtp://127.0.0.1:2600"',
    },
    clientCertificate: {
      description:
        'Certificate and key that we show to nextHop: { cert = "…", key = "…" }. Its own certificate must then fit.',
      read: readTls,
    },
    partnersThroughNextHop: {
      description:
        'true: mail to partners that have no nextHop of their own goes through nextHop, over verified TLS and only while that offers REQUIRETLS (RFC 8689). false: straight to the partners’ servers.',
      default: false,
      read: readFlag,
    },
    ownAddresses: {
      description:
        'Addresses under which the outside reaches this gateway, where they are not those of this machine (NAT). With "mx", mail is never sent to ourselves.',
      default: [],
      read: readNetworks,
      example: '["203.0.113.5"]',
    },
    internalNextHop: {
      description:
        'Where mail to the organisation’s own domains goes. Needed as soon as nextHop is a real route.',
      read: readNextHop,
      example: '"smtp://127.0.0.1:25"',
    },
    internalNextHopIsPrivate: {
      description: 'true: the way to internalNextHop is a private network, on which TLS is not asked for.',
      default: false,
      read: readFlag,
    },
    bounceDomain: {
      description:
        'Domain of our own reverse-paths, one for each recipient of a notice; without it the author’s address is the reverse-path.',
      read: readDomain,
    },
    caFile: { description: 'PEM file with further trust anchors for verified TLS.', read: readFilePath },
    resolvers: {
      description:
        'DNS resolvers that validate DNSSEC, by address, for DANE and for the names of partners’ servers; on this machine or a network that nobody else can write to. Without one nothing is proven by DNSSEC.',
      default: [],
      read: readResolvers,
      example: '["127.0.0.1"]',
    },
    partnerFallbackMinutes: {
      description:
        'How long mail to a partner waits for a channel that can be verified, in minutes; then it goes as a secure message. Mail of high importance does not wait.',
      default: 60,
      read: readNumber(0, 10_080),
    },
    probeHours: {
      description:
        'How often the servers of each partner are looked at, without a mail, in hours; 0 switches that off.',
      default: 24,
      read: readNumber(0, 720),
    },
    tlsReports: {
      description:
        'true: domains that ask for it get a daily report on how TLS to their servers went (RFC 8460), from serviceAddress. Only connections that we plan ourselves are counted: nextHop = "mx", and partners.',
      default: false,
      read: readFlag,
    },
    nextHopSigns: {
      description: 'true: the next hop signs our mail with DKIM for our domains; instead of [[dkim]].',
      default: false,
      read: readFlag,
    },
    signRelayed: {
      description:
        'true: mail that is only passed on is signed with the keys of [[dkim]] as well; needed where no server before us signs it.',
      default: false,
      read: readFlag,
    },
  },
  limits: {
    maxMessageMB: {
      description: `Largest mail we take (SIZE), in ${MEGABYTES}.`,
      default: 50,
      read: readNumber(1, 1024),
    },
    secureMessageMB: {
      description: `Largest secure message: sum of its decoded parts, in ${MEGABYTES}.`,
      default: 10,
      read: readNumber(0.1, 1024),
    },
    secureAttachmentMB: {
      description: `Largest attachment of a secure message, decoded, in ${MEGABYTES}.`,
      default: 7.5,
      read: readNumber(0.1, 1024),
    },
    maxRecipients: { description: 'Recipients of one mail.', default: 1000, read: readNumber(100, 10000) },
    authorRecipientsPerHour: {
      description:
        'Outside recipients to whom one author may send in an hour; beyond it mail waits for organization.securityOfficer. 0: no limit. Submitters marked machine are not counted.',
      default: 0,
      read: readNumber(0, 1_000_000),
    },
    authorNewRecipientsPerDay: {
      description:
        'Outside recipients to whom one author never wrote before, in a day; beyond it the same. 0: no limit. Everybody is new in the beginning: start high.',
      default: 0,
      read: readNumber(0, 1_000_000),
    },
    lowDiskMB: {
      description: `Below this free space no mail is taken (452), in ${MEGABYTES}.`,
      default: 500,
      read: readNumber(10, 1_000_000),
    },
    keepDays: {
      description: 'How long the content of a secure message is kept, in days from sending.',
      default: 365,
      read: readNumber(1, 36500),
    },
  },
  storage: {
    database: {
      description: '"sqlite", or "postgres://user@host/database" when one machine is not enough.',
      default: 'sqlite',
      read: readDatabase,
    },
    objects: {
      description: 'Where larger sealed messages lie: "files" (a folder in dataDir).',
      default: 'files',
      read: readObjects,
    },
  },
  log: {
    level: {
      description: 'What is logged.',
      default: 'info',
      read: readChoice('debug', 'info', 'warn', 'error'),
    },
  },
};
