/** S43, S44: servers of OpenSSL's that can't prove who they are, or not well enough, get no MAIL command. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makeServerCases } from '#test/peers/bad-servers.ts';
import { startOpensslServer, type OpensslServer } from '#test/peers/openssl-server.ts';
import type { OpensslServerOptions } from '#test/peers/openssl-server.ts';
import { mailOf, newPool } from '#test/peers/outgoing.ts';
import { eventually } from '#test/support/eventually.ts';

import type { NextHop, TransmitOutcome } from './transmit.ts';

const { root, good, bad } = makeServerCases('DNS:mx.outside.test');
const SECRET = 'CANARY-for-verified-eyes';

async function sendTo(
  options: OpensslServerOptions,
  work?: (server: OpensslServer, send: () => Promise<TransmitOutcome>) => Promise<void>,
): Promise<{ outcome: TransmitOutcome; server: OpensslServer }> {
  const server = await startOpensslServer(options);
  const pool = newPool();
  try {
    const hop: NextHop = {
      host: '127.0.0.1',
      port: server.port,
      implicitTls: false,
      tls: 'verified',
      servername: 'mx.outside.test',
      ca: [root.cert],
    };
    const send = () => pool.transmit(hop, mailOf(`Subject: x\r\n\r\n${SECRET}\r\n`));
    const outcome = await send();
    await work?.(server, send);
    return { outcome, server };
  } finally {
    await pool.close();
    await server.stop();
  }
}

for (const { what, options } of good)
  test(`S43: a server with ${what} gets the mail, inside TLS`, async () => {
    const { outcome, server } = await sendTo(options);
    assert.equal(outcome.kind, 'accepted', JSON.stringify(outcome));
    assert.equal(outcome.tls?.verified, true);
    assert.ok(server.innerCommands.includes('MAIL FROM:<doctor@hospital.test>'));
    assert.ok(!server.wire.includes(SECRET) && !server.wire.includes('MAIL'));
  });

for (const { what, options, words } of bad)
  test(`S43 S44: a server with ${what} hears no MAIL, and the outcome says why`, async () => {
    const { outcome, server } = await sendTo(options);
    assert.equal(outcome.kind, 'deferred', JSON.stringify(outcome));
    assert.equal(outcome.kind === 'deferred' && outcome.stage, 'tls');
    assert.match(outcome.reply, words);
    assert.deepEqual(server.plainCommands.slice(1), ['STARTTLS']);
    const said = server.innerCommands.filter((line) => !/^(?:EHLO|QUIT)/u.test(line));
    assert.deepEqual(said, []);
    assert.ok(!server.wire.includes(SECRET) && !server.wire.includes('MAIL'));
  });

test('S44: only AEAD with forward secrecy is offered', async () => {
  const { server } = await sendTo({ ...good[0]?.options, args: ['-trace'] });
  const offered = server.printed.flatMap((line) => /^\s+\{0x\w\w, 0x\w\w\} (\w+)\s*$/u.exec(line)?.[1] ?? []);
  assert.ok(offered.length >= 5, server.printed.join('\n'));
  const signalling = 'TLS_EMPTY_RENEGOTIATION_INFO_SCSV';
  const weak = offered.filter(
    (name) =>
      name !== signalling && !/^TLS_(?:ECDHE_\w+_WITH_)?(?:AES_\d+_GCM|CHACHA20_POLY1305)_SHA/u.test(name),
  );
  assert.deepEqual(weak, []);
});

test('S44: a second handshake on the connection is refused', async () => {
  const renegotiates = good.find(({ what }) => what.startsWith('TLS 1.2'));
  await sendTo({ ...renegotiates?.options }, async (server) => {
    server.tell('R');
    const ended = /^ERROR|no renegotiation/u;
    await eventually('ended', () => server.printed.some((line) => ended.test(line)), 20_000);
    assert.ok(server.printed.some((line) => line.startsWith('SSL_do_handshake')));
    assert.equal(server.printed.filter((line) => line.startsWith('CIPHER is')).length, 1);
  });
});

test('S43: no session is resumed, so each connection is verified by itself', async () => {
  await sendTo({ ...good[0]?.options }, async (server, send) => {
    assert.equal((await send()).kind, 'accepted');
    const pool = newPool();
    const hop = { host: '127.0.0.1', port: server.port, implicitTls: false, servername: 'mx.outside.test' };
    const other = await pool.transmit({ ...hop, tls: 'verified', ca: [root.cert] }, mailOf('x\r\n'));
    assert.equal(other.kind, 'accepted');
    await pool.close();
    assert.ok(server.connections >= 2);
    const handshakes = server.printed.filter((line) => /^(?:New|Reused), /u.test(line));
    assert.ok(!server.printed.some((line) => line.startsWith('Reused, ')), handshakes.join());
  });
});
