import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, verify, type KeyObject } from 'node:crypto';
import { suite, test } from 'node:test';

import fc from 'fast-check';

import { sha256 } from '#src/base/bytes.ts';
import { headerBlockEnd, parseHeaderFields } from '#src/mime/header-fields.ts';
import { verifyDkim } from '#test/support/verify-dkim.ts';

import { DkimBodyHash } from './dkim-body-hash.ts';
import { dnsRecordName, dnsRecordText } from './dkim-record.ts';
import { canonicalField, signMail, type DkimKey } from './dkim-signer.ts';
import '#test/support/seeded-properties.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12);

// The private key of RFC 8463 appendix A.2, as PKCS #8.
const RFC_8463_KEY = createPrivateKey({
  key: Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    Buffer.from('nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=', 'base64'),
  ]),
  format: 'der',
  type: 'pkcs8',
});

function keyOf(selector: string, privateKey: KeyObject): DkimKey {
  const algorithm = privateKey.asymmetricKeyType === 'rsa' ? 'rsa-sha256' : 'ed25519-sha256';
  return { domain: 'football.example.com', selector, algorithm, privateKey };
}

const RSA = keyOf('test', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
const ED25519 = keyOf('brisbane', RFC_8463_KEY);
const RECORDS = new Map([RSA, ED25519].map((key) => [dnsRecordName(key), dnsRecordText(key.privateKey)]));

// RFC 8463 appendix A.1.
const RFC_MAIL = `From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
`.replaceAll('\n', '\r\n');

async function signed(mail: string, keys: readonly DkimKey[] = [RSA, ED25519]): Promise<Buffer> {
  const bytes = Buffer.from(mail, 'latin1');
  const end = headerBlockEnd(bytes);
  const hash = new DkimBodyHash();
  hash.update(bytes.subarray(end));
  const header = bytes.subarray(0, end);
  const fields = await signMail({ header, bodyHash: hash.digest(), keys, nowMs: NOW_MS });
  return Buffer.concat([Buffer.from(fields, 'latin1'), bytes]);
}

/** What mailauth says of each signature. */
async function verdicts(mail: Buffer): Promise<string[]> {
  return (await verifyDkim(mail, RECORDS)).map(({ result }) => result);
}

function fold(text: string): string {
  return text.replaceAll('\n', '\r\n');
}

suite('DKIM signatures', () => {
  test('header examples of RFC 6376 section 3.4.5', () => {
    const fields = parseHeaderFields(Buffer.from('A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n'));
    assert.deepEqual(fields.map(canonicalField), ['a:X', 'b:Y Z']);
  });

  test('the signature of RFC 8463 appendix A.3 is over our canonical form', () => {
    const fields = parseHeaderFields(Buffer.from(RFC_MAIL));
    const canonical = ['from', 'to', 'subject', 'date', 'message-id'].map((name) =>
      fields.filter((field) => field.lowerName === name).map(canonicalField),
    );
    const own =
      'dkim-signature:v=1; a=ed25519-sha256; c=relaxed/relaxed; d=football.example.com; i=@football.example.com; ' +
      'q=dns/txt; s=brisbane; t=1528637909; h=from : to : subject : date : message-id : from : subject : date; ' +
      'bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=';
    const data = sha256([...canonical.flat(), own].join('\r\n'));
    const signature =
      '/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==';
    assert.ok(verify(null, data, ED25519.privateKey, Buffer.from(signature, 'base64')));
  });

  test('a verifier of another hand accepts both algorithms, and the record of RFC 8463', async () => {
    assert.equal(
      RECORDS.get('brisbane._domainkey.football.example.com'),
      'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
    );
    const results = await verifyDkim(await signed(RFC_MAIL), RECORDS);
    assert.deepEqual(
      results.map(({ result, domain, selector, algorithm }) => [result, domain, selector, algorithm]),
      [
        ['pass', 'football.example.com', 'test', 'rsa-sha256'],
        ['pass', 'football.example.com', 'brisbane', 'ed25519-sha256'],
      ],
    );
  });

  test('lines are short, nothing limits body or time, and what may be forged is named once more', async () => {
    const mail = (await signed(RFC_MAIL)).toString('latin1');
    const fields = parseHeaderFields(Buffer.from(mail)).filter(
      (field) => field.lowerName === 'dkim-signature',
    );
    assert.equal(fields.length, 2);
    for (const line of mail.slice(0, fields.at(-1)?.end).split('\r\n')) assert.ok(line.length <= 78, line);
    for (const { rawValue } of fields) {
      const tags = new Map(
        rawValue
          .replaceAll(/\s/gu, '')
          .split(';')
          .map((tag) => [tag.slice(0, tag.indexOf('=')), tag.slice(tag.indexOf('=') + 1)]),
      );
      assert.deepEqual([...tags.keys()], ['v', 'a', 'c', 't', 'd', 's', 'h', 'bh', 'b']);
      assert.equal(tags.get('t'), String(NOW_MS / 1000));
      const named = tags.get('h')?.split(':') ?? [];
      for (const name of ['from', 'to', 'subject', 'date', 'message-id'])
        assert.equal(named.filter((other) => other === name).length, 2, name);
      for (const name of ['reply-to', 'cc', 'content-type']) assert.ok(named.includes(name), name);
    }
  });

  test('what a next hop adds is no forgery; what a forger adds is', async () => {
    const mail = (await signed(RFC_MAIL)).toString('latin1');
    const received = `Received: from a by b; Fri, 11 Jul 2003 21:00:37 -0700\r\n${mail}`;
    assert.deepEqual(await verdicts(Buffer.from(received, 'latin1')), ['pass', 'pass']);
    for (const [what, forged] of [
      ['a second From', mail.replace('Date:', 'From: ceo@football.example.com\r\nDate:')],
      ['a Reply-To', `Reply-To: thief@evil.example\r\n${mail}`],
      ['a Content-Type', mail.replace('Date:', 'Content-Type: text/html\r\nDate:')],
      ['another Subject', mail.replace('dinner', 'Dinner')],
      ['no Date', mail.replace(/^Date:.*\r\n/mu, '')],
      ['a word of the body', mail.replace('lost', 'won')],
      ['a line behind the body', `${mail}PS\r\n`],
    ] as const) {
      assert.notEqual(forged, mail, what);
      const results = await verdicts(Buffer.from(forged, 'latin1'));
      assert.equal(results.length, 2, what);
      for (const result of results) assert.notEqual(result, 'pass', what);
    }
  });

  test('without Date and Message-ID a submission server may add them', async () => {
    const bare = RFC_MAIL.replace(/^(?:Date|Message-ID):.*\r\n/gmu, '');
    const mail = await signed(bare);
    const added = Buffer.concat([Buffer.from('Date: Fri, 11 Jul 2003 21:00:37 -0700\r\n'), mail]);
    assert.deepEqual(await verdicts(added), ['pass', 'pass']);
  });

  for (const [name, header] of [
    ['folded everywhere', 'From:\n joe@football.example.com\n\t(Joe)\nSubject: a\n \n  b\t\n c\nTo:\n'],
    [
      'duplicated fields',
      'From: a@football.example.com\nSubject: 1\nSubject: 2\nTo: x\nTo: y\nTo: z\nsubject: 3\n',
    ],
    ['8-bit octets', 'From: J\xf6 <joe@football.example.com>\nSubject: gr\xfc\xdf \xc3\xa4\xff\nTo: x\n'],
    ['white space before the colon', 'From : joe@football.example.com\nSubject\t: x\n'],
    ['odd case and empty values', 'fRoM: joe@football.example.com\nSUBJECT:\nTo:   \nReply-To:\n'],
    ['a huge field', `From: joe@football.example.com\nTo: ${'a@b.example,\n '.repeat(12_000)}c@d.example\n`],
    ['long lines', `From: joe@football.example.com\nSubject: ${'x \t'.repeat(60_000)}\n`],
    ['a header and no body', 'From: joe@football.example.com\n'],
  ] as const) {
    test(`verifies: ${name}`, async () => {
      assert.deepEqual(await verdicts(await signed(fold(`${header}\nbody\n`))), ['pass', 'pass']);
    });
  }

  test('more fields than a mail has are not signed, and many are no work', async () => {
    const header = (count: number): string =>
      `From: joe@football.example.com\r\n${'To: x\r\n'.repeat(count)}\r\n`;
    assert.deepEqual(await verdicts(await signed(header(200))), ['pass', 'pass']);
    assert.equal((await signed(header(40_000))).toString('latin1'), header(40_000));
    const others = `From: joe@football.example.com\r\n${'X-A: x\r\n'.repeat(30_000)}\r\n`;
    assert.ok((await signed(others)).length > others.length);
  });

  test('without a key nothing is added', async () => {
    assert.equal((await signed(RFC_MAIL, [])).toString('latin1'), RFC_MAIL);
  });

  test('random mails verify, and altered ones do not', async () => {
    const value = fc
      .array(
        fc.constantFrom(
          'word',
          ' ',
          '\t',
          '\r\n ',
          '\r\n\t',
          '\xe9',
          '=?utf-8?q?x?=',
          ';',
          ':',
          '<a@b.example>',
        ),
      )
      .map((words) => words.join(''));
    const line = fc
      .array(fc.constantFrom('text', ' ', '\t', '.', '\xff', 'From '))
      .map((words) => words.join(''));
    const name = fc.constantFrom('Subject', 'To', 'Cc', 'Reply-To', 'X-Any', 'References', 'Content-Type');
    const field = fc.tuple(name, value).map(([fieldName, text]) => `${fieldName}: x${text}\r\n`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(field, { maxLength: 12 }),
        fc.array(line, { maxLength: 12 }),
        async (fields, lines) => {
          const mail = `From: joe@football.example.com\r\n${fields.join('')}\r\n${lines.join('\r\n')}`;
          const bytes = await signed(mail, [ED25519]);
          assert.deepEqual(await verdicts(bytes), ['pass']);
          const altered = Buffer.concat([bytes, Buffer.from('\r\n!')]);
          assert.notDeepEqual(await verdicts(altered), ['pass']);
        },
      ),
      { numRuns: 150 },
    );
  });
});
