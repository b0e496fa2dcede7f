import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import fc from 'fast-check';

import { MimeScanner } from '#src/mime/scanner.ts';
import { transferDecoder } from '#src/mime/transfer-decoding.ts';

import { parseDeliveryStatus } from './delivery-status.ts';
import { findAddress, reportedAddresses } from './recipient-address.ts';
import { recognise, type Recognised } from './recognise.ts';
import type { ReturnedMail } from './returned-mail.ts';
import { readTextBounce } from './text-bounce.ts';
import '#test/support/seeded-properties.ts';

const samples = fileURLToPath(new URL('../../test/fixtures/returns/', import.meta.url));
const JANE = 'jane@outside.example';

/** The mail as the listener sees it, with its parts read from memory. */
function scanned(bytes: Buffer, reversePath: string): ReturnedMail {
  const derived: Buffer[] = [];
  const scanner = new MimeScanner({ onDerived: (utf8) => derived.push(Buffer.from(utf8)) > 0 });
  scanner.write(bytes);
  const scan = scanner.finish();
  return {
    reversePath,
    header: scan.header,
    scan,
    parts: {
      decoded(part) {
        const decoder = transferDecoder(part.transferEncoding);
        return Promise.resolve(
          Buffer.concat([decoder.decode(bytes.subarray(part.start, part.end)), decoder.finish()]),
        );
      },
      text: ({ text }) =>
        Promise.resolve(
          text === null ? '' : Buffer.concat(derived).subarray(text.start, text.end).toString(),
        ),
    },
  };
}

interface Expected {
  readonly file: string;
  /** Default: the null one. */
  readonly reversePath?: string;
  readonly is: Recognised;
}

const report = (
  action: 'failed' | 'delayed' | 'relayed',
  status: string | null,
  reply: string | null,
  remoteHost: string | null,
): Recognised => ({ kind: 'report', action, status, reply, remoteHost, source: 'report' });
const text = (status: string | null, reply: string | null): Recognised => ({
  kind: 'report',
  action: 'failed',
  status,
  reply,
  remoteHost: null,
  source: 'text',
});
const other: Recognised = { kind: 'other' };

const EXPECTED: readonly Expected[] = [
  {
    file: 'postfix-no-such-user.eml',
    is: report(
      'failed',
      '5.1.1',
      '550 5.1.1 <jane@outside.example>: Recipient address rejected: User unknown in local recipient table',
      'imap.outside.example',
    ),
  },
  { file: 'postfix-alias.eml', is: report('failed', '5.2.2', null, null) },
  { file: 'postfix-delayed.eml', is: report('delayed', '4.4.1', null, null) },
  {
    file: 'postfix-relayed.eml',
    is: report('relayed', '2.0.0', '250 2.0.0 Ok: queued as 77F1C0', 'mx.outside.example'),
  },
  {
    file: 'exchange-no-such-user.eml',
    is: report(
      'failed',
      '5.1.10',
      '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient jane@outside.example not found by SMTP address lookup',
      null,
    ),
  },
  {
    file: 'exim-report.eml',
    is: report('failed', '5.0.0', '552 5.2.2 Mailbox over quota', 'store.outside.example'),
  },
  { file: 'exim-text.eml', is: text(null, null) },
  { file: 'exim-warning.eml', is: other },
  { file: 'qmail.eml', is: text('5.7.1', '550 5.7.1 Mail from outside is not wanted here') },
  {
    file: 'gmail.eml',
    is: report(
      'failed',
      '5.1.1',
      '550-5.1.1 The account that you tried to reach does not exist. Please look for 550-5.1.1 typing errors or spaces. For more information, go to 550 5.1.1 d9443c01a7336-2129abc si12.17 - gsmtp',
      'mx.outside.example',
    ),
  },
  {
    file: 'amazon-ses.eml',
    is: report(
      'failed',
      '4.4.7',
      '554 4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.4.0 Unable to lookup DNS for outside.example>',
      null,
    ),
  },
  { file: 'report-about-others.eml', is: other },
  { file: 'report-about-several.eml', is: report('failed', '5.4.7', null, null) },
  { file: 'out-of-office.eml', is: other },
  { file: 'out-of-office.eml', reversePath: JANE, is: other },
  { file: 'written-by-a-person.eml', reversePath: JANE, is: other },
  { file: 'forwarded-bounce.eml', reversePath: JANE, is: other },
  { file: 'forwarded-bounce.eml', is: other },
  { file: 'read-receipt.eml', is: other },
];

