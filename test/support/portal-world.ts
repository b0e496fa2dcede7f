/**
 * A portal with everything real but the mail: SQLite, a key folder, sealed messages put into the database as
 * acceptance writes them. Mails that the portal writes become `deliveries` rows in the same unit of work, so that a
 * test sees what was committed, and their text is kept in memory.
 */
import { createECDH } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { InjectOptions, LightMyRequestResponse } from 'fastify';

import { Submitters } from '#src/acceptance/submitters.ts';
import type { ProviderSettings } from '#src/accounts/account-providers.ts';
import type { AccountRules } from '#src/accounts/account-rules.ts';
import { hashLinkToken, hashMessageCode } from '#src/accounts/link-tokens.ts';
import { linkMac } from '#src/accounts/row-mac.ts';
import { AuditLog } from '#src/audit/audit-log.ts';
import { DAY_MS, FakeClock } from '#src/base/clock.ts';
import { newId, newToken, systemRandom } from '#src/base/identifiers.ts';
import type { Log, LogFields } from '#src/base/log.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import { noSteps, type StepName } from '#src/base/steps.ts';
import { openFileKeyProvider } from '#src/keys/file-key-provider.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import type { MailSite } from '#src/notification/mail-site.ts';
import { messageCodeOf } from '#src/protection/secure-message/message-code.ts';
import type {
  MailToQueue,
  PortalSite,
  PortalSites,
  PortalDependencies,
} from '#src/portal/portal-dependencies.ts';
import { createPortal, type Portal } from '#src/portal/portal.ts';
import { kidOfPoint } from '#src/keys/wrapping-point.ts';
import { pageReleaseInfo } from '#src/sealing/contexts.ts';
import { hpkeOpen, SUITE_P256 } from '#src/sealing/hpke.ts';
import type { StreamName } from '#src/sealing/layout.ts';
import { sealListEntry } from '#src/sealing/list-entry.ts';
import { signManifest } from '#src/sealing/manifest.ts';
import { openStream, SealedObjectWriter } from '#src/sealing/sealed-object.ts';
import { wrapHash, wrapKey, type WrapHolder } from '#src/sealing/wrapped-key.ts';
import { exactlyOne, statement, type Database } from '#src/storage/database.ts';
import type { ObjectStore } from '#src/storage/objects.ts';
import { openFileObjectStore } from '#src/storage/object-store.ts';

import { WrittenMailSealer } from '#src/queue/written-mails.ts';
import type { ReplyTools } from '#src/replies/accept-reply.ts';
import type { UploadRules } from '#src/replies/upload-rules.ts';

import { openTestDatabase } from './test-database.ts';

export const PORTAL_ORIGIN = 'https://secure.hospital.test';
export const GOOD_PASSWORD = 'vier Pferde traben leise heim';
export const AUTHOR = 'dr.weber@hospital.test';

export interface SentCopy {
  readonly address: string;
  readonly recipientId: string;
  readonly token: string;
  readonly messageCode: string;
}

export interface SentMessage {
  readonly messageId: string;
  readonly contentKey: Buffer;
  readonly content: Buffer;
  readonly copies: readonly SentCopy[];
}

export interface PortalWorld {
  readonly portal: Portal;
  readonly database: Database;
  readonly keys: KeyProvider;
  readonly objects: ObjectStore;
  readonly clock: FakeClock;
  readonly mails: MailToQueue[];
  readonly logged: { level: string; message: string; fields: LogFields }[];
  readonly steps: StepName[];
  /** Seals and stores a message to `addresses`, as acceptance does. */
  send(addresses: readonly string[], options?: SendOptions): Promise<SentMessage>;
  /** The text of the last mail of a kind to an address, soft line breaks undone. */
  lastMail(kind: string, to?: string): string;
  lastCode(to?: string): string;
  auditEvents(): Promise<string[]>;
  dispose(): Promise<void>;
}

export interface SendOptions {
  readonly content?: string | Buffer;
  readonly subject?: string;
  readonly expiresAt?: number;
  readonly authorAddress?: string | null;
  /** The first opening needs what the author tells by telephone. */
  readonly secondChannel?: boolean;
  /** Account to wrap to, for addresses that are registered. */
  readonly accounts?: ReadonlyMap<string, WrapHolder>;
}

