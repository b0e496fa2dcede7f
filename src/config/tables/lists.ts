/** Tables that may stand several times: `[[partners]]`, `[[rules]]`, `[[submitters]]`, `[[dkim]]`. */
import type { Tables } from '../key-spec.ts';
import {
  readChoice,
  readDomainsOrNone,
  readDomain,
  readFingerprints,
  readPasswordHash,
  readFlag,
  readFilePath,
  readHeaderName,
  readNetworks,
  readPinnedHop,
  readSelector,
  readText,
} from '../readers.ts';

export const listTables: Tables = {
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
    verify: {
      description: 'The first opening needs a code that the author gives by telephone, besides.',
      default: false,
      read: readFlag,
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
