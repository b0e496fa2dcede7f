/**
 * The staff listener with everything real but the mail and the rest of the gateway: a database, a key folder, a fake
 * clock. Mails of links are kept in memory; what is committed with them is left out. Browsers are cookie jars.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { InjectOptions, LightMyRequestResponse } from 'fastify';

import type { AdministrationContext } from '#src/administration/administration-context.ts';
import { AuditLog } from '#src/audit/audit-log.ts';
import { FakeClock } from '#src/base/clock.ts';
import { systemRandom } from '#src/base/identifiers.ts';
import { silentLog } from '#src/base/log.ts';
import { NetworkList } from '#src/base/network-list.ts';
import { loadSettings } from '#src/config/load.ts';
import type { Settings } from '#src/config/settings.ts';
import type { Desk } from '#src/desk/desk-context.ts';
import { allAnnouncements } from '#src/gateway/announcements.ts';
import { defaultsInForce } from '#src/gateway/defaults-in-force.ts';
import { acceptanceSettings } from '#src/gateway/part-settings.ts';
import { createConsole, type ConsoleOptions } from '#src/console/console.ts';
import type { PolicyName } from '#src/console/policies/policies.ts';
import type { HttpServer } from '#src/http/http-server.ts';
import { openFileKeyProvider } from '#src/keys/file-key-provider.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { PartnerList } from '#src/partners/partner-list.ts';
import type { HigherRole } from '#src/staff/roles.ts';
import type { StaffContext } from '#src/staff/staff-context.ts';
import { addAddress, grantRole, registerStaff } from '#src/staff/staff-rows.ts';
import { createStaff, type Staff, type StaffOptions } from '#src/staff/staff.ts';
import { WrittenMailSealer } from '#src/queue/written-mails.ts';
import type { Database } from '#src/storage/database.ts';
import { openFileObjectStore } from '#src/storage/object-store.ts';
import type { ObjectStore } from '#src/storage/objects.ts';

import { openTestDatabase } from './test-database.ts';

export const CONSOLE_ORIGIN = 'https://staff.hospital.test';
const DOMAINS = ['hospital.test', '*.hospital.test'];

export interface SentLink {
  readonly to: string;
  readonly token: string;
  readonly purpose: 'sign-in' | 'add-address';
  readonly path: string;
}

export interface ListedRoute {
  readonly method: string;
  readonly path: string;
  readonly policy: PolicyName;
}

export interface StaffWorld {
  readonly staff: Staff;
  readonly server: HttpServer;
  readonly database: Database;
  readonly keys: KeyProvider;
  readonly clock: FakeClock;
  readonly links: SentLink[];
  readonly administration: AdministrationContext;
  readonly routes: ListedRoute[];
  /** A person with an address of their own and these roles; granted on the host. */
  addPerson(address: string, roles?: readonly HigherRole[]): Promise<string>;
  /** A browser in which the person is signed in. */
  signedIn(
    staffId: string,
    session?: { method?: 'mailed-link' | 'oidc' | 'passkey'; mfa?: boolean },
  ): Promise<StaffBrowser>;
  /** Events of the staff in order, with their facts. */
  audit(): Promise<readonly { event: string; facts: Record<string, unknown> }[]>;
  dispose(): Promise<void>;
}

export interface StaffWorldOptions {
  readonly console?: Partial<ConsoleOptions>;
  readonly staff?: Partial<StaffOptions>;
  /** Instead of a fresh SQLite one; its opener closes it. */
  readonly database?: Database;
}

