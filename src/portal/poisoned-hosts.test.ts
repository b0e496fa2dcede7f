/**
 * W07: names of hosts that a request claims get into no mail, link, cookie or redirect, also behind a reverse proxy whose
 * forwarding headers are believed. Over a socket: what a client library would tidy up is sent as it is.
 */
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, it } from 'node:test';

import { HOUR_MS } from '#src/base/clock.ts';
import { openPortalWorld, PORTAL_ORIGIN, TestBrowser, type PortalWorld } from '#test/support/portal-world.ts';

const HOST = new URL(PORTAL_ORIGIN).host;
const ADDRESS = 'owner@mail.test';

/** What forwarding headers there are, each naming somebody else. */
const FORWARDING: readonly string[] = [
  'X-Forwarded-Host: evil.test',
  'Forwarded: host=evil.test;proto=http',
  'Forwarded: for=192.0.2.9;host="evil.test:443"',
  'X-Forwarded-Server: evil.test',
  'X-Host: evil.test',
  'X-HTTP-Host-Override: evil.test',
  'X-Original-URL: https://evil.test/api/reset',
  'X-Rewrite-URL: https://evil.test/api/reset',
  'X-Forwarded-Prefix: //evil.test',
  'X-Forwarded-Proto: http\r\nX-Forwarded-Port: 8666\r\nX-Forwarded-Host: evil.test, secure.hospital.test',
  'Referer: https://evil.test/m/x',
];

const OTHER_HOSTS: readonly string[] = [
  'Host: evil.test',
  `Host: ${HOST}:8666`,
  `Host: ${HOST}.evil.test`,
  `Host: evil.test/${HOST}`,
  `Host: ${HOST}@evil.test`,
  `Host: ${HOST}, evil.test`,
  `Host: ${HOST}\r\nHost: evil.test`,
  'Host: ',
  `X-Forwarded-Host: ${HOST}`,
];

describe('W07: a poisoned host', () => {
  let world: PortalWorld;
  let port: number;
  let token: string;

  before(async () => {
    world = await openPortalWorld({ trustedProxies: ['127.0.0.0/8'] });
    const [copy] = (await world.send([ADDRESS])).copies;
    assert.ok(copy);
    await new TestBrowser(world).register(copy);
    const [unread] = (await world.send(['new@mail.test'])).copies;
    token = unread?.token ?? '';
    ({ port } = await world.portal.listen({ host: '127.0.0.1', port: 0 }));
    world.mails.length = 0;
  });
  after(() => world.dispose());

  function send(target: string, lines: readonly string[], body: object): Promise<string> {
    const payload = JSON.stringify(body);
    const head = [
      `POST ${target} HTTP/1.1`,
      ...lines,
      `Origin: ${PORTAL_ORIGIN}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(payload)}`,
      'Connection: close',
    ];
    return new Promise((resolve, reject) => {
      let text = '';
      const socket = net.connect(port, '127.0.0.1', () =>
        socket.write(`${head.join('\r\n')}\r\n\r\n${payload}`),
      );
      socket.setEncoding('latin1').on('data', (piece: string) => (text += piece));
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
    });
  }

  function mailed(): string {
    return world.mails
      .map(({ render }) => render.bytes.toString('latin1').replaceAll('=\r\n', ''))
      .join('\n');
  }

  it('in a forwarding header changes no mail and no cookie', async () => {
    for (const line of FORWARDING) {
      world.mails.length = 0;
      world.clock.advance(24 * HOUR_MS);
      for (const [path, body] of [
        ['/api/reset', { address: ADDRESS }],
        [`/api/links/${token}/code`, {}],
        ['/api/join/code', { address: 'reader@mail.test', linkToken: token }],
      ] as const) {
        const answer = await send(path, [`Host: ${HOST}`, line], body);
        assert.match(answer, /^HTTP\/1\.1 202 /u, `${path} ${line}`);
        assert.doesNotMatch(answer, /evil|8666|^location:/imu, line);
        assert.match(answer, /set-cookie: __Host-browser=[^\r]*; Secure/iu, line);
        await world.portal.settled();
      }
      assert.equal(world.mails.length, 3, line);
      assert.ok(mailed().includes(`${PORTAL_ORIGIN}/`));
      assert.doesNotMatch(mailed(), /evil\.test|8666|http:\/\//u, line);
    }
  });

  it('in place of ours, beside it, or in the target is refused, and nothing is mailed', async () => {
    world.mails.length = 0;
    world.clock.advance(24 * HOUR_MS);
    for (const line of OTHER_HOSTS) {
      const answer = await send('/api/reset', [line], { address: ADDRESS });
      assert.match(answer, /^HTTP\/1\.1 4(?:00|21) /u, line);
    }
    for (const target of [
      'http://evil.test/api/reset',
      `https://${HOST}/api/reset`,
      `//${HOST}/api/reset`,
      `//evil.test/api/reset`,
      `@evil.test/api/reset`,
    ]) {
      const answer = await send(target, [`Host: ${HOST}`], { address: ADDRESS });
      assert.match(answer, /^HTTP\/1\.1 4(?:00|04|21) /u, target);
    }
    await world.portal.settled();
    assert.deepEqual(world.mails, []);
  });
});
