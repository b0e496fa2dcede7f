import assert from 'node:assert/strict';
import { verify } from 'node:crypto';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { DAY_MS, FakeClock, HOUR_MS } from '#src/base/clock.ts';
import { silentLog } from '#src/base/log.ts';

import { openFileKeyProvider } from './file-key-provider.ts';
import type { FileKeyProviderOptions } from './file-key-provider.ts';
import type { KeyProvider } from './key-provider.ts';
import type { Role } from './permanent-keys.ts';
import { wrappingPublicKey } from './wrapping-point.ts';

const ALL: ReadonlySet<Role> = new Set<Role>(['receive', 'deliver', 'portal']);

let base: string;
let counter = 0;
before(async () => {
  base = await mkdtemp(join(tmpdir(), 'key-folder-'));
});
after(() => rm(base, { recursive: true, force: true }));

function newKeysDir(): string {
  return join(base, `keys-${counter++}`);
}

function open(keysDir: string, options: Partial<FileKeyProviderOptions> = {}): Promise<KeyProvider> {
  const clock = new FakeClock();
  return openFileKeyProvider({
    keysDir,
    dataDir: join(base, 'data'),
    roles: ALL,
    clock,
    log: silentLog,
    ...options,
  });
}

/** Every file below a folder with its mode. */
async function modes(folder: string): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    found.set(path, (await stat(path)).mode & 0o777);
  }
  return found;
}

describe('the first start', () => {
  test('makes all keys, readable by nobody else, and the next start finds the same', async () => {
    const keysDir = newKeysDir();
    const first = await open(keysDir);
    await first.currentSpoolKey();
    assert.equal((await stat(keysDir)).mode & 0o777, 0o700);
    for (const [path, mode] of await modes(keysDir))
      assert.ok(mode === 0o600 || mode === 0o700, `${path} has mode ${mode.toString(8)}`);
    const second = await open(keysDir);
    assert.equal(second.publicKeys().organizationId, first.publicKeys().organizationId);
    assert.match(first.publicKeys().organizationId, /^[\da-f]{32}$/u);
    assert.deepEqual(second.publicKeys().enrolment, first.publicKeys().enrolment);
    assert.deepEqual(second.mac('token', Buffer.from('x')), first.mac('token', Buffer.from('x')));
    assert.deepEqual(second.deskKey(), first.deskKey());
    assert.deepEqual(await second.currentSpoolKey(), await first.currentSpoolKey());
  });

  test('of two installations gives two sets', async () => {
    const [one, other] = [await open(newKeysDir()), await open(newKeysDir())];
    assert.notEqual(one.publicKeys().organizationId, other.publicKeys().organizationId);
    assert.notDeepEqual(one.deskKey(), other.deskKey());
  });

  test('of four processes at once gives one set', async () => {
    const keysDir = newKeysDir();
    const opened = await Promise.all([open(keysDir), open(keysDir), open(keysDir), open(keysDir)]);
    assert.equal(new Set(opened.map((keys) => keys.publicKeys().organizationId)).size, 1);
    const spool = await Promise.all(opened.map((keys) => keys.currentSpoolKey()));
    assert.equal(new Set(spool.map((key) => key.kid)).size, 1);
  });

  test('that was interrupted is begun anew', async () => {
    const whole = newKeysDir();
    await open(whole);
    const keysDir = newKeysDir();
    await mkdir(keysDir, { mode: 0o700 });
    await cp(join(whole, 'permanent'), join(keysDir, '.making-abc'), { recursive: true });
    await rm(join(keysDir, '.making-abc/root.key'));
    const keys = await open(keysDir);
    assert.equal((await readdir(keysDir)).includes('.making-abc'), false);
    assert.notEqual(
      keys.publicKeys().organizationId,
      (await readFile(join(whole, 'permanent/organization-id'), 'utf8')).trim(),
    );
  });

  test('DKIM keys may be made before it', async () => {
    const keysDir = newKeysDir();
    await mkdir(join(keysDir, 'dkim', 'hospital.test'), { recursive: true, mode: 0o700 });
    await chmod(keysDir, 0o700);
    await open(keysDir);
    assert.deepEqual((await readdir(keysDir)).toSorted().slice(-2), ['dkim', 'permanent']);
  });

  test('is refused where there is data already', async () => {
    await assert.rejects(open(newKeysDir(), { expectExisting: true }), {
      code: 'key-missing',
      message: /backup/u,
    });
  });
});

