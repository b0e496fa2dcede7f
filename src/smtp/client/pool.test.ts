import assert from 'node:assert/strict';
import { test } from 'node:test';

import { answering, hopTo, mailOf, newPool, outcomeAt, withSink } from '#test/peers/outgoing.ts';
import { startSmtpSink, unstuffed } from '#test/peers/smtp-sink.ts';
import type { SinkBehaviour } from '#test/peers/smtp-sink.ts';
import { isCleanOnTheWire, readEndOfDataForms } from '#test/support/end-of-data-forms.ts';

test('a mail goes out octet for octet, whatever its lines and its pieces are', async () => {
  const contents = [
    '',
    '.',
    '.\r\n',
    '..\r\n.x\r\n',
    'a',
    'a\r\n',
    'S: x\r\n\r\n\r\n.\r\n',
    'x\x0b\r\n. \r\n',
    '\xc3\xa4\r\n',
  ];
  for (const content of contents) {
    const whole = Buffer.from(content, 'latin1');
    for (let cut = 0; cut <= whole.length; cut++) {
      const { sink } = await outcomeAt({}, mailOf([whole.subarray(0, cut), whole.subarray(cut)]));
      const [mail] = sink.mails;
      assert.ok(mail !== undefined);
      const ended = content === '' || content.endsWith('\r\n') ? content : `${content}\r\n`;
      assert.equal(unstuffed(mail.bytes).toString('latin1'), ended);
      assert.ok(
        mail.bytes
          .toString('latin1')
          .split('\r\n')
          .every((line) => !/^\.(?!\.)/u.test(line)),
      );
    }
  }
});

test('S19: content with a bare CR, LF or NUL is never ended with a dot; what is none leaves as it is', async () => {
  for (const { id, raw, bare } of readEndOfDataForms()) {
    const form = raw.toString('latin1');
    const whole = Buffer.from(`S: x\r\n\r\nbody${form}MAIL FROM:<x@y.test>\r\n`, 'latin1');
    for (let cut = 0; cut <= whole.length; cut += 3) {
      const { outcome, sink } = await outcomeAt({}, mailOf([whole.subarray(0, cut), whole.subarray(cut)]));
      assert.equal(outcome.kind, bare ? 'rejected' : 'accepted', id);
      if (bare) assert.equal(sink.mails.length, 0, id);
      else {
        assert.equal(sink.mails.length, 1, id);
        assert.ok(isCleanOnTheWire(sink.mails[0]?.bytes ?? whole), id);
        assert.deepEqual(unstuffed(sink.mails[0]?.bytes ?? Buffer.alloc(0)), whole, id);
      }
    }
  }
  const { outcome } = await outcomeAt({}, mailOf('ends in CR\r'));
  assert.equal(outcome.kind, 'rejected');
});

test('a connection is used again, and given back to the peer after its share of mails', async () => {
  await withSink({}, async (sink) => {
    const pool = newPool({ limits: { messagesPerConnection: 3, connectionsPerHop: 1, idleMs: 60_000 } });
    for (let count = 0; count < 7; count++)
      assert.equal((await pool.transmit(hopTo(sink), mailOf('x\r\n'))).kind, 'accepted');
    assert.deepEqual(
      sink.mails.map((mail) => mail.connection),
      [1, 1, 1, 2, 2, 2, 3],
    );
    await pool.close();
  });
});

test('an idle connection is ended after its time', async () => {
  await withSink({}, async (sink) => {
    const pool = newPool({ limits: { idleMs: 5 } });
    await pool.transmit(hopTo(sink), mailOf('x\r\n'));
    while (!sink.commands.includes('QUIT')) await new Promise((resolve) => setTimeout(resolve, 2));
    await pool.transmit(hopTo(sink), mailOf('x\r\n'));
    assert.equal(sink.connections, 2);
    await pool.close();
  });
});

test('a refused recipient leaves the connection good for the next mail', async () => {
  await withSink(
    { answer: (step) => (step.line.startsWith('RCPT TO:<no@') ? '550 5.1.1 Unknown' : null) },
    async (sink) => {
      const pool = newPool({ limits: { connectionsPerHop: 1 } });
      const refused = await pool.transmit(hopTo(sink), mailOf('x\r\n', { recipient: 'no@outside.test' }));
      assert.deepEqual(refused, {
        kind: 'rejected',
        reply: '550 5.1.1 Unknown',
        enhanced: '5.1.1',
        stage: 'rcpt',
        tls: null,
      });
      assert.equal((await pool.transmit(hopTo(sink), mailOf('x\r\n'))).kind, 'accepted');
      assert.equal(sink.connections, 1);
      assert.ok(sink.commands.includes('RSET'));
      await pool.close();
    },
  );
});

