/** DKIM through a whole gateway: what leaves is judged by mailauth, a verifier of another hand. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';

import { silentLog } from '#src/base/log.ts';
import { webFolder } from '#src/cli/paths.ts';
import { loadSettings } from '#src/config/load.ts';
import { makeDkimKey } from '#src/mail-auth/dkim-keys.ts';
import { dnsRecordName, dnsRecordText } from '#src/mail-auth/dkim-record.ts';
import { startGateway } from '#src/main.ts';
import { makeFolderDurably, writeFileDurably } from '#src/storage/durable-file.ts';
import type { SinkBehaviour, SinkStep } from '#test/peers/smtp-sink.ts';
import type { ArrivedMail } from '#test/support/arrived-mail.ts';
import {
  startGatewayWithSinks,
  type CleanUp,
  type GatewayWithSinks,
  type SinksOptions,
} from '#test/support/gateway-with-sinks.ts';
import { mailOf } from '#test/support/submit.ts';
import { verifyDkim } from '#test/support/verify-dkim.ts';

const FILES = { makeFolder: makeFolderDurably, writeFile: writeFileDurably };
const RSA = { domain: 'hospital.test', selector: 'sendsecure' };
const ED25519 = { domain: 'hospital.test', selector: 'ed' };
const BOTH = 'domain = "hospital.test"\n[[dkim]]\ndomain = "hospital.test"\nselector = "ed"';

const DOMAINS =
  'name = "Example Hospital"\ndomains = ["hospital.test"]\nserviceAddress = "send-secure@hospital.test"';

suite('DKIM', () => {
  let prepared = '';
  const records = new Map<string, string>();

  before(async () => {
    prepared = await mkdtemp(join(tmpdir(), 'dkim-'));
    for (const [name, algorithm] of [
      [RSA, 'rsa'],
      [ED25519, 'ed25519'],
    ] as const) {
      const key = await makeDkimKey(prepared, name, algorithm, FILES);
      records.set(dnsRecordName(key), dnsRecordText(key.privateKey));
    }
  });
  after(() => rm(prepared, { recursive: true }));

  /** A folder with the keys of this file in it. */
  async function folderWithKeys(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'sendsecure-gateway-'));
    await cp(prepared, join(folder, 'keys'), { recursive: true });
    return folder;
  }

  async function start(
    t: CleanUp,
    toml: SinksOptions['toml'] = {},
    outside: SinkBehaviour = {},
  ): Promise<GatewayWithSinks> {
    const folder = await folderWithKeys();
    return startGatewayWithSinks(t, { folder, outside, toml: { '[dkim]': BOTH, ...toml } });
  }

  async function verdictsOf({ bytes }: ArrivedMail): Promise<string[]> {
    return (await verifyDkim(bytes, records)).map(
      ({ result, domain, selector }) => `${result} ${selector} ${domain}`,
    );
  }

  const PASS = ['pass sendsecure hospital.test', 'pass ed hospital.test'];
  const SECURED = { recipients: ['jane@outside.example'], subject: 'results, send secure' };
  const one = async (
    world: GatewayWithSinks,
    sink: 'outside' | 'inside',
    kind: string,
  ): Promise<ArrivedMail> => {
    const [mail] = await world.waitFor(sink, (candidate) => candidate.kind === kind);
    assert.ok(mail);
    return mail;
  };

  test('a notice is signed with every key; what goes inside is not', async (t) => {
    const world = await start(t);
    await world.accept(SECURED);
    const notice = await one(world, 'outside', 'notice');
    assert.deepEqual(await verdictsOf(notice), PASS);
    assert.match(notice.wire.mailCommand, new RegExp(` SIZE=${notice.bytes.length}\\b`, 'u'));
    assert.equal((await one(world, 'inside', 'secured')).field('DKIM-Signature'), null);
    const altered = Buffer.from(notice.bytes.toString('latin1').replace('outside', 'inside.'), 'latin1');
    for (const { result } of await verifyDkim(altered, records)) assert.notEqual(result, 'pass');
  });

  test('a bounce that goes outside is signed', async (t) => {
    const refuse = ({ verb, line }: SinkStep) =>
      verb === 'RCPT' && line.includes('jane') ? '550 5.1.1 No such user' : null;
    const world = await start(t, {}, { answer: refuse });
    await world.accept({
      reversePath: 'robot@provider.example',
      author: 'ann.lee@hospital.test',
      recipients: ['jane@outside.example'],
    });
    const bounce = await one(world, 'outside', 'bounce');
    assert.equal(bounce.to, 'robot@provider.example');
    assert.deepEqual(await verdictsOf(bounce), PASS);
  });

  const RELAYED = { recipients: ['jane@outside.example'], mail: mailOf({ fields: ['X-Odd:  a \tb'] }) };

  test('relayed mail stays as it is, octet for octet', async (t) => {
    const world = await start(t);
    await world.accept(RELAYED);
    const { bytes } = await one(world, 'outside', 'relay');
    assert.deepEqual(await verifyDkim(bytes, records), []);
    assert.ok(bytes.toString('latin1').endsWith(`\r\n${RELAYED.mail}`));
  });

  test('relayed mail is signed where that is asked for, and the rest of it stays as it is', async (t) => {
    const world = await start(t, { delivery: 'signRelayed = true' });
    await world.accept(RELAYED);
    const mail = await one(world, 'outside', 'relay');
    assert.deepEqual(await verdictsOf(mail), PASS);
    assert.ok(mail.bytes.toString('latin1').endsWith(`\r\n${RELAYED.mail}`));
    const large = `${'0123456789 abcdef \t\r\n'.repeat(20_000)}\r\n\r\n.\r\n..\r\n`;
    const more = { subject: 'large', text: large };
    await world.accept({ recipients: ['jane@outside.example'], ...more });
    const [second] = await world.waitFor('outside', ({ subject }) => subject === 'large');
    assert.ok(second);
    assert.deepEqual(await verdictsOf(second), PASS);
    for (const author of ['x@clinic.test', 'a@hospital.test, b@hospital.test']) {
      const subject = `from ${author}`;
      await world.accept({
        reversePath: 'a@hospital.test',
        author,
        recipients: ['jane@outside.example'],
        subject,
      });
      const [unsigned] = await world.waitFor('outside', (candidate) => candidate.subject === subject);
      assert.equal(unsigned?.field('DKIM-Signature'), null, author);
    }
  });

  test('with a key for the author’s domain a notice may come from the author', async (t) => {
    const world = await start(t, { notice: 'from = "author"' });
    await world.accept({ ...SECURED, reversePath: 'ann.lee@hospital.test' });
    const own = await one(world, 'outside', 'notice');
    assert.match(own.field('From') ?? '', /<ann\.lee@hospital\.test>/u);
    assert.deepEqual(await verdictsOf(own), PASS);
  });

  test('a missing key stops the start, and is refused at a reload, which changes nothing', async (t) => {
    const folder = await folderWithKeys();
    const settings = (dkim: string) =>
      loadSettings(`[organization]\n${DOMAINS}\n[[dkim]]\ndomain = "hospital.test"\n${dkim}`, folder);
    const parts = { log: silentLog, version: 'test', webFolder };
    await assert.rejects(startGateway({ ...parts, settings: settings('selector = "none"') }), {
      code: 'dkim-key-missing',
      message: /sendsecure dkim generate --domain hospital\.test --selector none/u,
    });
    await rm(folder, { recursive: true });

    const world = await start(t);
    const before = world.gateway.folder;
    const { gateway } = world.gateway;
    const asked = loadSettings(
      `[organization]\n${DOMAINS}\n[delivery]\nnextHop = "capture"\n[[dkim]]\ndomain = "hospital.test"\nselector = "none"`,
      before,
    );
    await assert.rejects(gateway.reload(asked), { code: 'dkim-key-missing' });
    await world.accept(SECURED);
    assert.deepEqual(await verdictsOf(await one(world, 'outside', 'notice')), PASS);
  });
});