describe('what came back', () => {
  for (const { file, reversePath = '', is } of EXPECTED) {
    it(`in ${file} from <${reversePath}> is known as what it is`, async () => {
      const mail = scanned(readFileSync(join(samples, file)), reversePath);
      assert.deepEqual(await recognise(mail, JANE), is);
    });
  }

  it('has a case for each sample', () => {
    const tested = new Set(EXPECTED.map(({ file }) => file));
    assert.deepEqual(readdirSync(samples).toSorted(), [...tested].toSorted());
  });

  it('says nothing of a recipient whom no sample names', async () => {
    for (const file of new Set(EXPECTED.map(({ file }) => file))) {
      const mail = scanned(readFileSync(join(samples, file)), '');
      assert.deepEqual(await recognise(mail, 'jan@outside.example'), other, file);
    }
  });

  it('is something else where a report can not be read', async () => {
    const report_ = readFileSync(join(samples, 'postfix-no-such-user.eml'), 'latin1');
    for (const broken of [
      report_.replace('message/delivery-status', 'text/plain'),
      report_.replace('Action: failed', 'Action: lost'),
      report_.replace('report-type=delivery-status', 'report-type=feedback-report'),
    ]) {
      const mail = scanned(Buffer.from(broken, 'latin1'), JANE);
      assert.deepEqual(await recognise(mail, JANE), other);
    }
  });
});

describe('delivery status', () => {
  const parse = (body: string) => parseDeliveryStatus(Buffer.from(body));

  it('is read with bare line feeds, and without an address', () => {
    assert.deepEqual(parse('Reporting-MTA: dns; a\n\nAction: Failed\nStatus: 5.1.1\n'), [
      { addresses: [], action: 'failed', status: '5.1.1', reply: null, remoteHost: null },
    ]);
  });

  it('takes a missing status from the reply, and none that is no status', () => {
    const [group] = parse('x: y\r\n\r\nAction: failed\r\nDiagnostic-Code: smtp; 552-5.2.2 full\r\n');
    assert.equal(group?.status, '5.2.2');
    const [odd] = parse('x: y\r\n\r\nAction: failed\r\nStatus: 9.1.1\r\n');
    assert.equal(odd?.status, null);
  });

  it('keeps of a reply one line of ASCII without web addresses', () => {
    const [group] = parse(
      'Action: failed\r\nDiagnostic-Code: smtp; 550 Call\u202e me\r\n\tat http://evil.example/x now\u0007 WWW.evil.example\r\n',
    );
    assert.equal(group?.reply, '550 Call? me at now?');
    assert.ok(
      (parse(`Action: failed\nDiagnostic-Code: smtp; 5${'x'.repeat(9_000)}`)[0]?.reply ?? '').length <= 300,
    );
  });

  it('reads addresses in every form that servers write', () => {
    for (const value of [
      'rfc822; jane@outside.example',
      'RFC822;<Jane@OUTSIDE.example>',
      'jane@outside.example',
      'rfc822;jane+40outside.example',
    ])
      assert.ok(reportedAddresses(value).includes(JANE), value);
    assert.deepEqual(reportedAddresses(String.raw`utf-8; j\x{FC}rg@outside.example`), [
      'jürg@outside.example',
    ]);
    assert.deepEqual(reportedAddresses('rfc822; nobody'), []);
    assert.deepEqual(reportedAddresses('rfc822; a@b.example, jane@outside.example'), []);
  });

  test('no bytes break it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        parseDeliveryStatus(Buffer.from(bytes));
      }),
    );
    const many = 'Final-Recipient: rfc822; a@b.example\nAction: failed\n\n'.repeat(50_000);
    assert.ok(parse(many).length <= 1_000);
  });
});

describe('a bounce in words', () => {
  const words = (body: string, header: string, reversePath = '') =>
    readTextBounce(scanned(Buffer.from(`${header}\r\n\r\n`), reversePath), body, JANE);
  const FAILED = 'Your message could not be delivered.\r\n<jane@outside.example>: 550 5.1.1 unknown';

  it('must come from a machine', () => {
    assert.ok(words(FAILED, 'From: x@y.example'));
    assert.ok(words(FAILED, 'From: Postmaster <postmaster@y.example>', 'x@y.example'));
    assert.equal(words(FAILED, 'From: jane@outside.example', 'jane@outside.example'), null);
    assert.equal(words(FAILED, 'From: a@y.example, postmaster@y.example', 'a@y.example'), null);
  });

  it('must be for good, and about the recipient', () => {
    const from = 'From: mailer-daemon@y.example';
    assert.equal(words(`${FAILED}\r\nIt will be retried.`, from), null);
    assert.equal(words(FAILED, `${from}\r\nSubject: Delayed: hello`), null);
    assert.equal(words(FAILED.replace('jane', 'mary-jane'), from), null);
    assert.equal(words(FAILED.replace('.example', '.example.org'), from), null);
    assert.equal(words('jane@outside.example is away.', from), null);
    assert.equal(words(`--- Below this line is a copy of the message.\r\n${FAILED}`, from), null);
  });

  it('finds whole addresses only', () => {
    assert.equal(findAddress('to <Jane@Outside.Example>.', JANE), 4);
    assert.equal(findAddress('b=jane@outside.example', JANE), -1);
    assert.equal(findAddress('xjane@outside.example, jane@outside.example', JANE), 23);
  });

  test('long text takes no long time', () => {
    const began = performance.now();
    for (const piece of ['jane@outside.example', '-----', 'your message ', '550 5.', ' \t', '4']) {
      const body = piece.repeat((64 * 1024) / piece.length);
      words(body, 'From: mailer-daemon@y.example');
    }
    assert.ok(performance.now() - began < 10_000);
  });
});