describe('a folder that lost a part', () => {
  const lost: [string, RegExp][] = [
    ['permanent/root.key', /root\.key is missing/u],
    ['permanent/organization-id', /organization-id is missing/u],
    ['permanent/seal.pem', /seal\.pem is missing/u],
    ['permanent/enrolment.pem', /enrolment\.pem is missing/u],
    ['permanent/public/enrolment.pem', /public\/enrolment\.pem is missing/u],
    ['permanent/public/account-authority.pem', /account-authority\.pem is missing/u],
  ];
  for (const [path, message] of lost) {
    test(`${path}: refused, named, and nothing is made`, async () => {
      const keysDir = newKeysDir();
      await open(keysDir);
      await rm(join(keysDir, path));
      const left = [...(await modes(keysDir)).keys()];
      await assert.rejects(open(keysDir), { code: 'key-missing', message });
      await assert.rejects(open(keysDir), { message: /Restore the key folder from its backup/u });
      assert.deepEqual([...(await modes(keysDir)).keys()], left);
    });
  }

  test('the whole permanent set gone while spool keys remain: refused', async () => {
    const keysDir = newKeysDir();
    await (await open(keysDir)).currentSpoolKey();
    await rm(join(keysDir, 'permanent'), { recursive: true });
    await assert.rejects(open(keysDir), { code: 'key-missing', message: /permanent is missing/u });
  });

  test('parts of two sets are not mixed', async () => {
    const [keysDir, other] = [newKeysDir(), newKeysDir()];
    await open(keysDir);
    await open(other);
    for (const name of ['enrolment.pem', 'seal.pem', 'account-authority.pem']) {
      await rename(join(keysDir, 'permanent', name), join(keysDir, 'permanent', `${name}.old`));
      await cp(join(other, 'permanent', name), join(keysDir, 'permanent', name));
      await assert.rejects(open(keysDir), { code: 'key-damaged', message: /does not belong/u });
      await rename(join(keysDir, 'permanent', `${name}.old`), join(keysDir, 'permanent', name));
    }
    await open(keysDir);
  });

  test('a damaged key is named', async () => {
    const keysDir = newKeysDir();
    await open(keysDir);
    await writeFile(join(keysDir, 'permanent/desk.key'), 'short\n');
    await assert.rejects(open(keysDir), { code: 'key-damaged', message: /desk\.key/u });
  });
});

describe('where the folder may lie and who may read it', () => {
  test('a folder or a file that others may read is refused with the cure', async () => {
    const keysDir = newKeysDir();
    await open(keysDir);
    for (const [path, loose, tight] of [
      [keysDir, 0o750, 0o700],
      [join(keysDir, 'permanent'), 0o701, 0o700],
      [join(keysDir, 'permanent/root.key'), 0o640, 0o600],
      [join(keysDir, 'permanent/public/enrolment.pem'), 0o604, 0o600],
    ] as const) {
      await chmod(path, loose);
      const cure = `chmod ${tight.toString(8)} '${path}'`;
      await assert.rejects(open(keysDir), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'key-permissions');
        assert.ok(error.message.includes(cure), error.message);
        return true;
      });
      await chmod(path, tight);
    }
    await open(keysDir);
  });

  test('an empty folder that others may read is refused before a key is in it', async () => {
    const keysDir = newKeysDir();
    await mkdir(keysDir, { mode: 0o755 });
    await chmod(keysDir, 0o755);
    await assert.rejects(open(keysDir), { code: 'key-permissions' });
    assert.deepEqual(await readdir(keysDir), []);
  });

  test('inside the data folder, around it, the same, or through a link: refused, nothing made', async () => {
    const dataDir = join(base, 'data-nested');
    await mkdir(dataDir);
    await symlink(dataDir, join(base, 'link-to-data'));
    for (const keysDir of [
      join(dataDir, 'keys'),
      dataDir,
      base,
      join(base, 'link-to-data', 'deep', 'keys'),
      join(dataDir, '..', 'data-nested', 'keys'),
    ])
      await assert.rejects(open(keysDir, { dataDir }), { code: 'keys-inside-data' });
    assert.deepEqual(await readdir(dataDir), []);
    await open(join(base, 'data-nested-beside'), { dataDir });
  });
});

