import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';

import { hashLinkToken, hashMessageCode, isLinkToken } from './link-tokens.ts';
import { accountAddressMac, accountMac, linkMac, requireMac, RowForged, sessionMac } from './row-mac.ts';

const keys = {
  mac: (purpose: string, data: Uint8Array) => createHmac('sha256', purpose).update(data).digest(),
};

const session = {
  tokenHash: Buffer.alloc(32, 1),
  kind: 'recipient' as const,
  accountId: 'A',
  canonicalAddress: null,
  recipientId: null,
  createdAt: 1,
  lastSeenAt: 2,
  expiresAt: 3,
  browser: null,
};

describe('row hashes', () => {
  it('change with every field, and tell null from empty and a number from its digits', () => {
    const variants = [
      session,
      { ...session, tokenHash: Buffer.alloc(32, 2) },
      { ...session, kind: 'registration' as const },
      { ...session, accountId: 'B' },
      { ...session, accountId: null },
      { ...session, accountId: '' },
      { ...session, canonicalAddress: '' },
      { ...session, recipientId: '' },
      { ...session, createdAt: 0 },
      { ...session, lastSeenAt: 3 },
      { ...session, expiresAt: 4 },
      { ...session, browser: '' },
      { ...session, browser: 'Firefox' },
    ];
    const macs = variants.map((row) => sessionMac(keys, row).toString('hex'));
    assert.equal(new Set(macs).size, variants.length);
    const account = { id: 'A', createdAt: 1, state: 'active' as const, resetAt: null, suspendedBefore: null };
    assert.notDeepEqual(accountMac(keys, account), accountMac(keys, { ...account, resetAt: 0 }));
  });

  it('do not let fields run into each other', () => {
    const row = { canonicalAddress: 'a@b.test', accountId: 'AB', address: 'C', provenAt: 1 };
    const shifted = { ...row, accountId: 'A', address: 'BC' };
    assert.notDeepEqual(accountAddressMac(keys, row), accountAddressMac(keys, shifted));
  });

  it('a missing or different hash is a forged row', () => {
    const expected = sessionMac(keys, session);
    requireMac('sessions', 'x', expected, Buffer.from(expected));
    for (const actual of [null, Buffer.alloc(0), Buffer.alloc(32), expected.subarray(0, 31)]) {
      assert.throws(
        () => requireMac('sessions', 'x', expected, actual),
        (error) => {
          assert.ok(error instanceof RowForged);
          assert.deepEqual([error.code, error.table, error.rowKey], ['row-forged', 'sessions', 'x']);
          return true;
        },
      );
    }
  });

  it('tokens of links and message codes are hashed apart from each other', () => {
    assert.notDeepEqual(hashLinkToken(keys, '7K42QF9XM'), hashMessageCode(keys, '7K42QF9XM'));
    assert.equal(isLinkToken('A'.repeat(22)), true);
    for (const text of ['', 'A'.repeat(21), 'A'.repeat(23), `${'A'.repeat(21)}/`, `${'A'.repeat(22)}\n`]) {
      assert.equal(isLinkToken(text), false);
    }
    const link = {
      recipientId: 'R',
      messageId: 'M',
      canonicalAddress: 'a@b.test',
      linkTokenHash: Buffer.alloc(32, 1),
      secondChannel: null,
    };
    const macs = [
      link,
      { ...link, recipientId: 'S' },
      { ...link, messageId: 'N' },
      { ...link, canonicalAddress: 'c@b.test' },
      { ...link, linkTokenHash: Buffer.alloc(32, 2) },
      { ...link, secondChannel: 1 },
    ].map((fields) => linkMac(keys, fields).toString('hex'));
    assert.equal(new Set(macs).size, 6);
  });
});
