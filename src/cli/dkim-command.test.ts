import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';

import { readDkimKey } from '#src/mail-auth/dkim-keys.ts';
import { dnsRecord, dnsRecordText } from '#src/mail-auth/dkim-record.ts';

import { runDkim } from './dkim-command.ts';
import { CommandFailed } from './exit-codes.ts';

suite('sendsecure dkim', () => {
  let folder = '';
  let config = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dkim-command-'));
    config = join(folder, 'gateway.toml');
    await writeFile(
      config,
      '[organization]\nname = "Example Hospital"\ndomains = ["hospital.test"]\n' +
        'serviceAddress = "send-secure@hospital.test"\n[[dkim]]\ndomain = "hospital.test"\n',
    );
  });
  after(() => rm(folder, { recursive: true }));

  test('a key that is named and missing makes list end with 78; generate makes it and says what to do', async () => {
    const missing = await runDkim(['list', '--config', config]);
    assert.equal(missing.exitCode, 78);
    assert.match(missing.text, /sendsecure dkim generate --domain hospital\.test --selector sendsecure/u);

    const made = await runDkim(['generate', '--config', config, '--domain', 'Hospital.Test']);
    assert.equal(made.exitCode, 0);
    const key = readDkimKey(join(folder, 'keys'), { domain: 'hospital.test', selector: 'sendsecure' });
    const zoneLine = `sendsecure._domainkey.hospital.test. 3600 IN TXT ( ${dnsRecord(key.privateKey)} )`;
    assert.ok(made.text.includes(zoneLine));
    assert.match(made.text, /names it already/u);

    const listed = await runDkim(['list', '--config', config, '--json']);
    assert.deepEqual(JSON.parse(listed.text), [
      {
        domain: 'hospital.test',
        selector: 'sendsecure',
        algorithm: 'rsa-sha256',
        configured: true,
        recordName: 'sendsecure._domainkey.hospital.test',
        recordText: dnsRecordText(key.privateKey),
      },
    ]);
  });

  test('a key is never replaced; another one gets lines for the configuration', async () => {
    const generate = (...more: readonly string[]) =>
      runDkim(['generate', '--config', config, '--domain', 'hospital.test', ...more]);
    const first = await generate('--algorithm', 'ed25519', '--selector', 'Two');
    assert.equal(first.exitCode, 0);
    assert.match(first.text, /\[\[dkim\]\]\ndomain = "hospital\.test"\nselector = "two"\n/u);
    await assert.rejects(
      generate('--selector', 'two'),
      (error) =>
        error instanceof CommandFailed && error.exitCode === 73 && /two\.pem is there/u.test(error.message),
    );
  });

  test('what is wrong in the command is said', async () => {
    const cases = [
      [[], /sendsecure dkim generate/u],
      [['remove', '--config', config], /sendsecure dkim generate/u],
      [['generate', '--config', config], /--domain needs a domain/u],
      [['generate', '--config', config, '--domain', 'a/b'], /--domain needs a domain/u],
      [['generate', '--config', config, '--domain', 'other.test'], /none of \[organization\] domains/u],
      [
        ['generate', '--config', config, '--domain', 'hospital.test', '--selector', '../x'],
        /--selector needs/u,
      ],
      [
        ['generate', '--config', config, '--domain', 'hospital.test', '--algorithm', 'dsa'],
        /rsa or ed25519/u,
      ],
    ] as const;
    for (const [args, message] of cases) {
      await assert.rejects(
        runDkim(args),
        (error) => error instanceof CommandFailed && error.exitCode === 64 && message.test(error.message),
        args.join(' '),
      );
    }
  });
});
