/** Values that were read key by key → the settings as the program uses them: absolute paths, bytes, nothing missing. */
import { resolve } from 'node:path';

import { assembleSites } from './assemble-sites.ts';
import type {
  ClamdSetting,
  DkimSetting,
  HeaderRuleSetting,
  ListenAddress,
  NextHopSetting,
  OidcSetting,
  RecipientProviderSetting,
  PartnerSetting,
  PinnedHopSetting,
  Settings,
  SubmitterSetting,
  TlsFiles,
} from './settings.ts';

export interface ReadValues {
  readonly single: ReadonlyMap<string, unknown>;
  readonly lists: ReadonlyMap<string, readonly ReadonlyMap<string, unknown>[]>;
}

const MIB = 1024 * 1024;

export function assembleSettings(values: ReadValues, baseDir: string, isTrial: boolean): Settings {
  // Each value was made by the reader that the schema names for its key, so its type is the reader's.
  const get = <T>(key: string): T => values.single.get(key) as T;
  const optional = <T>(key: string): T | null => (values.single.get(key) as T | undefined) ?? null;
  const megabytes = (key: string): number => Math.floor(get<number>(key) * MIB);
  const path = (key: string): string => resolve(baseDir, get<string>(key));
  const tls = (key: string): TlsFiles | null => {
    const files = optional<TlsFiles>(key);
    return files === null ? null : { cert: resolve(baseDir, files.cert), key: resolve(baseDir, files.key) };
  };
  const optionalPath = (key: string): string | null => {
    const file = optional<string>(key);
    return file === null ? null : resolve(baseDir, file);
  };
  const nextHop = get<NextHopSetting>('delivery.nextHop');
  const oidc = readOidc(get, optional, optionalPath);
  const consoleListen = get<ListenAddress>('console.listen');
  const caFile = optional<string>('delivery.caFile');
  const organization: Settings['organization'] = {
    name: get('organization.name'),
    domains: get('organization.domains'),
    serviceAddress: get('organization.serviceAddress'),
    encrypt: get('organization.encrypt'),
    codes: get('organization.codes'),
    mode: get('organization.mode'),
    observe: get('organization.observe'),
    language: get('organization.language'),
    timeZone: get('organization.timeZone'),
    helpPhone: get('organization.helpPhone'),
    helpHours: get('organization.helpHours'),
    helpDeskPhone: get('organization.helpDeskPhone'),
    helpDeskHours: get('organization.helpDeskHours'),
    policyUrl: get('organization.policyUrl'),
    patientPortalUrl: get('organization.patientPortalUrl'),
    securityOfficer: optional('organization.securityOfficer'),
    privacyOfficer: optional('organization.privacyOfficer'),
  };
  const notice: Settings['notice'] = {
    from: get('notice.from'),
    outerSubject: get('notice.outerSubject'),
    outerSubjectDomains: get('notice.outerSubjectDomains'),
    undoWindow: get('notice.undoWindow'),
  };
  return {
    publicUrl: get('publicUrl'),
    dataDir: path('dataDir'),
    keysDir: path('keysDir'),
    organization,
    hold: {
      minutes: get('hold.minutes'),
      officerHours: get('hold.officerHours'),
      unanswered: get('hold.unanswered'),
    },
    reminders: {
      recipientDays: get('reminders.recipientDays'),
      authorDays: get('reminders.authorDays'),
    },
    summaries: { hour: get('summaries.hour') },
    notice,
    smtp: {
      listen: get('smtp.listen'),
      listenTls: optional<ListenAddress>('smtp.listenTls'),
      hostname: get('smtp.hostname'),
      trustedNetworks: get('smtp.trustedNetworks'),
      normaliseLineEndings: get('smtp.normaliseLineEndings'),
      machines: get('smtp.machines'),
      plaintextNetworks: get('smtp.plaintextNetworks'),
      proxies: get('smtp.proxies'),
      tls: tls('smtp.tls'),
    },
    replies: { inboundFilter: get('replies.inboundFilter') },
    antivirus: { clamd: optional<ClamdSetting>('antivirus.clamd') },
    returns: { listen: optional<ListenAddress>('returns.listen'), tls: tls('returns.tls') },
    portal: {
      listen: get('portal.listen'),
      tls: tls('portal.tls'),
      trustedProxies: get('portal.trustedProxies'),
      accounts: {
        secondFactor: get('portal.secondFactor'),
        rememberDevices: get('portal.rememberDevices'),
      },
      providers: readProviders(get, optional, optionalPath),
    },
    console: {
      listen: consoleListen,
      publicUrl: consoleUrl(get('console.publicUrl'), consoleListen, tls('console.tls') !== null),
      tls: tls('console.tls'),
      trustedProxies: get('console.trustedProxies'),
      networks: get('console.networks'),
      mailedLinks: optional<boolean>('console.mailedLinks') ?? oidc === null,
      metricsNetworks: get('console.metricsNetworks'),
      metricsTokenFile: optionalPath('console.metricsTokenFile'),
      oidc,
    },
    delivery: {
      nextHop,
      internalNextHop: optional<NextHopSetting>('delivery.internalNextHop') ?? { kind: 'capture' },
      clientCertificate: tls('delivery.clientCertificate'),
      partnersThroughNextHop: get('delivery.partnersThroughNextHop'),
      ownAddresses: get('delivery.ownAddresses'),
      bounceDomain: optional('delivery.bounceDomain'),
      caFile: caFile === null ? null : resolve(baseDir, caFile),
      tlsReports: get('delivery.tlsReports'),
      nextHopSigns: get('delivery.nextHopSigns'),
      signRelayed: get('delivery.signRelayed'),
      internalNextHopIsPrivate: get('delivery.internalNextHopIsPrivate'),
      resolvers: get('delivery.resolvers'),
      partnerFallbackMinutes: get('delivery.partnerFallbackMinutes'),
      probeHours: get('delivery.probeHours'),
    },
    limits: {
      maxMessageBytes: megabytes('limits.maxMessageMB'),
      secureMessageBytes: megabytes('limits.secureMessageMB'),
      secureAttachmentBytes: megabytes('limits.secureAttachmentMB'),
      maxRecipients: get('limits.maxRecipients'),
      authorRecipientsPerHour: get('limits.authorRecipientsPerHour'),
      authorNewRecipientsPerDay: get('limits.authorNewRecipientsPerDay'),
      lowDiskBytes: megabytes('limits.lowDiskMB'),
      keepDays: get('limits.keepDays'),
    },
    storage: { database: get('storage.database'), objects: get('storage.objects') },
    partners: (values.lists.get('partners') ?? []).map((partner) => readPartner(partner)),
    rules: (values.lists.get('rules') ?? []).map(
      (rule) => Object.fromEntries(rule) as unknown as HeaderRuleSetting,
    ),
    submitters: (values.lists.get('submitters') ?? []).map((entry) => readSubmitter(entry, baseDir)),
    sites: assembleSites(values.lists.get('sites') ?? [], { organization, notice }, baseDir),
    dkim: (values.lists.get('dkim') ?? []).map((key) => Object.fromEntries(key) as unknown as DkimSetting),
    log: { level: get('log.level') },
    isTrial,
  };
}

