import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { decodeImportFile, readImportFile } from './import-file.ts';

suite('a CSV list', () => {
  test('is read by the names of its columns, in any order and case', () => {
    const text =
      '\uFEFFBAAExpires,Domain,TLS,note,nextHop\r\n2027-12-31,Clinic.example,DANE,"a ""note"", here",\r\n,lab.example,,,smtp://mx.lab.example:2525\r\n';
    const { format, partners, problems } = readImportFile(text);
    assert.deepEqual(problems, []);
    assert.equal(format, 'csv');
    assert.deepEqual(partners, [
      { domain: 'clinic.example', tls: 'dane', nextHop: null, baaSigned: null, baaExpires: '2027-12-31' },
      {
        domain: 'lab.example',
        tls: null,
        nextHop: { host: 'mx.lab.example', port: 2525 },
        baaSigned: null,
        baaExpires: null,
      },
    ]);
  });

  test('domains are compared as they are in the DNS', () => {
    const { partners, problems } = readImportFile('domain\nbücher.example\nxn--bcher-kva.example\n');
    assert.deepEqual(
      partners.map(({ domain }) => domain),
      ['xn--bcher-kva.example'],
    );
    assert.match(problems[0]?.message ?? '', /stands there twice/u);
  });

  test('is read as spreadsheets write it: semicolons, tabs, UTF-16, lines of comment', () => {
    const lines = ['# partners of 2026', 'domain,tls,baaExpires', 'clinic.example,dane,2027-12-31', ''];
    const plain = readImportFile(lines.join('\n'));
    assert.deepEqual(plain.problems, []);
    assert.equal(plain.partners.length, 1);
    for (const delimiter of [';', '\t'])
      assert.deepEqual(readImportFile(lines.join('\r\n').replaceAll(',', delimiter)), plain);
    const utf16 = Buffer.from(`\uFEFF${lines.join('\r\n')}`, 'utf16le');
    assert.deepEqual(readImportFile(decodeImportFile(utf16)), plain);
    assert.deepEqual(readImportFile(decodeImportFile(utf16.swap16())), plain);
    assert.deepEqual(readImportFile(decodeImportFile(Buffer.from(`\uFEFF${lines.join('\n')}`))), plain);
  });

  for (const [what, text, line, message] of [
    ['an empty file', '', 1, /names no domain/u],
    ['a list of nobody', 'domain,tls\n', 1, /names no domain/u],
    ['no column of ours', 'name,tls\nx,pkix\n', 1, /must name the columns/u],
    ['a domain that is none', 'domain\nok.example\nnot a domain\n', 3, /domain needs/u],
    ['an address as domain', 'domain\n[192.0.2.1]\n', 2, /domain needs/u],
    ['an unknown channel', 'domain,tls\na.example,ssl\n', 2, /tls needs one of pkix, dane, mta-sts/u],
    ['a server with a password', 'domain,nextHop\na.example,smtp://u:p@b.example\n', 2, /nextHop needs/u],
    ['a day of no calendar', 'domain,baaSigned\na.example,2026-02-30\n', 2, /baaSigned needs a day/u],
    ['a quote that never ends', 'domain\n"a.example\n', 2, /./u],
  ] as const) {
    test(`${what} is a problem with its line`, () => {
      const { problems } = readImportFile(text);
      assert.equal(problems.length, 1);
      assert.equal(problems[0]?.line, line);
      assert.match(problems[0].message, message);
    });
  }
});

suite('destination controls of a Cisco appliance', () => {
  const EXPORT = [
    '# exported',
    '[DEFAULT]',
    'ip_sort_pref = PREFER_V4',
    'max_host_concurrency = 500',
    'table_tls = on',
    '',
    '[clinic.example]',
    'limit_type = host',
    'table_tls = require_verify',
    '',
    '[lab.example]',
    'table_tls = 2',
    '[ordinary.example]',
    'max_messages_per_connection = 20',
    '[.group.example]',
    'table_tls = required',
    '[verify.example]',
    'table_tls = on_verify',
    '',
  ].join('\r\n');

  test('those that demand TLS are partners to look at; the others are left out with the reason', () => {
    const { format, partners, problems, leftOut } = readImportFile(EXPORT);
    assert.equal(format, 'cisco');
    assert.deepEqual(problems, []);
    assert.deepEqual(
      partners.map(({ domain, tls }) => [domain, tls]),
      [
        ['clinic.example', null],
        ['lab.example', null],
      ],
    );
    assert.deepEqual(leftOut, [
      { domain: 'ordinary.example', why: 'TLS is not demanded there (on)' },
      { domain: '.group.example', why: 'covers domains below it: name each one' },
      { domain: 'verify.example', why: 'TLS is not demanded there (on_verify)' },
    ]);
  });

  test('what the default demands holds for domains that say nothing', () => {
    const text = EXPORT.replace('table_tls = on\r\n', 'table_tls = required\r\n');
    assert.ok(readImportFile(text).partners.some(({ domain }) => domain === 'ordinary.example'));
  });

  test('an address stops nobody else, and a domain that stands there twice is one partner', () => {
    const demands = (name: string): string => `[${name}]\ntable_tls = 4\n`;
    const text = ['192.0.2.1', '2001:db8::1', 'clinic.example', 'Clinic.Example'].map(demands).join('');
    const { partners, problems, leftOut } = readImportFile(`[DEFAULT]\ntable_tls = off\n${text}`);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      partners.map(({ domain }) => domain),
      ['clinic.example'],
    );
    assert.deepEqual(
      leftOut.map(({ domain }) => domain),
      ['192.0.2.1', '2001:db8::1'],
    );
  });

  test('a line that is none of these is a problem', () => {
    const { problems } = readImportFile('[DEFAULT]\ntable_tls = on\n[clinic.example]\n<html>\n');
    assert.deepEqual(
      problems.map(({ line }) => line),
      [4],
    );
  });
});
