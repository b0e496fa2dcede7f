import assert from 'node:assert/strict';
import { test } from 'node:test';

import { NetworkList } from '#src/base/network-list.ts';
import { sessionWithoutServer, tlsSessionOf, type TriedHop } from '#src/delivery/tls-session.ts';
import type { DnsClient } from '#src/routing/dns-answer.ts';
import type { MtaStsPolicy } from '#src/routing/mta-sts-policy.ts';
import type { HostProof } from '#src/routing/route-plan.ts';
import type { TransmitOutcome } from '#src/smtp/client/transmit.ts';

import { postReport } from './post-report.ts';
import { findReportAddresses, parseReportAddresses } from './report-addresses.ts';

const POLICY: MtaStsPolicy = {
  id: '1',
  mode: 'enforce',
  mx: ['mx.any.test'],
  fetchedMs: 0,
  expiresMs: 86_400_000,
};
const STS: HostProof = { kind: 'pkix', names: ['mx.any.test'], by: 'mta-sts' };

function tried(verify: HostProof, mtaSts: TriedHop['mtaSts'] = null): TriedHop {
  return {
    domain: 'any.test',
    host: {
      host: 'mx.any.test',
      port: 25,
      addresses: ['192.0.2.1'],
      servername: 'mx.any.test',
      verify,
      why: '',
    },
    hop: { host: '192.0.2.1', port: 25, implicitTls: false, tls: 'verified' },
    mtaSts,
  };
}

function failed(reply: string, stage: 'connect' | 'tls' | 'mail' = 'tls'): TransmitOutcome {
  return { kind: 'deferred', reply, enhanced: null, stage, uncertain: false, tls: null };
}

const ENFORCED = { kind: 'policy', policy: POLICY, source: 'kept', problem: null } as const;

test('an MTA-STS policy stands in the report as it was published', () => {
  const session = tlsSessionOf(tried(STS, ENFORCED), failed('TLS: certificate has expired'));
  assert.deepEqual(session, {
    domain: 'any.test',
    policy: {
      type: 'sts',
      strings: ['version: STSv1', 'mode: enforce', 'mx: mx.any.test', 'max_age: 86400'],
      domain: 'any.test',
      mxHosts: ['mx.any.test'],
    },
    result: 'certificate-expired',
    mxHost: 'mx.any.test',
    receivingIp: '192.0.2.1',
  });
});

test('what node and OpenSSL say is told in the words of RFC 8460', () => {
  const results = [
    "TLS: Hostname/IP does not match certificate's altnames: Host: a. is not in the cert's altnames: DNS:b",
    'TLS: self-signed certificate in certificate chain',
    'TLS: unable to verify the first certificate',
    'TLS: the connection is not encrypted',
    'TLS: something else',
  ].map((reply) => tlsSessionOf(tried(STS, ENFORCED), failed(reply))?.result);
  assert.deepEqual(results, [
    'certificate-host-mismatch',
    'certificate-not-trusted',
    'certificate-not-trusted',
    'starttls-not-supported',
    'validation-failure',
  ]);
});

test('no connection, a partner’s own proof and a policy in testing mode say nothing', () => {
  assert.equal(tlsSessionOf(tried(STS, ENFORCED), failed('connect ECONNREFUSED', 'connect')), null);
  assert.equal(tlsSessionOf(tried({ ...STS, by: 'pinned' }), failed('x')), null);
  const testing = { ...ENFORCED, policy: { ...POLICY, mode: 'testing' as const } };
  assert.equal(tlsSessionOf(tried({ kind: 'none' }, testing), failed('451 later', 'mail')), null);
});

test('faults of the policy itself', () => {
  const unknown = (problem: string) =>
    tlsSessionOf(tried({ kind: 'none' }, { kind: 'unknown', problem }), failed('451', 'mail'))?.result;
  assert.equal(unknown('http_timeout'), 'sts-policy-fetch-error');
  assert.equal(unknown('CERT_HAS_EXPIRED'), 'sts-webpki-invalid');
  assert.equal(unknown('invalid_sts_version'), 'sts-policy-invalid');
  const plan = { kind: 'defer', why: '', mtaSts: ENFORCED } as const;
  assert.equal(sessionWithoutServer('any.test', plan)?.result, 'validation-failure');
  assert.equal(sessionWithoutServer('any.test', { kind: 'defer', why: '' }), null);
});

test('where reports go stands in one TXT record', () => {
  assert.deepEqual(
    parseReportAddresses(['other', 'v=TLSRPTv1; rua=mailto:a@b.test,https://c.test/x ;ext=1']),
    [
      { kind: 'mail', address: 'a@b.test' },
      { kind: 'https', url: 'https://c.test/x' },
    ],
  );
  for (const records of [
    [],
    ['v=TLSRPTv1; rua=mailto:a@b.test', 'v=TLSRPTv1; rua=mailto:c@b.test'],
    ['v=TLSRPTv2; rua=mailto:a@b.test'],
    ['v=TLSRPTv1'],
    [
      'v=TLSRPTv1; rua=http://c.test/,ftp://x,mailto:,mailto:%0d%0a@b.test,mailto:%zz@b.test,https://u:p@c.test/',
    ],
  ])
    assert.deepEqual(parseReportAddresses(records), [], JSON.stringify(records));
});

function answering(records: Record<string, readonly string[]>): DnsClient {
  return {
    query: (name, type) =>
      Promise.resolve(
        records[`${type} ${name}`] === undefined
          ? { kind: 'failed', why: 'SERVFAIL' }
          : {
              kind: 'answer',
              records: records[`${type} ${name}`] as never,
              name,
              secure: false,
              ttlSeconds: 1,
            },
      ),
  };
}

test('a failed lookup is not "wants none"', async () => {
  assert.equal(await findReportAddresses(answering({}), 'any.test'), null);
});

test('S61: a record can’t lead a report inwards', async () => {
  const tools = {
    dns: answering({ 'A c.test': ['10.1.2.3'] }),
    refused: new NetworkList(['10.0.0.0/8', '127.0.0.0/8']),
    ca: [],
  };
  for (const url of ['https://c.test/x', 'https://127.0.0.1/x', 'https://10.9.9.9/'])
    await assert.rejects(postReport(url, Buffer.from('x'), tools), { code: 'tls-report-not-taken' }, url);
});
