/** R35: department servers and shared clouds: how each is known, what it may use, and what is refused. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import tls from 'node:tls';

import { runSubmitter } from '#src/cli/submitter-command.ts';
import { systemRandom } from '#src/base/identifiers.ts';
import { CertificateAuthority } from '#test/peers/certificates.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';
import { freePort } from '#test/support/free-port.ts';
import { mailOf, submit, type SubmissionReplies } from '#test/support/submit.ts';

const authority = new CertificateAuthority();
const gatewayCertificate = authority.issue({ subjectAltName: 'DNS:gateway.test' });
const lab = new CertificateAuthority('Anything').issue({ subjectAltName: null });
const radiology = authority.issue({ subjectAltName: 'DNS:mail.radiology.hospital.test' });
const otherName = authority.issue({ subjectAltName: 'DNS:mail.kitchen.hospital.test' });
const forged = new CertificateAuthority().issue({ subjectAltName: 'DNS:mail.radiology.hospital.test' });

const PASSWORD = 'a password of pharmacy';
const SECRET = 'canary-8f1b6d0e-secret-of-the-cloud';
const TENANT = '5f1c1a2e-0000-4000-8000-00000000c0de';
const CLOUD = '198.51.100.7';
const OUTSIDE = '203.0.113.9';
const PHARMACY = '192.0.2.20';

interface Attempt {
  readonly from: string;
  readonly certificate?: { readonly cert: string; readonly key: string };
  readonly password?: string;
  readonly author?: string;
  readonly reversePath?: string;
  readonly fields?: readonly string[];
  readonly mailParameters?: string;
  /** Plain connection instead of TLS. */
  readonly plain?: boolean;
}