export async function openStaffWorld(options: StaffWorldOptions = {}): Promise<StaffWorld> {
  const consoleUrl = options.console?.consoleUrl ?? CONSOLE_ORIGIN;
  const test = await openTestDatabase();
  const database = options.database ?? test.database;
  const clock = new FakeClock();
  const keysFolder = await mkdtemp(join(tmpdir(), 'send-secure-keys-'));
  const keys = await openFileKeyProvider({
    keysDir: join(keysFolder, 'keys'),
    dataDir: test.folder,
    roles: new Set(['receive', 'deliver', 'portal']),
    clock,
    log: silentLog,
  });
  const objects = await openFileObjectStore({ folder: join(test.folder, 'objects'), clock, log: silentLog });
  const settings = loadSettings(worldToml(consoleUrl), test.folder);
  const links: SentLink[] = [];
  const routes: ListedRoute[] = [];
  const audit = new AuditLog({ database, clock });
  const context: StaffContext & { readonly audit: AuditLog } = {
    database,
    keys,
    clock,
    random: systemRandom,
    audit,
    log: silentLog,
    internalDomains: () => DOMAINS,
  };
  const staff = createStaff(context, {
    mailer: {
      async statementsForLink(mail) {
        links.push(mail);
        return { statements: [], abandon: async () => {} };
      },
    },
    passkeySite: {
      rpId: new URL(consoleUrl).hostname,
      origin: new URL(consoleUrl).origin,
      name: () => 'Example Hospital',
    },
    oidc: null,
    ...options.staff,
  });
  const partners = new PartnerList({ database, keys, audit, clock, log: silentLog });
  const administration: AdministrationContext = {
    ...context,
    audit,
    partners,
    holds: nothingHeld(),
    rules: () => ({ encrypt: 'on-code' }),
    timeZone: () => 'UTC',
    isConfigured: () => false,
  };
  const server = await createConsole({
    staff,
    database,
    keys,
    holds: nothingHeld(),
    partners: noPartners(),
    desk: testDesk(context, objects, settings),
    summaries: { hour: () => 17, wake() {} },
    administration,
    defaults: () => defaultsInForce(settings),
    announcements: () => allAnnouncements(settings),
    captured: { list: async () => [] } as unknown as ConsoleOptions['captured'],
    log: silentLog,
    consoleUrl,
    publicUrl: 'https://secure.hospital.test',
    allowedHosts: [new URL(consoleUrl).host],
    admits: () => true,
    organization: () => 'Example Hospital',
    language: () => 'en',
    timeZone: () => 'UTC',
    mailsLinks: () => true,
    showsCaptured: () => true,
    metrics: async () => ({ contentType: 'text/plain', text: 'sendsecure_up 1\n' }),
    metricsAccess: () => ({ networks: new NetworkList(['127.0.0.0/8']), token: null }),
    status: async () => ({ failing: [], warnings: [] }),
    web: {
      assets: new Map(),
      passkeyScript: '/assets/passkeys.js',
      administrationScript: '/assets/administration.js',
    },
    onRoute: (route) => routes.push(route),
    ...options.console,
  });
  await server.app.ready();
  const world: StaffWorld = {
    staff,
    server,
    database,
    keys,
    clock,
    links,
    administration,
    routes,
    async addPerson(address, roles = []) {
      const { staff: row, statements } = registerStaff(context);
      const granted = roles.flatMap((role) => [
        ...grantRole(context, { staffId: row.id, role, source: 'host', grantedBy: null }),
      ]);
      const proof = addAddress(
        context,
        row.id,
        { canonical: address, raw: address },
        { kind: 'own', proof: 'invite' },
      );
      await database.commit([...statements, ...proof, ...granted]);
      return row.id;
    },
    async signedIn(staffId, { method = 'passkey', mfa = true } = {}) {
      const origin = { remoteAddress: '192.0.2.7', userAgent: null };
      const { token, insert } = staff.sessions.open({ staffId, method, mfa, origin });
      await database.commit([insert]);
      const browser = new StaffBrowser(world);
      browser.cookies.set(cookieName(consoleUrl, 'staff-session'), token);
      return browser;
    },
    audit: async () =>
      (await database.query.selectFrom('audit_entries').select('entry').orderBy('sequence').execute())
        .map(({ entry }) => JSON.parse(entry) as { event: string; facts?: Record<string, unknown> })
        .map(({ event, facts }) => ({ event, facts: facts ?? {} })),
    async dispose() {
      await server.close();
      await test.dispose();
      await rm(keysFolder, { recursive: true, force: true });
    },
  };
  return world;
}