test('a kept connection that the peer has closed costs a new one, not the mail', async () => {
  let closing = false;
  const behaviour: SinkBehaviour = {
    answer: (step) => (closing && step.connection === 1 && step.verb === 'MAIL' ? { do: 'close' } : null),
  };
  await withSink(behaviour, async (sink) => {
    const pool = newPool();
    await pool.transmit(hopTo(sink), mailOf('x\r\n'));
    closing = true;
    const outcome = await pool.transmit(hopTo(sink), mailOf('y\r\n'));
    assert.equal(outcome.kind, 'accepted');
    assert.equal(sink.connections, 2);
    await pool.close();
  });
});

test('a kept connection answered with 421 costs a new one too', async () => {
  await withSink(
    {
      answer: (step) =>
        step.connection === 1 && step.verb === 'MAIL' && sinkMails() > 0 ? '421 4.4.2 Idle too long' : null,
    },
    async (sink) => {
      mails = () => sink.mails.length;
      const pool = newPool();
      await pool.transmit(hopTo(sink), mailOf('x\r\n'));
      assert.equal((await pool.transmit(hopTo(sink), mailOf('y\r\n'))).kind, 'accepted');
      assert.equal(sink.mails.length, 2);
      await pool.close();
    },
  );
});
let mails = (): number => 0;
function sinkMails(): number {
  return mails();
}

test('one slow hop delays no other, and its own mails wait in turn', async () => {
  let release: () => void = () => {};
  const gate = new Promise<null>((resolve) => (release = () => resolve(null)));
  const slow = await startSmtpSink({ behaviour: { answer: (step) => (step.verb === 'dot' ? gate : null) } });
  const fast = await startSmtpSink();
  const pool = newPool({ limits: { connectionsPerHop: 2 } });
  const waiting = Array.from({ length: 5 }, () => pool.transmit(hopTo(slow), mailOf('x\r\n')));
  assert.equal(pool.hasRoom(hopTo(slow)), false);
  for (let count = 0; count < 20; count++)
    assert.equal((await pool.transmit(hopTo(fast), mailOf('y\r\n'))).kind, 'accepted');
  assert.equal(slow.mails.length, 0);
  release();
  assert.deepEqual(
    (await Promise.all(waiting)).map((outcome) => outcome.kind),
    Array(5).fill('accepted'),
  );
  assert.equal(slow.connections, 2);
  await pool.close();
  await slow.stop();
  await fast.stop();
});

test('after closing, what waits is deferred and what is under way is finished', async () => {
  let release: () => void = () => {};
  const gate = new Promise<null>((resolve) => (release = () => resolve(null)));
  await withSink({ answer: (step) => (step.verb === 'dot' ? gate : null) }, async (sink) => {
    const pool = newPool({ limits: { connectionsPerHop: 1 } });
    const first = pool.transmit(hopTo(sink), mailOf('x\r\n'));
    const second = pool.transmit(hopTo(sink), mailOf('y\r\n'));
    while (!sink.commands.includes('DATA')) await new Promise((resolve) => setTimeout(resolve, 1));
    const closed = pool.close();
    release();
    assert.equal((await first).kind, 'accepted');
    assert.equal((await second).kind, 'deferred');
    await closed;
    assert.equal(sink.mails.length, 1);
  });
});

test('the dot waits for the word of beforeDot, and onDotSent comes after it', async () => {
  await withSink({}, async (sink) => {
    const pool = newPool();
    const steps: string[] = [];
    const given = await pool.transmit(hopTo(sink), mailOf('x\r\n'), {
      onConnecting: () => steps.push('connecting'),
      beforeDot: () => {
        steps.push(`before dot, ${sink.mails.length} mails`);
        return Promise.resolve(true);
      },
      onDotSent: () => steps.push('dot sent'),
    });
    assert.equal(given.kind, 'accepted');
    assert.deepEqual(steps, ['connecting', 'before dot, 0 mails', 'dot sent']);
    const withheld = await pool.transmit(hopTo(sink), mailOf('x\r\n'), {
      beforeDot: () => Promise.resolve(false),
    });
    assert.equal(withheld.kind, 'deferred');
    assert.equal(withheld.kind === 'deferred' && withheld.uncertain, false);
    assert.equal(sink.mails.length, 1);
    await pool.close();
  });
});

test('an error in the content is the caller\u2019s, and nothing is sent', async () => {
  await withSink({}, async (sink) => {
    const pool = newPool();
    const broken = mailOf('x\r\n', {
      async *content() {
        yield Buffer.from('half\r\n');
        throw new Error('key is gone');
      },
    });
    await assert.rejects(pool.transmit(hopTo(sink), broken), /key is gone/u);
    assert.equal((await pool.transmit(hopTo(sink), mailOf('x\r\n'))).kind, 'accepted');
    assert.equal(sink.mails.length, 1);
    await pool.close();
  });
});

test('a large mail passes through with back-pressure', async () => {
  const block = Buffer.from(`${'x'.repeat(76)}\r\n.dot\r\n`.repeat(800));
  const { outcome, sink } = await outcomeAt({}, mailOf(Array(200).fill(block) as Buffer[]));
  assert.equal(outcome.kind, 'accepted');
  assert.equal(unstuffed(sink.mails[0]?.bytes ?? Buffer.alloc(0)).length, block.length * 200);
});

