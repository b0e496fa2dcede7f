/**
 * Every configuration key: what it means, its default, its unit, and how a value is read. The reference page and
 * the error messages are made from this table, so a key exists only if it is described.
 */
import { hostname } from 'node:os';

import {
  readAuthors,
  readChoice,
  readClamd,
  readCodes,
  readDomains,
  readDomainsOrNone,
  readDomain,
  readFingerprints,
  readPasswordHash,
  readFlag,
  readGroupRoles,
  readIssuer,
  readFilePath,
  readHeaderName,
  readLink,
  readListen,
  readMailbox,
  readNetworks,
  readNextHop,
  readPinnedHop,
  readResolvers,
  readNumber,
  readPublicUrl,
  readSelector,
  readText,
  readTimeZone,
  readTls,
  readWords,
  readDatabase,
  readObjects,
  type Reader,
} from './readers.ts';

export interface KeySpec {
  readonly description: string;
  /** As it would stand in the file; undefined: the key may be left out and then has no value. */
  readonly default?: unknown;
  readonly read: Reader<unknown>;
  readonly example?: string;
}

const MEGABYTES = 'MiB';

/** Top-level keys and tables; a nested record is a table, and a name with a dot a table within a table. */
export const SCHEMA: Readonly<Record<string, Readonly<Record<string, KeySpec>>>> = {
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
  notice: {
    from: {
      description:
        'Who notices come from. author: the author’s own address, which needs a DKIM key of its domain ([[dkim]]) or a next hop that signs (nextHopSigns); without either for an author’s domain, the service address.',
      default: 'service',
      read: readChoice('service', 'author'),
    },
  },
  smtp: {
    listen: {
      description: 'Where mail from the organisation’s servers comes in.',
      default: 'localhost:2525',
      read: readListen,
    },
    listenTls: {
      description:
        'Where mail comes in over TLS from the first octet, beside listen, which offers STARTTLS. Needs tls. Left out: there is no such listener.',
      read: readListen,
      example: '"0.0.0.0:465"',
    },
    hostname: {
      description: 'Our name in the greeting, in EHLO and in Received fields.',
      default: hostname(),
      read: readText(1, 255),
    },
    trustedNetworks: {
      description:
        'Networks whose servers may send mail out through us for every domain of ours. Whoever is to be known by more than its network stands in [[submitters]].',
      default: ['127.0.0.0/8', '::1/128'],
      read: readNetworks,
    },
    normaliseLineEndings: {
      description: 'Networks whose bare CR or LF is made CR LF instead of being refused.',
      default: [],
      read: readNetworks,
    },
    machines: {
      description:
        'Networks of devices and programs that nobody can ask: a mistyped code is sent secured at once.',
      default: [],
      read: readNetworks,
    },
    plaintextNetworks: {
      description:
        'Private networks from which mail is taken without TLS; from everywhere else TLS is required. Public networks are refused here; [] requires TLS of all.',
      default: [
        '127.0.0.0/8',
        '::1/128',
        '10.0.0.0/8',
        '172.16.0.0/12',
        '192.168.0.0/16',
        '169.254.0.0/16',
        'fc00::/7',
        'fe80::/10',
      ],
      read: readNetworks,
    },
    proxies: {
      description:
        'Load balancers before both listeners: their connections must begin with a PROXY header (version 1 or 2), which names the client. From anybody else PROXY is an unknown command.',
      default: [],
      read: readNetworks,
    },
    tls: {
      description: 'Certificate and key for STARTTLS and listenTls: { cert = "…", key = "…" }.',
      read: readTls,
    },
  },
  replies: {
    inboundFilter: {
      description:
        'true: internalNextHop leads through your filter for mail from outside. Then answers written on the site may carry files without [antivirus], to people inside only.',
      default: false,
      read: readFlag,
    },
  },
  antivirus: {
    clamd: {
      description:
        'ClamAV’s daemon: "tcp://host:port" or "unix:/path". Files in answers written on the site are scanned; while it does not answer, the answer waits. Its StreamMaxLength must be above limits.secureAttachmentMB. tcp is not encrypted: this machine, or a network that you trust.',
      read: readClamd,
      example: '"unix:/run/clamav/clamd.ctl"',
    },
  },
  returns: {
    listen: {
      description:
        'Where mail comes back in: the MX of bounceDomain leads there. Anybody may connect; only mail to addresses that we made is taken. Left out: there is no such listener.',
      read: readListen,
      example: '"0.0.0.0:25"',
    },
    tls: { description: 'Certificate and key for STARTTLS: { cert = "…", key = "…" }.', read: readTls },
  },
  portal: {
    listen: {
      description: 'Where the recipients’ site is served.',
      default: 'localhost:8080',
      read: readListen,
    },
    tls: { description: 'Certificate and key for https: { cert = "…", key = "…" }.', read: readTls },
    trustedProxies: {
      description: 'Networks of reverse proxies whose X-Forwarded-For is believed.',
      default: [],
      read: readNetworks,
    },
  },
  console: {
    listen: {
      description: 'Where staff pages, captured mail and metrics are served; keep it inside.',
      default: 'localhost:8081',
      read: readListen,
    },
    publicUrl: {
      description:
        'Address of the staff pages in mails to authors; made from listen where it is left out. Signing in needs https, or a name of this machine.',
      default: '',
      read: readText(0, 300),
    },
    tls: { description: 'Certificate and key for https: { cert = "…", key = "…" }.', read: readTls },
    trustedProxies: {
      description: 'Networks of reverse proxies whose X-Forwarded-For is believed.',
      default: [],
      read: readNetworks,
    },
    networks: {
      description: 'Networks from which the staff pages may be reached; none: from wherever the listener is.',
      default: [],
      read: readNetworks,
      example: '["10.0.0.0/8"]',
    },
    mailedLinks: {
      description:
        'true: staff may sign in by a link mailed to them, with the rights of a sender. Left out: only where there is no [console.oidc].',
      read: readFlag,
    },
    metricsNetworks: {
      description: 'Networks of monitoring that may read /metrics.',
      default: ['127.0.0.0/8', '::1/128'],
      read: readNetworks,
    },
    metricsTokenFile: {
      description:
        'File with a token of 16 characters or more: who sends it as a bearer token may read /metrics.',
      read: readFilePath,
    },
  },
  'console.oidc': {
    issuer: {
      description: 'Issuer of the identity provider that staff sign in with (OpenID Connect).',
      read: readIssuer,
      example: '"https://login.hospital.example/realms/staff"',
    },
    clientId: { description: 'Our client id there.', read: readText(1, 300) },
    clientSecretFile: { description: 'File with our client secret.', read: readFilePath },
    scopes: {
      description: 'Scopes that we ask for.',
      default: ['openid', 'email'],
      read: readWords,
    },
    groupsClaim: {
      description: 'Claim of the ID token that lists the groups of a person.',
      default: 'groups',
      read: readText(1, 100),
    },
    groups: {
      description:
        'Which group gives which role: { "group" = "help-desk", … }; roles are help-desk, security-officer, privacy-officer, administrator.',
      default: {},
      read: readGroupRoles,
      example: '{ "mail-admins" = "administrator" }',
    },
    mfaClaim: {
      description: 'Claim of the ID token that tells how a person signed in: acr, amr, or another.',
      default: 'amr',
      read: readText(1, 100),
    },
    mfaValues: {
      description:
        'Values of that claim that mean a second factor; without one of them nobody has a higher role.',
      default: ['mfa'],
      read: readWords,
    },
    acrValues: {
      description: 'Asked for with acr_values, where the provider demands a second factor only when asked.',
      default: [],
      read: readWords,
    },
  },
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

/** Tables that may stand several times: `[[partners]]`, `[[rules]]`, `[[submitters]]`, `[[dkim]]`. */
export const LIST_SCHEMA: Readonly<Record<string, Readonly<Record<string, KeySpec>>>> = {
  partners: {
    domain: { description: 'Domain of a partner with a secure channel.', read: readDomain },
    tls: {
      description: 'How its servers prove who they are.',
      default: 'pkix',
      read: readChoice('pkix', 'dane', 'mta-sts'),
    },
    nextHop: {
      description:
        'Its server, where mail does not go to its own MX: "smtp://host:port". The certificate must carry that name.',
      read: readPinnedHop,
    },
  },
  rules: {
    name: {
      description: 'Name of the rule in the audit log and in the author’s mail.',
      read: readText(1, 60),
    },
    field: { description: 'Header field to test, such as a sensitivity label.', read: readHeaderName },
    contains: {
      description: 'Text that its value must contain; case does not matter.',
      read: readText(1, 200),
    },
  },
  submitters: {
    name: {
      description: 'Name of the submitting server in the audit log and in manifests.',
      read: readText(1, 60),
    },
    networks: {
      description: 'Where it connects from. Left out: from anywhere, known by certificate or password.',
      default: [],
      read: readNetworks,
      example: '["10.2.0.0/16"]',
    },
    certificateSha256: {
      description: 'Its TLS client certificate, by SHA-256 fingerprint; several while one is replaced.',
      default: [],
      read: readFingerprints,
    },
    certificateCa: {
      description:
        'Or: PEM file of the authority that issued its TLS client certificate, with certificateName.',
      read: readFilePath,
    },
    certificateName: {
      description: 'DNS name that the certificate from certificateCa must carry.',
      read: readDomain,
    },
    user: { description: 'Name with which it signs in (AUTH, over TLS only).', read: readText(1, 255) },
    passwordHash: {
      description: 'What `sendsecure submitter password` printed for its password.',
      read: readPasswordHash,
    },
    domains: {
      description:
        'Domains it may use, in From and reverse-path both. Left out: every domain of the organisation, and mail that it forwards.',
      default: [],
      read: readDomainsOrNone,
    },
    machine: {
      description:
        'true: nobody there can be asked; a mistyped code is sent secured, and author limits do not count.',
      default: false,
      read: readFlag,
    },
    tenantField: {
      description: 'Header field in which a shared cloud names the tenant that a mail comes from.',
      default: 'X-MS-Exchange-CrossTenant-Id',
      read: readHeaderName,
    },
    tenant: {
      description:
        'Value of tenantField in every mail of ours: for Microsoft 365 the tenant id. With it, mail from networks is refused where the field is missing, stands twice or says something else.',
      read: readText(1, 200),
    },
    secretField: {
      description:
        'Header field in which a shared cloud puts a secret of ours, as a routing rule there adds it; removed before anything is stored.',
      read: readHeaderName,
      example: '"X-Hospital-Route"',
    },
    secretFile: {
      description: 'File with that secret, at least 16 characters, not readable for others.',
      read: readFilePath,
    },
  },
  dkim: {
    domain: {
      description:
        'Signs what we originate: mails that we write with an author at this domain, or below it. Make the key and its DNS record with `sendsecure dkim generate`.',
      read: readDomain,
    },
    selector: {
      description: 'Which key of that domain; two entries with one domain sign twice.',
      default: 'sendsecure',
      read: readSelector,
    },
  },
};

/** Keys of a repeated table that must be given. */
export const REQUIRED_IN_LIST: Readonly<Record<string, readonly string[]>> = {
  partners: ['domain'],
  rules: ['name', 'field', 'contains'],
  submitters: ['name'],
  dkim: ['domain'],
};
