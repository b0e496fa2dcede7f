/**
 * TOML text → settings, or every problem at once, each with its line and what would be right. Reads no file and
 * changes nothing: a reload that finds a problem leaves the settings in force as they are.
 */
import { resolve, sep } from 'node:path';

import { parse, TomlError } from 'smol-toml';

import { CodedError } from '#src/base/coded-error.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';

import { checkSubmitters } from './check-submitters.ts';
import { hasAuthorsAt } from './dkim-domains.ts';
import { findKeyLines } from './key-lines.ts';
import { LIST_SCHEMA, REQUIRED_IN_LIST, SCHEMA, type KeySpec } from './schema.ts';
import type {
  ClamdSetting,
  DkimSetting,
  HeaderRuleSetting,
  ListenAddress,
  NextHopSetting,
  OidcSetting,
  PartnerSetting,
  PinnedHopSetting,
  Settings,
  SubmitterSetting,
  TlsFiles,
} from './settings.ts';

export interface ConfigProblem {
  /** Dotted key, such as `delivery.nextHop`. */
  readonly key: string;
  /** Line in the file, from 1; null where nothing is written. */
  readonly line: number | null;
  readonly message: string;
}

/** Thrown with every problem found; `code` is `config-invalid`. */
export class ConfigInvalid extends CodedError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super('config-invalid', problems.map((problem) => `${problem.key}: ${problem.message}`).join('; '));
    this.problems = problems;
  }
}

/** The settings without any file: a trial on this machine, mail is captured. */
export function trialSettings(baseDir: string): Settings {
  return loadSettings('', baseDir, true);
}

/** Relative paths are taken from `baseDir` (the folder of the file). Throws ConfigInvalid. */
export function loadSettings(toml: string, baseDir: string, isTrial = false): Settings {
  const collector = new ProblemCollector(findKeyLines(toml));
  const document = parseToml(toml, collector);
  const values = readDocument(document, collector);
  collector.throwIfAny();
  const settings = assemble(values, baseDir, isTrial);
  checkTogether(settings, collector);
  collector.throwIfAny();
  return settings;
}

class ProblemCollector {
  readonly #lines: ReadonlyMap<string, number>;
  readonly #problems: ConfigProblem[] = [];

  constructor(lines: ReadonlyMap<string, number>) {
    this.#lines = lines;
  }

  add(key: string, message: string, line: number | null = this.#lines.get(key) ?? null): void {
    this.#problems.push({ key, line, message });
  }

  throwIfAny(): void {
    if (this.#problems.length > 0) throw new ConfigInvalid(this.#problems);
  }
}

type Document = Record<string, unknown>;

function parseToml(toml: string, problems: ProblemCollector): Document {
  try {
    return parse(toml);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    problems.add('the file', `this is no TOML: ${error.message.split('\n')[0] ?? ''}`, error.line);
    return {};
  }
}

interface ReadValues {
  readonly single: ReadonlyMap<string, unknown>;
  readonly lists: ReadonlyMap<string, readonly ReadonlyMap<string, unknown>[]>;
}

function readDocument(document: Document, problems: ProblemCollector): ReadValues {
  const single = new Map<string, unknown>();
  for (const [table, keys] of Object.entries(SCHEMA)) {
    const given = table === '' ? document : tableOf(document, table, problems);
    for (const [key, value] of readTable(table === '' ? '' : `${table}.`, keys, given, problems))
      single.set(key, value);
    const known = { ...keys, ...tableNames(`${table}.`) };
    if (table !== '') reportUnknownKeys(`${table}.`, known, given, problems);
  }
  reportUnknownKeys('', { ...SCHEMA[''], ...tableNames('') }, document, problems);
  const lists = new Map<string, readonly ReadonlyMap<string, unknown>[]>();
  for (const [table, keys] of Object.entries(LIST_SCHEMA))
    lists.set(table, readList(table, keys, document[table], problems));
  return { single, lists };
}

/** Names of the tables that stand in `within` (`''`: the file, `console.`: a table), without it. */
function tableNames(within: string): Record<string, null> {
  const names = [...Object.keys(SCHEMA), ...Object.keys(LIST_SCHEMA)]
    .filter((name) => name.startsWith(within) && name !== '')
    .map((name) => name.slice(within.length))
    .filter((name) => !name.includes('.'));
  return Object.fromEntries(names.map((name) => [name, null]));
}

function tableOf(document: Document, table: string, problems: ProblemCollector): Document {
  let value: unknown = document;
  for (const name of table.split('.')) value = isTable(value) ? value[name] : undefined;
  if (value === undefined) return {};
  if (isTable(value)) return value;
  problems.add(table, `write it as a table: [${table}]`);
  return {};
}

function isTable(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function readTable(
  prefix: string,
  keys: Readonly<Record<string, KeySpec>>,
  given: Document,
  problems: ProblemCollector,
): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [key, spec] of Object.entries(keys)) {
    const value = given[key] ?? spec.default;
    if (value === undefined) continue;
    const result = spec.read(value);
    if (result.ok) values.set(`${prefix}${key}`, result.value);
    else problems.add(`${prefix}${key}`, `needs ${result.wanted}`);
  }
  return values;
}