function readSubmitter(entry: ReadonlyMap<string, unknown>, baseDir: string): SubmitterSetting {
  const get = <T>(key: string): T => entry.get(key) as T;
  const optional = (key: string): string | null => (entry.get(key) as string | undefined) ?? null;
  const file = (key: string): string | null => {
    const path = optional(key);
    return path === null ? null : resolve(baseDir, path);
  };
  return {
    name: get('name'),
    networks: get('networks'),
    certificateSha256: get('certificateSha256'),
    certificateCa: file('certificateCa'),
    certificateName: optional('certificateName'),
    user: optional('user'),
    passwordHash: optional('passwordHash'),
    domains: get('domains'),
    machine: get('machine'),
    tenantField: get('tenantField'),
    tenant: optional('tenant'),
    secretField: optional('secretField'),
    secretFile: file('secretFile'),
  };
}

function readPartner(partner: ReadonlyMap<string, unknown>): PartnerSetting {
  return {
    domain: partner.get('domain') as string,
    tls: partner.get('tls') as PartnerSetting['tls'],
    nextHop: (partner.get('nextHop') as PinnedHopSetting | undefined) ?? null,
  };
}

/** Those of which anything is named; what they need then, `checkTogether` says. */
function readProviders(
  get: <T>(key: string) => T,
  optional: <T>(key: string) => T | null,
  optionalPath: (key: string) => string | null,
): RecipientProviderSetting[] {
  return (['google', 'microsoft'] as const).flatMap((kind) => {
    const clientId = optional<string>(`portal.${kind}.clientId`) ?? '';
    const clientSecretFile = optionalPath(`portal.${kind}.clientSecretFile`) ?? '';
    if (clientId === '' && clientSecretFile === '') return [];
    return [{ kind, issuer: get<string>(`portal.${kind}.issuer`), clientId, clientSecretFile }];
  });
}

/** Null where no issuer is named; what it needs then, `checkTogether` says. */
function readOidc(
  get: <T>(key: string) => T,
  optional: <T>(key: string) => T | null,
  optionalPath: (key: string) => string | null,
): OidcSetting | null {
  const issuer = optional<string>('console.oidc.issuer');
  if (issuer === null) return null;
  return {
    issuer,
    clientId: optional('console.oidc.clientId') ?? '',
    clientSecretFile: optionalPath('console.oidc.clientSecretFile') ?? '',
    scopes: get('console.oidc.scopes'),
    groupsClaim: get('console.oidc.groupsClaim'),
    groups: get('console.oidc.groups'),
    mfaClaim: get('console.oidc.mfaClaim'),
    mfaValues: get('console.oidc.mfaValues'),
    acrValues: get('console.oidc.acrValues'),
  };
}

function consoleUrl(given: string, listen: ListenAddress, hasTls: boolean): string {
  if (given !== '') return given.replace(/\/$/u, '');
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  return `${hasTls ? 'https' : 'http'}://${host}:${listen.port}`;
}
