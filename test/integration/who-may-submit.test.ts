/** Who may send through the gateway, and who is told about it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';
import { DialogPeer } from '#test/peers/smtp-dialog.ts';

describe('who may submit', () => {
  const cleanUp = new CleanUpLater();
  let world: GatewayWithSinks;
  before(async () => {
    world = await startGatewayWithSinks(cleanUp);
  });
  after(cleanUp.run);

  const mailFrom = (from: string, subject: string, more = ''): string =>
    `From: ${from}\r\n${more}Subject: ${subject}\r\nMessage-ID: <${crypto.randomUUID()}@x.test>\r\n\r\nText\r\n`;

  it('S52: refuses what is neither from our domains nor sent for them', async () => {
    const strangers: readonly (readonly [string, string])[] = [
      ['x@not-ours.test', 'y@not-ours.test'],
      ['x@hospital.test.evil.example', 'ann.lee@evilhospital.test'],
      ['x@sub.hospital.test', '"ann.lee@hospital.test" <y@not-ours.test>'],
      ['x@not-ours.test', 'y@not-ours.test (ann.lee@hospital.test)'],
      ['', 'y@not-ours.test'],
    ];
    for (const [reversePath, from] of strangers) {
      const { final } = await world.submit({
        reversePath,
        recipients: ['jane@outside.example'],
        mail: mailFrom(from, 'x'),
      });
      assert.match(final, /^550 5\.7\.1 /u, `${reversePath} ${from}`);
    }
    assert.deepEqual(world.summary('outside'), []);
  });

  it('takes mail whose From or reverse-path is ours', async () => {
    for (const [reversePath, from] of [
      ['srs=x@hospital.test', 'stranger@elsewhere.example'],
      ['bounce@not-ours.test', 'ann.lee@HOSPITAL.test'],
      ['', 'ann.lee@hospital.test'],
    ] as const) {
      const { final } = await world.submit({
        reversePath,
        recipients: ['jane@outside.example'],
        mail: mailFrom(from, 'x'),
      });
      assert.match(final, /^250 /u, `${reversePath} ${from}`);
    }
  });

  it('takes what a mail server of ours reports to people inside in its own name, and only that', async () => {
    const mail = mailFrom('MAILER-DAEMON@mx1.elsewhere.example', 'Undelivered Mail');
    const answers: readonly (readonly [string, readonly string[], RegExp])[] = [
      ['', ['ann.lee@hospital.test', 'bob@HOSPITAL.test'], /^250 /u],
      ['', ['ann.lee@hospital.test', 'jane@outside.example'], /^550 5\.7\.1 /u],
      ['', ['jane@outside.example'], /^550 5\.7\.1 /u],
      ['x@elsewhere.example', ['ann.lee@hospital.test'], /^550 5\.7\.1 /u],
    ];
    for (const [reversePath, recipients, expected] of answers) {
      const { final } = await world.submit({ reversePath, recipients, mail });
      assert.match(final, expected, recipients.join());
    }
  });

  it('tells the From mailbox if it is one and ours, else Sender, else the reverse-path', async () => {
    const told: readonly (readonly [string, string, string, string])[] = [
      ['rp1@hospital.test', 'from1@hospital.test', '', 'from1@hospital.test'],
      [
        'rp2@hospital.test',
        'a@hospital.test, b@hospital.test',
        'Sender: sender2@hospital.test\r\n',
        'sender2@hospital.test',
      ],
      [
        'rp3@hospital.test',
        'out@elsewhere.example',
        'Sender: sender3@hospital.test\r\n',
        'sender3@hospital.test',
      ],
      [
        'rp4@hospital.test',
        'out@elsewhere.example',
        'Sender: out@elsewhere.example\r\n',
        'rp4@hospital.test',
      ],
      ['rp5@hospital.test', 'a@hospital.test, b@hospital.test', '', 'rp5@hospital.test'],
    ];
    for (const [reversePath, from, more, expected] of told) {
      await world.accept({
        reversePath,
        recipients: ['told@outside.example'],
        mail: mailFrom(from, 'send secure', more),
      });
      const [secured] = await world.waitFor(
        'inside',
        ({ kind, to }) => kind === 'secured' && to === expected,
      );
      assert.ok(secured, expected);
    }
    assert.equal(world.at('inside', ({ kind }) => kind === 'secured').length, told.length);
  });

  it('forwards mail of an outside author, and protects it in the gateway’s own name', async () => {
    await world.accept({
      reversePath: 'fwd@hospital.test',
      recipients: ['plain-forward@outside.example'],
      mail: mailFrom('stranger@elsewhere.example', 'lunch'),
    });
    const [plain] = await world.waitFor('outside', ({ to }) => to === 'plain-forward@outside.example');
    assert.equal(plain?.kind, 'relay');
    await world.accept({
      reversePath: 'fwd@hospital.test',
      recipients: ['coded-forward@outside.example'],
      mail: mailFrom('stranger@elsewhere.example', 'send secure'),
    });
    const [notice] = await world.waitFor('outside', ({ to }) => to === 'coded-forward@outside.example');
    assert.equal(notice?.kind, 'notice');
    assert.match(notice?.field('From') ?? '', /send-secure@hospital\.test/u);
  });

  it('S69: answers for everybody alike, inside and outside, known or not', async () => {
    await world.accept({ recipients: ['known@outside.example'], subject: 'send secure' });
    const { replies } = await world.submit({
      recipients: [
        'known@outside.example',
        'unknown@outside.example',
        'ann.lee@hospital.test',
        'no-one@hospital.test',
      ],
    });
    const answers = replies.slice(2, 6);
    assert.match(answers[0] ?? '', /^250 2\.1\.5 /u);
    assert.equal(new Set(answers).size, 1, answers.join('\n'));
  });

  it('S50: takes nothing from networks that are not trusted, whatever they claim', async (t) => {
    const closed = await startGatewayWithSinks(t, { toml: { smtp: 'trustedNetworks = ["192.0.2.0/24"]' } });
    const peer = new DialogPeer(closed.gateway.smtpPort);
    try {
      const replies = [];
      for (const command of [
        '',
        'EHLO hospital.test',
        'XCLIENT ADDR=192.0.2.1',
        'MAIL FROM:<ann.lee@hospital.test>',
      ]) {
        if (command !== '') await peer.send(`${command}\r\n`);
        const reply = await peer.reply();
        if (reply === null) break;
        replies.push(reply);
      }
      assert.match(replies.find((reply) => reply.startsWith('554')) ?? '', /^554 5\.7\.1 |^554-/u);
      assert.ok(!replies.some((reply) => /^250 .*OK/u.test(reply)), replies.join());
    } finally {
      peer.close();
    }
    assert.deepEqual(closed.rows('select id from messages'), []);
  });
});
