/** Mail that comes back to the reverse-paths of our notices: what it changes, who is told, and what is not taken. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { systemClock } from '#src/base/clock.ts';
import { silentLog } from '#src/base/log.ts';
import { SmtpClientPool } from '#src/smtp/client/pool.ts';
import { CertificateAuthority } from '#test/peers/certificates.ts';
import { startTestPostgres } from '#test/peers/postgres.ts';
import { eventually } from '#test/support/eventually.ts';
import { findCanaryInFolders, newCanary } from '#test/support/find-canary.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type CleanUp,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';
import { codeOf, PortalClient } from '#test/support/portal-client.ts';
import { submit } from '#test/support/submit.ts';

const BOUNCE_DOMAIN = 'secure.hospital.test';
const samples = new URL('../fixtures/returns/', import.meta.url);

interface AuditEntry {
  readonly event: string;
  readonly facts: Readonly<Record<string, string>>;
}

interface Sent {
  readonly queueId: string;
  readonly to: string;
  /** Our reverse-path for this recipient. */
  readonly back: string;
  readonly link: string;
}

describe('mail that comes back', () => {
  const cleanUp = new CleanUpLater();
  let world: GatewayWithSinks;
  let port: number;
  before(async () => {
    world = await startGatewayWithSinks(cleanUp, {
      toml: { delivery: `bounceDomain = "${BOUNCE_DOMAIN}"`, returns: 'listen = "127.0.0.1:0"' },
    });
    port = world.gateway.gateway.returnsPort ?? 0;
    assert.notEqual(port, 0);
  });
  after(cleanUp.run);

  let count = 0;
  /** A secure message whose notice has arrived outside, and is recorded as handed over. */
  async function send(name: string): Promise<Sent> {
    const to = `${name}${++count}@outside.example`;
    const queueId = await world.accept({ recipients: [to], subject: 'send secure: results' });
    const [notice] = await world.waitFor('outside', (mail) => mail.kind === 'notice' && mail.to === to);
    await eventually('notified', () => stateOf(queueId) === 'notified');
    return { queueId, to, back: notice?.reversePath ?? '', link: notice?.link ?? '' };
  }

  const stateOf = (queueId: string) =>
    world.rows('select state from recipients where messageId = ?', queueId)[0]?.['state'];
  /** Audit entries about what came back, as `event what`. */
  const audited = (queueId: string) =>
    world
      .rows(
        "select entry from audit_entries where messageId = ? and event in ('notice-bounced', 'mail-returned') order by sequence",
        queueId,
      )
      .map(({ entry }) => {
        const { event, facts } = JSON.parse(String(entry)) as AuditEntry;
        return { event, what: facts['what'], status: facts['status'], tls: facts['tls'] };
      });
  const sample = (file: string, sent: Pick<Sent, 'to' | 'back'>): Buffer =>
    Buffer.from(
      readFileSync(new URL(file, samples), 'latin1')
        .replaceAll('jane@outside.example', sent.to)
        .replaceAll('b-bounce@secure.hospital.test', sent.back),
      'latin1',
    );
  const giveBack = (mail: Buffer | string, to: readonly string[], from = '') =>
    submit({ port, from, to, mail });
  const toldOf = (to: string) =>
    world.at('inside', ({ kind, text }) => kind === 'bounce' && text.includes(to));

  it('goes to an address of our own, one for each recipient', async () => {
    const first = await send('first');
    const second = await send('second');
    assert.match(first.back, /^b-[0-9a-z]{26}-[0-9a-f]{24}@secure\.hospital\.test$/u);
    assert.notEqual(first.back, second.back);
  });

  it('as a report: the recipient has failed, and the author is told in plain words, once', async () => {
    const sent = await send('bounced');
    const { final } = await giveBack(sample('postfix-no-such-user.eml', sent), [sent.back]);
    assert.match(final, /^250 2\.6\.0 /u);
    const [told] = await world.waitFor(
      'inside',
      ({ kind, text }) => kind === 'bounce' && text.includes(sent.to),
    );
    assert.equal(told?.to, 'ann.lee@hospital.test');
    assert.equal(told?.reversePath, '', 'no bounce of a bounce');
    assert.match(told?.text ?? '', /no mailbox|does not exist|no such/iu);
    assert.match(told?.text ?? '', /Status: 5\.1\.1/u);
    assert.match(told?.text ?? '', /User unknown in local recipient table/u);
    assert.ok(!told?.text.includes('/m/'), 'the link of the notice is in no mail to the author');
    assert.equal(stateOf(sent.queueId), 'failed');
    await giveBack(sample('postfix-no-such-user.eml', sent), [sent.back]);
    await giveBack(sample('qmail.eml', sent), [sent.back.toUpperCase()]);
    assert.deepEqual(
      audited(sent.queueId).map(({ event, what, tls }) => `${event} ${what} ${tls}`),
      [
        'notice-bounced failed none',
        'mail-returned failed-without-effect none',
        'mail-returned failed-without-effect none',
      ],
    );
    await world.settled();
    assert.equal(toldOf(sent.to).length, 1);
  });

  for (const file of ['exchange-no-such-user', 'exim-report', 'exim-text', 'qmail', 'gmail', 'amazon-ses']) {
    it(`is understood from ${file}`, async () => {
      const sent = await send('jane');
      assert.match((await giveBack(sample(`${file}.eml`, sent), [sent.back])).final, /^250 /u);
      assert.equal(stateOf(sent.queueId), 'failed');
      await world.waitFor('inside', ({ kind, text }) => kind === 'bounce' && text.includes(sent.to));
    });
  }

  it('twice at once fails and tells once', async () => {
    const sent = await send('twice');
    const mail = sample('gmail.eml', sent);
    const finals = await Promise.all([1, 2, 3].map(async () => (await giveBack(mail, [sent.back])).final));
    for (const final of finals) assert.match(final, /^250 /u);
    assert.equal(audited(sent.queueId).filter(({ event }) => event === 'notice-bounced').length, 1);
    await world.settled();
    assert.equal(toldOf(sent.to).length, 1);
  });

  it('as a delay or a success is written down, and nobody is told', async () => {
    const sent = await send('slow');
    await giveBack(sample('postfix-delayed.eml', sent), [sent.back]);
    await giveBack(sample('postfix-relayed.eml', sent), [sent.back]);
    assert.equal(stateOf(sent.queueId), 'notified');
    assert.deepEqual(
      audited(sent.queueId).map(({ what, status }) => `${what} ${status}`),
      ['delayed 4.4.1', 'relayed 2.0.0'],
    );
    await world.settled();
    assert.equal(world.at('inside', ({ text }) => text.includes(sent.back)).length, 0);
  });

  it('after the message was opened changes nothing', async () => {
    const sent = await send('reader');
    const reader = new PortalClient(world.gateway.publicUrl);
    await reader.register(sent.link, async () => {
      const [mail] = await world.waitFor('outside', ({ kind, to }) => kind === 'code' && to === sent.to);
      return codeOf(mail?.subject ?? '');
    });
    assert.equal((await reader.open(sent.queueId)).status, 200);
    assert.match((await giveBack(sample('exim-report.eml', sent), [sent.back])).final, /^250 /u);
    assert.equal(stateOf(sent.queueId), 'opened');
    assert.deepEqual(
      audited(sent.queueId).map(({ what }) => what),
      ['failed-without-effect'],
    );
    await world.settled();
    assert.equal(toldOf(sent.to).length, 0);
  });

  it('leaves the message readable: who did get the notice after all opens it', async () => {
    const sent = await send('late');
    await giveBack(sample('exim-report.eml', sent), [sent.back]);
    assert.equal(stateOf(sent.queueId), 'failed');
    const reader = new PortalClient(world.gateway.publicUrl);
    await reader.register(sent.link, async () => {
      const [mail] = await world.waitFor('outside', ({ kind, to }) => kind === 'code' && to === sent.to);
      return codeOf(mail?.subject ?? '');
    });
    assert.equal((await reader.open(sent.queueId)).status, 200);
    assert.equal(stateOf(sent.queueId), 'opened');
  });

  it('as a report about somebody else fails nobody: the author reads it', async () => {
    const sent = await send('other');
    const bystander = await send('bystander');
    const about = sample('postfix-no-such-user.eml', { to: bystander.to, back: sent.back });
    assert.match((await giveBack(about, [sent.back])).final, /^250 /u);
    assert.equal(stateOf(sent.queueId), 'notified');
    assert.equal(stateOf(bystander.queueId), 'notified');
    const [passed] = await world.waitFor('inside', (mail) => mail.field('To') === sent.back);
    assert.equal(passed?.to, 'ann.lee@hospital.test');
  });

  it('written by a person or an answering machine goes on to the author, octet for octet', async () => {
    for (const [file, from] of [
      ['out-of-office.eml', ''],
      ['written-by-a-person.eml', 'jane@outside.example'],
      ['read-receipt.eml', ''],
    ] as const) {
      const sent = await send('person');
      const mail = sample(file, sent);
      assert.match((await giveBack(mail, [sent.back], from)).final, /^250 /u);
      const [passed] = await world.waitFor('inside', (one) => one.field('To') === sent.back);
      assert.equal(passed?.to, 'ann.lee@hospital.test');
      assert.equal(passed?.reversePath, '');
      assert.deepEqual(passed?.bytes.subarray(-mail.length), mail, file);
      const trace = passed?.bytes.subarray(0, -mail.length).toString('latin1') ?? '';
      assert.match(trace, /^Received: from submitter\.hospital\.test \(\[127\.0\.0\.1\]\)\r\n\tby /u);
      assert.match(trace, /\r\nX-SendSecure-Mark: v1 [^\r\n]+\r\n$/u);
      assert.equal(stateOf(sent.queueId), 'notified');
      assert.deepEqual(
        audited(sent.queueId).map(({ what }) => what),
        ['passed-on'],
      );
      await world.settled();
      const left = world.rows(
        "select wraps.id from wraps join messages on messages.id = wraps.messageId where messages.purpose = 'returned'",
      );
      assert.deepEqual(left, [], 'nobody can open it any more');
    }
  });

  it('is sealed, and makes no thread secured', async () => {
    const sent = await send('sealed');
    const canary = newCanary();
    const mail = sample('written-by-a-person.eml', sent).toString('latin1');
    const large = mail.replace('person-1@', `${canary}@`) + `${canary}\r\n`.repeat(3_000);
    assert.match((await giveBack(large, [sent.back], 'jane@outside.example')).final, /^250 /u);
    await world.waitFor('inside', ({ text }) => text.includes(canary));
    assert.deepEqual(await findCanaryInFolders(canary, [world.gateway.folder]), []);
    await world.accept({
      recipients: ['plain@outside.example'],
      subject: 'Re: hello',
      fields: [`In-Reply-To: <${canary}@outside.example>`],
    });
    const [plain] = await world.waitFor('outside', ({ to }) => to === 'plain@outside.example');
    assert.equal(plain?.kind, 'relay');
  });

  it('twice at once fails and tells once on PostgreSQL too', async (t) => {
    const server = await startTestPostgres();
    // The database is stopped last.
    const inOrder = new CleanUpLater();
    t.after(inOrder.run);
    inOrder.after(() => server.stop());
    const other = await startGatewayWithSinks(inOrder, {
      toml: {
        delivery: `bounceDomain = "${BOUNCE_DOMAIN}"`,
        returns: 'listen = "127.0.0.1:0"',
        storage: `database = "${server.url}"`,
      },
    });
    await other.accept({ recipients: ['pg@outside.example'], subject: 'send secure' });
    const [notice] = await other.waitFor('outside', ({ kind }) => kind === 'notice');
    const back = notice?.reversePath ?? '';
    const mail = sample('gmail.eml', { to: 'pg@outside.example', back });
    const give = (bytes: Buffer) =>
      submit({ port: other.gateway.gateway.returnsPort ?? 0, from: '', to: [back], mail: bytes });
    // 451 until the hand-over of the notice is on record.
    const finals = await Promise.all(
      Array.from({ length: 6 }, () =>
        eventually('taken', async () => (await give(mail)).final.startsWith('250 ')),
      ),
    );
    assert.equal(finals.length, 6);
    const isBounce = ({ kind }: { kind: string }) => kind === 'bounce';
    await other.waitFor('inside', isBounce);
    // What a second bounce would have queued leaves before this one.
    await other.accept({ recipients: ['last@hospital.test'] });
    await other.waitFor('inside', ({ to }) => to === 'last@hospital.test');
    assert.equal(other.at('inside', isBounce).length, 1);
  });

  it('says with which TLS it came', async (t) => {
    const authority = new CertificateAuthority();
    const { cert, key } = authority.issue({ subjectAltName: 'DNS:gate.hospital.test' });
    const files = await writeTlsFiles(t, cert, key);
    const secured = await startGatewayWithSinks(t, {
      toml: {
        delivery: `bounceDomain = "${BOUNCE_DOMAIN}"`,
        returns: `listen = "127.0.0.1:0"\ntls = { cert = "${files.cert}", key = "${files.key}" }`,
      },
    });
    const queueId = await secured.accept({ recipients: ['tls@outside.example'], subject: 'send secure' });
    const [notice] = await secured.waitFor('outside', ({ kind }) => kind === 'notice');
    const back = notice?.reversePath ?? '';
    await secured.settled();
    const pool = new SmtpClientPool({ helloName: 'mx.outside.example', log: silentLog, clock: systemClock });
    t.after(() => pool.close());
    const report = sample('postfix-no-such-user.eml', { to: 'tls@outside.example', back });
    const hop = {
      host: '127.0.0.1',
      port: secured.gateway.gateway.returnsPort ?? 0,
      implicitTls: false,
      tls: 'opportunistic' as const,
    };
    const outcome = await pool.transmit(hop, {
      reversePath: '',
      recipient: back,
      smtputf8: false,
      body: '7bit',
      sizeBytes: report.length,
      async *content() {
        yield report;
      },
    });
    assert.equal(outcome.kind, 'accepted');
    const [row] = secured.rows("select entry from audit_entries where event = 'notice-bounced'");
    assert.match(String(row?.['entry']), /"tls":"TLSv1\.3 TLS_/u);
    assert.ok(String(row?.['entry']).includes(queueId));
  });
});

async function writeTlsFiles(t: CleanUp, cert: string, key: string) {
  const folder = await mkdtemp(join(tmpdir(), 'return-listener-'));
  t.after(() => rm(folder, { recursive: true }));
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  await writeFile(files.cert, cert);
  await writeFile(files.key, key, { mode: 0o600 });
  return files;
}