function worldToml(consoleUrl: string): string {
  return [
    'publicUrl = "https://secure.hospital.test"',
    '[organization]',
    'name = "Example Hospital"',
    'domains = ["hospital.test", "*.hospital.test"]',
    'serviceAddress = "send-secure@hospital.test"',
    'privacyOfficer = "privacy@hospital.test"',
    'timeZone = "UTC"',
    '[console]',
    `publicUrl = "${consoleUrl}"`,
  ].join('\n');
}

function testDesk(context: StaffContext, objects: ObjectStore, settings: Settings): Desk {
  const { database, keys, clock, random, audit } = context;
  return {
    database,
    keys,
    audit,
    sealer: new WrittenMailSealer({ database, objects, keys, clock, internalDomains: () => DOMAINS }),
    clock,
    random,
    acceptance: () => acceptanceSettings(settings),
    privacyOfficer: () => settings.organization.privacyOfficer ?? '',
  };
}

function noPartners(): ConsoleOptions['partners'] {
  return {
    partners: async () => [],
    suggestions: async () => [],
    servers: async () => [],
    history: async () => [],
    whatIf: async () => ({ kind: 'refused-author' }),
    isInternal: (domain) => domain === 'hospital.test',
    probe: async () => {},
    tryImport: async () => [],
  };
}

function nothingHeld(): ConsoleOptions['holds'] {
  return {
    releaseForOfficer: async () => 'already-ended',
    sendSecured: async () => 'already-ended',
    sendAsItIs: async () => 'already-ended',
    stop: async () => 'already-ended',
  } as unknown as ConsoleOptions['holds'];
}

export function cookieName(consoleUrl: string, name: string): string {
  return consoleUrl.startsWith('https:') ? `__Host-${name}` : name;
}

export interface BrowserOptions {
  readonly remoteAddress?: string;
  readonly origin?: string;
}

/** A browser's cookies and the headers that it sends with a form of the page it shows. */
export class StaffBrowser {
  readonly cookies = new Map<string, string>();
  readonly #world: StaffWorld;
  readonly #remoteAddress: string;
  readonly #origin: string;

  constructor(world: StaffWorld, options: BrowserOptions = {}) {
    this.#world = world;
    this.#remoteAddress = options.remoteAddress ?? '192.0.2.7';
    this.#origin = options.origin ?? CONSOLE_ORIGIN;
  }

  get sessionToken(): string | undefined {
    return this.cookies.get(cookieName(this.#origin, 'staff-session'));
  }

  get(url: string, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> {
    return this.request({ method: 'GET', url, headers: { accept: 'text/html', ...headers } });
  }

  post(
    url: string,
    form: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<LightMyRequestResponse> {
    return this.request({
      method: 'POST',
      url,
      payload: new URLSearchParams(form).toString(),
      headers: {
        accept: 'text/html',
        'content-type': 'application/x-www-form-urlencoded',
        ...this.#sameOrigin(),
        ...headers,
      },
    });
  }

  json(url: string, body: unknown): Promise<LightMyRequestResponse> {
    return this.request({
      method: 'POST',
      url,
      payload: JSON.stringify(body),
      headers: { accept: 'application/json', 'content-type': 'application/json', ...this.#sameOrigin() },
    });
  }

  async request(options: InjectOptions): Promise<LightMyRequestResponse> {
    const jar = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await this.#world.server.app.inject({
      remoteAddress: this.#remoteAddress,
      ...options,
      headers: {
        host: new URL(this.#origin).host,
        ...options.headers,
        ...(jar !== '' && { cookie: jar }),
      },
    });
    for (const { name, value, maxAge } of answer.cookies as {
      name: string;
      value: string;
      maxAge?: number;
    }[]) {
      if (value === '' || maxAge === 0) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  #sameOrigin(): Record<string, string> {
    return { origin: this.#origin, 'sec-fetch-site': 'same-origin' };
  }
}