describe('roles', () => {
  test('receive can seal but not open', async () => {
    const keysDir = newKeysDir();
    await open(keysDir);
    const receive = await open(keysDir, { roles: new Set<Role>(['receive']) });
    const spool = await receive.currentSpoolKey();
    const unavailable = { code: 'key-unavailable' };
    await assert.rejects(receive.agree({ kind: 'spool', kid: spool.kid }, spool.point), unavailable);
    await assert.rejects(receive.agree({ kind: 'enrolment' }, spool.point), unavailable);
    await assert.rejects(receive.wrap(Buffer.alloc(1), Buffer.alloc(0)), unavailable);
    assert.throws(() => receive.sign('account-authority', Buffer.alloc(1)), unavailable);
    assert.throws(() => receive.mac('verifier', Buffer.alloc(1)), unavailable);
    assert.equal(receive.sign('seal', Buffer.alloc(1)).signature.length, 64);
    const deliver = await open(keysDir, { roles: new Set<Role>(['deliver']) });
    assert.equal((await deliver.agree({ kind: 'spool', kid: spool.kid }, spool.point)).length, 32);
    await assert.rejects(deliver.agree({ kind: 'enrolment' }, spool.point), unavailable);
  });

  test('the portal starts without the keys of the others, and can not seal in their name', async () => {
    const keysDir = newKeysDir();
    await open(keysDir);
    await rm(join(keysDir, 'permanent/seal.pem'));
    const portal = await open(keysDir, { roles: new Set<Role>(['portal']) });
    assert.throws(() => portal.sign('seal', Buffer.alloc(1)), { code: 'key-unavailable' });
    assert.equal(portal.publicKeys().sealKeys.size, 1);
  });
});

describe('operations', () => {
  test('signatures verify under the public keys of the folder', async () => {
    const keys = await open(newKeysDir());
    const data = Buffer.from('data');
    const seal = keys.sign('seal', data);
    const sealKey = keys.publicKeys().sealKeys.get(seal.kid);
    assert.ok(sealKey !== undefined && verify(null, data, sealKey, seal.signature));
    const authority = keys.sign('account-authority', data);
    assert.ok(verify(null, data, keys.publicKeys().accountAuthority, authority.signature));
    assert.ok(!verify(null, data, sealKey, authority.signature));
  });

  test('each purpose has a key of its own for keyed hashes', async () => {
    const keys = await open(newKeysDir());
    const purposes = ['verifier', 'token', 'mark', 'thread', 'throttle'] as const;
    const macs = purposes.map((purpose) => keys.mac(purpose, Buffer.from('x')).toString('hex'));
    assert.equal(new Set(macs).size, purposes.length);
  });

  test('a wrapped secret opens with its context only, and fails the same way otherwise', async () => {
    const keys = await open(newKeysDir());
    const other = await open(newKeysDir());
    const context = Buffer.from('context');
    const blob = await keys.wrap(Buffer.from('secret'), context);
    assert.equal((await keys.unwrap(blob, context)).toString(), 'secret');
    assert.notDeepEqual(await keys.wrap(Buffer.from('secret'), context), blob);
    const same = { code: 'unwrap-failed', message: 'the wrapped secret does not authenticate' };
    await assert.rejects(keys.unwrap(blob, Buffer.from('other')), same);
    await assert.rejects(other.unwrap(blob, context), same);
    for (let offset = 0; offset < blob.length; offset++) {
      const changed = Buffer.from(blob);
      changed.writeUInt8(changed.readUInt8(offset) ^ 1, offset);
      await assert.rejects(keys.unwrap(changed, context), same);
    }
    for (const length of [0, 1, 12, 28, blob.length - 1])
      await assert.rejects(keys.unwrap(blob.subarray(0, length), context), same);
  });

  test('two sides agree on a secret', async () => {
    const keys = await open(newKeysDir());
    const spool = await keys.currentSpoolKey();
    const { enrolment } = keys.publicKeys();
    const one = await keys.agree({ kind: 'enrolment' }, spool.point);
    const other = await keys.agree({ kind: 'spool', kid: spool.kid }, enrolment.point);
    assert.deepEqual(one, other);
    assert.deepEqual(await keys.wrappingKey({ kind: 'enrolment' }), enrolment);
  });
});

