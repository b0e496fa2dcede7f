/**
 * The web server that portal and console are built on: fastify with the checks and headers that every route needs,
 * so that a route can not forget them. It knows nothing of accounts, messages or pages.
 *
 * Refusals are `{ code, message }`; what was not foreseen is one generic 500, and the log has the rest. Requests are
 * logged by route pattern, never by URL: URLs hold tokens of links.
 */
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

import cookie from '@fastify/cookie';
import { TypeBoxValidatorCompiler, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';

import type { Log } from '#src/base/log.ts';

import { genericRefusal, INTERNAL_ERROR, Refusal } from './refusal.ts';
import { changesState, hasAllowedHost, isJson, isSameOrigin } from './request-checks.ts';
import { securityHeaders } from './security-headers.ts';

export type HttpApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export interface TlsFiles {
  /** PEM. */
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

export interface HttpServerOptions {
  readonly log: Log;
  /** `https://…`, or `http://localhost…`; its origin is the only one that may change state. */
  readonly publicUrl: string;
  /** Exact Host header values, lower case. */
  readonly allowedHosts: readonly string[];
  readonly tls?: TlsFiles | undefined;
  /** Addresses or networks whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Name of the listener in the log. */
  readonly listener?: string;
  /** True: pages without scripts may send forms; they pass the same origin check. */
  readonly acceptsForms?: boolean;
  /** What an error of a handler means to the client; null: not foreseen. */
  readonly translateError?: (error: unknown) => Promise<Refusal | null>;
}

export interface ListeningAddress {
  readonly host: string;
  readonly port: number;
}

export interface HttpServer {
  readonly app: HttpApp;
  listen(address: { host: string; port: number }): Promise<ListeningAddress>;
  /** Takes effect for the connections that come after; throws where the pair is not usable, and keeps the old one. */
  reloadTls(files: TlsFiles): void;
  /** Finishes what is under way, at most `timeoutMs`, then closes all connections. */
  close(timeoutMs?: number): Promise<void>;
}

const BODY_LIMIT_BYTES = 64 * 1024;
const HEADER_LIMIT_BYTES = 16 * 1024;
const HEADER_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 65_000;
const CLOSE_TIMEOUT_MS = 25_000;
const MAX_PARAMETER_LENGTH = 200;

export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const isHttps = options.publicUrl.startsWith('https:');
  const headers = securityHeaders({ https: isHttps });
  let server: http.Server | https.Server | undefined;
  const app = fastify({
    serverFactory: (handler) => {
      server = createServer(handler, options.tls, headers);
      return server;
    },
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH, ignoreTrailingSlash: false },
    trustProxy: trustedProxies(options.trustedProxies),
    genReqId: () => randomBytes(9).toString('base64url'),
    frameworkErrors: (error, request, reply) => {
      refuse(error, request, withHeaders(reply, headers), options);
    },
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    forceCloseConnections: 'idle',
  }).withTypeProvider<TypeBoxTypeProvider>() as HttpApp;

  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  await app.register(cookie);
  acceptJsonOnly(app);
  if (options.acceptsForms === true) acceptForms(app);
  addChecks(app, options, headers);
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const translated = error instanceof Refusal ? null : await options.translateError?.(error);
    return refuse(translated ?? error, request, reply, options);
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(genericRefusal(404)));
  addRequestLog(app, options);

  return {
    app,
    listen: (address) => listen(app, address),
    reloadTls: (files) => {
      if (server instanceof https.Server) server.setSecureContext(tlsOptions(files));
    },
    close: (timeoutMs = CLOSE_TIMEOUT_MS) => closeWithin(app, server, timeoutMs),
  };
}

function createServer(
  handler: http.RequestListener,
  tls: TlsFiles | undefined,
  headers: Readonly<Record<string, string>>,
): http.Server | https.Server {
  const limits = {
    maxHeaderSize: HEADER_LIMIT_BYTES,
    headersTimeout: HEADER_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  const server =
    tls === undefined
      ? http.createServer(limits, handler)
      : https.createServer({ ...limits, ...tlsOptions(tls) }, handler);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    answerBrokenRequest(error, socket, headers);
  });
  return server;
}