export async function openPortalWorld(
  /** `database`: instead of the fresh SQLite one; its opener closes it. */
  overrides: Partial<PortalDependencies> & {
    readonly rules?: Partial<AccountRules>;
    readonly trustedProxies?: readonly string[];
    readonly providers?: readonly ProviderSettings[];
  } = {},
  publicUrl = PORTAL_ORIGIN,
  /** Rules for files of answers; without them answers carry none. */
  uploads: UploadRules | null = null,
): Promise<PortalWorld> {
  const logged: PortalWorld['logged'] = [];
  const log = recordingLog(logged);
  const test = await openTestDatabase(log);
  const database = overrides.database ?? test.database;
  const { folder, dispose } = test;
  const clock = new FakeClock();
  const keysFolder = await mkdtemp(join(tmpdir(), 'send-secure-keys-'));
  const keys = await openFileKeyProvider({
    keysDir: join(keysFolder, 'keys'),
    dataDir: folder,
    roles: new Set(['receive', 'deliver', 'portal']),
    clock,
    log,
  });
  const objects = await openFileObjectStore({ folder: join(folder, 'objects'), clock, log });
  const mails: MailToQueue[] = [];
  const steps: StepName[] = [];
  const context = { database, keys, objects, clock };
  const portal = await createPortal({
    database,
    objects,
    keys,
    clock,
    random: systemRandom,
    log,
    steps: { ...noSteps, reach: (step) => void steps.push(step) },
    audit: new AuditLog({ database, clock }),
    mailer: { statementsForMail: async (mail) => queueMail(context, mails, mail) },
    sites: oneSite(publicUrl),
    threadOf: async (_messageId, recipientId) => ({
      messageCode: messageCodeOf(keys, recipientId),
      original: { messageIdField: '<original@hospital.test>', references: [] },
      wantsDisposition: false,
    }),
    suspectMail: () => ({
      origins: [publicUrl],
      dkimRecords: new Map(),
      serviceAddresses: ['send-secure@hospital.test'],
    }),
    replies: replyTools(context, log, uploads),
    settings: {
      publicUrl,
      organization: { name: 'Example Hospital', words: ['Northside Clinic'] },
      providers: overrides.providers ?? [],
      accountRules: { secondFactor: 'optional', rememberDevices: true, ...overrides.rules },
      locale: 'en',
      consoleUrl: 'http://localhost:8081',
      staffMessagePage: (id) => `http://localhost:8081/messages/${id}`,
      messageIdDomain: 'hospital.test',
      version: '0.0.0',
      trustedProxies: overrides.trustedProxies,
    },
    web: null,
    readiness: async () => ({ failing: [], warnings: [] }),
    ...overrides,
  });
  await portal.app.ready();
  const lastMail = (kind: string, to?: string): string => {
    const mail = mails.findLast((mail) => mail.kind === kind && (to === undefined || mail.to === to));
    if (mail === undefined) throw new Error(`no ${kind} mail was written`);
    return mail.render.bytes.toString('latin1').replaceAll('=\r\n', '');
  };
  return {
    portal,
    database,
    keys,
    objects,
    clock,
    mails,
    logged,
    steps,
    send: (addresses, options) => storeMessage(context, addresses, options ?? {}),
    lastMail,
    lastCode: (to) =>
      /^Subject:.*?\b(\d{3}) ?(\d{3})\b/mu.exec(lastMail('code', to))?.slice(1).join('') ?? '',
    auditEvents: async () =>
      (await database.query.selectFrom('audit_entries').select('event').orderBy('sequence').execute()).map(
        ({ event }) => event,
      ),
    async dispose() {
      await portal.close();
      await dispose();
      await rm(keysFolder, { recursive: true, force: true });
    },
  };
}