describe('spool pairs', () => {
  test('change with the UTC day; the old one still opens', async () => {
    const clock = new FakeClock(Date.UTC(2026, 10, 21, 23, 59, 59));
    const keys = await open(newKeysDir(), { clock });
    const before = await keys.currentSpoolKey();
    clock.advance(1000);
    const after = await keys.currentSpoolKey();
    assert.notEqual(after.kid, before.kid);
    assert.equal((await keys.agree({ kind: 'spool', kid: before.kid }, after.point)).length, 32);
    assert.deepEqual((await keys.wrappingKey({ kind: 'spool', kid: before.kid })).point, before.point);
  });

  test('of past days are destroyed when nothing uses them, not before the grace is over', async () => {
    const clock = new FakeClock(Date.UTC(2026, 10, 21, 12));
    const keysDir = newKeysDir();
    const keys = await open(keysDir, { clock });
    const old = await keys.currentSpoolKey();
    const nobody = (): Promise<boolean> => Promise.resolve(false);
    assert.deepEqual(await keys.destroySpoolKeys(nobody), []);
    clock.advance(12 * HOUR_MS + 60_000);
    await keys.currentSpoolKey();
    assert.deepEqual(await keys.destroySpoolKeys(nobody), []);
    clock.advance(2 * HOUR_MS);
    assert.deepEqual(await keys.destroySpoolKeys(() => Promise.resolve(true)), []);
    assert.deepEqual(await keys.destroySpoolKeys(nobody), [old.kid]);
    await assert.rejects(keys.agree({ kind: 'spool', kid: old.kid }, old.point), { code: 'key-unavailable' });
    const left = await readdir(join(keysDir, 'spool'));
    assert.deepEqual(left.toSorted(), ['2026-11-22.pem', '2026-11-22.pub.pem']);
  });

  test('are made anew where the clock was ahead, the day was destroyed, and the clock came back', async () => {
    const clock = new FakeClock(Date.UTC(2026, 10, 21, 12));
    const keys = await open(newKeysDir(), { clock });
    const lost = await keys.currentSpoolKey();
    clock.advance(2 * DAY_MS);
    assert.deepEqual(await keys.destroySpoolKeys(() => Promise.resolve(false)), [lost.kid]);
    clock.advance(-2 * DAY_MS);
    const current = await keys.currentSpoolKey();
    assert.notEqual(current.kid, lost.kid);
    assert.equal((await keys.agree({ kind: 'spool', kid: current.kid }, lost.point)).length, 32);
  });

  test('that another process made or destroyed are found out', async () => {
    const clock = new FakeClock();
    const keysDir = newKeysDir();
    const one = await open(keysDir, { clock });
    const other = await open(keysDir, { clock });
    const made = await one.currentSpoolKey();
    assert.equal((await other.agree({ kind: 'spool', kid: made.kid }, made.point)).length, 32);
    clock.advance(2 * DAY_MS);
    assert.deepEqual(await one.destroySpoolKeys(() => Promise.resolve(false)), [made.kid]);
    const third = await open(keysDir, { clock });
    await assert.rejects(third.wrappingKey({ kind: 'spool', kid: made.kid }), { code: 'key-unavailable' });
  });

  test('half made by a crash are completed, not replaced', async () => {
    const keysDir = newKeysDir();
    const first = await open(keysDir);
    const made = await first.currentSpoolKey();
    await rm(join(keysDir, 'spool/2026-11-21.pub.pem'));
    const second = await open(keysDir);
    assert.equal((await second.currentSpoolKey()).kid, made.kid);
  });

  test('with an unknown kid are unavailable', async () => {
    const keys = await open(newKeysDir());
    const unknown = { kind: 'spool', kid: '0123456789abcdef' } as const;
    await assert.rejects(keys.agree(unknown, (await keys.currentSpoolKey()).point), {
      code: 'key-unavailable',
    });
  });
});

test('a kid is the start of the hash of the point', async () => {
  const keys = await open(newKeysDir());
  const { kid, point } = keys.publicKeys().enrolment;
  assert.match(kid, /^[\da-f]{16}$/u);
  assert.equal(point.length, 65);
  assert.equal(point[0], 4);
  assert.throws(() => wrappingPublicKey(keys.publicKeys().accountAuthority), TypeError);
});
