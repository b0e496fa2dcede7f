import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';

import { formatMessageCode } from '#src/base/identifiers.ts';
import { DAY_MS } from '#src/base/clock.ts';
import { DkimBodyHash } from '#src/mail-auth/dkim-body-hash.ts';
import { dnsRecordText } from '#src/mail-auth/dkim-record.ts';
import { signMail } from '#src/mail-auth/dkim-signer.ts';
import { renderNotice } from '#src/notification/notice.ts';
import {
  AUTHOR,
  openPortalWorld,
  PORTAL_ORIGIN,
  TestBrowser,
  type PortalWorld,
  type SentCopy,
} from '#test/support/portal-world.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const OFFICER = 'security@hospital.test';

describe('a suspect mail given to us', () => {
  let world: PortalWorld;
  let copy: SentCopy;
  let browser: TestBrowser;
  let network = 0;
  before(async () => {
    world = await openPortalWorld({
      suspectMail: () => ({
        origins: [PORTAL_ORIGIN],
        dkimRecords: new Map([['s1._domainkey.hospital.test', dnsRecordText(privateKey)]]),
        serviceAddresses: ['send-secure@hospital.test'],
      }),
    });
    const [sent] = (await world.send(['asker@mail.test'])).copies;
    assert.ok(sent);
    copy = sent;
  });
  after(() => world.dispose());

  const check = async (mail: Buffer | string, address = '') => {
    // Each from a network of its own, so that none is slowed down.
    browser = new TestBrowser(world, { remoteAddress: `203.0.${++network}.7` });
    return browser.post('/api/check/mail', { mail: Buffer.from(mail).toString('base64url'), address });
  };
  const verdictOf = async (mail: Buffer | string, address = ''): Promise<string> => {
    const answer = await check(mail, address);
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json().verdict;
  };
  const notice = (): Buffer => noticeOf(copy);

  it('says that our notice is genuine, whole or copied, and who wrote', async () => {
    const answer = (await check(await signed(notice()))).json();
    assert.partialDeepStrictEqual(answer, {
      verdict: 'genuine',
      signature: 'ours',
      code: 'ours',
      elsewhere: [],
      officerTold: false,
      organization: 'Example Hospital',
      message: { author: { address: AUTHOR } },
    });
    assert.equal(await verdictOf(notice()), 'genuine', 'not signed: by its code and links');
    assert.equal(await verdictOf(`Read it at ${PORTAL_ORIGIN}/m/${copy.token}`), 'genuine');
    const code = formatMessageCode(copy.messageCode);
    assert.equal(await verdictOf(code, 'asker@mail.test'), 'genuine');
    assert.equal(await verdictOf(copy.messageCode.toLowerCase(), 'Asker@mail.test'), 'genuine');
    assert.equal(world.mails.length, 0);
  });

  it('asks for the address where a code alone was given', async () => {
    const answer = (await check(formatMessageCode(copy.messageCode))).json();
    assert.deepEqual([answer.verdict, answer.addressMissing, answer.message], ['unknown', true, undefined]);
  });

  it('tells of a notice that was passed on, and of one that was changed', async () => {
    const other = (await check(notice(), 'friend@mail.test')).json();
    assert.deepEqual([other.verdict, other.message.maskedAddress], ['forwarded', 'a•••@mail.test']);
    const whole = await signed(notice());
    const changed = Buffer.from(
      whole.toString('latin1').replace('something private', 'something urgent'),
      'latin1',
    );
    assert.ok(!changed.equals(whole));
    assert.equal(await verdictOf(changed), 'changed');
    const more = Buffer.from(
      whole.toString('latin1').replace('</body>', '<a href="https://evil.test">x</a></body>'),
      'latin1',
    );
    assert.ok(!more.equals(whole));
    const answer = (await check(more)).json();
    assert.deepEqual(
      [answer.verdict, answer.elsewhere, answer.officerTold],
      ['changed', ['evil.test'], false],
    );
  });

  it('says that a fake is one and tells the officer, once for each fake', async () => {
    const fake = Buffer.from(
      notice().toString('latin1').replaceAll(PORTAL_ORIGIN, 'https://secure-hospital.test'),
      'latin1',
    );
    const answer = (await check(fake)).json();
    assert.deepEqual(
      [answer.verdict, answer.elsewhere, answer.officerTold, answer.message],
      ['fake', ['secure-hospital.test'], true, undefined],
    );
    const mail = world.lastMail('suspect-mail', OFFICER);
    assert.match(mail, /secure-hospital\[\.\]test/u);
    assert.doesNotMatch(mail, /https:\/\/secure-hospital|something private/u);
    assert.equal((await world.auditEvents()).at(-1), 'suspect-mail-reported');
    const before = world.mails.length;
    assert.equal((await check(fake)).json().officerTold, true);
    assert.equal(world.mails.length, before, 'the same is not told twice a day');
    world.clock.advance(DAY_MS + 1);
    await check(fake);
    assert.equal(world.mails.length, before + 1);
  });

  it('tells the officer no more than a person can read', async () => {
    world.clock.advance(DAY_MS);
    const before = world.mails.length;
    const told: boolean[] = [];
    for (let i = 0; i < 25; i++) told.push((await check(`https://evil${i}.test/`)).json().officerTold);
    assert.equal(world.mails.length - before, 20);
    assert.deepEqual(told.slice(18, 22), [true, true, false, false]);
  });

  it('is not deceived by what looks like us', async () => {
    for (const text of [
      'https://secure.hospital.test.evil.test/m/x',
      'https://secure.hospital.test@evil.test/',
      '<a href="https://evil.test">https://secure.hospital.test</a>',
      'http://secure.hospital.test/m/x',
    ])
      assert.equal(await verdictOf(text), 'fake', text);
    const forged = await signed(notice(), generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
    assert.equal(await verdictOf(forged), 'changed');
    const ofService =
      'From: send-secure@hospital.test\r\nMessage-ID: <1@x.test>\r\nSubject: hi\r\n\r\nCall 555 0199.\r\n';
    assert.equal(await verdictOf(ofService), 'fake');
  });

  it('refuses what is no mail, and what is too large', async () => {
    for (const bytes of [Buffer.from('d0cf11e0a1b11ae1000000', 'hex'), Buffer.from('%PDF-1.7 x')]) {
      const answer = await check(bytes);
      assert.deepEqual([answer.statusCode, answer.json().code], [422, 'mail-not-readable']);
    }
    assert.equal((await check(Buffer.alloc(300 * 1024, 'a'))).statusCode, 413);
    const typed = await browser.post('/api/check/mail', { mail: 'not base64!', address: '' });
    assert.equal(typed.statusCode, 400);
  });

  it('answers hostile mails, quickly, and writes nothing of them to the log', async () => {
    const header = 'From: a@b.test\r\nMessage-ID: <1@b.test>\r\n';
    const hostile = [
      `${header}${'DKIM-Signature: v=1; a=rsa-sha256; d=hospital.test; s=s1; h=from; bh=; b=\r\n'.repeat(2_000)}\r\nx`,
      `${header}${'Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n'.repeat(5_000)}`,
      `${header}\r\n${'https://canary.test '.repeat(12_000)}`,
      `${header}Subject: ${'=?utf-8?q?canary?= '.repeat(9_000)}\r\n\r\n`,
      'From: '.repeat(40_000),
      '\r\n'.repeat(100_000),
    ];
    for (const mail of hostile) {
      const began = performance.now();
      const answer = await check(mail);
      assert.equal(answer.statusCode, 200, mail.slice(0, 60));
      assert.ok(performance.now() - began < 5_000, mail.slice(0, 60));
    }
    assert.doesNotMatch(JSON.stringify(world.logged), /canary|asker@mail\.test/u);
  });
});

function noticeOf(copy: SentCopy): Buffer {
  const help = { url: `${PORTAL_ORIGIN}/help`, phone: null, hours: null };
  const site = {
    organization: 'Example Hospital',
    serviceAddress: 'send-secure@hospital.test',
    publicUrl: PORTAL_ORIGIN,
    recipientHelp: help,
    senderHelp: help,
    timeZone: 'UTC',
    locale: 'en',
    secondLocale: 'es',
  } as const;
  return Buffer.from(
    renderNotice(site, {
      messageIdField: '<notice@hospital.test>',
      dateMs: 0,
      to: copy.address,
      author: { name: 'Ann Lee', address: AUTHOR },
      fromAuthor: false,
      original: { messageIdField: null, references: [] },
      link: `${PORTAL_ORIGIN}/m/${copy.token}`,
      messageCode: copy.messageCode,
      keptUntilMs: DAY_MS,
    }).bytes,
  );
}

async function signed(mail: Buffer, key = privateKey): Promise<Buffer> {
  const bodyAt = mail.indexOf('\r\n\r\n') + 4;
  const hash = new DkimBodyHash();
  hash.update(mail.subarray(bodyAt));
  const fields = await signMail({
    header: mail.subarray(0, bodyAt),
    bodyHash: hash.digest(),
    keys: [{ domain: 'hospital.test', selector: 's1', algorithm: 'rsa-sha256', privateKey: key }],
    nowMs: Date.now(),
  });
  return Buffer.concat([Buffer.from(fields), mail]);
}
