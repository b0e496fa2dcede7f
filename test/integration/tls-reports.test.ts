/** TLS reporting (RFC 8460): what connections showed on one day leaves as a signed mail and by HTTPS on the next. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { DAY_MS, FakeClock, HOUR_MS } from '#src/base/clock.ts';
import { NetworkList } from '#src/base/network-list.ts';
import { makeDkimKey } from '#src/mail-auth/dkim-keys.ts';
import { dnsRecordName, dnsRecordText } from '#src/mail-auth/dkim-record.ts';
import { makeFolderDurably, writeFileDurably } from '#src/storage/durable-file.ts';
import { makeCertificate } from '#test/peers/certificate-chain.ts';
import { startTestDns, type TestDns } from '#test/peers/dns.ts';
import { startSmtpSink, type SinkBehaviour, type SmtpSink } from '#test/peers/smtp-sink.ts';
import { arrived } from '#test/support/arrived-mail.ts';
import { eventually } from '#test/support/eventually.ts';
import { freePort } from '#test/support/free-port.ts';
import { mailOf, submit } from '#test/support/submit.ts';
import { startTestGateway, type TestGateway } from '#test/support/test-gateway.ts';
import { verifyDkim } from '#test/support/verify-dkim.ts';

const DAY = '2026-11-21';
const certificate = makeCertificate({
  subject: 'mx',
  subjectAltName: 'DNS:mx.dane.test,DNS:reports.take.test',
});
const digest = createHash('sha256').update(certificate.publicKeyInfo).digest('hex');

const SINKS: Readonly<Record<string, SinkBehaviour>> = {
  '127.0.0.21': { tls: certificate },
  '127.0.0.22': {},
};

interface Report {
  readonly 'report-id': string;
  readonly 'date-range': Record<string, string>;
  readonly 'contact-info': string;
  readonly policies: readonly {
    readonly policy: Record<string, unknown>;
    readonly summary: Record<string, number>;
    readonly 'failure-details'?: readonly Record<string, unknown>[];
  }[];
}

suite('TLS reports', () => {
  const sinks = new Map<string, SmtpSink>();
  const posted: Buffer[] = [];
  const records = new Map<string, string>();
  let folder = '';
  let port = 0;
  let dns: TestDns;
  let taker: Server;
  let takerStatus = 503;

  before(async () => {
    port = await freePort();
    for (const [address, behaviour] of Object.entries(SINKS))
      sinks.set(address, await startSmtpSink({ behaviour, address, port }));
    taker = createServer({ cert: certificate.cert, key: certificate.key }, (request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        if (takerStatus === 201) posted.push(Buffer.concat(pieces));
        assert.equal(request.headers['content-type'], 'application/tlsrpt+gzip');
        response.writeHead(takerStatus).end();
      });
    });
    await new Promise<void>((resolve) => taker.listen(0, '127.0.0.1', resolve));
    const takerPort = (taker.address() as AddressInfo).port;
    const dane = (hash: string) => ['@ MX 10 mx', 'mx A 127.0.0.21', `_${port}._tcp.mx TLSA 3 1 1 ${hash}`];
    const wants = (rua: string) => `_smtp._tls TXT "v=TLSRPTv1; rua=${rua}"`;
    dns = await startTestDns({
      'dane.test': {
        records: [...dane(digest), wants(`mailto:tls@take.test,https://reports.take.test:${takerPort}/v1`)],
      },
      'wrong.test': { records: [...dane('00'.repeat(32)), wants('mailto:tls@wrong.test')] },
      'plain.test': { records: ['@ MX 10 mx', 'mx A 127.0.0.22', wants('mailto:tls@take.test')] },
      'silent.test': { records: ['@ MX 10 mx', 'mx A 127.0.0.22'] },
      'take.test': { records: ['@ MX 10 mx', 'mx A 127.0.0.22', 'reports A 127.0.0.1'] },
    });
    folder = await mkdtemp(join(tmpdir(), 'sendsecure-tlsrpt-'));
    const files = { makeFolder: makeFolderDurably, writeFile: writeFileDurably };
    const key = await makeDkimKey(
      join(folder, 'keys'),
      { domain: 'hospital.test', selector: 'sendsecure' },
      'ed25519',
      files,
    );
    records.set(dnsRecordName(key), dnsRecordText(key.privateKey));
    await writeFileDurably(join(folder, 'ca.pem'), Buffer.from(certificate.cert));
  });

  after(async () => {
    for (const sink of sinks.values()) await sink.stop();
    taker.close();
    await dns.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function start(clock: FakeClock): Promise<TestGateway> {
    const { address, port: resolverPort } = dns.resolver;
    return startTestGateway({
      folder,
      clock,
      network: { port, refused: new NetworkList([]) },
      toml: {
        delivery: [
          'nextHop = "mx"',
          `internalNextHop = "smtp://127.0.0.1:${port}"`,
          `resolvers = ["${address}:${resolverPort}"]`,
          'tlsReports = true',
          'caFile = "ca.pem"',
        ].join('\n'),
        '[dkim]': 'domain = "hospital.test"',
      },
    });
  }

  function reports(address: string) {
    return (sinks.get(address)?.mails ?? [])
      .map((mail) => arrived(mail))
      .filter((mail) => mail.field('TLS-Report-Domain') !== null);
  }

  function opened(bytes: Buffer): Report {
    const base64 = /Content-Transfer-Encoding: base64\r\n.*?\r\n\r\n(.*?)\r\n--/su.exec(
      bytes.toString('latin1'),
    );
    return JSON.parse(gunzipSync(Buffer.from(base64?.[1] ?? '', 'base64')).toString('utf8')) as Report;
  }

  test('of yesterday are sent once, signed, to who asks for them', async () => {
    const today = new FakeClock(Date.parse(`${DAY}T10:00:00Z`));
    const first = await start(today);
    for (const domain of ['dane.test', 'dane.test', 'wrong.test', 'plain.test', 'silent.test']) {
      const { final } = await submit({
        port: first.smtpPort,
        from: 'ann.lee@hospital.test',
        to: [`jane@${domain}`],
        mail: mailOf({ to: `jane@${domain}` }),
      });
      assert.match(final, /^250 /u);
    }
    await eventually('attempts', () => {
      const handed = first.log.filter(({ message }) => message === 'smtp: transmitted');
      return handed.length >= 5;
    });
    await first.gateway.close(10_000);
    assert.equal(reports('127.0.0.21').length + reports('127.0.0.22').length, 0);

    const tomorrow = new FakeClock(today.now() + DAY_MS);
    const second = await start(tomorrow);
    const byMail = await eventually('two reports', () => {
      const found = reports('127.0.0.22');
      return found.length >= 2 && found;
    });
    const mail = byMail.find((report) => report.field('TLS-Report-Domain') === 'dane.test');
    assert.ok(mail);
    assert.equal(mail.to, 'tls@take.test');
    assert.equal(mail.field('TLS-Report-Submitter'), 'hospital.test');
    assert.match(mail.bytes.toString('latin1'), /Content-Type: multipart\/report; report-type=tlsrpt/u);
    assert.match(
      mail.bytes.toString('latin1'),
      /filename="hospital\.test!dane\.test!\d{10}!\d{10}\.json\.gz"/u,
    );
    assert.deepEqual(
      (await verifyDkim(mail.bytes, records)).map(({ result }) => result),
      ['pass'],
    );
    const report = opened(mail.bytes);
    assert.deepEqual(report['date-range'], {
      'start-datetime': `${DAY}T00:00:00Z`,
      'end-datetime': `${DAY}T23:59:59Z`,
    });
    assert.equal(report['contact-info'], 'send-secure@hospital.test');
    assert.deepEqual(report.policies, [
      {
        policy: {
          'policy-type': 'tlsa',
          'policy-string': [`3 1 1 ${digest}`],
          'policy-domain': 'mx.dane.test',
        },
        summary: { 'total-successful-session-count': 2, 'total-failure-session-count': 0 },
      },
    ]);

    const plain = byMail.find((found) => found.field('TLS-Report-Domain') === 'plain.test');
    assert.ok(plain);
    assert.deepEqual(opened(plain.bytes).policies, [
      {
        policy: { 'policy-type': 'no-policy-found', 'policy-domain': 'plain.test' },
        summary: { 'total-successful-session-count': 0, 'total-failure-session-count': 1 },
        'failure-details': [
          {
            'result-type': 'starttls-not-supported',
            'receiving-mx-hostname': 'mx.plain.test',
            'receiving-ip': '127.0.0.22',
            'failed-session-count': 1,
          },
        ],
      },
    ]);

    const failing = await eventually(
      'the report about TLS that fails, over that TLS',
      () => reports('127.0.0.21')[0],
    );
    assert.equal(failing.to, 'tls@wrong.test');
    const [policy] = opened(failing.bytes).policies;
    assert.equal(policy?.['failure-details']?.[0]?.['result-type'], 'validation-failure');
    await second.gateway.close(10_000);
    assert.equal(posted.length, 0, 'the server for posted reports did not take any');

    takerStatus = 201;
    const third = await start(new FakeClock(tomorrow.now() + HOUR_MS));
    const body = await eventually('a posted report', () => posted[0]);
    assert.equal((JSON.parse(gunzipSync(body).toString('utf8')) as Report)['report-id'], report['report-id']);
    await third.gateway.close(10_000);
    assert.equal(reports('127.0.0.22').length, 2, 'no report goes out twice');
    assert.equal(reports('127.0.0.21').length, 1);
    assert.equal(posted.length, 1);
  });
});
