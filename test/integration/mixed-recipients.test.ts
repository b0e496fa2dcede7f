/** One mail, several recipients, one decision for each; and nobody learns of a blind copy (CHECKS S70, S72). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';

const A = 'alice@outside.example';
const B = 'bob@partner.example';
const C = 'carol@quiet.example';
const D = 'dave@hidden.example';

function blindCopied(subject: string): string {
  return [
    'From: "Dr. Ann Lee" <ann.lee@hospital.test>',
    `To: Alice <${A}>`,
    `Cc: ${B}`,
    `Bcc: Carol <${C}>,`,
    `\t${D}`,
    `Resent-Bcc: ${D}`,
    `Subject: ${subject}`,
    'Message-ID: <blind@hospital.test>',
    'X-Kept:  two  spaces ',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    '.',
    '..',
    '.dot first',
    'trailing space ',
    '',
    'end',
    '',
  ].join('\r\n');
}

describe('mixed recipients', () => {
  const cleanUp = new CleanUpLater();
  let world: GatewayWithSinks;
  before(async () => {
    world = await startGatewayWithSinks(cleanUp);
  });
  after(cleanUp.run);

  it('S70: a plain mail reaches each recipient alone, byte for byte apart from trace fields and Bcc', async () => {
    const mail = blindCopied('lunch?');
    const queueId = await world.accept({ recipients: [A, B, C, D, 'eve@hospital.test'], mail });
    const out = await world.waitFor('outside', ({ wire }) => wire.bytes.includes(queueId), 4);
    const [inside] = await world.waitFor('inside', ({ wire }) => wire.bytes.includes(queueId));
    assert.ok(inside);
    const expected = mail.replace(/^Bcc: .*\r\n\t.*\r\n/mu, '').replace(/^Resent-Bcc: .*\r\n/mu, '');
    for (const copy of [...out, inside]) {
      assert.equal(copy.wire.rcptCommands.length, 1, 'one recipient a transaction');
      const text = copy.bytes.toString('latin1');
      const trace = /^Received: .*\r\n(?:\t.*\r\n)+X-SendSecure-Mark: v1 [^\r\n]+\r\n/u.exec(text)?.[0] ?? '';
      assert.notEqual(trace, '', 'Received and our mark come first');
      assert.doesNotMatch(trace, /\bfor\b|@/u, 'no recipient in the trace fields');
      assert.equal(text.slice(trace.length), expected);
      assert.equal(copy.reversePath, 'ann.lee@hospital.test');
    }
    assert.deepEqual(out.map(({ to }) => to).toSorted(), [A, B, C, D].toSorted());
  });

  it('S70: with the code, no mail to a or b holds a trace of c or d', async () => {
    await world.accept({
      recipients: [A, B, C, D],
      mail: blindCopied('send secure results').replace('blind@', 'coded@'),
    });
    const notices = await world.waitFor('outside', ({ kind }) => kind === 'notice', 4);
    assert.deepEqual(notices.map(({ to }) => to).toSorted(), [A, B, C, D].toSorted());
    for (const notice of notices) {
      const others = [A, B, C, D].filter((address) => address !== notice.to);
      const everything = [
        notice.bytes.toString('latin1'),
        notice.text,
        notice.wire.mailCommand,
        ...notice.wire.rcptCommands,
      ].join('\n');
      for (const other of others) {
        assert.ok(!everything.includes(other), `${notice.to} learns of ${other}`);
        assert.ok(!everything.includes(other.split('@')[0] ?? ''), `${notice.to} learns of ${other}`);
      }
      assert.equal(notice.wire.rcptCommands.length, 1);
    }
    const relayed = world.at(
      'outside',
      ({ kind, bytes }) => kind === 'relay' && bytes.includes('coded@hospital.test'),
    );
    assert.equal(relayed.length, 0, 'nothing of it went out as it was');
    const [secured] = await world.waitFor('inside', ({ kind }) => kind === 'secured');
    assert.ok(secured);
    assert.equal(secured.to, 'ann.lee@hospital.test');
    for (const address of [A, B, C, D]) assert.ok(secured.text.includes(address), `${address} is listed`);
  });

  it('S72: internal gets it as it is, outside as a secure message, in transactions of their own', async () => {
    const queueId = await world.accept({
      recipients: ['eve@hospital.test', 'zoe@outside.example'],
      subject: 'Send Secure: plan',
      text: 'S72-TEXT',
    });
    const [inside] = await world.waitFor('inside', ({ wire }) => wire.bytes.includes(queueId));
    assert.ok(inside?.text.includes('S72-TEXT'));
    const [notice] = await world.waitFor('outside', ({ to }) => to === 'zoe@outside.example');
    assert.equal(notice?.kind, 'notice');
    assert.ok(!notice?.text.includes('S72-TEXT'));
    const states = world.rows(
      'select address, protection, rule from recipients where messageId = ? order by address',
      queueId,
    );
    assert.deepEqual(
      states.map(({ address, protection, rule }) => [address, protection, rule]),
      [
        ['eve@hospital.test', 'internal', 'internal-domain'],
        ['zoe@outside.example', 'secure-message', 'code'],
      ],
    );
  });

  it('repeats BODY, SMTPUTF8 and DSN parameters onward', async () => {
    const { final } = await world.submit({
      recipients: ['ute@outside.example'],
      mailParameters: 'BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ314159',
      rcptParameters: 'NOTIFY=FAILURE,DELAY ORCPT=rfc822;ute+2B1@outside.example',
      text: 'Grüße',
    });
    assert.match(final, /^250 /u);
    const [relayed] = await world.waitFor('outside', ({ to }) => to === 'ute@outside.example');
    assert.match(relayed?.wire.mailCommand ?? '', /^MAIL FROM:<ann\.lee@hospital\.test> .*BODY=8BITMIME/u);
    for (const parameter of ['SMTPUTF8', 'RET=HDRS', 'ENVID=QQ314159'])
      assert.ok(relayed?.wire.mailCommand.split(' ').includes(parameter), parameter);
    assert.equal(
      relayed?.wire.rcptCommands[0],
      'RCPT TO:<ute@outside.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;ute+2B1@outside.example',
    );
    assert.ok(relayed?.text.includes('Grüße'));
  });
});
