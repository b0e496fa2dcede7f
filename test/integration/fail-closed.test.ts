/** Whatever breaks between the decision and the protection: the client gets 4xx, and nothing goes out in clear. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';

import type { StepName } from '#src/base/steps.ts';
import { startSmtpSink } from '#test/peers/smtp-sink.ts';
import { newCanary } from '#test/support/find-canary.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';
import { codeOf, PortalClient } from '#test/support/portal-client.ts';
import { eventually } from '#test/support/eventually.ts';

const JANE = 'jane@outside.example';

function clearOnWire(world: GatewayWithSinks, canary: string): number {
  return world.outside.mails.filter(({ bytes }) => bytes.includes(canary)).length;
}

/** Changes the database behind the gateway's back. */
function forge(world: GatewayWithSinks, sql: string): void {
  const database = new DatabaseSync(join(world.gateway.folder, 'data', 'send-secure.sqlite'), {
    timeout: 5_000,
  });
  database.exec(sql);
  database.close();
}

describe('fail closed', () => {
  it('defers at every step of acceptance that throws, keeps nothing, and takes the mail afterwards', async (t) => {
    const broken: { at: StepName | null } = { at: null };
    const world = await startGatewayWithSinks(t, {
      steps: {
        reach(step) {
          if (step === broken.at) throw new Error('broken on purpose');
        },
      },
    });
    const steps: readonly StepName[] = [
      'recipients-accepted',
      'content-arriving',
      'content-received',
      'content-sealed',
      'object-durable',
      'decided',
      'before-commit',
    ];
    for (const step of steps) {
      broken.at = step;
      const canary = newCanary();
      for (const subject of ['send secure', 'sned secure', 'lunch']) {
        const { final } = await world.submit({
          recipients: [JANE, 'eve@hospital.test'],
          subject,
          text: canary,
        });
        assert.match(final, /^451 4\.3\.0 /u, step);
      }
      assert.equal(clearOnWire(world, canary), 0);
    }
    broken.at = null;
    assert.deepEqual(world.rows('select id from messages'), []);
    assert.deepEqual(world.rows('select id from deliveries'), []);
    const objects = await readdir(join(world.gateway.folder, 'data', 'objects'), {
      recursive: true,
      withFileTypes: true,
    });
    assert.deepEqual(
      objects.filter((entry) => entry.isFile()),
      [],
      'no object is left behind',
    );
    await world.accept({ recipients: [JANE], subject: 'send secure' });
    await world.waitFor('outside', ({ kind }) => kind === 'notice');
  });

  it('sends nothing while a step of delivery throws, and everything afterwards, once', async (t) => {
    const broken: { at: StepName | null } = { at: 'delivery-content' };
    const world = await startGatewayWithSinks(t, {
      steps: {
        reach(step) {
          if (step === broken.at) throw new Error('broken on purpose');
        },
      },
    });
    await world.accept({ recipients: [JANE], subject: 'send secure' });
    await eventually('tried', () => world.rows('select id from deliveries where attempts > 0').length > 0);
    assert.deepEqual(world.summary('outside'), []);
    broken.at = null;
    forge(world, 'update deliveries set nextAttemptAt = 0');
    await world.waitFor('outside', ({ kind }) => kind === 'notice');
    await world.settled();
    assert.equal(world.outside.mails.length, 1);
  });

  it('defers what it can’t store', async (t) => {
    const world = await startGatewayWithSinks(t, {});
    const objects = join(world.gateway.folder, 'data', 'objects');
    await rename(objects, `${objects}.away`);
    await writeFile(objects, 'no folder');
    const large = {
      recipients: [JANE],
      subject: 'send secure',
      text: 'x'.repeat(70).concat('\r\n').repeat(2_000),
    };
    assert.match((await world.submit(large)).final, /^45[12] /u);
    await rm(objects);
    await rename(`${objects}.away`, objects);
    await world.accept(large);
    const [notice] = await world.waitFor('outside', () => true);
    assert.equal(notice?.kind, 'notice');
  });

  it('seals to no key that the account authority did not sign, and relays nothing instead', async (t) => {
    const world = await startGatewayWithSinks(t, {});
    await world.accept({ recipients: [JANE], subject: 'send secure' });
    const [notice] = await world.waitFor('outside', ({ kind }) => kind === 'notice');
    const jane = new PortalClient(world.gateway.publicUrl);
    const registered = await jane.register(notice?.link ?? '', async () => {
      const [mail] = await world.waitFor('outside', ({ kind }) => kind === 'code');
      return codeOf(mail?.subject ?? '');
    });
    assert.equal(registered.status, 201);
    const [row] = world.rows('select record from account_keys');
    const record = JSON.parse(String(row?.['record'])) as Record<string, unknown>;
    for (const name of Object.keys(record)) {
      const forged = JSON.stringify({ ...record, [name]: altered(record[name]) });
      forge(world, `update account_keys set record = '${forged.replaceAll("'", "''")}'`);
      const canary = newCanary();
      const { final } = await world.submit({ recipients: [JANE], subject: 'send secure', text: canary });
      assert.match(final, /^451 /u, name);
      const near = await world.submit({
        recipients: [JANE, 'ben@outside.example'],
        subject: 'send secure',
        text: canary,
      });
      assert.match(near.final, /^451 /u, name);
      assert.equal(clearOnWire(world, canary), 0);
    }
  });

  it('keeps in the queue what it can’t open any more: a spool key that is gone', async (t) => {
    const world = await startGatewayWithSinks(t, {
      outside: { answer: ({ verb }) => (verb === 'RCPT' ? '450 4.2.1 Later' : null) },
    });
    await world.accept({ recipients: [JANE] });
    await eventually(
      'deferred',
      () => world.rows('select id from deliveries where attempts = 1').length === 1,
    );
    forge(world, "update wraps set wrap = zeroblob(length(wrap)) where holderKind = 'spool'");
    await world.gateway.stop();
    const again = await startGatewayWithSinks(t, { folder: world.gateway.folder });
    forge(again, 'update deliveries set nextAttemptAt = 0');
    await eventually('tried', () => again.rows('select id from deliveries where attempts = 2').length === 1);
    assert.deepEqual(again.summary('outside'), []);
    const [row] = again.rows('select state, lastReply from deliveries');
    assert.equal(row?.['state'], 'queued');
    assert.match(String(row?.['lastReply']), /^not attempted: /u);
  });

  it('never relays internal mail over a hop that should be verified and is not', async (t) => {
    const canary = newCanary();
    const inside = await startSmtpSink();
    t.after(() => inside.stop());
    // By this name it may be another host, and this sink has no TLS.
    const internalNextHop = `smtp://${hostname()}:${inside.port}`;
    const world = await startGatewayWithSinks(t, { internalNextHop });
    await world.accept({ recipients: ['eve@hospital.test'], text: canary });
    await eventually('tried', () => world.rows('select id from deliveries where attempts > 0').length === 1);
    assert.ok(
      !inside.commands.some((command) => /^(?:MAIL|RCPT|DATA)/u.test(command)),
      inside.commands.join(),
    );
    const [row] = world.rows('select state, lastReply from deliveries');
    assert.equal(row?.['state'], 'queued');
  });

  it('R04: takes no mail below the low-disk watermark', async (t) => {
    const world = await startGatewayWithSinks(t, { lowDiskMB: 1_000_000 });
    const { replies } = await world.submit({ recipients: [JANE], subject: 'send secure' });
    assert.match(replies[1] ?? '', /^452 4\.3\.1 /u, 'to MAIL');
    assert.deepEqual(world.rows('select id from messages'), []);
  });

  it('R04: answers 452 when the disk is full in the middle of a mail, and takes the next one', async (t) => {
    const disk = await mkdtemp(join(tmpdir(), 'sendsecure-full-'));
    const mounted = mountSmallDisk(disk);
    const later = new CleanUpLater();
    later.after(() => rm(disk, { recursive: true, force: true }));
    if (mounted) later.after(async () => void execFileSync('umount', [disk]));
    t.after(later.run);
    if (!mounted) {
      t.diagnostic('a small disk can’t be mounted here');
      return;
    }
    const folder = join(disk, 'gateway');
    await mkdir(folder);
    const world = await startGatewayWithSinks(later, { folder });
    const huge = 'x'.repeat(76).concat('\r\n').repeat(500_000);
    for (const subject of ['send secure', 'lunch'])
      assert.match((await world.submit({ recipients: [JANE], subject, text: huge })).final, /^452 4\.3\.1 /u);
    await world.accept({ recipients: [JANE], subject: 'send secure' });
    const [notice] = await world.waitFor('outside', () => true);
    assert.equal(notice?.kind, 'notice');
    await world.settled();
    assert.equal(world.outside.mails.length, 1);
  });
});

function altered(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') return value.replace(/^./u, (first) => (first === 'A' ? 'B' : 'A'));
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, altered(inner)]))
    : 'altered';
}

/** 30 MiB; false where this user may not mount. */
function mountSmallDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=30m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
