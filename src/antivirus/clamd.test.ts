/** The dialog with clamd, against a peer that answers right, wrong, late or not at all. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { startFakeClamd, VIRUS, type FakeClamd } from '#test/peers/fake-clamd.ts';

import { ClamdScanner, parseAnswer } from './clamd.ts';

async function* pieces(...parts: readonly (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part);
}

describe('clamd', () => {
  let clamd: FakeClamd;
  before(async () => {
    clamd = await startFakeClamd();
  });
  after(() => clamd.stop());
  beforeEach(() => {
    clamd.says = null;
  });

  const scanner = (port = clamd.port) =>
    new ClamdScanner({ kind: 'tcp', host: '127.0.0.1', port }, { connectMs: 2_000, scanMs: 1_000 });

  it('sends the file as it is, however it comes in pieces', async () => {
    const large = Buffer.alloc(300_000, 'octets');
    assert.deepEqual(await scanner().scan(pieces('a', '', large, 'z')), { kind: 'clean' });
    assert.deepEqual(clamd.scanned.at(-1), Buffer.concat([Buffer.from('a'), large, Buffer.from('z')]));
    assert.deepEqual(await scanner().scan(pieces()), { kind: 'clean' });
    assert.equal(clamd.scanned.at(-1)?.length, 0);
  });

  it('names what was found, also across pieces', async () => {
    const found = await scanner().scan(pieces(VIRUS.slice(0, 20), VIRUS.slice(20)));
    assert.deepEqual(found, { kind: 'infected', signature: 'Test.Virus.UNOFFICIAL' });
  });

  it('takes nothing but the two answers of the protocol for a verdict', async () => {
    for (const says of [
      '',
      '\0',
      'stream: OK',
      'stream: OK\n\0',
      'stream: OK\0\0',
      'stream: ok\0',
      'other: OK\0',
      'INSTREAM size limit exceeded. ERROR\0',
      'stream: Can\u0027t allocate memory ERROR\0',
      'UNKNOWN COMMAND\0',
      `stream: ${'x'.repeat(2_000)} FOUND\0`,
      'reset',
      'hang',
    ]) {
      clamd.says = says;
      assert.equal((await scanner().scan(pieces('a file'))).kind, 'not-scanned', JSON.stringify(says));
    }
    assert.equal(parseAnswer('stream: A B FOUND\0').kind, 'not-scanned');
  });

  it('says that nothing was scanned where nobody listens, and passes on what the file throws', async () => {
    const gone = await startFakeClamd();
    await gone.stop();
    assert.deepEqual(await scanner(gone.port).scan(pieces('x')), {
      kind: 'not-scanned',
      why: 'ECONNREFUSED',
    });
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from('a');
      throw new RangeError('the file broke');
    }
    await assert.rejects(scanner().scan(broken()), /the file broke/u);
  });
});
