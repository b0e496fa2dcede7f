/** The recipients' site: whatever a body or a cookie holds, it is refused in words, never a fault, never let in. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';

import { startTestGateway, type TestGateway } from '#test/support/test-gateway.ts';

import { latin1, type FuzzTarget } from '../target.ts';

const BODY_PATHS = [
  '/api/check',
  '/api/session',
  '/api/messages',
  '/api/links/AAAAAAAAAAAAAAAAAAAAAA/code/verify',
  '/api/registration',
];
const JSON_WORDS = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ':',
  ',',
  'null',
  'true',
  '1e999',
  '-0',
  '"__proto__"',
  '"constructor"',
  '"address"',
  '"password"',
  '"code"',
  '\\u0000',
  '\\ud800',
  '{"a":'.repeat(500),
];

let gateway: TestGateway | null = null;

async function open(): Promise<AsyncDisposable> {
  const opened = await startTestGateway();
  gateway = opened;
  return { [Symbol.asyncDispose]: () => opened.dispose() };
}

export const httpBodies: FuzzTarget = {
  name: 'http-bodies',
  words: JSON_WORDS,
  open,
  async run(input) {
    const path = BODY_PATHS[input.length % BODY_PATHS.length] ?? '';
    const { status } = await ask(`POST ${path} HTTP/1.1`, ['content-type: application/json'], input);
    assert.ok(status >= 200 && status < 500, `${path}: ${status}`);
  },
};

export const httpCookies: FuzzTarget = {
  name: 'http-cookies',
  words: [
    'session=',
    '__Host-session=',
    'registration=',
    'browser=',
    '; ',
    '=',
    '%00',
    '%0d%0a',
    '"',
    ',',
    'AAAA',
  ],
  open,
  async run(input) {
    const cookie = latin1(input).replaceAll(/[\r\n]/gu, '');
    const { status, body } = await ask('GET /api/session HTTP/1.1', [`cookie: ${cookie}`], Buffer.alloc(0));
    assert.ok(status >= 200 && status < 500, `${status}`);
    assert.doesNotMatch(body, /"signedIn":true/u);
  },
};

async function ask(
  line: string,
  fields: readonly string[],
  body: Buffer,
): Promise<{ readonly status: number; readonly body: string }> {
  assert.ok(gateway !== null);
  const { host, port, origin } = new URL(gateway.publicUrl);
  const socket = connect({ port: Number(port), host: 'localhost' });
  const pieces: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => pieces.push(bytes));
  socket.on('error', () => {});
  const head = [
    line,
    `host: ${host}`,
    `origin: ${origin}`,
    'connection: close',
    `content-length: ${body.length}`,
    ...fields,
  ];
  socket.write(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]));
  await once(socket, 'close');
  const answer = Buffer.concat(pieces).toString('utf8');
  return { status: Number(/^HTTP\/1\.1 (\d{3})/u.exec(answer)?.[1] ?? 0), body: answer };
}
