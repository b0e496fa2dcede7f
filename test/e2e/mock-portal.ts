/**
 * The portal's API in memory, for tests of the browser code: every state on demand, real seals, the real security
 * headers. Links: `first`, `returning`, `locked`, `expired`, `released`; the code is always 123456, the password
 * `correct horse battery staple`. It is no model of the portal's rules: those are tested with the portal itself.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { siteColours } from '#src/config/site-colours.ts';
import { FRAME_POLICY, securityHeaders } from '#src/http/security-headers.ts';
import { releaseToPage } from '#src/sealing/page-release.ts';
import { HEADER_BYTES, SEALED_CHUNK_BYTES } from '#src/sealing/chunked-encryption.ts';

import { buildWeb, readWebManifest, type WebManifest, type WebLanguage } from '../../web/build.ts';
import { sealMail, type MockMail, type SealedMail } from './mock-mail.ts';
import { HTML_MAIL, INVITATION_MAIL, TEXT_MAIL } from './mock-mails.ts';

export const PASSWORD = 'correct horse battery staple';
export const CODE = '123456';
const ORGANIZATION_ID = '0123456789abcdef0123456789abcdef';
const ACCOUNT_ID = 'account-1';
const ADDRESS = 'margaret.olsen@mail.example';
const MASKED = 'm•••@mail.example';
const KEPT_UNTIL = '2027-06-12T14:05:00.000Z';
const CLOSED_AT = '2026-03-02T09:30:00.000Z';

/** What a test may turn. */
export interface MockState {
  signedIn: boolean;
  registration: 'none' | 'code-sent' | 'choose-password';
  triesLeft: number;
  idleSeconds: number;
  /** Answers of the next requests to paths that begin so. */
  failures: Map<string, { status: number; code: string; retryAfterSeconds?: number }>;
  /** Ids of the messages in the list; the rest is there but not listed. */
  listed: string[];
  extended: number;
  signedOut: number;
  lockedByReader: boolean;
  /** The closed message was asked for. */
  asked: boolean;
  otherWay: { readonly way: 'call' | 'letter' | 'somebody'; readonly chosenAt: string } | null;
  delayMs: number;
  /** What signing in with the password lacks. */
  due: 'done' | 'second-factor' | 'second-factor-setup' | 'mailbox';
  /** When a reset without the second step takes effect. */
  lostEffectiveAt: string | null;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  responseBytes: number;
}

export interface MockPortal {
  readonly url: string;
  readonly state: MockState;
  readonly requests: SeenRequest[];
  readonly manifest: WebManifest;
  addMail(mail: MockMail): void;
  reset(): void;
  close(): Promise<void>;
}

const SITE = {
  organization: 'Riverside Clinic',
  helpLine: { phone: '555 0123', hours: 'Mon to Fri, 8 to 6' },
  forSenders: {
    helpDeskPhone: '555 0111',
    policyUrl: 'https://riverside.example/mail-policy',
    patientPortalUrl: 'https://riverside.example/portal',
    helpDeskHours: '',
    securityOfficer: 'security@riverside.example',
  },
  logo: null,
  colours: null,
  publicUrl: 'https://secure.riverside.example',
  languages: ['en', 'es'],
  defaultLanguage: 'en',
  idleMinutes: 15,
  minPasswordLength: 15,
  providers: [],
  sessionHours: 12,
};

const LOGO = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 48"><circle cx="24" cy="24" r="20" fill="#7a1f6b"/><path d="M24 12v24M12 24h24" stroke="#fff" stroke-width="6"/><text x="52" y="32" font-size="22" font-family="sans-serif" fill="#7a1f6b">NCH</text></svg>',
);

/** Another hospital of the same installation. */
const NORTH_SITE = {
  ...SITE,
  organization: 'Northside Children’s Hospital',
  helpLine: { phone: '555 0199', hours: 'every day, 7 to 9' },
  logo: '/api/logo.svg',
  colours: siteColours('#7a1f6b', null),
};

class Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

function refuse(status: number, code: string, extra: object = {}): Answer {
  return new Answer(status, { code, message: 'A refusal of the mock.', ...extra });
}

function freshState(): MockState {
  return {
    signedIn: false,
    registration: 'none',
    triesLeft: 5,
    idleSeconds: 900,
    failures: new Map(),
    listed: ['msg-text', 'msg-html', 'msg-invitation'],
    extended: 0,
    signedOut: 0,
    lockedByReader: false,
    asked: false,
    otherWay: null,
    delayMs: 0,
    due: 'done',
    lostEffectiveAt: null,
  };
}

type Body = Readonly<Record<string, unknown>>;
type Handler = (groups: readonly string[], body: Body, query: URLSearchParams) => Answer;

export const RECOVERY_CODES = Array.from({ length: 10 }, (_, at) => `ABCD${at}-FGHJ${at}`);

/** What a sign-in may lack, and a lost second step. */
function furtherSteps(state: MockState): readonly [string, RegExp, Handler][] {
  const done = (more: object = {}) => {
    state.signedIn = true;
    return new Answer(200, { next: 'done', messageId: null, ...more });
  };
  const ifRight = (body: Body, answer: () => Answer) =>
    body['code'] === CODE ? answer() : refuse(422, 'second-factor-wrong');
  const waits = { maskedAddress: MASKED, effectiveAt: '2026-06-13T14:05:00.000Z' };
  return [
    ['GET', /^\/api\/session\/steps$/, () => new Answer(200, { next: state.due, mayRemember: true })],
    ['POST', /^\/api\/session\/second-factor$/, (_, body) => ifRight(body, () => done())],
    [
      'POST',
      /^\/api\/session\/second-factor\/setup$/,
      () =>
        new Answer(200, {
          secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
          uri: 'otpauth://totp/Riverside%20Clinic:m@mail.example?issuer=Riverside%20Clinic&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&algorithm=SHA1&digits=6&period=30',
        }),
    ],
    [
      'POST',
      /^\/api\/session\/second-factor\/setup\/confirm$/,
      (_, body) => ifRight(body, () => done({ recoveryCodes: RECOVERY_CODES })),
    ],
    [
      'POST',
      /^\/api\/session\/mailbox$/,
      () => new Answer(202, { maskedAddress: MASKED, expiresInSeconds: 600 }),
    ],
    ['POST', /^\/api\/session\/mailbox\/verify$/, (_, body) => ifRight(body, () => done())],
    ['POST', /^\/api\/reset\/lost$/, () => new Answer(200, { effectiveAt: waits.effectiveAt })],
    [
      'GET',
      /^\/api\/reset\/stop\/([^/]+)$/,
      ([token]) => (token === 'waits' ? new Answer(200, waits) : refuse(404, 'reset-over')),
    ],
    ['POST', /^\/api\/reset\/stop\/([^/]+)$/, () => new Answer(200, {})],
  ];
}

