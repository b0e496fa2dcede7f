/** R09 S80 to S83: while one client sends the worst MIME there is, the sessions of others are served. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { it } from 'node:test';

import { startGatewayWithSinks } from '#test/support/gateway-with-sinks.ts';
import { mailOf } from '#test/support/submit.ts';

const PIECES = 160;
const PIECE_BYTES = 256 * 1024;

/** Parts inside parts, folded fields, boundaries that almost are. */
function hostilePiece(index: number): Buffer {
  const part = `--b${index % 7}\r\nContent-Type: multipart/mixed;\r\n\tboundary="b${(index + 1) % 7}"\r\nX: y\r\n\tz\r\n\r\n--b\r\n`;
  return Buffer.from(part.repeat(Math.ceil(PIECE_BYTES / part.length)));
}

it('40 MB of parts in parts: another client completes a session between any two stretches of it', async (t) => {
  const world = await startGatewayWithSinks(t);
  const socket = connect({ host: '127.0.0.1', port: world.gateway.smtpPort });
  t.after(() => void socket.destroy());
  let said = '';
  socket.on('data', (octets: Buffer) => (said += octets.toString('latin1')));
  const hear = async (code: string): Promise<void> => {
    while (!new RegExp(`^${code} `, 'mu').test(said)) await once(socket, 'data');
    said = '';
  };
  const ask = (command: string, code: string): Promise<void> => {
    socket.write(command);
    return hear(code);
  };
  await hear('220');
  await ask('EHLO hostile.hospital.test\r\n', '250');
  await ask('MAIL FROM:<ann.lee@hospital.test>\r\n', '250');
  await ask('RCPT TO:<bob@hospital.test>\r\n', '250');
  await ask('DATA\r\n', '354');
  const header = mailOf({ to: 'bob@hospital.test', fields: ['Content-Type: multipart/mixed; boundary=b0'] });
  socket.write(header);
  let served = 0;
  for (let index = 0; index < PIECES; index++) {
    if (!socket.write(hostilePiece(index))) await once(socket, 'drain');
    if (index % 16 === 0) {
      await world.accept({ recipients: ['carol@hospital.test'] });
      served += 1;
    }
  }
  assert.equal(served, 10, 'all of them were answered before the hostile mail had ended');
  await ask('\r\n.\r\n', '[25]\\d\\d');
  await world.accept({ recipients: ['carol@hospital.test'] });
});