function reportUnknownKeys(
  prefix: string,
  known: Readonly<Record<string, unknown>>,
  given: Document,
  problems: ProblemCollector,
): void {
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(known, key)) continue;
    const near = Object.keys(known).find(
      (name) => name.toLowerCase() === key.toLowerCase() || name.startsWith(key.slice(0, 5)),
    );
    problems.add(
      `${prefix}${key}`,
      near === undefined ? 'there is no such key' : `there is no such key; "${near}" is meant?`,
    );
  }
}

function readList(
  table: string,
  keys: Readonly<Record<string, KeySpec>>,
  value: unknown,
  problems: ProblemCollector,
): readonly ReadonlyMap<string, unknown>[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    problems.add(table, `write each as [[${table}]]`);
    return [];
  }
  return value.map((item: unknown, index) => {
    const given = isTable(item) ? item : {};
    for (const key of REQUIRED_IN_LIST[table] ?? []) {
      if (given[key] === undefined) problems.add(`${table}.${index}`, `"${key}" is missing`);
    }
    reportUnknownKeys(`${table}.${index}.`, keys, given, problems);
    const entries = readTable(`${table}.${index}.`, keys, given, problems);
    return new Map([...entries].map(([key, entry]) => [key.slice(`${table}.${index}.`.length), entry]));
  });
}

const MIB = 1024 * 1024;

