/** Our side of INSTREAM with the real daemon: plain, packed and large files, and one that is over its limit. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { zipSync } from 'fflate';

import { ClamdScanner } from '#src/antivirus/clamd.ts';
import { startClamd, type Clamd } from '#test/peers/clamd.ts';
import { VIRUS } from '#test/peers/fake-clamd.ts';

describe('the real clamd', () => {
  let clamd: Clamd;
  before(async () => {
    clamd = await startClamd({ maxStreamBytes: 9_000_000 });
  });
  after(() => clamd.stop());

  const scan = (file: Uint8Array) =>
    new ClamdScanner({ kind: 'unix', path: clamd.socketPath }).scan(
      (async function* () {
        yield file;
      })(),
    );
  const found = { kind: 'infected', signature: 'Test.Eicar.UNOFFICIAL' } as const;

  it('F01: finds it plain, in a zip, and in a zip within a zip', async () => {
    const virus = new TextEncoder().encode(VIRUS);
    assert.deepEqual(await scan(virus), found);
    assert.deepEqual(await scan(zipSync({ 'a.txt': virus })), found);
    assert.deepEqual(await scan(zipSync({ 'b.zip': zipSync({ 'a.txt': virus }) })), found);
  });

  it('passes what is clean, up to the size that we send', async () => {
    assert.deepEqual(await scan(Buffer.from('Dear doctor')), { kind: 'clean' });
    assert.deepEqual(await scan(Buffer.alloc(7.5 * 1024 * 1024, 'x')), { kind: 'clean' });
  });

  it('F02: has no verdict on what is over its limit', async () => {
    assert.equal((await scan(Buffer.alloc(12_000_000, 'x'))).kind, 'not-scanned');
  });
});