/** Takes replies in as the gateway does; what it queues stays in the database. */
function replyTools(
  { database, keys, objects, clock }: StoreContext,
  log: Log,
  uploads: UploadRules | null,
): ReplyTools {
  const policy = {
    internalDomains: ['hospital.test'],
    partnerDomains: [],
    encrypt: 'on-code',
    headerRules: [],
    furtherCodes: [],
    unansweredNearMiss: 'secure',
    secureMessageMaxBytes: 1e7,
    secureAttachmentMaxBytes: 1e7,
  } as const;
  const shared = { database, keys, objects, clock, random: systemRandom, log };
  return {
    ...shared,
    steps: noSteps,
    uploads: () => uploads,
    audit: new AuditLog({ database, clock }),
    sealer: new WrittenMailSealer({ ...shared, internalDomains: () => policy.internalDomains }),
    fresh: undefined,
    settings: () => ({
      policy,
      site: site(PORTAL_ORIGIN),
      siteOf: () => site(PORTAL_ORIGIN),
      hostname: 'gateway.hospital.test',
      mainDomain: 'hospital.test',
      noticeFromAuthor: () => false,
      showsSubject: () => false,
      bounceDomain: null,
      consoleUrl: 'http://localhost',
      messagePage: () => null,
      holdMs: DAY_MS,
      keepMs: 365 * DAY_MS,
      undoMs: 0,
      maxRecipients: 100,
      lowDiskBytes: 0,
      observe: { everybody: false, authors: [] },
      submitters: new Submitters([]),
      authorLimits: null,
      officerOf: () => '',
      isMachine: () => false,
    }),
    onQueued: () => {},
  };
}

interface StoreContext {
  readonly database: Database;
  readonly keys: KeyProvider;
  readonly objects: ObjectStore;
  readonly clock: FakeClock;
}

async function storeMessage(
  context: StoreContext,
  addresses: readonly string[],
  options: SendOptions,
): Promise<SentMessage> {
  const { database, keys, objects, clock } = context;
  const publicKeys = keys.publicKeys();
  clock.advance(1);
  const messageId = newId(clock);
  const ids = { organizationId: publicKeys.organizationId, messageId };
  const contentKey = systemRandom(32);
  const content = Buffer.from(options.content ?? 'Subject: Results\r\n\r\nYour results are fine.\r\n');
  const sealer = new SealedObjectWriter({ ...ids, contentKey });
  const writer = objects.create(messageId);
  for (const piece of sealer.content(content)) await writer.write(piece);
  const { tail, layout } = sealer.finish(null);
  for (const piece of tail) await writer.write(piece);
  const object = await writer.finish();

  const copies = addresses.map((address) => {
    const canonical = parseMailAddress(address)?.canonical ?? address;
    const holder = options.accounts?.get(canonical) ?? {
      kind: 'enrolment' as const,
      id: canonical,
      key: publicKeys.enrolment,
    };
    const wrap = wrapKey(contentKey, holder, ids);
    const recipientId = newId(clock);
    const messageCode = messageCodeOf(keys, recipientId);
    return { address, canonical, recipientId, token: newToken(), messageCode, holder, wrap };
  });
  const manifest = signManifest(
    {
      version: 1,
      ...ids,
      author: AUTHOR,
      submitter: '127.0.0.1',
      submitterProof: 'network',
      acceptedAt: clock.now(),
      streams: layout,
      recipients: copies.map(({ recipientId, canonical, wrap }) => ({
        recipientId,
        address: canonical,
        wrapHash: wrapHash(wrap).toString('base64url'),
      })),
    },
    keys,
  );
  const entry = {
    author: AUTHOR,
    subject: options.subject ?? 'Results',
    sentAt: clock.now(),
    sizeBytes: content.length,
  };
  const { query } = database;
  await database.commit([
    statement(
      query.insertInto('messages').values({
        id: messageId,
        purpose: 'submitted',
        aboutMessageId: null,
        acceptedAt: clock.now(),
        reversePath: AUTHOR,
        authorAddress: options.authorAddress === undefined ? AUTHOR : options.authorAddress,
        fromAddress: AUTHOR,
        originalMessageId: '<original@hospital.test>',
        wantsDisposition: 0,
        traceFields: '',
        submitterAddress: '127.0.0.1',
        submitterProof: 'network',
        sizeBytes: content.length,
        body: '7bit',
        smtputf8: 0,
        dsnReturn: null,
        dsnEnvelopeId: null,
        objectStorage: object.storage,
        objectName: object.storage === 'inline' ? null : object.name,
        objectBytes: object.storage === 'inline' ? object.bytes : null,
        objectLength: object.length,
        layout: JSON.stringify(layout),
        manifest: JSON.stringify(manifest),
        deskListEntry: null,
        listEntry: sealListEntry(entry, contentKey, ids),
        holdUntil: null,
        holdTokenHash: null,
        keptUntil: clock.now() + 365 * DAY_MS,
      }),
      exactlyOne,
    ),
    ...copies.flatMap(({ address, canonical, recipientId, token, messageCode, holder, wrap }) => [
      statement(
        query.insertInto('recipients').values({
          id: recipientId,
          messageId,
          address,
          canonicalAddress: canonical,
          internal: 0,
          protection: 'secure-message',
          reason: 'code',
          rule: 'code',
          state: 'notified',
          lockedAt: null,
          lockReason: null,
          expiresAt: options.expiresAt ?? null,
          secondChannel: options.secondChannel === true ? 1 : null,
          linkTokenHash: hashLinkToken(keys, token),
          linkMac: linkMac(keys, {
            recipientId,
            messageId,
            canonicalAddress: canonical,
            linkTokenHash: hashLinkToken(keys, token),
            secondChannel: options.secondChannel === true ? 1 : null,
          }),
          messageCodeHash: hashMessageCode(keys, messageCode),
          firstOpenedAt: null,
          lastOpenedAt: null,
          remindedAt: null,
          notOpenedToldAt: null,
          announcedAgainAt: null,
          wrongRecipientAt: null,
          openedByAccountId: null,
          dsnNotify: null,
          dsnOriginalRecipient: null,
          lastReply: null,
          settledAt: null,
        }),
        exactlyOne,
      ),
      statement(
        query.insertInto('wraps').values({
          id: newId(clock),
          messageId,
          holderKind: holder.kind,
          holderId: holder.id,
          recipientId,
          kid: holder.key.kid,
          wrap,
          replacement: null,
        }),
        exactlyOne,
      ),
    ]),
  ]);
  return { messageId, contentKey, content, copies };
}

