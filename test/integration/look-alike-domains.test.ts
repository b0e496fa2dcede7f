/** S58: partners and our own domains are compared by A-label: every spelling of one is the same, no look-alike is. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { CertificateAuthority } from '#test/peers/certificates.ts';
import { startSmtpSink, type SmtpSink } from '#test/peers/smtp-sink.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';

describe('look-alike and internationalised domains', () => {
  const cleanUp = new CleanUpLater();
  let world: GatewayWithSinks;
  let partner: SmtpSink;
  before(async () => {
    const authority = new CertificateAuthority();
    const folder = mkdtempSync(join(tmpdir(), 'sendsecure-look-alike-'));
    cleanUp.after(() => Promise.resolve(rmSync(folder, { recursive: true, force: true })));
    writeFileSync(join(folder, 'ca.pem'), authority.cert);
    partner = await startSmtpSink({
      behaviour: { tls: authority.issue({ subjectAltName: 'IP:127.0.0.1' }) },
    });
    cleanUp.after(() => partner.stop());
    const nextHop = `smtp://127.0.0.1:${partner.port}`;
    world = await startGatewayWithSinks(cleanUp, {
      toml: {
        delivery: `caFile = "${join(folder, 'ca.pem')}"`,
        '[partners]': [
          `domain = "EXÄMPLE.test"\ntls = "pkix"\nnextHop = "${nextHop}"`,
          `[[partners]]\ndomain = "example.test"\ntls = "pkix"\nnextHop = "${nextHop}"`,
        ].join('\n\n'),
      },
    });
  });
  after(cleanUp.run);

  const send = (recipient: string, subject = 'lunch?', reversePath = 'ann.lee@hospital.test') =>
    world.submit({ recipients: [recipient], subject, reversePath, mailParameters: 'SMTPUTF8' });

  it('a partner is found under every spelling of its domain', async () => {
    const spellings = [
      'a@exämple.test',
      'b@xn--exmple-cua.test',
      'c@XN--EXMPLE-CUA.Test',
      'd@exa\u0308mple.test',
      'e@EXÄMPLE\u3002test',
      'f@example\uff0etest',
      'g@\uff45xample.test',
      'h@example\uff61TEST',
    ];
    for (const address of spellings) assert.match((await send(address)).final, /^250 /u, address);
    const mails = await partner.waitForMails(spellings.length);
    assert.ok(mails.every((mail) => mail.tls));
    assert.deepEqual(mails.map(({ recipients }) => recipients[0] ?? '').toSorted(), spellings.toSorted());
    assert.equal(world.at('outside').length, 0);
  });

  it('a look-alike of a partner is a stranger: a coded mail becomes a secure message, a plain one is relayed', async () => {
    const before = partner.mails.length;
    const alikes = [
      '\u0435xample.test',
      'examp\u04cfe.test',
      'examp1e.test',
      'ex\u00e1mple.test',
      'example.test.evil.example',
      'notexample.test',
      'sub.example.test',
      'exa\u0430mple.test',
    ];
    for (const [index, domain] of alikes.entries()) {
      const [coded, plain] = [`coded${index}@${domain}`, `plain${index}@${domain}`];
      assert.match((await send(coded, 'send secure: results')).final, /^250 /u, domain);
      assert.match((await send(plain)).final, /^250 /u, domain);
      const [notice] = await world.waitFor('outside', ({ to }) => to === coded);
      const [relayed] = await world.waitFor('outside', ({ to }) => to === plain);
      assert.deepEqual([notice?.kind, relayed?.kind], ['notice', 'relay'], domain);
    }
    assert.equal(partner.mails.length, before);
  });

  it('our own domain is inside under every spelling, and a look-alike of it is not', async () => {
    const inside = ['b@HOSPITAL.TEST', 'c@hospital\u3002test', 'd@\uff48ospital\uff0etest'];
    for (const address of inside) {
      assert.match((await send(address, 'send secure: results')).final, /^250 /u, address);
      const [mail] = await world.waitFor('inside', ({ to }) => to === address);
      assert.equal(mail?.kind, 'relay');
    }
    const outside = ['b@h\u043espital.test', 'c@hosp\u0131tal.test', 'd@hospital.test.example'];
    for (const address of outside) {
      assert.match((await send(address, 'send secure: results')).final, /^250 /u, address);
      const [mail] = await world.waitFor('outside', ({ to }) => to === address);
      assert.equal(mail?.kind, 'notice', address);
    }
  });

  it('nobody of a look-alike domain sends as one of ours', async () => {
    for (const author of [
      'ann.lee@h\u043espital.test',
      'ann.lee@xn--hspital-jkf.test',
      'x@hospital.test.example',
    ]) {
      const { final } = await send('jane@outside.example', 'lunch?', author);
      assert.match(final, /^550 5\.7\.1 /u, author);
    }
  });

  it('an address that needs SMTPUTF8 is refused where the client has not asked for it', async () => {
    for (const recipient of ['ä@outside.example', 'a@exämple.test', 'a@example\u3002test']) {
      const { replies } = await world.submit({ recipients: [recipient] });
      assert.match(replies[2] ?? '', /^553 5\.6\.7 /u, recipient);
    }
  });
});