function buildRoutes(state: MockState, mails: Map<string, SealedMail>): readonly [string, RegExp, Handler][] {
  const linkState = (token: string): string =>
    token === 'locked' || state.lockedByReader
      ? 'locked'
      : token === 'expired'
        ? 'expired'
        : token === 'released'
          ? 'needs-release'
          : 'ready';
  const knownLink = (token: string): boolean =>
    ['first', 'returning', 'locked', 'expired', 'released'].includes(token);
  const needSession =
    (handler: Handler): Handler =>
    (groups, body, query) =>
      state.signedIn ? handler(groups, body, query) : refuse(401, 'session-needed');
  const pagePoint = (body: Body): Buffer => Buffer.from(String(body['pageKey']), 'base64url');
  const release = (purpose: 'content-key' | 'list-key', key: Buffer, messageId: string, body: Body) => {
    const sealed = releaseToPage({
      purpose,
      key,
      organizationId: ORGANIZATION_ID,
      messageId,
      accountId: ACCOUNT_ID,
      pagePoint: pagePoint(body),
    });
    return { enc: sealed.enc.toString('base64url'), ciphertext: sealed.ciphertext.toString('base64url') };
  };
  const checkCode = (body: Body, onRight: () => Answer): Answer => {
    if (body['code'] === CODE) return onRight();
    state.triesLeft -= 1;
    return state.triesLeft < 0
      ? refuse(410, 'code-expired')
      : refuse(422, 'code-wrong', { triesLeft: state.triesLeft });
  };
  const checkPassword = (password: string, onGood: () => Answer): Answer => {
    if (Array.from(password).length < 15) return refuse(422, 'password-too-short');
    if (password.startsWith('password')) return refuse(422, 'password-common');
    return onGood();
  };

  return [
    [
      'GET',
      /^\/api\/site$/,
      (_, __, query) => new Answer(200, query.get('site') === 'north' ? NORTH_SITE : SITE),
    ],
    ['GET', /^\/api\/links\/[^/]+\/site$/, () => new Answer(200, SITE)],
    ['GET', /^\/api\/logo\.svg$/, () => new Answer(200, LOGO, { 'content-type': 'image/svg+xml' })],
    [
      'GET',
      /^\/api\/links\/([^/]+)$/,
      ([token = '']) =>
        knownLink(token)
          ? new Answer(200, {
              organization: 'Riverside Clinic',
              author: { name: '', address: TEXT_MAIL.author.address },
              sentAt: TEXT_MAIL.sentAt,
              maskedAddress: MASKED,
              registered: token === 'returning',
              signedIn: state.signedIn,
              signedInAs: null,
              state: linkState(token),
              messageId: state.signedIn ? TEXT_MAIL.id : null,
              keptUntil: KEPT_UNTIL,
              closed: closedOf(linkState(token), state),
              otherWays: linkState(token) === 'ready',
              otherWay: state.otherWay,
            })
          : refuse(404, 'link-unknown'),
    ],
    [
      'POST',
      /^\/api\/links\/([^/]+)\/other-way$/,
      (_, body) => {
        const { way } = body as { way: 'call' | 'letter' | 'somebody' };
        state.otherWay = { way, chosenAt: CLOSED_AT };
        return new Answer(200, state.otherWay);
      },
    ],
    [
      'POST',
      /^\/api\/(?:links|messages)\/([^/]+)\/ask$/,
      ([token = '']) => {
        state.asked = true;
        return new Answer(200, { closed: closedOf(linkState(token), state) ?? closedOf('locked', state) });
      },
    ],
    [
      'GET',
      /^\/api\/messages\/([^/]+)\/closed$/,
      () =>
        new Answer(200, {
          closed: closedOf('locked', state),
          author: { name: '', address: TEXT_MAIL.author.address },
        }),
    ],
    [
      'POST',
      /^\/api\/links\/([^/]+)\/code$/,
      () => {
        state.registration = 'code-sent';
        state.triesLeft = 5;
        return new Answer(202, { maskedAddress: MASKED, expiresInSeconds: 600, resendAfterSeconds: 60 });
      },
    ],
    [
      'POST',
      /^\/api\/links\/([^/]+)\/code\/verify$/,
      (_, body) =>
        checkCode(body, () => {
          state.registration = 'choose-password';
          return new Answer(200, { next: 'choose-password', maskedAddress: MASKED });
        }),
    ],
    [
      'POST',
      /^\/api\/links\/([^/]+)\/not-for-me$/,
      () => {
        state.lockedByReader = true;
        return new Answer(200, { state: 'locked' });
      },
    ],
    [
      'GET',
      /^\/api\/registration$/,
      () =>
        new Answer(200, {
          state: state.registration,
          joining: false,
          ...(state.registration !== 'none' && { maskedAddress: MASKED }),
          ...(state.registration === 'choose-password' && { address: ADDRESS }),
        }),
    ],
    ['GET', /^\/api\/passphrase$/, () => new Answer(200, { passphrase: 'garden lantern quiet harbor' })],
    [
      'POST',
      /^\/api\/registration\/password$/,
      (_, body) =>
        state.registration !== 'choose-password'
          ? refuse(401, 'session-needed')
          : checkPassword(String(body['password']), () => {
              state.signedIn = true;
              state.registration = 'none';
              return new Answer(201, { next: 'done', messageId: TEXT_MAIL.id });
            }),
    ],
    [
      'POST',
      /^\/api\/session$/,
      (_, body) => {
        if (body['password'] !== PASSWORD) return refuse(401, 'sign-in-failed');
        if (state.due !== 'done') return new Answer(200, { next: state.due, messageId: null });
        state.signedIn = true;
        return new Answer(200, { next: 'done', messageId: 'linkToken' in body ? TEXT_MAIL.id : null });
      },
    ],
    ['GET', /^\/api\/session$/, () => sessionAnswer(state)],
    ...furtherSteps(state),
    [
      'POST',
      /^\/api\/session\/extend$/,
      needSession(() => {
        state.extended += 1;
        state.idleSeconds = 900;
        return sessionAnswer(state);
      }),
    ],
    [
      'DELETE',
      /^\/api\/session$/,
      () => {
        state.signedIn = false;
        state.signedOut += 1;
        return new Answer(200, {});
      },
    ],
    ['POST', /^\/api\/reset$/, () => new Answer(202, { expiresInSeconds: 600 })],
    [
      'POST',
      /^\/api\/reset\/verify$/,
      (_, body) =>
        checkCode(
          body,
          () =>
            new Answer(200, {
              next: 'choose-password',
              secondFactor: state.due === 'second-factor',
              lostEffectiveAt: state.lostEffectiveAt,
            }),
        ),
    ],
    [
      'POST',
      /^\/api\/reset\/password$/,
      (_, body) =>
        checkPassword(String(body['password']), () => {
          state.signedIn = true;
          return new Answer(200, { next: 'done', messageId: null });
        }),
    ],
    [
      'POST',
      /^\/api\/messages$/,
      needSession(
        (_, body) =>
          new Answer(200, {
            messages: listMessages(state, mails, (sealed) =>
              release('list-key', sealed.listKey, sealed.mail.id, body),
            ),
            next: null,
            organizationId: ORGANIZATION_ID,
            accountId: ACCOUNT_ID,
          }),
      ),
    ],
    [
      'POST',
      /^\/api\/messages\/([^/]+)\/open$/,
      needSession(([id = ''], body) => {
        const sealed = mails.get(id);
        if (sealed === undefined) return refuse(404, 'not-available');
        return new Answer(200, {
          messageId: id,
          layout: sealed.layout,
          organizationId: ORGANIZATION_ID,
          accountId: ACCOUNT_ID,
          contentKey: release('content-key', sealed.contentKey, id, body),
          // All is fetched by chunks: what may fail here is to be seen.
          streams: {},
          author: { name: '', address: sealed.mail.author.address },
          sentAt: sealed.mail.sentAt,
          keptUntil: KEPT_UNTIL,
          recipientAddress: ADDRESS,
          canReply: true,
          repliesRefused: false,
        });
      }),
    ],
    [
      'GET',
      /^\/api\/messages\/([^/]+)\/streams\/(content|derived|index)\/(header|chunks\/(\d+))$/,
      needSession(([id = '', stream = '', , chunk], _, query) => {
        const sealed = mails.get(id);
        if (sealed === undefined) return refuse(404, 'not-available');
        const layout = sealed.layout[stream as 'content'];
        const start = chunk === undefined ? 0 : HEADER_BYTES + Number(chunk) * SEALED_CHUNK_BYTES;
        const wanted =
          chunk === undefined ? HEADER_BYTES : Number(query.get('count') ?? '1') * SEALED_CHUNK_BYTES;
        const end = Math.min(start + wanted, layout.length);
        return new Answer(200, sealed.object.subarray(layout.offset + start, layout.offset + end));
      }),
    ],
    [
      'POST',
      /^\/api\/check$/,
      (_, body) =>
        String(body['code']).replaceAll(/\W/g, '').toUpperCase() === '7K42QF9XM'
          ? new Answer(200, {
              genuine: true,
              organization: 'Riverside Clinic',
              author: { name: '', address: TEXT_MAIL.author.address },
              sentAt: TEXT_MAIL.sentAt,
            })
          : new Answer(200, { genuine: false }),
    ],
    [
      'POST',
      /^\/api\/check\/mail$/,
      (_, body) => judgeMail(Buffer.from(String(body['mail']), 'base64url').toString()),
    ],
  ];
}