/** A delivery in the unit of work, as the real sealer makes one; the object is the message that the mail is about. */
async function queueMail(context: StoreContext, mails: MailToQueue[], mail: MailToQueue) {
  mails.push(mail);
  const { database, clock } = context;
  const about =
    mail.messageId ?? (await database.query.selectFrom('messages').select('id').executeTakeFirst())?.id;
  if (about === undefined) return [];
  return [
    statement(
      database.query.insertInto('deliveries').values({
        id: newId(clock),
        messageId: about,
        recipientId: mail.recipientId,
        kind: mail.kind,
        reversePath: '',
        recipient: mail.to,
        domain: mail.to.split('@').at(-1) ?? '',
        route: mail.route,
        tlsRequirement: null,
        mac: Buffer.alloc(32),
        rangeStart: null,
        rangeEnd: null,
        state: 'queued',
        attempts: 0,
        nextAttemptAt: clock.now(),
        expiresAt: clock.now() + 5 * DAY_MS,
        delayReportedAt: null,
        leaseOwner: null,
        leaseUntil: null,
        lastReply: null,
        lastEnhancedStatus: null,
        tlsFacts: null,
        createdAt: clock.now(),
        settledAt: null,
        dsnNotify: null,
        dsnOriginalRecipient: null,
      }),
      exactlyOne,
    ),
  ];
}

function oneSite(publicUrl: string): PortalSites {
  const whole: PortalSite = {
    mail: site(publicUrl),
    fullName: 'Example Hospital',
    hasNeutralName: false,
    helpLine: { phone: '+1 555 0100', hours: 'Mon-Fri 8-17' },
    forSenders: {
      helpDeskPhone: '',
      helpDeskHours: '',
      policyUrl: '',
      patientPortalUrl: '',
      securityOfficer: '',
    },
    logo: null,
    colours: null,
    securityOfficer: 'security@hospital.test',
  };
  return { of: () => whole, byId: () => whole, logos: () => [] };
}

function site(publicUrl: string): MailSite {
  const help = { url: `${publicUrl}/help`, phone: '+1 555 0100', hours: 'Mon-Fri 8-17' };
  return {
    organization: 'Example Hospital',
    serviceAddress: 'send-secure@hospital.test',
    publicUrl,
    recipientHelp: help,
    senderHelp: help,
    timeZone: 'UTC',
    locale: 'en',
    secondLocale: null,
  };
}

