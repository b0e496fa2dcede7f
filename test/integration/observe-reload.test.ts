/** The real program: SIGHUP takes it out of observe mode, and the next mail is protected. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startSmtpSink } from '#test/peers/smtp-sink.ts';
import { eventually } from '#test/support/eventually.ts';
import { freePort } from '#test/support/free-port.ts';
import { mailOf, submit } from '#test/support/submit.ts';

const PROGRAM = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const SECRET = 'CANARY-of-observe-mode';

test('mode = "observe" ends with SIGHUP', async (t) => {
  const sink = await startSmtpSink();
  t.after(() => sink.stop());
  const folder = await mkdtemp(join(tmpdir(), 'sendsecure-observe-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const [smtpPort, portal, console] = [await freePort(), await freePort(), await freePort()];
  const file = join(folder, 'gateway.toml');
  const write = (mode: string): Promise<void> =>
    writeFile(
      file,
      `publicUrl = "http://localhost:${portal}"
[organization]
domains = ["hospital.test"]
serviceAddress = "send-secure@hospital.test"
mode = "${mode}"
[smtp]
listen = "127.0.0.1:${smtpPort}"
[portal]
listen = "localhost:${portal}"
[console]
listen = "localhost:${console}"
[delivery]
nextHop = "smtp://127.0.0.1:${sink.port}"
internalNextHop = "smtp://127.0.0.1:${sink.port}"
[limits]
lowDiskMB = 10
`,
    );
  await write('observe');
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--config', file], { stdio: 'pipe' });
  t.after(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece: Buffer) => (output += piece.toString()));
  const send = async (to: string): Promise<string> => {
    const mail = mailOf({ to, subject: 'send secure results', text: SECRET });
    return (await submit({ port: smtpPort, from: 'ann.lee@hospital.test', to: [to], mail })).final;
  };
  const sentTo = (to: string) => sink.mails.find(({ recipients }) => recipients.includes(to));

  await eventually('started', () => output.includes('Send Secure is running'), 60_000);
  assert.match(output, /!!! OBSERVE MODE: NOTHING IS PROTECTED/u);
  assert.match(await send('first@outside.example'), /^250 /u);
  const first = await eventually('relayed', () => sentTo('first@outside.example'));
  assert.ok(first.bytes.includes(SECRET));

  await write('protect');
  child.kill('SIGHUP');
  await eventually('reloaded', () => output.includes('were read again'));
  assert.match(await send('second@outside.example'), /^250 /u);
  const second = await eventually('a notice', () => sentTo('second@outside.example'));
  assert.ok(!second.bytes.includes(SECRET), 'it left in clear');
  assert.match(second.bytes.toString('latin1'), /X-SendSecure-Notice: notice/u);
});
