/** Mail to partner domains: over a channel that is verified, else as a secure message, and never in clear. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { FakeClock, MINUTE_MS } from '#src/base/clock.ts';
import { CertificateAuthority, type CertificateRequest } from '#test/peers/certificates.ts';
import { startSmtpSink, type SinkBehaviour, type SmtpSink } from '#test/peers/smtp-sink.ts';
import { eventually } from '#test/support/eventually.ts';
import { startGatewayWithSinks, type GatewayWithSinks } from '#test/support/gateway-with-sinks.ts';

const SECRET = 'CANARY-for-the-partner';

interface PartnerWorld {
  readonly world: GatewayWithSinks;
  readonly partner: SmtpSink;
  readonly clock: FakeClock;
}

async function startWithPartner(
  t: TestContext,
  options: {
    certificate?: CertificateRequest | null;
    ourCa?: boolean;
    behaviour?: SinkBehaviour;
    /** Default true: the partner stands in the configuration. */
    configured?: boolean;
  } = {},
): Promise<PartnerWorld> {
  const authority = new CertificateAuthority();
  const folder = mkdtempSync(join(tmpdir(), 'sendsecure-partner-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const caFile = join(folder, 'ca.pem');
  writeFileSync(
    caFile,
    options.ourCa === false ? new CertificateAuthority('Another CA').cert : authority.cert,
  );
  const request =
    options.certificate === undefined ? { subjectAltName: 'IP:127.0.0.1' } : options.certificate;
  const tls = request === null ? undefined : authority.issue(request);
  const partner = await startSmtpSink({
    behaviour: { ...options.behaviour, ...(tls !== undefined && { tls }) },
  });
  t.after(() => partner.stop());
  const clock = new FakeClock(Date.now());
  const world = await startGatewayWithSinks(t, {
    clock,
    toml: {
      delivery: `caFile = "${caFile}"`,
      ...(options.configured !== false && {
        '[partners]': `domain = "partner.example"\ntls = "pkix"\nnextHop = "smtp://127.0.0.1:${partner.port}"`,
      }),
    },
  });
  return { world, partner, clock };
}

function send(world: GatewayWithSinks, subject = 'send secure results'): Promise<string> {
  return world.accept({ recipients: ['team@partner.example'], subject, text: SECRET });
}

/** The deliverer looks every two seconds of real time; whatever is queued wakes it. */
async function passMinutes({ world, clock }: PartnerWorld, minutes: number): Promise<void> {
  for (let passed = 0; passed < minutes; passed += 5) {
    clock.advance(5 * MINUTE_MS);
    await world.accept({ recipients: ['clock@hospital.test'], reversePath: '' });
    await eventually('attempted', () => {
      const due = "select id from deliveries where state = 'queued' and nextAttemptAt <= ?";
      return world.rows(due, String(clock.now())).length === 0;
    });
  }
}

function nothingInClear({ world, partner }: PartnerWorld): void {
  const wires = [...partner.mails, ...world.outside.mails].filter((mail) => !mail.tls);
  assert.ok(wires.every((mail) => !mail.bytes.includes(SECRET)));
  assert.ok(
    !partner.commands.some((command) => command.startsWith('MAIL')) ||
      partner.mails.every((mail) => mail.tls),
  );
}

describe('partners', () => {
  it('get their mail as it is, over verified TLS, with or without the code', async (t) => {
    const { world, partner } = await startWithPartner(t);
    await send(world);
    await send(world, 'lunch?');
    const mails = await partner.waitForMails(2);
    assert.ok(mails.every((mail) => mail.tls && mail.bytes.includes(SECRET)));
    assert.equal(world.at('outside').length, 0, 'nothing through the general smarthost');
    const [secured] = await world.waitFor('inside', ({ kind }) => kind === 'secured');
    assert.match(secured?.text ?? '', /checked, safe line/u);
    await world.settled();
    const [delivery] = world.rows("select tlsFacts, state from deliveries where domain = 'partner.example'");
    assert.equal(delivery?.['state'], 'handed-over');
    assert.equal(JSON.parse(String(delivery?.['tlsFacts'])).verified, true);
    const [channel] = world.rows('select domain, verifiedAt, verifiedTls from domain_channels');
    assert.equal(channel?.['domain'], 'partner.example');
    assert.match(String(channel['verifiedTls']), /TLSv1\.3/u);
  });

  for (const [name, options] of [
    ['offers no STARTTLS', { certificate: null }],
    ['has a certificate of an unknown CA', { ourCa: false }],
    ['has a certificate of another name', { certificate: { subjectAltName: 'DNS:other.example' } }],
    ['has an expired certificate', { certificate: { subjectAltName: 'IP:127.0.0.1', expired: true } }],
  ] as const) {
    it(`whose server ${name} get nothing over it; after an hour the mail is a secure message`, async (t) => {
      const all = await startWithPartner(t, options);
      const { world, partner } = all;
      await send(world);
      await eventually(
        'a first attempt',
        () =>
          world.rows("select id from deliveries where tlsRequirement = 'verified' and attempts > 0")
            .length === 1,
      );
      await passMinutes(all, 50);
      assert.equal(world.at('outside').length, 0);
      await passMinutes(all, 25);
      const [notice] = await world.waitFor(
        'outside',
        ({ kind, to }) => kind === 'notice' && to === 'team@partner.example',
      );
      assert.ok(notice !== undefined && !notice.text.includes(SECRET));
      await world.waitFor(
        'inside',
        ({ kind, text }) => kind === 'secured' && text.includes('Read on our website'),
      );
      assert.equal(partner.mails.length, 0);
      nothingInClear(all);
      const events = world.rows("select event from audit_entries where event = 'channel-not-verified'");
      assert.equal(events.length, 1);
      const wraps = world.rows("select holderKind from wraps where holderKind <> 'spool'");
      assert.equal(wraps.length, 1, 'the content key is wrapped to the recipient');
    });
  }

  it('whose server comes back within the hour get the mail over the verified channel, once', async (t) => {
    let refuse = true;
    const all = await startWithPartner(t, {
      behaviour: { answer: ({ verb }) => (refuse && verb === 'connect' ? { do: 'close' } : null) },
    });
    await send(all.world);
    await passMinutes(all, 20);
    refuse = false;
    await passMinutes(all, 30);
    await all.partner.waitForMails(1);
    await passMinutes(all, 60);
    assert.equal(all.partner.mails.length, 1);
    assert.equal(all.world.at('outside').length, 0);
    nothingInClear(all);
  });

  it('get urgent mail at once as a secure message where the channel cannot be verified now', async (t) => {
    const all = await startWithPartner(t, { ourCa: false });
    const fields = ['Importance: high'];
    await all.world.accept({ recipients: ['team@partner.example'], text: SECRET, fields });
    await all.world.waitFor('outside', ({ kind, to }) => kind === 'notice' && to === 'team@partner.example');
    assert.equal(all.partner.mails.length, 0);
    nothingInClear(all);
  });

  it('keep urgent mail waiting where a server that was verified has no time', async (t) => {
    let busy = true;
    const all = await startWithPartner(t, {
      behaviour: { answer: ({ verb }) => (busy && verb === 'RCPT' ? '451 4.7.1 greylisted' : null) },
    });
    const fields = ['X-Priority: 1 (Highest)'];
    await all.world.accept({ recipients: ['team@partner.example'], text: SECRET, fields });
    await eventually(
      'a first attempt',
      () => all.world.rows('select id from deliveries where urgent = 1 and attempts > 0').length === 1,
    );
    busy = false;
    await passMinutes(all, 10);
    await all.partner.waitForMails(1);
    assert.equal(all.world.at('outside').length, 0);
    nothingInClear(all);
  });

  it('a delivery that was changed in the database sends nothing anywhere', async (t) => {
    const all = await startWithPartner(t, {
      behaviour: { answer: ({ verb }) => (verb === 'connect' ? { do: 'close' } : null) },
    });
    const { world } = all;
    await send(world);
    await eventually(
      'a first attempt',
      () =>
        world.rows("select id from deliveries where tlsRequirement = 'verified' and attempts > 0").length ===
        1,
    );
    world.change(
      "update deliveries set tlsRequirement = null, recipient = 'eve@evil.example', domain = 'evil.example' where tlsRequirement = 'verified'",
    );
    await passMinutes(all, 10);
    assert.equal(world.at('outside').length, 0);
    assert.equal(world.rows("select event from audit_entries where event = 'tamper-detected'").length, 1);
    nothingInClear(all);
  });
});

describe('partners of the managed list', () => {
  /** The list is in the database of a stopped gateway, as the command line leaves it. */
  async function startWithManaged(t: TestContext, sql?: string): Promise<PartnerWorld> {
    const all = await startWithPartner(t, { configured: false });
    const { gateway } = all.world.gateway;
    await gateway.partners.save(
      [{ domain: 'partner.example', tls: 'pkix', nextHop: { host: '127.0.0.1', port: all.partner.port } }],
      'test',
    );
    if (sql !== undefined) {
      all.world.change(sql);
      await gateway.partners.refresh();
    }
    return all;
  }

  it('get their mail over verified TLS, as those of the file do', async (t) => {
    const { world, partner } = await startWithManaged(t);
    await send(world);
    const [mail] = await partner.waitForMails(1);
    assert.ok(mail?.tls === true && mail.bytes.includes(SECRET));
    assert.equal(world.at('outside').length, 0);
  });

  for (const [what, sql] of [
    ['leads to another server', "update partners set nextHopHost = 'mx.evil.example'"],
    ['was deleted', 'delete from partners'],
  ] as const) {
    it(`whose row ${what} get secure messages, also of mail without the code`, async (t) => {
      const all = await startWithManaged(t, sql);
      await send(all.world, 'lunch?');
      const [notice] = await all.world.waitFor('outside', ({ kind }) => kind === 'notice');
      assert.ok(notice !== undefined && !notice.text.includes(SECRET));
      assert.equal(all.partner.mails.length, 0);
      nothingInClear(all);
      const alarms = all.world.rows("select entry from audit_entries where event = 'tamper-detected'");
      assert.equal(alarms.length, 1);
    });
  }
});