test('without PIPELINING the commands wait for each other', async () => {
  const { outcome, sink } = await outcomeAt({ extensions: [] });
  assert.equal(outcome.kind, 'accepted');
  assert.deepEqual(sink.commands.slice(1, 4), [
    'MAIL FROM:<doctor@hospital.test>',
    'RCPT TO:<patient@outside.test>',
    'DATA',
  ]);
});

test('a peer with HELO only is served', async () => {
  const { outcome, sink } = await outcomeAt({ answer: answering('EHLO', '502 5.5.1 What?') });
  assert.equal(outcome.kind, 'accepted');
  assert.equal(sink.mails.length, 1);
});

test('extensions and DSN parameters are repeated as they came', async () => {
  const mail = mailOf('\xc3\xa4\r\n', {
    reversePath: '"a b"@hospital.test',
    recipient: 'ä@outside.test',
    smtputf8: true,
    body: '8bitmime',
    dsn: { notify: 'FAILURE,DELAY', orcpt: 'rfc822;a+2Bb@c.test', ret: 'HDRS', envid: 'x+3Dy' },
  });
  const { sink } = await outcomeAt({}, mail);
  assert.equal(
    sink.mails[0]?.mailCommand,
    'MAIL FROM:<"a b"@hospital.test> SIZE=4 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=x+3Dy',
  );
  assert.deepEqual(sink.mails[0]?.rcptCommands, [
    'RCPT TO:<ä@outside.test> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a+2Bb@c.test',
  ]);
  const plain = await outcomeAt({ extensions: ['SMTPUTF8', '8BITMIME'] }, mail);
  assert.equal(plain.outcome.kind === 'accepted' && plain.outcome.dsnPassedOn, false);
  assert.equal(plain.sink.mails[0]?.mailCommand, 'MAIL FROM:<"a b"@hospital.test> BODY=8BITMIME SMTPUTF8');
});

for (const [what, extensions, mail, enhanced] of [
  ['8-bit content', ['SMTPUTF8'], { body: '8bitmime' }, '5.6.3'],
  ['an address in UTF-8', ['8BITMIME'], { smtputf8: true, recipient: 'ä@outside.test' }, '5.6.7'],
  ['a header in UTF-8', ['8BITMIME'], { smtputf8: true, body: '8bitmime' }, '5.6.7'],
  ['more octets than it takes', ['SIZE 5'], {}, '5.3.4'],
  ['REQUIRETLS', [], { requireTlsExtension: true }, '5.7.30'],
  ['a recipient that would end the command', [], { recipient: 'a@b.test>\r\nRCPT TO:<c@d.test' }, '5.1.3'],
] as const)
  test(`a peer that can't take ${what} gets nothing, and the reason comes back`, async () => {
    const { outcome, sink } = await outcomeAt(
      { extensions },
      mailOf('S: \xc3\xa4\r\n\r\n\xc3\xa4\r\n', mail),
    );
    assert.equal(outcome.kind, 'rejected');
    assert.equal(outcome.kind === 'rejected' && outcome.enhanced, enhanced);
    assert.deepEqual(
      sink.commands.filter((line) => line.startsWith('MAIL')),
      [],
    );
  });

test('a peer without SMTPUTF8 gets a domain in A-labels, and the original recipient escaped', async () => {
  const mail = mailOf('S: x\r\n\r\nascii\r\n', {
    reversePath: 'doctor@klinik-münchen.test',
    recipient: '"ann lee"@bücher.test',
    smtputf8: true,
    dsn: { notify: null, orcpt: 'utf-8;jörg@bücher.test', ret: null, envid: null },
  });
  const { outcome, sink } = await outcomeAt({ extensions: ['DSN'] }, mail);
  assert.equal(outcome.kind, 'accepted', JSON.stringify(outcome));
  assert.equal(sink.mails[0]?.mailCommand, 'MAIL FROM:<doctor@xn--klinik-mnchen-3ob.test>');
  assert.deepEqual(sink.mails[0]?.rcptCommands, [
    String.raw`RCPT TO:<"ann lee"@xn--bcher-kva.test> ORCPT=utf-8;j\x{F6}rg@b\x{FC}cher.test`,
  ]);
  const withoutDsn = await outcomeAt({ extensions: [] }, mail);
  assert.equal(withoutDsn.outcome.kind, 'accepted');
  const asItIs = await outcomeAt({}, mail);
  assert.deepEqual(asItIs.sink.mails[0]?.rcptCommands, [
    'RCPT TO:<"ann lee"@bücher.test> ORCPT=utf-8;jörg@bücher.test',
  ]);
});

test('an extension that was asked for without need is left out', async () => {
  const { outcome, sink } = await outcomeAt(
    { extensions: [] },
    mailOf('S: x\r\n\r\nascii\r\n', { body: '8bitmime', smtputf8: true }),
  );
  assert.equal(outcome.kind, 'accepted');
  assert.equal(sink.mails[0]?.mailCommand, 'MAIL FROM:<doctor@hospital.test>');
});
