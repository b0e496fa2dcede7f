/** S46: policies over real HTTPS, and everything that makes a served file no policy. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { NetworkList } from '#src/base/network-list.ts';
import type { DnsClient } from '#src/routing/dns-answer.ts';
import { createMtaStsSource } from '#src/routing/mta-sts-source.ts';
import { unroutableNetworks } from '#src/routing/host-addresses.ts';
import { CertificateAuthority } from '#test/peers/certificates.ts';
import { startPolicyServer } from '#test/peers/policy-server.ts';
import type { PolicyServer, ServedFile } from '#test/peers/policy-server.ts';

const POLICY =
  'version: STSv1\r\nmode: enforce\r\nmx: MX.outside.test\r\nmx: *.backup.test\r\nmax_age: 86400\r\n';
const DOMAIN = 'outside.test';

let server: PolicyServer;
before(async () => {
  server = await startPolicyServer();
});
after(() => server.stop());

/** Every name has the server's address; TXT as given. */
function dnsWith(texts: readonly string[] | 'failed' | null): DnsClient {
  return {
    query: (name, type) => {
      const answer = (records: readonly string[]) =>
        Promise.resolve({ kind: 'answer', records, name, secure: false, ttlSeconds: 1 } as never);
      if (type === 'A') return answer([server.address]);
      if (type === 'TXT' && texts === 'failed') return Promise.resolve({ kind: 'failed', why: 'SERVFAIL' });
      if (type === 'TXT' && texts !== null && texts !== 'failed') return answer(texts);
      return Promise.resolve({ kind: 'none', reason: 'no-data', secure: false, ttlSeconds: 1 });
    },
  };
}

function sourceOf(texts: readonly string[] | 'failed' | null, refused = new NetworkList([])) {
  return createMtaStsSource({ dns: dnsWith(texts), refused, timeoutMs: 700 });
}

async function fetchServed(file: ServedFile | null): Promise<unknown> {
  server.serve(DOMAIN, file);
  return sourceOf([]).fetch(DOMAIN);
}

test('a policy served as the RFC says is read', async () => {
  assert.deepEqual(await fetchServed({ body: POLICY }), {
    mode: 'enforce',
    mx: ['mx.outside.test', '*.backup.test'],
    maxAgeSeconds: 86_400,
  });
  assert.ok(server.requests.includes('mta-sts.outside.test/.well-known/mta-sts.txt'));
  const typed = { body: POLICY, headers: { 'content-type': 'text/plain; charset=utf-8' } };
  assert.ok(await fetchServed(typed));
  assert.deepEqual(await fetchServed({ body: 'version: STSv1\nmode: none\nmax_age: 0\n' }), {
    mode: 'none',
    mx: [],
    maxAgeSeconds: 0,
  });
});

const stranger = new CertificateAuthority('Stranger');
const padding = `x-note: ${'x'.repeat(1_000)}\r\n`.repeat(70);

const REFUSED: readonly (readonly [string, () => ServedFile | null, RegExp])[] = [
  ['nothing', () => null, /http_status_404/u],
  [
    'a redirect',
    () => ({ status: 301, headers: { location: 'https://mta-sts.outside.test/elsewhere' }, body: POLICY }),
    /http_status_301/u,
  ],
  ['an error', () => ({ status: 503, body: POLICY }), /http_status_503/u],
  ['HTML', () => ({ headers: { 'content-type': 'text/html' }, body: POLICY }), /invalid_content_type/u],
  ['no type', () => ({ headers: { 'content-type': '' }, body: POLICY }), /invalid_content_type/u],
  ['more than 64 KiB', () => ({ body: POLICY + padding }), /policy_too_large/u],
  [
    'more than 64 KiB without saying so',
    () => ({
      answer: (response) => {
        response.writeHead(200, { 'content-type': 'text/plain' });
        for (let i = 0; i < 10; i++) response.write(POLICY + padding);
      },
    }),
    /policy_too_large/u,
  ],
  [
    'an answer that never ends',
    () => ({
      answer: (response) => {
        response.writeHead(200, { 'content-type': 'text/plain' });
        response.write(POLICY);
      },
    }),
    /TIMEOUT/u,
  ],
  [
    'an answer cut short',
    () => ({
      answer: (response) => {
        response.writeHead(200, { 'content-type': 'text/plain', 'content-length': '9999' });
        response.write(POLICY, () => response.destroy());
      },
    }),
    /ECONNRESET|http_incomplete_response/u,
  ],
  ['another version', () => ({ body: POLICY.replace('STSv1', 'STSv2') }), /invalid_sts_version/u],
  ['an unknown mode', () => ({ body: POLICY.replace('enforce', 'Enforce') }), /invalid_sts_mode/u],
  ['no max_age', () => ({ body: POLICY.replace('max_age', 'x') }), /invalid_sts_max_age/u],
  ['a negative max_age', () => ({ body: POLICY.replace('86400', '-1') }), /invalid_sts_max_age/u],
  ['no mx', () => ({ body: POLICY.replaceAll('mx:', 'x:') }), /invalid_sts_mx/u],
  ['a wildcard inside a name', () => ({ body: POLICY.replace('*.b', 'a.*.b') }), /invalid_sts_mx/u],
  [
    'a certificate of another name',
    () => ({
      body: POLICY,
      certificate: server.authority.issue({ subjectAltName: 'DNS:mta-sts.evil.test' }),
    }),
    /ALTNAME_INVALID/u,
  ],
  [
    'a certificate with the name as common name only',
    () => ({
      body: POLICY,
      certificate: server.authority.issue({ subjectAltName: null, commonName: 'mta-sts.outside.test' }),
    }),
    /ALTNAME_INVALID/u,
  ],
  [
    'an expired certificate',
    () => ({
      body: POLICY,
      certificate: server.authority.issue({ subjectAltName: 'DNS:mta-sts.outside.test', expired: true }),
    }),
    /CERT_HAS_EXPIRED/u,
  ],
  [
    'a certificate of a stranger',
    () => ({
      body: POLICY,
      certificate: stranger.issue({ subjectAltName: 'DNS:mta-sts.outside.test' }),
    }),
    /UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|SELF_SIGNED/u,
  ],
];

for (const [what, file, code] of REFUSED)
  test(`S46: ${what} is no policy`, async () => {
    await assert.rejects(fetchServed(file()), { code });
  });

test('a name that leads inwards is not followed', async () => {
  server.serve(DOMAIN, { body: POLICY });
  const asked = server.requests.length;
  const refusing = sourceOf([], unroutableNetworks);
  await assert.rejects(refusing.fetch(DOMAIN), { code: 'policy_host_not_found' });
  assert.equal(server.requests.length, asked);
});

test('the record says whether there is a policy, and which', async () => {
  for (const [texts, id] of [
    [['v=STSv1; id=20260101T000000;'], '20260101T000000'],
    [['v=spf1 -all', 'v=STSv1;id=1'], '1'],
    [[], null],
    [null, null],
    [['v=STSv1; id=1', 'v=STSv1; id=2'], null],
    [['v=STSv1;'], null],
    [['v=STSv1; id=a-b'], null],
    [['v=stsv1; id=1'], null],
    [[`v=STSv1; id=${'1'.repeat(33)}`], null],
  ] as const)
    assert.equal(await sourceOf(texts).currentId(DOMAIN), id, JSON.stringify(texts));
  await assert.rejects(sourceOf('failed').currentId(DOMAIN), { code: 'dns_failure' });
});