/** Fake with a link, changed without. */
function judgeMail(words: string): Answer {
  const isFake = words.includes('https://');
  return new Answer(200, {
    verdict: isFake ? 'fake' : 'changed',
    signature: 'none',
    code: 'unknown',
    elsewhere: ['secure-hospital.example'],
    addressMissing: false,
    officerTold: isFake,
    organization: 'Riverside Clinic',
    ...(!isFake && {
      message: {
        author: { name: '', address: TEXT_MAIL.author.address },
        sentAt: TEXT_MAIL.sentAt,
        maskedAddress: 'm•••@mail.example',
      },
    }),
  });
}

/** Null: it can be opened. */
function closedOf(state: string, { asked, lockedByReader }: MockState) {
  if (state === 'ready') return null;
  return {
    state,
    at: CLOSED_AT,
    by: lockedByReader ? 'recipient' : 'author',
    gone: false,
    mayAsk: !asked,
    request: asked ? 'asked' : 'none',
    askedAt: asked ? CLOSED_AT : null,
  };
}

function sessionAnswer(state: MockState): Answer {
  if (!state.signedIn) return new Answer(200, { signedIn: false });
  const now = Date.now();
  return new Answer(200, {
    signedIn: true,
    address: ADDRESS,
    idleExpiresAt: new Date(now + state.idleSeconds * 1000).toISOString(),
    absoluteExpiresAt: new Date(now + 12 * 3_600_000).toISOString(),
  });
}

