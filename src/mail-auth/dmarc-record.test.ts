import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { dmarcDomains, oneDmarcRecord, parseDmarcRecord } from './dmarc-record.ts';

describe('DMARC records', () => {
  it('reads policy, policy below and percentage', () => {
    assert.deepEqual(parseDmarcRecord('v=DMARC1; p=reject'), {
      policy: 'reject',
      belowPolicy: 'reject',
      percent: 100,
    });
    assert.deepEqual(parseDmarcRecord('V = DMARC1 ;P=Quarantine; SP=none; pct=20; rua=mailto:a@b.test;'), {
      policy: 'quarantine',
      belowPolicy: 'none',
      percent: 20,
    });
    assert.equal(parseDmarcRecord('v=DMARC1; p=reject; t=y')?.percent, 0);
    for (const wrong of [
      '',
      'v=spf1 -all',
      'p=reject; v=DMARC1',
      'v=DMARC1',
      'v=DMARC1; p=maybe',
      'v=dmarc1; p=none',
    ])
      assert.equal(parseDmarcRecord(wrong), null, wrong);
  });

  it('takes one record among other texts, and none where two contradict', () => {
    assert.equal(oneDmarcRecord(['google-site-verification=x', 'v=DMARC1; p=none'])?.policy, 'none');
    assert.equal(oneDmarcRecord(['v=DMARC1; p=none', 'v=DMARC1; p=reject']), null);
    assert.equal(oneDmarcRecord(['v=DMARC10; p=reject']), null);
  });

  it('looks at the domain and those above it, a long name in at most eight steps', () => {
    assert.deepEqual(dmarcDomains('mail.hospital.test'), ['mail.hospital.test', 'hospital.test']);
    assert.deepEqual(dmarcDomains('hospital.test'), ['hospital.test']);
    const long = dmarcDomains('a.b.c.d.e.f.g.h.i.hospital.test');
    assert.deepEqual(
      [long.length, long[0], long.at(-1)],
      [7, 'a.b.c.d.e.f.g.h.i.hospital.test', 'hospital.test'],
    );
  });
});
