import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, test } from 'node:test';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';

import { findCanary, findCanaryInFolders, newCanary } from './find-canary.ts';

const canary = newCanary();
const noise = Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 7919) % 251));
const around = (leak: Buffer | string): Buffer => Buffer.concat([noise, Buffer.from(leak), noise]);
const quoted = (text: string): string =>
  [...Buffer.from(text)].map((octet) => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`).join('');

/** Every form in which a planted leak is found. */
const PLANTED: readonly (readonly [string, string, Buffer])[] = [
  ['raw', 'raw', around(canary)],
  ['raw in capitals', 'raw', around(canary.toUpperCase())],
  ['raw, folded by quoted-printable', 'raw', around(`${canary.slice(0, 9)}=\r\n${canary.slice(9)}`)],
  ['quoted-printable', 'quoted-printable', around(quoted(canary))],
  [
    'quoted-printable, folded',
    'quoted-printable',
    around(`${quoted(canary.slice(0, 20))}=\r\n${quoted(canary.slice(20))}`),
  ],
  ['URL-encoded', 'quoted-printable', around(quoted(canary).replaceAll('=', '%'))],
  ['UTF-16LE', 'utf-16', around(Buffer.from(canary, 'utf16le'))],
  ['UTF-16BE', 'utf-16', around(Buffer.from(canary, 'utf16le').swap16())],
  ['hex', 'hex', around(Buffer.from(canary).toString('hex'))],
  ['hex in capitals', 'hex', around(Buffer.from(canary).toString('hex').toUpperCase())],
  ['gzip', 'compressed raw', around(gzipSync(around(canary)))],
  ['gzip of base64', 'compressed base64', around(gzipSync(Buffer.from(canary).toString('base64')))],
  ['gzip in gzip', 'compressed compressed raw', around(gzipSync(gzipSync(canary)))],
  ['zlib', 'compressed raw', around(deflateSync(canary))],
  [
    'gzip that was cut off',
    'compressed raw',
    gzipSync(Buffer.concat([Buffer.from(canary), noise])).subarray(0, -9),
  ],
  ['a ZIP member', 'compressed raw', around(zipOf('a.txt', canary))],
  ...[0, 1, 2].flatMap((shift) => {
    const encoded = Buffer.from(`${'x'.repeat(shift)}${canary} and more`).toString('base64');
    return [
      [`base64, shift ${shift}`, 'base64', around(encoded)],
      [`base64url, shift ${shift}`, 'base64', around(encoded.replaceAll('+', '-').replaceAll('/', '_'))],
      [
        `base64 in lines, shift ${shift}`,
        'base64',
        around(`${encoded.slice(0, 17)}\r\n${encoded.slice(17)}`),
      ],
    ] as const;
  }),
];

function zipOf(name: string, content: string): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(8, 8);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, Buffer.from(name), deflateRawSync(content)]);
}

describe('find canary', () => {
  for (const [name, form, bytes] of PLANTED) {
    it(`finds a planted leak: ${name}`, () => {
      assert.ok(findCanary(canary, bytes).includes(form), `${form} in ${findCanary(canary, bytes).join()}`);
    });
  }

  it('finds nothing where another canary stands', () => {
    const other = newCanary();
    for (const [name, , bytes] of PLANTED) assert.deepEqual(findCanary(other, bytes), [], name);
  });

  it('O5: finds what lies in a SQLite page, and what only a name tells', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'send-secure-canary-'));
    try {
      const database = new DatabaseSync(join(folder, 'leaky.sqlite'));
      database.exec('create table leaks (what text, octets blob)');
      database.prepare('insert into leaks values (?, ?)').run(canary, gzipSync(canary));
      database.close();
      await writeFile(join(folder, `${Buffer.from(canary).toString('hex')}.txt`), '');
      const leaks = await findCanaryInFolders(canary, [folder]);
      assert.deepEqual(
        new Set(leaks.map(({ form }) => form)),
        new Set(['raw', 'compressed raw', 'name: hex']),
      );
      assert.deepEqual(await findCanaryInFolders(newCanary(), [folder]), []);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

test('a gzip member is unpacked whatever stands behind it, and with every field that its header may have', () => {
  const canary = newCanary();
  const member = gzipSync(canary);
  const named = Buffer.from(member);
  named[3] = 0x08;
  const withName = Buffer.concat([named.subarray(0, 10), Buffer.from('notes.txt\0'), named.subarray(10)]);
  for (const packed of [member, withName])
    for (const behind of ['', '\0', '\r', '\x1f\x8b', 'text']) {
      const bytes = Buffer.concat([Buffer.from('before'), packed, Buffer.from(behind, 'latin1')]);
      assert.deepEqual(findCanary(canary, bytes), ['compressed raw'], JSON.stringify(behind));
    }
});
