/** A ready text to the people who run a partner's mail, when its servers can't prove who they are. */
import type { PartnerTls } from './managed-partner.ts';

export interface LetterFacts {
  readonly domain: string;
  readonly organization: string;
  readonly tls: PartnerTls | null;
  /** What was wrong; names of domains and servers only. */
  readonly why: string;
}

export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export function letterTo({ domain, organization, tls, why }: LetterFacts): Letter {
  const wanted = tls === null ? Object.values(WANTED) : [WANTED[tls]];
  return {
    to: `postmaster@${domain}`,
    subject: `Mail from ${organization} to ${domain}: your mail servers could not be verified`,
    text: [
      'Hello,',
      '',
      `${organization} sends confidential mail to ${domain} only over connections on which your mail servers`,
      'have proven who they are. Today they could not:',
      '',
      `  ${why}`,
      '',
      tls === null ? 'Any one of these would be enough:' : 'What is needed:',
      '',
      ...wanted.map((text) => `- ${text}`),
      '',
      'TLS 1.2 with AEAD ciphers, or TLS 1.3, is needed in any case. Until then, people at your domain get our mail as',
      'secure messages, which they read on our website.',
      '',
      'Thank you.',
      '',
    ].join('\n'),
  };
}

const WANTED: Readonly<Record<PartnerTls, string>> = {
  dane: 'DANE: sign the zones of your domain and of your mail servers with DNSSEC, and publish TLSA records (3 1 1) for port 25 (RFC 7672).',
  'mta-sts':
    'MTA-STS: publish a policy in mode "enforce" that lists your mail servers, each with a valid certificate for its own name (RFC 8461).',
  pkix: 'A valid certificate of a public authority for the name of each mail server, with MX records that are signed (DNSSEC) or listed in an MTA-STS policy; or tell us the name of the server to use.',
};