function tlsOptions(files: TlsFiles): https.ServerOptions {
  return { cert: files.cert, key: files.key, minVersion: 'TLSv1.2', honorCipherOrder: true };
}

/** What llhttp could not read never reaches fastify; the answer still carries our headers. */
function answerBrokenRequest(
  error: NodeJS.ErrnoException,
  socket: Socket,
  headers: Readonly<Record<string, string>>,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const body = JSON.stringify(genericRefusal(status));
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}\r\n${lines.join('')}content-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function trustedProxies(networks: readonly string[] | undefined): string[] | false {
  return networks === undefined || networks.length === 0 ? false : [...networks];
}

/** One parser for one type: a form or a `text/plain` body that another site can send without asking is refused. */
function acceptJsonOnly(app: HttpApp): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = body.toString();
    // An empty body is the empty object: `POST …/extend` has nothing to say.
    if (text === '') done(null, {});
    else void parse(request, text, done);
  });
}

const FORM_TYPE = 'application/x-www-form-urlencoded';

function acceptForms(app: HttpApp): void {
  app.addContentTypeParser(FORM_TYPE, { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(body.toString())));
  });
}

function isForm(contentType: string | undefined): boolean {
  return contentType?.split(';')[0]?.trim().toLowerCase() === FORM_TYPE;
}

function addChecks(
  app: HttpApp,
  options: HttpServerOptions,
  headers: Readonly<Record<string, string>>,
): void {
  const allowedHosts = new Set(options.allowedHosts.map((host) => host.toLowerCase()));
  const origin = new URL(options.publicUrl).origin;
  app.addHook('onRequest', async (request, reply) => {
    withHeaders(reply, headers);
    void reply.header('x-request-id', request.id);
    if (!hasAllowedHost(request.raw, allowedHosts)) throw generic(421);
    if (!changesState(request.method)) return;
    if (!isSameOrigin(request.raw, origin)) throw generic(403);
    const needsType = request.method !== 'DELETE' || request.headers['content-type'] !== undefined;
    const type = request.headers['content-type'];
    const isAccepted = isJson(type) || (options.acceptsForms === true && isForm(type));
    if (needsType && !isAccepted) throw generic(415);
  });
}

function withHeaders(reply: FastifyReply, headers: Readonly<Record<string, string>>): FastifyReply {
  return reply.headers({ ...headers });
}

function generic(status: number): Refusal {
  const { code, message } = genericRefusal(status);
  return new Refusal(status, code, message);
}

function refuse(
  error: FastifyError | Refusal | Error,
  request: FastifyRequest,
  reply: FastifyReply,
  options: HttpServerOptions,
): FastifyReply {
  if (error instanceof Refusal) {
    const wait = error.details['retryAfterSeconds'];
    if (wait !== undefined) void reply.header('retry-after', String(wait));
    return reply.code(error.status).send({ code: error.code, message: error.message, ...error.details });
  }
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  if ('validation' in error && error.validation !== undefined)
    return reply.code(400).send(genericRefusal(400));
  if (status >= 400 && status < 500) return reply.code(status).send(genericRefusal(status));
  options.log.error(`request ${request.id} failed`, {
    error,
    method: request.method,
    route: request.routeOptions.url ?? 'unknown',
    ...(options.listener !== undefined && { listener: options.listener }),
  });
  if (error instanceof Error && 'code' in error && error.code === 'database-unavailable') {
    return reply.code(503).header('retry-after', '5').send(genericRefusal(503));
  }
  return reply.code(500).send(INTERNAL_ERROR);
}

function addRequestLog(app: HttpApp, options: HttpServerOptions): void {
  app.addHook('onResponse', async (request, reply) => {
    options.log.debug('request answered', {
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
      remoteAddress: request.ip,
      ...(options.listener !== undefined && { listener: options.listener }),
    });
  });
}

async function listen(app: HttpApp, address: { host: string; port: number }): Promise<ListeningAddress> {
  await app.listen(address);
  const bound = app.server.address() as AddressInfo;
  return { host: bound.address, port: bound.port };
}

async function closeWithin(
  app: HttpApp,
  server: http.Server | https.Server | undefined,
  timeoutMs: number,
): Promise<void> {
  const timer = setTimeout(() => server?.closeAllConnections(), timeoutMs);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}
