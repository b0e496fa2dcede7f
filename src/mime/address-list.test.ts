import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import * as fc from 'fast-check';

import { parseAddressList } from './address-list.ts';
import '#test/support/seeded-properties.ts';

/** Processor time: what others do on the machine doesn't count. */
const cpuMs = (): number => process.cpuUsage().user / 1_000;

const pairs = (value: string): [string, string][] =>
  parseAddressList(value).map(({ displayName, address }) => [displayName, address]);

describe('mailboxes of a header field', () => {
  const rows: readonly [name: string, value: string, expected: [string, string][]][] = [
    ['an address alone', 'a@b.example', [['', 'a@b.example']]],
    ['name and address', 'Ada B <a@b.example>', [['Ada B', 'a@b.example']]],
    [
      'several',
      'Ada <a@b.example>, c@d.example,, "E, F" <e@f.example>',
      [
        ['Ada', 'a@b.example'],
        ['', 'c@d.example'],
        ['E, F', 'e@f.example'],
      ],
    ],
    ['quotes and escapes', String.raw`"Ada \"the\" \\ B" <a@b.example>`, [['Ada "the" \\ B', 'a@b.example']]],
    ['an encoded name', '=?utf-8?q?M=C3=BCller=2C_A=2E?= <m@b.example>', [['Müller, A.', 'm@b.example']]],
    ['an encoded name in quotes', '"=?utf-8?q?M=C3=BCller?=" <m@b.example>', [['Müller', 'm@b.example']]],
    ['a comment for a name', 'a@b.example (Ada B)', [['Ada B', 'a@b.example']]],
    ['comments around and inside others', '(x (y)) Ada <a@b.example> (z)', [['Ada', 'a@b.example']]],
    [
      'a group',
      'Ward 3: Ada <a@b.example>, c@d.example;, e@f.example',
      [
        ['Ada', 'a@b.example'],
        ['', 'c@d.example'],
        ['', 'e@f.example'],
      ],
    ],
    ['an empty group', 'undisclosed-recipients:;', []],
    ['nothing', ' , ;', []],
    ['an obsolete route', '<@x.example,@y.example:a@b.example>', [['', 'a@b.example']]],
    ['a quoted local part', '"a, b"@c.example', [['', '"a, b"@c.example']]],
    ['blanks in brackets', 'Ada < a@b.example >', [['Ada', 'a@b.example']]],
    ['an empty path', 'Mailer <>', [['Mailer', '']]],
    ['raw UTF-8', Buffer.from('Zoë <zoë@b.example>').toString('latin1'), [['Zoë', 'zoë@b.example']]],
    ['a name that is an address', '"a@good.test" <b@evil.test>', [['a@good.test', 'b@evil.test']]],
    ['a bracket in a quoted local part', '<"a>b"@c.example>', [['', '"a>b"@c.example']]],
  ];
  for (const [name, value, expected] of rows) test(name, () => assert.deepEqual(pairs(value), expected));

  test('S57: glued text makes no new address', () => {
    const glued = [
      'user@good-corp.com(x)evil.com',
      'a@good.test <b@evil.test> <c@evil.test>',
      'Ada <a@good.test> b@evil.test',
      'Ada <a@good.test',
      '"a@good.test',
      'a@good.test(',
    ];
    for (const value of glued) assert.deepEqual(pairs(value), [['', value]]);
  });

  test('S57: an encoded word in an address is not decoded', () => {
    assert.deepEqual(pairs('=?utf-8?q?=40evil.test?=@good.test'), [
      ['', '=?utf-8?q?=40evil.test?=@good.test'],
    ]);
  });

  test('S67: no line end comes out of a name', () => {
    assert.deepEqual(pairs('=?utf-8?q?x=0D=0ABcc=3A_y?= <a@b.example>'), [['x Bcc: y', 'a@b.example']]);
  });

  test('S84: 100,000 addresses, comments and groups are linear and bounded', () => {
    const started = cpuMs();
    assert.equal(parseAddressList('a@b.example,'.repeat(120_000)).length, 100_000);
    for (const unit of ['(', ')', 'g:', '<', '"', '"a"', '\\', '<"', 'a(b)', '=?a?q?'])
      assert.ok(parseAddressList(unit.repeat(50_000)).length <= 100_000);
    assert.ok(cpuMs() - started < 2_000);
  });

  test('no input throws', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '<',
        '>',
        '(',
        ')',
        '"',
        '\\',
        ',',
        ';',
        ':',
        '@',
        ' ',
        '\t',
        'a',
        'b.example',
        '=?utf-8?q?',
      ),
      fc.string({ unit: 'binary-ascii' }),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        for (const { displayName } of parseAddressList(pieces.join('')))
          assert.doesNotMatch(displayName, /[\r\n\0]/u);
      }),
      { numRuns: 500 },
    );
  });
});