function listMessages(
  state: MockState,
  mails: Map<string, SealedMail>,
  keyOf: (sealed: SealedMail) => object,
): object[] {
  const ready = state.listed.flatMap((id, position) => {
    const sealed = mails.get(id);
    if (sealed === undefined) return [];
    return [
      {
        id,
        sentAt: sealed.mail.sentAt,
        sizeBytes: 20_000,
        opened: position > 0,
        sent: null,
        state: 'ready',
        keptUntil: KEPT_UNTIL,
        listEntry: sealed.listEntry.toString('base64url'),
        listKey: keyOf(sealed),
      },
    ];
  });
  if (ready.length === 0) return [];
  const closed = {
    sizeBytes: 100,
    opened: true,
    sent: null,
    keptUntil: KEPT_UNTIL,
    listEntry: '',
    listKey: { enc: '', ciphertext: '' },
  };
  return [
    ...ready,
    { id: 'old-1', sentAt: '2026-02-01T08:00:00.000Z', state: 'locked', ...closed },
    { id: 'old-2', sentAt: '2025-01-01T08:00:00.000Z', state: 'expired', ...closed },
  ];
}

async function readBody(request: IncomingMessage): Promise<Body> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const text = Buffer.concat(pieces).toString('utf8');
  return text === '' ? {} : (JSON.parse(text) as Body);
}

