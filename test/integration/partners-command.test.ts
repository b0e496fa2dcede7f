/** `sendsecure partners` and `sendsecure explain` against a gateway that runs. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { CommandFailed } from '#src/cli/exit-codes.ts';
import { runExplain } from '#src/cli/explain-command.ts';
import { runPartners } from '#src/cli/partners-command.ts';
import { CertificateAuthority } from '#test/peers/certificates.ts';
import { startSmtpSink, type SmtpSink } from '#test/peers/smtp-sink.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';

const cleanUp = new CleanUpLater();
let world: GatewayWithSinks;
let right: SmtpSink;
let wrong: SmtpSink;
let config: string;
let folder: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sendsecure-partners-'));
  cleanUp.after(async () => rmSync(folder, { recursive: true, force: true }));
  const authority = new CertificateAuthority();
  writeFileSync(join(folder, 'ca.pem'), authority.cert);
  right = await startSmtpSink({ behaviour: { tls: authority.issue({ subjectAltName: 'IP:127.0.0.1' }) } });
  wrong = await startSmtpSink({
    behaviour: { tls: authority.issue({ subjectAltName: 'DNS:other.example' }) },
  });
  cleanUp.after(async () => {
    await Promise.all([right.stop(), wrong.stop()]);
  });
  world = await startGatewayWithSinks(cleanUp, {
    toml: {
      organization: 'securityOfficer = "security@hospital.test"',
      delivery: `caFile = "${join(folder, 'ca.pem')}"`,
      '[partners]': 'domain = "fixed.example"\ntls = "pkix"\nnextHop = "smtp://127.0.0.1:1"',
    },
  });
  config = join(world.gateway.folder, 'command.toml');
  writeFileSync(config, '');
});
after(cleanUp.run);

async function partners(...args: string[]): Promise<{ text: string; exitCode: number }> {
  return runPartners([...args, '--config', config]);
}

async function failure(...args: string[]): Promise<CommandFailed> {
  const error: unknown = await partners(...args).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof CommandFailed, String(error));
  return error;
}

describe('sendsecure partners', () => {
  it('adds a partner that holds at once, looks at it, and lists what was found', async () => {
    await partners('add', 'clinic.example', '--next-hop', `smtp://127.0.0.1:${right.port}`);
    assert.deepEqual([...world.gateway.gateway.partners.snapshot.partners.keys()], ['clinic.example']);
    const probed = await partners('probe', 'clinic.example');
    assert.equal(probed.exitCode, 0);
    assert.match(probed.text, /clinic\.example: verifies \(named by the operator\)[\s\S]*TLSv1\.3/u);
    const listed = await partners('list');
    assert.match(listed.text, /clinic\.example {2}pkix at 127\.0\.0\.1:\d+ {2}\(managed\)/u);
    assert.match(listed.text, /fixed\.example.*\(file\)[\s\S]*not looked at yet/u);
    assert.ok(!right.commands.some((command) => command.startsWith('MAIL')));
    const [entry] = world.rows("select entry from audit_entries where event = 'partner-saved'");
    assert.match(String(entry?.['entry']), /"by":"\w+/u);
  });

  it('notes an agreement, and refuses one for a domain that is no partner', async () => {
    await partners(
      'baa',
      'clinic.example',
      '--signed',
      '2026-01-31',
      '--expires',
      '2099-12-31',
      '--kept',
      'folder 12',
    );
    const { text } = await partners('list', '--json');
    const listed = JSON.parse(text) as { partners: { domain: string; agreement: unknown }[] };
    assert.deepEqual(listed.partners.find(({ domain }) => domain === 'clinic.example')?.agreement, {
      status: 'signed',
      signedOn: '2026-01-31',
      expiresOn: '2099-12-31',
      keptAt: 'folder 12',
      contact: null,
    });
    assert.equal((await failure('baa', 'nobody.example', '--signed', '2026-01-31')).exitCode, 66);
    assert.equal((await failure('baa', 'clinic.example', '--signed', '2026-02-30')).exitCode, 64);
    assert.equal(
      world.rows("select id from audit_entries where event = 'partner-agreement-changed'").length,
      1,
    );
  });

  it('imports what verifies, says of the rest why and whom to write to, and what --all does', async () => {
    const file = join(folder, 'partners.csv');
    writeFileSync(
      file,
      `domain,tls,nextHop,baaSigned,baaExpires\nlab.example,pkix,smtp://127.0.0.1:${right.port},2026-05-01,2027-05-01\n` +
        `ward.example,,smtp://127.0.0.1:${wrong.port},,\nfixed.example,,,,\n`,
    );
    const dry = await partners('import', file, '--dry-run');
    assert.match(dry.text, /Nothing was saved/u);
    assert.ok(!world.gateway.gateway.partners.snapshot.partners.has('lab.example'));
    const { text } = await partners('import', file);
    assert.match(text, /^added {5}lab\.example {2}verifies: named by the operator$/mu);
    assert.match(text, /^not added ward\.example {2}does not verify: .*altname/imu);
    assert.match(text, /^not added fixed\.example {2}in the configuration file, which wins/mu);
    assert.match(text, /To: postmaster@ward\.example[\s\S]*could not be verified/u);
    const { snapshot } = world.gateway.gateway.partners;
    assert.ok(snapshot.partners.has('lab.example') && !snapshot.partners.has('ward.example'));
    await partners('import', file, '--all');
    assert.ok(world.gateway.gateway.partners.snapshot.partners.has('ward.example'));
    writeFileSync(file, 'domain,tls\nlab.example,ssl\n');
    const bad = await failure('import', file);
    assert.equal(bad.exitCode, 65);
    assert.match(bad.message, /line 2: tls needs one of/u);
  });

  it('warns the security officer of a partner that does not verify, once', async () => {
    const probed = await partners('probe', 'ward.example');
    assert.equal(probed.exitCode, 69);
    assert.match(probed.text, /ward\.example: does not verify[\s\S]*To: postmaster@ward\.example/u);
    await partners('probe', 'ward.example');
    const [mail, ...more] = await world.waitFor('inside', ({ kind }) => kind === 'partner-report');
    assert.ok(mail !== undefined && more.length === 0);
    assert.equal(mail.to, 'security@hospital.test');
    assert.equal(mail.reversePath, '');
    assert.match(mail.text, /ward\.example: 127\.0\.0\.1:\d+: TLS/u);
    assert.equal(world.rows("select id from audit_entries where event = 'partner-warning'").length, 1);
  });

  it('removes a partner, and leaves those of the file to the file', async () => {
    await partners('remove', 'ward.example');
    assert.equal((await failure('remove', 'ward.example')).exitCode, 66);
    assert.match((await failure('remove', 'fixed.example')).message, /configuration file, which wins/u);
    assert.match((await failure('add', 'fixed.example')).message, /configuration file, which wins/u);
    assert.equal((await failure('add', 'not a domain')).exitCode, 64);
    assert.equal((await failure('frobnicate')).exitCode, 64);
  });
});

describe('sendsecure explain', () => {
  const explain = (to: string, subject = '', from = 'ann.lee@hospital.test') =>
    runExplain(['--from', from, '--to', to, '--subject', subject, '--config', config, '--json']).then(
      ({ text }) => JSON.parse(text) as Record<string, string | null>,
    );

  it('tells decision, rule, route and state from what is known, and sends nothing', async () => {
    const connections = right.connections + wrong.connections;
    const partner = await explain('team@clinic.example', 'send secure results');
    assert.deepEqual([partner['action'], partner['rule']], ['relay', 'partner-domain']);
    assert.match(partner['route'] ?? '', new RegExp(`^To 127\\.0\\.0\\.1:${right.port}, only when`, 'u'));
    assert.match(partner['state'] ?? '', /^Last looked at .*: verified \(named by the operator\)\.$/u);
    const secure = await explain('pat@mail.example', 'send secure results');
    assert.deepEqual([secure['action'], secure['rule'], secure['state']], ['protect', 'code', null]);
    assert.match(secure['route'] ?? '', /the message itself stays on our site/u);
    assert.equal((await explain('pat@mail.example', 'sned secure'))['action'], 'hold');
    assert.equal((await explain('bob@hospital.test', 'send secure'))['rule'], 'internal-domain');
    assert.equal((await explain('pat@mail.example', 'lunch?'))['rule'], 'ordinary');
    assert.equal((await explain('pat@mail.example', '', 'eve@evil.example'))['action'], 'refuse');
    await assert.rejects(explain('nowhere'), { exitCode: 64 });
    assert.equal(right.connections + wrong.connections, connections);
    assert.equal(world.rows("select id from messages where purpose = 'submitted'").length, 0);
  });
});
