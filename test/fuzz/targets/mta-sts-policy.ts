/** MTA-STS policies as served: refused by a coded error or read; what they allow is what they say. */
import assert from 'node:assert/strict';

import { parsePolicy } from 'mailauth/lib/mta-sts.js';

import { allowsHost } from '#src/routing/mta-sts-policy.ts';

import { latin1, type FuzzTarget } from '../target.ts';

export const mtaStsPolicy: FuzzTarget = {
  name: 'mta-sts-policy',
  words: [
    'version: STSv1',
    'mode: enforce',
    'mode: testing',
    'mode: none',
    'mx: *.',
    'mx: mail.example',
    'max_age: 86400',
    '\r\n',
    '\n',
    '*',
    '..',
    '\0',
  ],
  run(input) {
    let policy: { mode?: unknown; mx?: unknown };
    try {
      policy = parsePolicy(latin1(input), { strict: true });
    } catch (error) {
      assert.ok(error instanceof Error && 'code' in error, 'a coded refusal');
      return;
    }
    const mx = Array.isArray(policy.mx) ? policy.mx.map(String) : [];
    const read = { id: '1', mode: 'enforce', mx, fetchedMs: 0, expiresMs: 1 } as const;
    assert.ok(['enforce', 'testing', 'none'].includes(String(policy.mode)));
    for (const host of [
      'mail.example',
      'a.mail.example',
      'a.b.mail.example',
      'evil.test',
      'mail.example.evil.test',
    ]) {
      const named = mx.includes(host) || mx.includes(`*.${host.slice(host.indexOf('.') + 1)}`);
      assert.equal(allowsHost(read, host), named, host);
    }
  },
};