function send(response: ServerResponse, answer: Answer, seen: SeenRequest): void {
  const binary = Buffer.isBuffer(answer.body);
  const body = binary ? (answer.body as Buffer) : Buffer.from(JSON.stringify(answer.body));
  seen.responseBytes = body.length;
  response.writeHead(answer.status, {
    ...securityHeaders({ https: false }),
    'content-type': binary ? 'application/octet-stream' : 'application/json; charset=utf-8',
    ...answer.headers,
  });
  response.end(body);
}

/** As the portal does. */
function languageOf({ headers }: IncomingMessage, url: URL): WebLanguage {
  const chosen = /\blanguage=(en|es)\b/u.exec(headers.cookie ?? '')?.[1];
  const wanted = url.searchParams.get('lang') ?? chosen ?? headers['accept-language'] ?? '';
  return wanted.startsWith('es') ? 'es' : 'en';
}

/** `web`: a folder that `buildWeb` made; built into a temporary one where none is given. */
export async function startMockPortal(options: { readonly web?: string } = {}): Promise<MockPortal> {
  const temporary = options.web === undefined ? await mkdtemp(path.join(tmpdir(), 'sendsecure-web-')) : null;
  const web = options.web ?? path.join(temporary ?? '', 'dist');
  await buildWeb({ outDir: web });
  const manifest = await readWebManifest(web);
  if (manifest === null) throw new Error('the web app was not built');
  const pages = {
    en: await readFile(path.join(web, manifest.pages.en)),
    es: await readFile(path.join(web, manifest.pages.es)),
  };
  const assets = new Map<string, Buffer>();
  for (const name of Object.keys(manifest.assets)) assets.set(name, await readFile(path.join(web, name)));

  const state = freshState();
  const mails = new Map<string, SealedMail>();
  const addMail = (mail: MockMail): void => void mails.set(mail.id, sealMail(mail, ORGANIZATION_ID));
  for (const mail of [TEXT_MAIL, HTML_MAIL, INVITATION_MAIL]) addMail(mail);
  const requests: SeenRequest[] = [];
  const routes = buildRoutes(state, mails);

  async function answer(request: IncomingMessage, url: URL): Promise<Answer> {
    const planned = [...state.failures].find(([prefix]) => url.pathname.startsWith(prefix));
    if (planned !== undefined) {
      const [, { status, code, retryAfterSeconds }] = planned;
      return refuse(status, code, retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
    }
    if (url.pathname === '/frame') {
      return new Answer(
        200,
        Buffer.from('<!doctype html><html lang="en"><head><title></title></head><body></body></html>'),
        { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': FRAME_POLICY },
      );
    }
    const asset = assets.get(url.pathname);
    if (asset !== undefined)
      return new Answer(200, asset, { 'content-type': manifest?.assets[url.pathname]?.type ?? '' });
    if (!url.pathname.startsWith('/api/'))
      return new Answer(200, pages[languageOf(request, url)], { 'content-type': 'text/html; charset=utf-8' });
    if (request.method !== 'GET' && request.headers['content-type'] !== 'application/json')
      return refuse(415, 'json-only');
    const body = request.method === 'GET' ? {} : await readBody(request);
    for (const [method, pattern, handler] of routes) {
      const found = method === request.method ? pattern.exec(url.pathname) : null;
      if (found !== null) return handler(found.slice(1), body, url.searchParams);
    }
    return refuse(404, 'not-found');
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const seen: SeenRequest = {
      method: request.method ?? '',
      path: url.pathname + url.search,
      responseBytes: 0,
    };
    requests.push(seen);
    const respond = async (): Promise<void> => {
      if (state.delayMs > 0 && url.pathname.startsWith('/api/'))
        await new Promise((resolve) => setTimeout(resolve, state.delayMs));
      send(response, await answer(request, url), seen);
    };
    respond().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    state,
    requests,
    manifest,
    addMail,
    reset() {
      Object.assign(state, freshState());
      requests.length = 0;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (temporary !== null) await rm(temporary, { recursive: true, force: true });
    },
  };
}
