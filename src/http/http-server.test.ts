import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { Type } from '@fastify/type-provider-typebox';

import type { LogFields } from '#src/base/log.ts';

import { createHttpServer, type HttpServer } from './http-server.ts';
import { collectRouteSchemas, serveOpenApi } from './openapi.ts';
import { Refusal } from './refusal.ts';
import { loadStaticAssets, serveApp, serveFrame, serveStaticAssets } from './static-assets.ts';

const HOST = 'secure.hospital.test';
const ORIGIN = `https://${HOST}`;
const JSON_HEADERS = { host: HOST, origin: ORIGIN, 'content-type': 'application/json' };

describe('http server', () => {
  let server: HttpServer;
  let folder: string;
  const logged: { message: string; fields: LogFields }[] = [];
  const record = (message: string, fields: LogFields = {}): void => void logged.push({ message, fields });

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'assets-'));
    await writeFile(path.join(folder, 'app-AB12CD34.js'), 'console.log(1);\n'.repeat(200));
    await writeFile(path.join(folder, 'icon.svg'), '<svg/>');
    await writeFile(path.join(folder, 'app-AB12CD34.js.map'), '{}');
    server = await createHttpServer({
      log: { debug: record, info: record, warn: record, error: record },
      publicUrl: ORIGIN,
      allowedHosts: [HOST],
    });
    const { app } = server;
    await collectRouteSchemas(app, { title: 'Test', version: '1', url: ORIGIN });
    app.post('/api/echo', {
      schema: { body: Type.Object({ word: Type.String() }, { additionalProperties: false }) },
      handler: (request) => ({ word: request.body.word }),
    });
    app.post('/api/refuse', () => {
      throw new Refusal(429, 'slow-down', 'Wait a little.', { retryAfterSeconds: 7 });
    });
    app.get('/api/boom/:token', () => {
      throw new Error('SELECT secret FROM /etc/passwd');
    });
    app.delete('/api/thing', () => ({ gone: true }));
    serveStaticAssets(app, '/assets/', await loadStaticAssets(folder));
    serveApp(app, ['/', '/m/:token'], () => '<!doctype html><title>App</title>');
    serveFrame(app);
    serveOpenApi(app);
    await app.ready();
  });
  after(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  it('answers an unknown, missing or doubled Host with 421 and changes nothing', async () => {
    for (const host of ['evil.test', `${HOST}:81`, `${HOST}.`, '127.0.0.1']) {
      const response = await server.app.inject({ url: '/', headers: { host } });
      assert.equal(response.statusCode, 421, host);
      assert.equal(response.json().code, 'unknown-host');
    }
    const upper = await server.app.inject({ url: '/', headers: { host: HOST.toUpperCase() } });
    assert.equal(upper.statusCode, 200);
    const forwarded = await server.app.inject({
      url: '/',
      headers: { host: HOST, 'x-forwarded-host': 'evil.test' },
    });
    assert.equal(forwarded.statusCode, 200);
  });

  it('W23: sends the security headers with every answer', async () => {
    const answers = await Promise.all([
      server.app.inject({ url: '/', headers: { host: HOST } }),
      server.app.inject({ url: '/nowhere', headers: { host: HOST } }),
      server.app.inject({ url: '/', headers: { host: 'evil.test' } }),
      server.app.inject({ url: '/api/boom/x', headers: { host: HOST } }),
      server.app.inject({ url: '/%', headers: { host: HOST } }),
      server.app.inject({ url: '/assets/app-AB12CD34.js', headers: { host: HOST } }),
      server.app.inject({ method: 'POST', url: '/api/echo', headers: { host: HOST } }),
      server.app.inject({ method: 'POST', url: '/api/echo', headers: JSON_HEADERS, payload: '{' }),
      server.app.inject({ method: 'OPTIONS', url: '/api/echo', headers: { host: HOST } }),
    ]);
    for (const { headers, statusCode } of answers) {
      const policy = String(headers['content-security-policy']);
      assert.match(policy, /default-src 'none'/u, String(statusCode));
      assert.match(policy, /frame-ancestors 'none'/u);
      assert.doesNotMatch(policy, /unsafe/u);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
      assert.match(String(headers['strict-transport-security']), /max-age=63072000/u);
      assert.equal(headers['server'], undefined);
      assert.equal(headers['x-powered-by'], undefined);
    }
    assert.equal(answers[0]?.headers['cache-control'], 'no-store');
  });

  it('gives the frame its own policy and no other page', async () => {
    const frame = await server.app.inject({ url: '/frame', headers: { host: HOST } });
    assert.equal(
      frame.headers['content-security-policy'],
      "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox",
    );
    assert.doesNotMatch(frame.body, /script/u);
  });

  it('W09: refuses a change that another site, a form or nobody in particular sends', async () => {
    const cases: [Record<string, string>, number][] = [
      [{ origin: 'https://evil.test' }, 403],
      [{ origin: 'null' }, 403],
      [{ origin: `${ORIGIN}.evil.test` }, 403],
      [{ origin: `http://${HOST}` }, 403],
      [{ 'sec-fetch-site': 'cross-site' }, 403],
      [{ 'sec-fetch-site': 'same-site' }, 403],
      [{ 'sec-fetch-site': 'none' }, 403],
      [{ 'sec-fetch-site': 'same-origin', origin: 'https://evil.test' }, 403],
      [{}, 403],
      [{ origin: ORIGIN }, 200],
      [{ 'sec-fetch-site': 'same-origin' }, 200],
    ];
    for (const [headers, status] of cases) {
      const response = await server.app.inject({
        method: 'POST',
        url: '/api/echo',
        headers: { host: HOST, 'content-type': 'application/json', ...headers },
        payload: '{"word":"hi"}',
      });
      assert.equal(response.statusCode, status, JSON.stringify(headers));
    }
    const overridden = await server.app.inject({
      url: '/api/echo',
      headers: { ...JSON_HEADERS, 'x-http-method-override': 'POST' },
    });
    assert.equal(overridden.statusCode, 404);
    const deleted = await server.app.inject({ method: 'DELETE', url: '/api/thing', headers: { host: HOST } });
    assert.equal(deleted.statusCode, 403);
  });

  it('W09: takes application/json and nothing else', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'multipart/form-data',
      'application/jsonp',
      'application/json, text/plain',
      'application/json; charset=utf-7',
    ]) {
      const response = await server.app.inject({
        method: 'POST',
        url: '/api/echo',
        headers: { ...JSON_HEADERS, 'content-type': type },
        payload: '{"word":"hi"}',
      });
      assert.equal(response.statusCode, 415, type);
      assert.equal(response.json().code, 'not-json');
    }
  });

  it('W26: refuses large, deep, polluted and repeated input', async () => {
    const post = async (payload: string) =>
      server.app.inject({ method: 'POST', url: '/api/echo', headers: JSON_HEADERS, payload });
    assert.equal((await post(JSON.stringify({ word: 'x'.repeat(70_000) }))).statusCode, 413);
    assert.equal((await post(`${'['.repeat(10_000)}${']'.repeat(10_000)}`)).statusCode, 400);
    assert.equal((await post('{"word":"a","__proto__":{"polluted":1}}')).statusCode, 400);
    assert.equal((await post('{"word":"a","constructor":{"prototype":{"polluted":1}}}')).statusCode, 400);
    assert.equal((await post('{"word":"a","more":1}')).statusCode, 400);
    assert.equal((await post('{"word":["a"]}')).statusCode, 400);
    assert.equal((await post('{"word":')).statusCode, 400);
    assert.equal((await post('{"word":"a","word":"b"}')).json().word, 'b');
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  });

  it('W28: a failure nobody foresaw is one generic 500; the log has the rest, and no URL', async () => {
    logged.length = 0;
    const response = await server.app.inject({ url: '/api/boom/sEcReTtOkEn', headers: { host: HOST } });
    assert.equal(response.statusCode, 500);
    assert.deepEqual(Object.keys(response.json()), ['code', 'message']);
    assert.doesNotMatch(response.body, /SELECT|passwd|Error|at /u);
    const text = JSON.stringify(logged);
    assert.ok(logged.some(({ fields }) => fields.error instanceof Error));
    assert.doesNotMatch(text, /sEcReTtOkEn/u);
    assert.match(text, /\/api\/boom\/:token/u);
  });

  it('sends refusals as code, message and numbers, with Retry-After', async () => {
    const response = await server.app.inject({
      method: 'POST',
      url: '/api/refuse',
      headers: JSON_HEADERS,
      payload: '{}',
    });
    assert.equal(response.statusCode, 429);
    assert.deepEqual(response.json(), { code: 'slow-down', message: 'Wait a little.', retryAfterSeconds: 7 });
    assert.equal(response.headers['retry-after'], '7');
  });

  it('serves hashed files for a year, compressed where asked, and nothing outside its table', async () => {
    const plain = await server.app.inject({ url: '/assets/app-AB12CD34.js', headers: { host: HOST } });
    assert.equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal(plain.headers['content-encoding'], undefined);
    const gzip = await server.app.inject({
      url: '/assets/app-AB12CD34.js',
      headers: { host: HOST, 'accept-encoding': 'br, gzip' },
    });
    assert.equal(gzip.headers['content-encoding'], 'gzip');
    assert.equal(gunzipSync(gzip.rawPayload).toString(), plain.body);
    const icon = await server.app.inject({ url: '/assets/icon.svg', headers: { host: HOST } });
    assert.equal(icon.headers['cache-control'], 'no-store');
    for (const name of ['app-AB12CD34.js.map', '..%2f..%2fpackage.json', 'none.js', 'a%00b.js']) {
      const response = await server.app.inject({ url: `/assets/${name}`, headers: { host: HOST } });
      assert.ok([400, 404].includes(response.statusCode), name);
    }
  });

  it('describes its JSON routes and leaves pages out', async () => {
    const description = (
      await server.app.inject({ url: '/api/openapi.json', headers: { host: HOST } })
    ).json();
    assert.equal(description.openapi, '3.1.0');
    assert.ok('/api/echo' in description.paths);
    assert.ok(!('/frame' in description.paths));
  });

  it('W26: answers what is no HTTP with our headers and closes; an over-long header is 431', async () => {
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    const broken = await exchange(port, 'BREW / HTCPCP/1.0\r\n\r\n');
    assert.match(broken, /^HTTP\/1\.1 400 /u);
    assert.match(broken, /content-security-policy: default-src 'none'/u);
    const smuggled = await exchange(
      port,
      `POST /api/echo HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n`,
    );
    assert.match(smuggled, /^HTTP\/1\.1 400 /u);
    assert.equal(smuggled.split('HTTP/1.1').length, 2);
    const long = await exchange(port, `GET / HTTP/1.1\r\nHost: ${HOST}\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
    assert.match(long, /^HTTP\/1\.1 431 /u);
    const two = await exchange(
      port,
      `GET / HTTP/1.1\r\nHost: ${HOST}\r\nHost: evil.test\r\nConnection: close\r\n\r\n`,
    );
    assert.match(two, /^HTTP\/1\.1 4(?:00|21) /u);
    const absolute = await exchange(
      port,
      `GET http://evil.test/ HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`,
    );
    assert.match(absolute, /^HTTP\/1\.1 4(?:00|04|21) /u);
  });
});

function exchange(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = net.connect(port, '127.0.0.1', () => socket.write(request));
    socket.on('data', (bytes) => (text += bytes.toString('latin1')));
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
}