describe('submitters', () => {
  const cleanUp = new CleanUpLater();
  let world: GatewayWithSinks;
  let folder: string;
  let tlsPort: number;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'submitters-'));
    cleanUp.after(() => rm(folder, { recursive: true, force: true }));
    const at = (name: string) => join(folder, name);
    await writeFile(at('gateway.pem'), gatewayCertificate.cert);
    await writeFile(at('gateway.key'), gatewayCertificate.key);
    await writeFile(at('ca.pem'), authority.cert);
    await writeFile(at('secret'), `${SECRET}\n`, { mode: 0o600 });
    await writeFile(at('made.toml'), '');
    const line = await runSubmitter(
      ['password', '--config', at('made.toml')],
      () => Promise.resolve(PASSWORD),
      systemRandom,
    );
    tlsPort = await freePort();
    world = await startGatewayWithSinks(cleanUp, {
      folder,
      toml: {
        smtp: `listenTls = "127.0.0.1:${tlsPort}"
trustedNetworks = ["127.0.0.1/32", "198.51.100.0/24"]
proxies = ["127.0.0.9/32"]
tls = { cert = "${at('gateway.pem')}", key = "${at('gateway.key')}" }`,
        '[submitters]': `name = "lab"
certificateSha256 = ["${new X509Certificate(lab.cert).fingerprint256}"]
domains = ["hospital.test"]
machine = true

[[submitters]]
name = "radiology"
certificateCa = "${at('ca.pem')}"
certificateName = "mail.radiology.hospital.test"

[[submitters]]
name = "pharmacy"
user = "pharmacy"
networks = ["192.0.2.0/24"]
${line}
[[submitters]]
name = "cloud"
networks = ["198.51.100.0/24"]
tenant = "${TENANT}"

[[submitters]]
name = "other cloud"
networks = ["198.51.100.0/24"]
secretField = "X-Hospital-Route"
secretFile = "${at('secret')}"`,
      },
    });
  });
  after(cleanUp.run);

  /** Through a load balancer at 127.0.0.9 that names `from` as its client. */
  async function attempt(options: Attempt): Promise<SubmissionReplies> {
    const port = options.plain === true ? world.gateway.smtpPort : tlsPort;
    const raw = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.9' });
    raw.on('error', () => {});
    raw.write(`PROXY TCP4 ${options.from} 127.0.0.1 40000 ${port}\r\n`);
    const socket =
      options.plain === true
        ? raw
        : tls.connect({
            socket: raw,
            servername: 'gateway.test',
            ca: authority.cert,
            ...options.certificate,
          });
    socket.on('error', () => {});
    const before =
      options.password === undefined
        ? []
        : [`AUTH PLAIN ${Buffer.from(`\0pharmacy\0${options.password}`).toString('base64')}`];
    const author = options.author ?? 'ann.lee@hospital.test';
    return submit({
      port,
      socket,
      before,
      from: options.reversePath ?? author,
      to: ['jane@outside.example'],
      mail: mailOf({ from: author, ...(options.fields !== undefined && { fields: options.fields }) }),
      ...(options.mailParameters !== undefined && { mailParameters: options.mailParameters }),
    });
  }

  const stored = () => world.rows("select * from messages where purpose = 'submitted' order by id");
  const refusals = () =>
    world
      .rows("select entry from audit_entries where event = 'submission-refused' order by sequence")
      .map(({ entry }) => (JSON.parse(String(entry)) as { facts: Record<string, string> }).facts);

  async function accepted(options: Attempt, name: string, proof: string): Promise<Record<string, unknown>> {
    const { final, replies } = await attempt(options);
    assert.match(final, /^250 2\.6\.0 /u, JSON.stringify(replies));
    const row = stored().at(-1) ?? {};
    assert.equal(row['submitterName'], name);
    assert.equal(row['submitterProof'], proof);
    assert.equal(row['submitterAddress'], options.from);
    const { manifest } = JSON.parse(String(row['manifest'])) as { manifest: Record<string, string> };
    assert.equal(manifest['submitterProof'], proof);
    const [audited] = world.rows(
      "select entry from audit_entries where event = 'message-accepted' order by sequence desc limit 1",
    );
    const { facts } = JSON.parse(String(audited?.['entry'])) as { facts: Record<string, string> };
    assert.equal(facts['submitterName'], name);
    assert.equal(facts['proof'], proof);
    return row;
  }

  async function refused(options: Attempt, reply: RegExp, why: string): Promise<void> {
    const before = stored().length;
    const auditedBefore = refusals().length;
    const { replies } = await attempt(options);
    assert.ok(
      replies.some((one) => reply.test(one)),
      JSON.stringify(replies),
    );
    assert.equal(stored().length, before, 'nothing is stored');
    const audited = refusals();
    assert.equal(audited.length, auditedBefore + 1);
    assert.equal(audited.at(-1)?.['why'], why);
    assert.equal(audited.at(-1)?.['from'], options.from);
  }

  it('knows a department server by the fingerprint of its certificate, from anywhere', async () => {
    await accepted({ from: OUTSIDE, certificate: lab }, 'lab', 'tls-certificate');
  });

  it('knows another by the authority of its certificate and the name in it', async () => {
    await accepted({ from: OUTSIDE, certificate: radiology }, 'radiology', 'tls-certificate');
    const unknown = /^550 5\.7\.1 This server takes mail/u;
    await refused({ from: OUTSIDE, certificate: otherName }, unknown, 'submitter-unknown');
    await refused({ from: OUTSIDE, certificate: forged }, unknown, 'submitter-unknown');
    await refused({ from: OUTSIDE }, unknown, 'submitter-unknown');
  });

  it('knows a third by name and password, and tells nothing of a wrong one', async () => {
    await accepted({ from: PHARMACY, password: PASSWORD }, 'pharmacy', 'smtp-auth');
    const answers = new Set<string>();
    for (const [from, password] of [
      [PHARMACY, 'a password of somebody'],
      [OUTSIDE, PASSWORD],
    ] as const) {
      const { replies } = await attempt({ from, password });
      assert.match(replies[1] ?? '', /^535 5\.7\.8 /u);
      answers.add(replies[1] ?? '');
      assert.ok(
        replies.some((one) => one.startsWith('550 5.7.1')),
        JSON.stringify(replies),
      );
    }
    assert.equal(answers.size, 1);
    const failed = world.rows("select entry from audit_entries where event = 'submitter-sign-in-failed'");
    assert.equal(failed.length, 2);
    const everything = JSON.stringify([world.gateway.log, failed, refusals()]);
    assert.doesNotMatch(everything, /a password of/u);
  });

  it('S34: takes no mail and no password from public addresses without TLS', async () => {
    const { replies } = await attempt({ from: PHARMACY, password: PASSWORD, plain: true });
    assert.match(replies[1] ?? '', /^538 5\.7\.11 /u);
    assert.match(replies[2] ?? '', /^530 5\.7\.0 /u);
  });

  it('believes a shared cloud only with our tenant, once, whatever else is configured', async () => {
    const field = 'X-MS-Exchange-CrossTenant-Id';
    await accepted(
      { from: CLOUD, fields: [`${field}: ${TENANT.toUpperCase()}`] },
      'cloud',
      'network-and-tenant',
    );
    const words = /^550 5\.7\.1 Others share the network/u;
    await refused({ from: CLOUD }, words, 'submitter-unknown');
    await refused({ from: CLOUD, fields: [`${field}: another`] }, words, 'submitter-unknown');
    await refused(
      { from: CLOUD, fields: [`${field}: ${TENANT}`, `${field}: ${TENANT}`] },
      words,
      'submitter-unknown',
    );
    await refused({ from: OUTSIDE, fields: [`${field}: ${TENANT}`] }, /^550 5\.7\.1 /u, 'submitter-unknown');
  });

  it('takes a secret field for one, and leaves it nowhere', async () => {
    await accepted(
      { from: CLOUD, fields: [`X-Hospital-Route: ${SECRET}`] },
      'other cloud',
      'network-and-secret',
    );
    await refused(
      { from: CLOUD, fields: ['X-Hospital-Route: guess'] },
      /^550 5\.7\.1 /u,
      'submitter-unknown',
    );
    await accepted(
      { from: PHARMACY, password: PASSWORD, fields: [`X-Hospital-Route: ${SECRET}`] },
      'pharmacy',
      'smtp-auth',
    );
    await world.settled();
    assert.ok(world.outside.mails.length >= 2);
    for (const mail of world.outside.mails)
      assert.doesNotMatch(mail.bytes.toString('latin1'), /canary-8f1b6d0e|X-Hospital-Route/u);
    for (const file of ['send-secure.sqlite', 'send-secure.sqlite-wal']) {
      const octets = await readFile(join(folder, 'data', file), 'latin1');
      assert.equal(octets.includes(SECRET), false, file);
    }
  });

  it('lets a submitter use its own domains only, in From and reverse-path', async () => {
    const words = /^550 5\.7\.1 lab may send from hospital\.test only; this mail is from /u;
    const by = { from: OUTSIDE, certificate: lab };
    await refused({ ...by, author: 'x@elsewhere.test' }, words, 'submitter-domain');
    await refused({ ...by, reversePath: 'x@elsewhere.test' }, words, 'submitter-domain');
    await refused(
      { ...by, author: 'ann.lee@hospital.test>, <x@elsewhere.test', reversePath: 'ann.lee@hospital.test' },
      words,
      'submitter-domain',
    );
    await accepted({ ...by, reversePath: '' }, 'lab', 'tls-certificate');
  });

  it('RFC 8689: takes REQUIRETLS inside TLS and passes the duty on', async () => {
    const row = await accepted(
      { from: OUTSIDE, certificate: lab, mailParameters: 'REQUIRETLS' },
      'lab',
      'tls-certificate',
    );
    assert.equal(row['requireTls'], 1);
    const id = String(row['id']);
    const [delivery] = world.rows('select tlsRequirement from deliveries where messageId = ?', id);
    assert.equal(delivery?.['tlsRequirement'], 'requiretls');
  });

  it('counts tries for each name and network before they are compared', async () => {
    const tries = await Promise.all(
      Array.from({ length: 22 }, () => attempt({ from: '192.0.2.99', password: 'wrong once more' })),
    );
    const answers = tries.map(({ replies }) => replies[1]?.slice(0, 3));
    assert.equal(answers.filter((code) => code === '454').length >= 2, true, answers.join());
    const { replies } = await attempt({ from: '192.0.2.98', password: 'wrong once more' });
    assert.match(replies[1] ?? '', /^454 4\.7\.0 /u);
  });
});