function assemble(values: ReadValues, baseDir: string, isTrial: boolean): Settings {
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
  return {
    publicUrl: get('publicUrl'),
    dataDir: path('dataDir'),
    keysDir: path('keysDir'),
    organization: {
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
      policyUrl: get('organization.policyUrl'),
      patientPortalUrl: get('organization.patientPortalUrl'),
      securityOfficer: optional('organization.securityOfficer'),
      privacyOfficer: optional('organization.privacyOfficer'),
    },
    hold: {
      minutes: get('hold.minutes'),
      officerHours: get('hold.officerHours'),
      unanswered: get('hold.unanswered'),
    },
    reminders: {
      recipientDays: get('reminders.recipientDays'),
      authorDays: get('reminders.authorDays'),
    },
    notice: { from: get('notice.from') },
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

/** What no single key can show: keys apart from data, no internal mail by the general route, and the like. */
function checkTogether(settings: Settings, problems: ProblemCollector): void {
  if (isInside(settings.keysDir, settings.dataDir) || isInside(settings.dataDir, settings.keysDir)) {
    problems.add(
      'keysDir',
      'must lie beside dataDir, not inside it (nor the other way round): a backup of the data must not hold the keys',
    );
  }
  const { nextHop, internalNextHop } = settings.delivery;
  if (internalNextHop.kind === 'mx')
    problems.add('delivery.internalNextHop', 'name the internal server: "smtp://host:port"');
  if (nextHop.kind !== 'capture' && internalNextHop.kind === 'capture') {
    problems.add(
      'delivery.internalNextHop',
      'is needed beside a real nextHop: receipts and internal mail never take the general route',
    );
  }
  checkNextHop(settings, problems);
  checkReturns(settings, problems);
  const service = parseMailAddress(settings.organization.serviceAddress);
  const ours = settings.organization.domains;
  if (service !== null && !ours.some((domain) => coversDomain(domain, service.domain))) {
    problems.add(
      'organization.serviceAddress',
      `must be at one of organization.domains (${ours.join(', ')})`,
    );
  }
  checkObserving(settings, problems);
  checkSigning(settings, problems);
  checkAuthorLimits(settings, problems);
  checkSubmitters(settings, (key, message) => problems.add(key, message));
  checkStaffSignIn(settings, problems);
}

function checkStaffSignIn({ console: { oidc, publicUrl, tls } }: Settings, problems: ProblemCollector): void {
  if (URL.parse(publicUrl) === null)
    problems.add('console.publicUrl', 'needs an address, such as "https://…"');
  if (tls !== null && !publicUrl.startsWith('https:'))
    problems.add('console.publicUrl', 'must begin with https:// where [console] tls is set');
  if (oidc === null) return;
  if (oidc.clientId === '') problems.add('console.oidc.clientId', 'is needed beside issuer');
  if (oidc.clientSecretFile === '') problems.add('console.oidc.clientSecretFile', 'is needed beside issuer');
  if (!oidc.scopes.includes('openid')) problems.add('console.oidc.scopes', 'must hold "openid"');
}

/** What only one server that all mail goes to can do. */
function checkNextHop({ delivery }: Settings, problems: ProblemCollector): void {
  if (delivery.nextHop.kind === 'smarthost') return;
  const needsSmarthost = 'needs a smarthost as nextHop: "smtp://host:port"';
  if (delivery.clientCertificate !== null) problems.add('delivery.clientCertificate', needsSmarthost);
  if (delivery.partnersThroughNextHop) problems.add('delivery.partnersThroughNextHop', needsSmarthost);
  if (delivery.nextHop.kind === 'mx' && delivery.nextHopSigns)
    problems.add(
      'delivery.nextHopSigns',
      'with nextHop = "mx" nobody signs behind us: make a key for [[dkim]] with "sendsecure dkim generate"',
    );
}

/** Observed mail leaves unprotected: nothing about who is meant may be open. */
function checkObserving({ organization }: Settings, problems: ProblemCollector): void {
  const { mode, observe, domains } = organization;
  if (mode === 'observe' && observe.length > 0) {
    problems.add(
      'organization.observe',
      'names authors, but mode = "observe" leaves all mail unprotected: leave mode out to observe these authors only, or leave out the list',
    );
  }
  for (const entry of observe) {
    const named = entry.slice(entry.lastIndexOf('@') + 1).replace('*.', '');
    if (!domains.some((domain) => coversDomain(domain, named) || coversDomain(domain, `x.${named}`)))
      problems.add('organization.observe', `"${entry}" is at none of organization.domains`);
  }
}

function checkAuthorLimits({ organization, limits }: Settings, problems: ProblemCollector): void {
  const { securityOfficer, domains } = organization;
  const isLimited = limits.authorRecipientsPerHour > 0 || limits.authorNewRecipientsPerDay > 0;
  if (isLimited && securityOfficer === null)
    problems.add('organization.securityOfficer', 'is needed with limits of authors: who decides what waits');
  const address = securityOfficer === null ? null : parseMailAddress(securityOfficer);
  if (isLimited && address !== null && !domains.some((domain) => coversDomain(domain, address.domain)))
    problems.add(
      'organization.securityOfficer',
      `must be at one of organization.domains (${domains.join(', ')})`,
    );
}

function checkSigning(settings: Settings, problems: ProblemCollector): void {
  const { dkim, delivery, notice } = settings;
  const seen = new Set<string>();
  for (const [index, { domain, selector }] of dkim.entries()) {
    const name = `${selector}._domainkey.${domain}`;
    if (seen.has(name)) problems.add(`dkim.${index}`, `${name} stands there twice`);
    seen.add(name);
    if (!hasAuthorsAt(domain, settings.organization.domains))
      problems.add(`dkim.${index}.domain`, 'must be one of organization.domains, or above one of them');
  }
  if (delivery.signRelayed && dkim.length === 0)
    problems.add('delivery.signRelayed', 'needs a key: [[dkim]], made with "sendsecure dkim generate"');
  const canSign = delivery.nextHopSigns || delivery.nextHop.kind === 'capture';
  if (notice.from === 'author' && !canSign && dkim.length === 0) {
    problems.add(
      'notice.from',
      '"author" needs a DKIM key for one of our domains ([[dkim]]), or a next hop that signs for them (then set delivery.nextHopSigns = true)',
    );
  }
}

function checkReturns({ returns, delivery, organization }: Settings, problems: ProblemCollector): void {
  if (returns.listen === null) return;
  if (delivery.bounceDomain === null) {
    problems.add(
      'delivery.bounceDomain',
      'is needed with returns.listen: it takes mail for that domain alone',
    );
  } else if (organization.domains.includes(delivery.bounceDomain)) {
    problems.add(
      'delivery.bounceDomain',
      'must be a domain of its own, without mailboxes: its MX is this gateway',
    );
  }
}

function coversDomain(pattern: string, domain: string): boolean {
  return pattern.startsWith('*.') ? domain.endsWith(pattern.slice(1)) : pattern === domain;
}

function isInside(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer + sep);
}
