import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';

import { makeFolderDurably, writeFileDurably } from '#src/storage/durable-file.ts';

import { dkimKeyFile, listDkimKeys, makeDkimKey, readDkimKey } from './dkim-keys.ts';
import { dnsRecord, dnsRecordName, dnsRecordText } from './dkim-record.ts';

const FILES = { makeFolder: makeFolderDurably, writeFile: writeFileDurably };
const NAME = { domain: 'hospital.test', selector: 's1' };

suite('DKIM keys', () => {
  let keysDir = '';
  before(async () => {
    keysDir = await mkdtemp(join(tmpdir(), 'dkim-keys-'));
  });
  after(() => rm(keysDir, { recursive: true }));

  test('a made key is readable by its owner alone, is read again, and is never replaced', async () => {
    assert.deepEqual(listDkimKeys(keysDir), []);
    const made = await makeDkimKey(keysDir, NAME, 'rsa', FILES);
    assert.equal(made.algorithm, 'rsa-sha256');
    const path = dkimKeyFile(keysDir, NAME);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.equal((await stat(dirname(path))).mode & 0o777, 0o700);
    assert.ok(readDkimKey(keysDir, NAME).privateKey.equals(made.privateKey));
    await assert.rejects(makeDkimKey(keysDir, NAME, 'ed25519', FILES), { code: 'dkim-key-exists' });
    const second = { ...NAME, selector: 's2.ed' };
    assert.equal((await makeDkimKey(keysDir, second, 'ed25519', FILES)).algorithm, 'ed25519-sha256');
    assert.deepEqual(listDkimKeys(keysDir), [NAME, second]);
  });

  test('the record holds the public key in strings of 255 octets', async () => {
    const key = await makeDkimKey(keysDir, { ...NAME, selector: 'record' }, 'rsa', FILES);
    const record = dnsRecord(key.privateKey);
    const strings = [...record.matchAll(/"([^"]*)"/gu)].map((match) => match[1] ?? '');
    assert.equal(strings.length, 2);
    for (const text of strings) assert.ok(Buffer.byteLength(text) <= 255);
    assert.equal(strings.map((text) => `"${text}"`).join(' '), record);
    assert.equal(strings.join(''), dnsRecordText(key.privateKey));
    const der = Buffer.from(/^v=DKIM1; k=rsa; p=(\S+)$/u.exec(strings.join(''))?.[1] ?? '', 'base64');
    const published = createPublicKey({ key: der, format: 'der', type: 'spki' });
    assert.ok(published.equals(createPublicKey(key.privateKey)));
    assert.equal(dnsRecordName(key), 'record._domainkey.hospital.test');
  });

  test('a key that cannot be used is named with its cure', async () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
    const wrong = generateKeyPairSync('x25519').privateKey;
    const folder = dirname(dkimKeyFile(keysDir, NAME));
    await mkdir(folder, { recursive: true });
    const pem = (key: typeof weak) => key.export({ type: 'pkcs8', format: 'pem' });
    await writeFile(join(folder, 'weak.pem'), pem(weak), { mode: 0o600 });
    await writeFile(join(folder, 'wrong.pem'), pem(wrong), { mode: 0o600 });
    await writeFile(join(folder, 'noise.pem'), 'noise', { mode: 0o600 });
    await mkdir(join(folder, 'folder.pem'), { mode: 0o700 });
    for (const selector of ['weak', 'wrong', 'noise', 'folder'])
      assert.throws(() => readDkimKey(keysDir, { ...NAME, selector }), { code: 'dkim-key-damaged' });
    await writeFile(join(folder, 'open.pem'), 'noise');
    await chmod(join(folder, 'open.pem'), 0o640);
    assert.throws(() => readDkimKey(keysDir, { ...NAME, selector: 'open' }), {
      code: 'key-permissions',
      message: /chmod 600/u,
    });
    assert.throws(() => readDkimKey(keysDir, { ...NAME, selector: 'none' }), {
      code: 'dkim-key-missing',
      message: /sendsecure dkim generate --domain hospital\.test --selector none/u,
    });
  });

  test('a name is no path', () => {
    for (const name of ['../x', 'a/b', '..', '.'])
      assert.throws(() => dkimKeyFile(keysDir, { domain: name, selector: 's' }), RangeError);
    assert.throws(() => dkimKeyFile(keysDir, { domain: 'a.test', selector: '../s' }), RangeError);
  });
});
