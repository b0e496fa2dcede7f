/** What comes in, and who may: mail of submitting servers, mail that comes back, the recipients' site, the staff's. */
import { hostname } from 'node:os';

import type { Tables } from '../key-spec.ts';
import {
  readChoice,
  readClamd,
  readFlag,
  readGroupRoles,
  readIssuer,
  readFilePath,
  readListen,
  readNetworks,
  readText,
  readTls,
  readWords,
} from '../readers.ts';

export const listenerTables: Tables = {
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
    secondFactor: {
      description:
        'Whether recipients who sign in with a password need a code of an authenticator app as well: "optional", everybody chooses; "required", all do, and then 8 characters are enough for a password. A passkey is both steps in one.',
      default: 'optional',
      read: readChoice('optional', 'required'),
    },
    rememberDevices: {
      description:
        'Whether recipients may have a browser remembered, so that the second step is not asked for there for 30 days; password or passkey always are.',
      default: true,
      read: readFlag,
    },
  },
  'portal.google': {
    clientId: {
      description: 'Our client id at Google: recipients may then sign in with a Google account.',
      read: readText(1, 300),
      example: '"1234-abcd.apps.googleusercontent.com"',
    },
    clientSecretFile: { description: 'File with our client secret there.', read: readFilePath },
    issuer: {
      description: 'Issuer of the provider.',
      default: 'https://accounts.google.com',
      read: readIssuer,
    },
  },
  'portal.microsoft': {
    clientId: {
      description: 'Our client id at Microsoft: recipients may then sign in with a Microsoft account.',
      read: readText(1, 300),
    },
    clientSecretFile: { description: 'File with our client secret there.', read: readFilePath },
    issuer: {
      description: 'Issuer of the provider; “common” takes work accounts and personal ones.',
      default: 'https://login.microsoftonline.com/common/v2.0',
      read: readIssuer,
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
};
