import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { canonicalDomain, maskMailAddress, parseMailAddress } from './mail-address.ts';

suite('mail addresses', () => {
  for (const [raw, canonical] of [
    ['jane@outside.example', 'jane@outside.example'],
    ['Jane.Doe@OUTSIDE.Example', 'jane.doe@outside.example'],
    ['"a b"@outside.example', '"a b"@outside.example'],
    ['"a\\"b"@outside.example', '"a\\"b"@outside.example'],
    ['"a@b"@c.test', '"a@b"@c.test'],
    ["o'brien+tag@outside.example", "o'brien+tag@outside.example"],
    ['ä@exämple.test', 'ä@xn--exmple-cua.test'],
    ['a@xn--exmple-cua.test', 'a@xn--exmple-cua.test'],
    ['a@faß.example', 'a@xn--fa-hia.example'],
    ['a@outside。example', 'a@outside.example'],
    ['`id`@l.test', '`id`@l.test'],
    ['__proto__@l.test', '__proto__@l.test'],
    ['u@[127.0.0.1]', 'u@[127.0.0.1]'],
    ['u@[IPv6:2001:DB8::1]', 'u@[ipv6:2001:db8::1]'],
    [`${'x'.repeat(64)}@d.test`, `${'x'.repeat(64)}@d.test`],
  ] as const) {
    test(`${raw} is ${canonical}`, () => {
      const address = parseMailAddress(raw);
      assert.equal(address?.canonical, canonical);
      assert.equal(address?.raw, raw, 'what SMTP gave is what SMTP gets back');
    });
  }

  for (const raw of [
    '',
    '@d.test',
    'a@',
    'a',
    'a@b@',
    '"a@b"',
    'a b@d.test',
    'a..b@d.test',
    '.a@d.test',
    'a@d..test',
    'a@-d.test',
    'a@d.test.',
    'a@d_e.test',
    'a\r\nRCPT TO:<e@x>@d.test',
    'a\0b@d.test',
    '"\r\n"@d.test',
    'a\u202eb@d.test',
    'a\u00a0b@d.test',
    '"a\u3000b"@d.test',
    'a@d\u200b.test\u0000',
    'u@0x7f.1',
    'u@2130706433',
    'u@[127.0.0.256]',
    'u@[127.1]',
    'u@[::1]',
    'u@[IPv6:127.0.0.1]',
    'u@[IPv6:fe80::1%eth0]',
    'u@[v.:]',
    'a@%64.test',
    `${'x'.repeat(65)}@d.test`,
    `a@${'d'.repeat(64)}.test`,
    `a@${'d.'.repeat(127)}test`,
  ]) {
    test(`refused: ${JSON.stringify(raw).slice(0, 60)}`, () => {
      assert.equal(parseMailAddress(raw), null);
    });
  }

  test('a look-alike domain is another domain', () => {
    assert.notEqual(canonicalDomain('\u0435xample.test'), canonicalDomain('example.test'));
    assert.notEqual(canonicalDomain('faß.example'), canonicalDomain('fass.example'));
  });

  test('nothing behind a domain is cut off to make it another one', () => {
    for (const mark of ['/', '\\', '?', '#', ':', '@', '%2f', ';', ',', '|', '^', '<', '>', ' ']) {
      assert.equal(canonicalDomain(`hospital.test${mark}evil.example`), null, mark);
      assert.equal(canonicalDomain(`hospital.test${mark}`), null, mark);
      if (mark !== '@') assert.equal(parseMailAddress(`a@hospital.test${mark}evil.example`), null, mark);
    }
  });

  test('masking keeps the first letter and the domain', () => {
    const address = parseMailAddress('jane.doe@outside.example');
    assert.ok(address);
    assert.equal(maskMailAddress(address), 'j•••@outside.example');
  });
});
