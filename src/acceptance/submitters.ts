/**
 * Who hands a mail in, and how we know. What is known of the connection (network, certificate, signed-in name) is
 * asked at MAIL; what a shared cloud writes into the header (its tenant, or a secret of ours) at the end of the
 * header. Pure: the rules are given, nothing is read. Where several rules fit, the strongest proof counts.
 */
import { equalBytes, sha256 } from '#src/base/bytes.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import type { NetworkList } from '#src/base/network-list.ts';
import { fieldValues } from '#src/mime/header-fields.ts';
import type { HeaderField } from '#src/mime/scan-result.ts';
import { isInternalDomain } from '#src/policy/domains.ts';
import { leadsTo, type ClientCertificate } from '#src/smtp/server/peer-certificate.ts';
import type { SmtpSession } from '#src/smtp/server/smtp-transaction.ts';

import type { AuthorFields } from './author.ts';

/** How a submitter was known: recorded with the message, in its manifest and in the audit log. */
export type SubmitterProof =
  | 'network'
  | 'network-and-tenant'
  | 'network-and-secret'
  | 'tls-certificate'
  | 'smtp-auth'
  /** A signed-in recipient wrote it on the site. */
  | 'portal';

export interface SubmitterRule {
  /** Null: one of the trusted networks, which have no name. */
  readonly name: string | null;
  /** Null: from anywhere. */
  readonly networks: NetworkList | null;
  readonly certificate: CertificateRule | null;
  readonly user: string | null;
  readonly passwordHash: string | null;
  /** What a header field must say; all of them. */
  readonly fields: readonly FieldRule[];
  /** Empty: every domain of the organisation. */
  readonly domains: readonly string[];
  readonly isMachine: boolean;
}

export type CertificateRule =
  | { readonly kind: 'fingerprint'; readonly sha256: ReadonlySet<string> }
  /** Fingerprints of the authority's certificates, and the DNS name that the client's must carry. */
  | { readonly kind: 'authority'; readonly anchors: ReadonlySet<string>; readonly name: string };

export interface FieldRule {
  readonly kind: 'tenant' | 'secret';
  /** Lower case. */
  readonly field: string;
  /** SHA-256 of the value; a tenant's in lower case. */
  readonly valueHash: Buffer;
}

/** For what is written on the site itself. */
export const PORTAL_SUBMITTER: Submitter = { name: null, proof: 'portal', domains: [], isMachine: false };

export interface Submitter {
  readonly name: string | null;
  readonly proof: SubmitterProof;
  readonly domains: readonly string[];
  readonly isMachine: boolean;
}

export class Submitters {
  readonly #rules: readonly SubmitterRule[];
  /** Fields with secrets: never stored, whoever sent them. */
  readonly secretFields: ReadonlySet<string>;

  constructor(rules: readonly SubmitterRule[]) {
    this.#rules = rules;
    const secrets = rules.flatMap(({ fields }) => fields.filter(({ kind }) => kind === 'secret'));
    this.secretFields = new Set(secrets.map(({ field }) => field));
  }

  /** Some sign in with a name and a password. */
  get haveUsers(): boolean {
    return this.#rules.some(({ user }) => user !== null);
  }

  /** False where nobody from this address can be a submitter: then there is no use in talking. */
  mayConnect(remoteAddress: string): boolean {
    return this.#rules.some(({ networks }) => networks === null || networks.has(remoteAddress));
  }

  /** The rule that `user` signs in by from this address. */
  ruleFor(user: string, remoteAddress: string): SubmitterRule | null {
    const rule = this.#rules.find((one) => one.user === user);
    return rule !== undefined && isIn(rule.networks, remoteAddress) ? rule : null;
  }

  /** True where what is known of the connection fits a rule; its header may still have to show more. */
  knows(session: SmtpSession): boolean {
    return this.#fitting(session).length > 0;
  }

  /** Null where no rule fits. */
  identify(session: SmtpSession, fields: readonly HeaderField[]): Submitter | null {
    const fitting = this.#fitting(session);
    const own = fitting.filter((rule) => rule.user !== null || rule.certificate !== null);
    const clouds = fitting.filter((rule) => !own.includes(rule) && rule.fields.length > 0);
    // In a network that others share, being there says nothing: no plain rule counts beside one that asks for more.
    const rest = clouds.length > 0 ? clouds : fitting.filter((rule) => !own.includes(rule));
    const rule = [...own.filter(({ user }) => user !== null), ...own, ...rest].find((one) =>
      one.fields.every((field) => says(fields, field)),
    );
    if (rule === undefined) return null;
    const { name, domains, isMachine } = rule;
    return { name, domains, isMachine, proof: proofOf(rule) };
  }

  #fitting(session: SmtpSession): readonly SubmitterRule[] {
    return this.#rules.filter(
      (rule) =>
        isIn(rule.networks, session.remoteAddress) &&
        (rule.user === null || rule.user === session.user) &&
        (rule.certificate === null || shows(session.tls?.clientCertificate ?? null, rule.certificate)),
    );
  }
}

/** The address that a submitter may not use; null where it may use all. A forwarder of others' mail has no restriction. */
export function foreignAddress(fields: AuthorFields, domains: readonly string[]): string | null {
  if (domains.length === 0) return null;
  const { from, sender, reversePath } = fields;
  const used = [...from, ...sender]
    .map(({ address }) => address)
    .concat(reversePath === '' ? [] : reversePath);
  const isAllowed = (address: string): boolean => {
    const parsed = parseMailAddress(address);
    return parsed !== null && isInternalDomain(parsed.domain, domains);
  };
  if (from.length === 0) return '';
  return used.find((address) => !isAllowed(address)) ?? null;
}

function isIn(networks: NetworkList | null, address: string): boolean {
  return networks === null || networks.has(address);
}

function shows(shown: ClientCertificate | null, rule: CertificateRule): boolean {
  if (shown === null) return false;
  if (rule.kind === 'fingerprint') return rule.sha256.has(shown.sha256);
  const options = { subject: 'never', wildcards: false } as const;
  return (
    shown.trusted &&
    leadsTo(shown, rule.anchors) &&
    shown.chain[0]?.checkHost(rule.name, options) !== undefined
  );
}

/** Once and no more: of two values nobody knows which one the cloud has written. */
function says(fields: readonly HeaderField[], rule: FieldRule): boolean {
  const [value, ...more] = fieldValues(fields, rule.field).map((text) => text.trim());
  if (value === undefined || more.length > 0) return false;
  return equalBytes(valueHash(rule.kind, value), rule.valueHash);
}

export function valueHash(kind: FieldRule['kind'], value: string): Buffer {
  return sha256(kind === 'tenant' ? value.trim().toLowerCase() : value.trim());
}

function proofOf({ user, certificate, fields }: SubmitterRule): SubmitterProof {
  if (user !== null) return 'smtp-auth';
  if (certificate !== null) return 'tls-certificate';
  if (fields.some(({ kind }) => kind === 'secret')) return 'network-and-secret';
  return fields.length > 0 ? 'network-and-tenant' : 'network';
}
