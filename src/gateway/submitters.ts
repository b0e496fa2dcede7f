/** The submitters of the configuration with the files they name: made once for each configuration, or not at all. */
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

import {
  Submitters,
  valueHash,
  type CertificateRule,
  type FieldRule,
  type SubmitterRule,
} from '#src/acceptance/submitters.ts';
import { CodedError } from '#src/base/coded-error.ts';
import { NetworkList } from '#src/base/network-list.ts';
import type { Settings, SubmitterSetting } from '#src/config/settings.ts';
import { fingerprintOf } from '#src/smtp/server/peer-certificate.ts';

import { oncePerSettings } from './once-per-settings.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/gu;
const MIN_SECRET_CHARACTERS = 16;
const OTHERS_MAY_READ = 0o007;

/** Throws CodedError `submitter-files`, which names the file and what to do. */
export const submittersOf = oncePerSettings(makeSubmitters);

/** PEM of the authorities of client certificates; null where nobody is known by one, and none is asked for. */
export const clientAnchors = oncePerSettings((settings: Settings): readonly string[] | null => {
  const isAsked = settings.submitters.some(
    ({ certificateSha256, certificateCa }) => certificateSha256.length > 0 || certificateCa !== null,
  );
  if (!isAsked) return null;
  return settings.submitters.flatMap(({ certificateCa }) =>
    certificateCa === null ? [] : readAuthorities(certificateCa),
  );
});

function makeSubmitters({ smtp, submitters }: Settings): Submitters {
  const trusted: SubmitterRule = {
    name: null,
    networks: new NetworkList(smtp.trustedNetworks),
    certificate: null,
    user: null,
    passwordHash: null,
    fields: [],
    domains: [],
    isMachine: false,
  };
  return new Submitters([...submitters.map(ruleOf), trusted]);
}

function ruleOf(setting: SubmitterSetting): SubmitterRule {
  return {
    name: setting.name,
    networks: setting.networks.length === 0 ? null : new NetworkList(setting.networks),
    certificate: certificateOf(setting),
    user: setting.user,
    passwordHash: setting.passwordHash,
    fields: fieldsOf(setting),
    domains: setting.domains,
    isMachine: setting.machine,
  };
}

function certificateOf({
  certificateSha256,
  certificateCa,
  certificateName,
}: SubmitterSetting): CertificateRule | null {
  if (certificateSha256.length > 0) return { kind: 'fingerprint', sha256: new Set(certificateSha256) };
  if (certificateCa === null || certificateName === null) return null;
  const anchors = readAuthorities(certificateCa).map((pem) => fingerprintOf(new X509Certificate(pem)) ?? '');
  return { kind: 'authority', anchors: new Set(anchors), name: certificateName };
}

function fieldsOf({ tenant, tenantField, secretField, secretFile }: SubmitterSetting): FieldRule[] {
  const fields: FieldRule[] = [];
  if (tenant !== null)
    fields.push({ kind: 'tenant', field: tenantField, valueHash: valueHash('tenant', tenant) });
  if (secretField !== null && secretFile !== null)
    fields.push({
      kind: 'secret',
      field: secretField,
      valueHash: valueHash('secret', readSecret(secretFile)),
    });
  return fields;
}

function readAuthorities(file: string): readonly string[] {
  const authorities = readText(file).match(CERTIFICATE) ?? [];
  if (authorities.length === 0) throw unusable(file, 'holds no certificate in PEM');
  return authorities;
}

function readSecret(file: string): string {
  const secret = readText(file).trim();
  if ((statSync(file).mode & OTHERS_MAY_READ) !== 0 && process.platform !== 'win32')
    throw unusable(file, 'may be read by everybody: chmod o-rwx');
  if (secret.length < MIN_SECRET_CHARACTERS)
    throw unusable(file, `needs a secret of at least ${MIN_SECRET_CHARACTERS} characters`);
  return secret;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CodedError('submitter-files', `${file}, named in [[submitters]], can't be read`, { cause });
  }
}

function unusable(file: string, why: string): CodedError {
  return new CodedError('submitter-files', `${file}, named in [[submitters]], ${why}`);
}
