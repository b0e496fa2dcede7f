/** O3, O5: a canary in every part of a protected message is found nowhere outside the sealed store, in no encoding. */
import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';

import { findCanary, findCanaryInFolders, newCanary } from '#test/support/find-canary.ts';
import { startGatewayWithSinks, type GatewayWithSinks } from '#test/support/gateway-with-sinks.ts';
import { codeOf, PortalClient, tokenOf } from '#test/support/portal-client.ts';

const JANE = 'jane@outside.example';

/** The canary in subject, display name, text, HTML, the name of a file, and a file of 200 KiB. */
function mailWith(canary: string, subject: string): string {
  const attachment = Buffer.concat([Buffer.alloc(200 * 1024, 0x2e), Buffer.from(canary)]);
  const encoded = Buffer.from(canary).toString('base64');
  return [
    'From: Ann Lee <ann.lee@hospital.test>',
    `To: "${canary}" <${JANE}>`,
    `Subject: ${subject} ${canary} =?utf-8?B?${encoded}?=`,
    `Message-ID: <${crypto.randomUUID()}@hospital.test>`,
    `Keywords: ${canary}`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/html; charset=utf-8',
    '',
    `<p>${canary}</p>`,
    '--b',
    `Content-Type: application/pdf; name="${canary}.pdf"`,
    `Content-Disposition: attachment; filename*=utf-8''${encodeURIComponent(canary)}.pdf`,
    'Content-Transfer-Encoding: base64',
    '',
    attachment.toString('base64').replaceAll(/.{76}/gu, '$&\r\n'),
    '--b--',
    '',
  ].join('\r\n');
}

async function leaksOf(
  canary: string,
  world: GatewayWithSinks,
  folders: readonly string[],
): Promise<string[]> {
  const wires = [...world.outside.mails, ...world.inside.mails].flatMap((mail) =>
    findCanary(
      canary,
      Buffer.concat([Buffer.from(`${mail.mailCommand}\n${mail.rcptCommands.join('\n')}\n`), mail.bytes]),
    ),
  );
  const logged = findCanary(canary, Buffer.from(JSON.stringify(world.gateway.log, withErrors)));
  const stored = await findCanaryInFolders(canary, folders);
  return [
    ...wires.map((form) => `wire: ${form}`),
    ...logged.map((form) => `log: ${form}`),
    ...stored.map(({ where, form }) => `${where}: ${form}`),
  ];
}

/** JSON leaves out what an Error says. */
function withErrors(_: string, value: unknown): unknown {
  return value instanceof Error
    ? `${value.stack ?? ''} ${JSON.stringify({ ...value })} ${String(value.cause)}`
    : value;
}

describe('canary', () => {
  it('is nowhere after accepting, noticing, registering, opening and the receipt', async (t) => {
    const temporary = await mkdtemp(join(tmpdir(), 'sendsecure-canary-'));
    const before = process.env['TMPDIR'];
    t.after(() => rm(temporary, { recursive: true, force: true }));
    const folder = join(temporary, 'gateway');
    await mkdir(folder);
    process.env['TMPDIR'] = join(temporary, 'tmp');
    await mkdir(join(temporary, 'tmp'));
    t.after(() => {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    });
    const canary = newCanary();
    const world = await startGatewayWithSinks(t, { folder });
    const queueId = await world.accept({ recipients: [JANE], mail: mailWith(canary, 'send secure') });
    const [notice] = await world.waitFor('outside', ({ kind }) => kind === 'notice');
    const jane = new PortalClient(world.gateway.publicUrl);
    await jane.register(notice?.link ?? '', async () => {
      const [mail] = await world.waitFor('outside', ({ kind }) => kind === 'code');
      return codeOf(mail?.subject ?? '');
    });
    const opened = await jane.open(queueId);
    const content = await jane.stream(opened.body, 'content');
    assert.ok(findCanary(canary, content).includes('raw'), 'the reader has it');
    assert.equal(findCanary(canary, Buffer.from(JSON.stringify(opened.body))).length, 0, 'the API does not');
    await world.waitFor('inside', ({ kind }) => kind === 'opened');
    // The same as a near miss that is held and stopped, one that is returned, one that nobody can be told of.
    await world.accept({ recipients: ['held@outside.example'], mail: mailWith(canary, 'sned secure') });
    await world.waitFor('inside', ({ kind }) => kind === 'held');
    await jane.request('POST', `/api/links/${tokenOf(notice?.link ?? '')}/not-for-me`, { confirm: true });
    await world.waitFor('inside', ({ kind }) => kind === 'not-for-me');
    await world.settled();
    assert.deepEqual(await leaksOf(canary, world, [temporary]), []);
    await world.gateway.stop();
    assert.deepEqual(await leaksOf(canary, world, [temporary]), [], 'nor after the end');
  });

  it('is nowhere on a disk although the mail is relayed as it is, until it is on the wire', async (t) => {
    const canary = newCanary();
    const world = await startGatewayWithSinks(t, {
      outside: { answer: ({ verb }) => (verb === 'RCPT' ? '450 4.2.1 Later' : null) },
    });
    await world.accept({ recipients: [JANE, 'eve@hospital.test'], mail: mailWith(canary, 'lunch') });
    const [inside] = await world.waitFor('inside', ({ to }) => to === 'eve@hospital.test');
    assert.ok(findCanary(canary, inside?.bytes ?? Buffer.alloc(0)).includes('raw'));
    assert.deepEqual(await findCanaryInFolders(canary, [world.gateway.folder]), []);
  });

  it('is not in a report on a protected message that could not be delivered, nor in the log of a failure', async (t) => {
    const canary = newCanary();
    const world = await startGatewayWithSinks(t, {
      outside: { answer: ({ verb }) => (verb === 'RCPT' ? '550 5.1.1 No such user' : null) },
    });
    await world.accept({ recipients: [JANE], mail: mailWith(canary, 'send secure') });
    await world.waitFor('inside', ({ kind }) => kind === 'bounce');
    await world.settled();
    assert.deepEqual(await leaksOf(canary, world, [world.gateway.folder]), []);
  });

  it('control: leaks that are planted in those places are found', async (t) => {
    const canary = newCanary();
    const world = await startGatewayWithSinks(t, {});
    await world.accept({ recipients: [JANE], subject: `lunch ${canary}` });
    await world.settled();
    await world.gateway.stop();
    const { folder } = world.gateway;
    await writeFile(join(folder, 'data', 'objects.tmp'), Buffer.from(canary, 'utf16le'));
    await appendFile(join(folder, 'keys', 'notes'), gzipSync(canary));
    const database = new DatabaseSync(join(folder, 'data', 'send-secure.sqlite'));
    database.exec('create table planted (octets blob)');
    database.prepare('insert into planted values (?)').run(gzipSync(Buffer.from(canary).toString('base64')));
    database.close();
    (world.gateway.log as unknown[]).push({
      level: 'error',
      message: 'x',
      fields: { error: new Error(canary) },
    });
    const leaks = await leaksOf(canary, world, [folder]);
    for (const place of [
      'wire: raw',
      'log: raw',
      'objects.tmp: utf-16',
      'notes: compressed raw',
      'sqlite: compressed base64',
    ])
      assert.ok(
        leaks.some((leak) => leak.endsWith(place)),
        `${place} in ${leaks.join('; ')}`,
      );
  });
});
