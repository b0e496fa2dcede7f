import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { FakeClock, HOUR_MS } from '#src/base/clock.ts';
import type { DnsClient } from '#src/routing/dns-answer.ts';

import { DmarcWatch } from './dmarc-watch.ts';

type Zone = Record<string, readonly string[] | 'silent' | 'failing'>;

function watch(zone: Zone, domains: readonly string[]) {
  const clock = new FakeClock();
  const asked: string[] = [];
  const answer = async (name: string) => {
    asked.push(name);
    const found = zone[name];
    if (found === 'silent') return new Promise<never>(() => {});
    if (found === 'failing') return { kind: 'failed', why: 'SERVFAIL' } as const;
    if (found === undefined)
      return { kind: 'none', reason: 'no-such-name', secure: false, ttlSeconds: 60 } as const;
    return { kind: 'answer', records: found, name, secure: false, ttlSeconds: 60 } as const;
  };
  // Only TXT is asked for here.
  const dns = { query: answer } as unknown as Pick<DnsClient, 'query'>;
  return { clock, asked, zone, watch: new DmarcWatch({ clock, dns: () => dns, domains: () => domains }) };
}

const names = async (zone: Zone, ...domains: string[]): Promise<string[]> =>
  (await watch(zone, domains).watch.look()).map(({ name }) => name);

describe('whether DMARC is enforced', () => {
  it('warns of a missing record and of one that lets forged mail through, with the cure', async () => {
    assert.deepEqual(await names({}, 'hospital.org'), ['dmarc-missing']);
    const zone = { '_dmarc.hospital.org': ['v=DMARC1; p=none'] };
    const [finding] = await watch(zone, ['hospital.org']).watch.look();
    assert.equal(finding?.name, 'dmarc-not-enforced');
    assert.match(finding?.text ?? '', /_dmarc\.hospital\.org says p=none.*set p=quarantine or p=reject/u);
    for (const record of ['v=DMARC1; p=reject; pct=50', 'v=DMARC1; p=quarantine; t=y'])
      assert.deepEqual(await names({ '_dmarc.hospital.org': [record] }, 'hospital.org'), [
        'dmarc-not-enforced',
      ]);
    for (const record of ['v=DMARC1; p=reject', 'v=DMARC1; p=quarantine; sp=none'])
      assert.deepEqual(await names({ '_dmarc.hospital.org': [record] }, 'hospital.org'), [], record);
  });

  it('goes by the record above where the domain has none, and by what that says of those below', async () => {
    const above = (record: string) => ({ '_dmarc.hospital.org': [record] });
    assert.deepEqual(await names(above('v=DMARC1; p=reject'), 'mail.hospital.org'), []);
    assert.deepEqual(await names(above('v=DMARC1; p=reject; sp=none'), 'mail.hospital.org'), [
      'dmarc-not-enforced',
    ]);
    const own = { ...above('v=DMARC1; p=reject'), '_dmarc.mail.hospital.org': ['v=DMARC1; p=none'] };
    assert.deepEqual(await names(own, 'mail.hospital.org'), ['dmarc-not-enforced']);
  });

  it('asks again when an hour is over, and keeps what it knew where nobody answers', async () => {
    const { clock, asked, watch: dmarc, zone } = watch({}, ['hospital.org']);
    // What is known already is answered before the name servers are asked again.
    const look = async (): Promise<void> => {
      await dmarc.look();
      await new Promise((resolve) => setImmediate(resolve));
    };
    await look();
    await look();
    assert.equal(asked.length, 1);
    zone['_dmarc.hospital.org'] = 'failing';
    clock.advance(HOUR_MS);
    await look();
    assert.deepEqual(asked.length, 2);
    assert.deepEqual(
      (await dmarc.look()).map(({ name }) => name),
      ['dmarc-missing'],
    );
    zone['_dmarc.hospital.org'] = ['v=DMARC1; p=reject'];
    clock.advance(HOUR_MS);
    await look();
    assert.deepEqual(await dmarc.look(), []);
  });

  it('says nothing where nothing is known, and waits for silent name servers once', async () => {
    assert.deepEqual(await names({ '_dmarc.hospital.org': 'failing' }, 'hospital.org'), []);
    const { watch: dmarc } = watch({ '_dmarc.hospital.org': 'silent' }, ['hospital.org']);
    assert.deepEqual(await dmarc.look(), []);
    const began = performance.now();
    assert.deepEqual(await dmarc.look(), []);
    assert.ok(performance.now() - began < 2_000);
  });
});