function recordingLog(logged: PortalWorld['logged']): Log {
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}): void =>
      void logged.push({ level, message, fields });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** A browser: keeps cookies, sends what a page of the portal sends. */
export class TestBrowser {
  readonly cookies = new Map<string, string>();
  readonly #world: PortalWorld;
  readonly #origin: string;
  readonly #remoteAddress: string;
  readonly #userAgent: string;

  constructor(
    world: PortalWorld,
    options: { origin?: string; remoteAddress?: string; userAgent?: string } = {},
  ) {
    this.#world = world;
    this.#origin = options.origin ?? PORTAL_ORIGIN;
    this.#remoteAddress = options.remoteAddress ?? '198.51.100.7';
    this.#userAgent = options.userAgent ?? '';
  }

  async request(
    method: 'GET' | 'HEAD' | 'POST' | 'DELETE',
    url: string,
    body?: unknown,
  ): Promise<LightMyRequestResponse> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const options: InjectOptions = {
      method,
      url,
      remoteAddress: this.#remoteAddress,
      headers: {
        host: new URL(this.#origin).host,
        'user-agent': this.#userAgent,
        ...(cookie !== '' && { cookie }),
        ...(method !== 'GET' &&
          method !== 'HEAD' && { origin: this.#origin, 'content-type': 'application/json' }),
      },
      ...(method === 'POST' && { payload: JSON.stringify(body ?? {}) }),
    };
    const response = await this.#world.portal.app.inject(options);
    for (const { name, value } of response.cookies) {
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  get(url: string): Promise<LightMyRequestResponse> {
    return this.request('GET', url);
  }

  post(url: string, body?: unknown): Promise<LightMyRequestResponse> {
    return this.request('POST', url, body);
  }

  /** Link → code → password; the browser is signed in afterwards. */
  async register(copy: SentCopy, password = GOOD_PASSWORD): Promise<LightMyRequestResponse> {
    await this.post(`/api/links/${copy.token}/code`);
    const code = this.#world.lastCode(copy.address);
    await this.post(`/api/links/${copy.token}/code/verify`, { code });
    return this.post('/api/registration/password', { password, locale: 'en' });
  }
}

/** The key pair that a page makes for itself, and what it does with an answer. */
export class TestPage {
  readonly #pair = createECDH('prime256v1');
  readonly point: Buffer;

  constructor() {
    this.point = this.#pair.generateKeys();
  }

  get pageKey(): string {
    return this.point.toString('base64url');
  }

  /** The content or list key of an answer. */
  async openKey(
    purpose: 'content-key' | 'list-key',
    sealed: { enc: string; ciphertext: string },
    ids: { organizationId: string; messageId: string; accountId: string },
  ): Promise<Buffer> {
    return hpkeOpen({
      enc: Buffer.from(sealed.enc, 'base64url'),
      recipientPoint: this.point,
      agree: (peerPoint) => this.#pair.computeSecret(peerPoint),
      info: pageReleaseInfo(purpose, ids, ids.accountId, kidOfPoint(this.point), SUITE_P256),
      ciphertext: Buffer.from(sealed.ciphertext, 'base64url'),
    });
  }
}

/** Reads a stream as the reader's page does: header and numbered chunks of the portal. */
export async function readStreamByChunks(
  browser: TestBrowser,
  message: { messageId: string; organizationId: string; layout: Parameters<typeof openStream>[1]['layout'] },
  contentKey: Buffer,
  stream: StreamName,
): Promise<Buffer> {
  const base = `/api/messages/${message.messageId}/streams/${stream}`;
  const header = (await browser.get(`${base}/header`)).rawPayload;
  const pieces: Buffer[] = [header];
  for (let first = 0; ; first += 4) {
    const response = await browser.get(`${base}/chunks/${first}?count=4`);
    if (response.statusCode !== 200) break;
    pieces.push(response.rawPayload);
  }
  const ciphertext = Buffer.concat(pieces);
  const { offset } = message.layout[stream];
  const opened = await openStream(stream, {
    organizationId: message.organizationId,
    messageId: message.messageId,
    contentKey,
    layout: message.layout,
    read: async (at, length) => ciphertext.subarray(at - offset, at - offset + length),
  });
  return opened.readRange(0, opened.plaintextLength);
}
