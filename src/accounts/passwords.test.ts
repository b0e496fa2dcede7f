import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';

import { PasswordHasher } from './passwords.ts';

const KEY = Buffer.alloc(32, 7);
const keys = (key = KEY) => ({
  mac: (_purpose: string, data: Uint8Array) => createHmac('sha256', key).update(data).digest(),
});

describe('password hashes', () => {
  const hasher = new PasswordHasher(keys());

  it('W03: are Argon2id with 19 MiB, two passes, one lane and a fresh salt', async () => {
    const [one, two] = await Promise.all([
      hasher.hash('a long pass phrase'),
      hasher.hash('a long pass phrase'),
    ]);
    assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/u);
    assert.notEqual(one, two);
    assert.equal(await hasher.verify('a long pass phrase', one), true);
    assert.equal(await hasher.verify('a long pass phrasf', one), false);
  });

  it('W03: use every byte: beyond 72, NUL inside, and no form of Unicode is another password', async () => {
    const long = await hasher.hash(`${'x'.repeat(72)}a`);
    assert.equal(await hasher.verify(`${'x'.repeat(72)}b`, long), false);
    const nul = await hasher.hash('before\0after the end');
    assert.equal(await hasher.verify('before\0other the end', nul), false);
    assert.equal(await hasher.verify('before', nul), false);
    const composed = await hasher.hash('Zoë läuft heim'.normalize('NFC'));
    assert.equal(await hasher.verify('Zoë läuft heim'.normalize('NFD'), composed), true);
  });

  it('are of no use without the verifier key', async () => {
    const phc = await hasher.hash('a long pass phrase');
    const elsewhere = new PasswordHasher(keys(randomBytes(32)));
    assert.equal(await elsewhere.verify('a long pass phrase', phc), false);
  });

  it('of another form verify nothing', async () => {
    for (const phc of [
      '',
      'x',
      '$argon2i$v=19$m=8,t=1,p=1$AAAA$AAAA',
      '$argon2id$v=16$m=8,t=1,p=1$AAAA$AAAA',
    ]) {
      assert.equal(await hasher.verify('a long pass phrase', phc), false);
    }
    assert.equal(await hasher.verifyNothing('a long pass phrase'), false);
  });

  it('are made two at a time, three may wait, and one more is told so at once', async () => {
    const busy = new PasswordHasher(keys(), undefined, 3);
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => busy.hash('x')));
    const refused = results.filter((result) => result.status === 'rejected');
    assert.equal(refused.length, 1);
    assert.match(String(refused[0]?.reason), /too many/u);
    assert.match(await busy.hash('x'), /^\$argon2id/u);
  });
});
