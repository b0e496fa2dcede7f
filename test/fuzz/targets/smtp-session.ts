/** A whole session with our SMTP server: it answers in well-formed replies, and makes no mail that nobody ended. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';

import { startRecordingServer, type RecordingServer } from '#test/peers/recording-smtp-server.ts';

import { latin1, type FuzzTarget } from '../target.ts';

const REPLIES = /^(?:[2-5]\d\d(?:-[\x20-\x7e]*\r\n))*(?:[2-5]\d\d(?:[- ][\x20-\x7e]*)?\r\n)*$/u;
/** After the last octet the server gets so long to say something more. */
const SETTLE_MS = 30;
const END_OF_DATA = /\r\n\.\r\n/gu;

/** What the log says of a client that does wrong; anything else is a fault of ours. */
const EXPECTED = new Set(['smtp: bare CR, LF or NUL refused']);

let server: RecordingServer | null = null;

export const smtpSession: FuzzTarget = {
  name: 'smtp-session',
  words: [
    'EHLO a\r\n',
    'MAIL FROM:<a@hospital.test>\r\n',
    'RCPT TO:<b@outside.test>\r\n',
    'DATA\r\n',
    'RSET\r\n',
    'QUIT\r\n',
    '\r\n.\r\n',
    '\n.\n',
    '\r.\r',
    '\r\n.\n',
    '\n.\r\n',
    '\r\n.\r',
    'BDAT 5\r\n',
    'STARTTLS\r\n',
    'AUTH PLAIN\r\n',
    'XCLIENT ADDR=1.2.3.4\r\n',
    'NOOP\r\n',
    'SIZE=',
    '\0',
  ],
  async open() {
    // No session of a fuzzer is an early talker's: the input goes out behind the greeting.
    const opened = await startRecordingServer();
    server = opened;
    return opened;
  },
  async run(input) {
    assert.ok(server !== null);
    const before = server.handler.mails.length;
    const warned = server.warnings.length;
    const socket = connect({ port: server.port, host: '127.0.0.1', noDelay: true });
    const replies: Buffer[] = [];
    let lastAt = performance.now();
    socket.on('data', (bytes: Buffer) => {
      replies.push(bytes);
      lastAt = performance.now();
    });
    socket.on('error', () => {});
    await once(socket, 'data');
    socket.write(input);
    while (!socket.closed && performance.now() - lastAt < SETTLE_MS)
      await new Promise((resolve) => setTimeout(resolve, 2));
    socket.destroy();
    assert.match(latin1(Buffer.concat(replies)), REPLIES, 'well-formed replies');
    const mails = server.handler.mails.splice(before);
    const ends = [...`\r\n${latin1(input)}`.replaceAll('\r\n', '\r\n\r\n').matchAll(END_OF_DATA)].length;
    assert.ok(mails.length <= ends, `${mails.length} mails of ${ends} ends of data`);
    for (const { content } of mails) assert.doesNotMatch(latin1(content), /(?<!\r)\n|\r(?!\n)|\0/u);
    const unexpected = server.warnings.slice(warned).filter((warning) => !EXPECTED.has(warning));
    assert.deepEqual(unexpected, []);
    server.handler.failures.length = 0;
    server.handler.recipients.length = 0;
    server.handler.senders.length = 0;
  },
};
