import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { suite, test } from 'node:test';

import { dnsRecordName, dnsRecordText } from '#src/mail-auth/dkim-record.ts';
import type { DkimKey } from '#src/mail-auth/dkim-signer.ts';
import { verifyDkim } from '#test/support/verify-dkim.ts';

import { signatureOf } from './mail-signature.ts';

const KEY: DkimKey = {
  domain: 'hospital.test',
  selector: 's',
  algorithm: 'ed25519-sha256',
  privateKey: generateKeyPairSync('ed25519').privateKey,
};
const RECORDS = new Map([[dnsRecordName(KEY), dnsRecordText(KEY.privateKey)]]);
const NOTICE = { kind: 'notice', route: 'outside' } as const;
const MAIL = 'From: Ann <ann@Hospital.test>\r\nTo: x\r\n\r\nHello \r\n\r\n\tJane\r\n\r\n';

async function* inPieces(mail: string, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < mail.length; at += size)
    yield await Promise.resolve(Buffer.from(mail.slice(at, at + size), 'latin1'));
}

function signed(
  mail: string,
  { size = 1_000, delivery = NOTICE as Parameters<typeof signatureOf>[1], signRelayed = false } = {},
): Promise<string> {
  const keysFor = (domain: string) => (domain === KEY.domain ? [KEY] : []);
  return signatureOf(inPieces(mail, size), delivery, { signRelayed, keysFor }, Date.UTC(2026, 10, 21));
}

suite('signature of a mail that leaves', () => {
  for (const [name, mail] of [
    ['a mail', MAIL],
    ['an empty body', 'From: ann@hospital.test\r\n\r\n'],
    ['a header without an end', 'From: ann@hospital.test\r\nSubject: x\r\n'],
  ] as const) {
    test(`in whatever pieces it comes: ${name}`, async () => {
      for (const size of [1, 2, 7, 1_000]) {
        const whole = Buffer.from((await signed(mail, { size })) + mail, 'latin1');
        assert.deepEqual(
          (await verifyDkim(whole, RECORDS)).map(({ result }) => result),
          ['pass'],
          `pieces of ${size}`,
        );
      }
    });
  }

  test('mail to the inside is not signed, relayed mail only where that is asked for', async () => {
    assert.equal(await signed(MAIL, { delivery: { kind: 'secured', route: 'internal' } }), '');
    assert.equal(
      await signed(MAIL, { delivery: { kind: 'relay', route: 'internal' }, signRelayed: true }),
      '',
    );
    assert.equal(await signed(MAIL, { delivery: { kind: 'relay', route: 'outside' } }), '');
    const relayed = await signed(MAIL, { delivery: { kind: 'relay', route: 'outside' }, signRelayed: true });
    assert.match(relayed, /^DKIM-Signature: v=1; a=ed25519-sha256;/u);
  });

  test('without one clear author of a domain with a key nothing is signed', async () => {
    for (const from of [
      'From: a@other.test',
      'From: a@hospital.test, b@hospital.test',
      'From: a@hospital.test\r\nFrom: a@hospital.test',
      'From: nobody',
      'Sender: a@hospital.test',
      'From: a@other.test <b@hospital.test> c',
    ])
      assert.equal(await signed(`${from}\r\n\r\nbody\r\n`), '', from);
  });

  test('a header without end is not kept in memory without end', async () => {
    const mail = `From: a@hospital.test\r\n${'X: y\r\n'.repeat(400_000)}\r\nbody`;
    assert.equal(await signed(mail, { size: 64 * 1024 }), '');
  });
});
