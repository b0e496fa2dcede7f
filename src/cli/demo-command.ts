/** `sendsecure demo`: sends a first coded message through the real SMTP door and shows where to read it. */
import { connect } from 'node:net';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';

import type { Settings } from '#src/config/settings.ts';

import type { Command } from './command.ts';
import { demoMail } from './demo-mail.ts';
import { CommandFailed, EXIT } from './exit-codes.ts';
import { readSettings } from './read-settings.ts';

const WAIT_MS = 15_000;
const LOOK_EVERY_MS = 250;

export const demoCommand: Command = {
  name: 'demo',
  summary: 'Send a first secured message to the running trial and print its link.',
  help: 'sendsecure demo [--config FILE] [--json]\n\nThe gateway must be running ("npm start"). Nothing leaves this machine.',
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: { config: { type: 'string' }, json: { type: 'boolean' } },
    });
    const settings = await readSettings(values.config);
    if (settings.delivery.nextHop.kind !== 'capture') {
      throw new CommandFailed(EXIT.config, 'The demo needs a trial: with a real route it would send mail.');
    }
    const mail = demoMail(settings.organization.domains[0] ?? 'hospital.example', Date.now());
    await submit(settings, mail);
    const link = await waitForLink(settings, mail.to);
    const captured = `${settings.console.publicUrl}/captured`;
    if (values.json === true) process.stdout.write(`${JSON.stringify({ link, to: mail.to, captured })}\n`);
    else process.stdout.write(story(mail.from, mail.to, link, captured));
    return EXIT.ok;
  },
};

function story(from: string, to: string, link: string, captured: string): string {
  return (
    `\n${from} sent a mail with "send secure" in its subject to ${to}.\n\n` +
    `Read it as ${to}:\n\n  ${link}\n\n` +
    `The code you are asked for, the notice and the author’s receipts are at\n\n  ${captured}\n\n`
  );
}

/** A plain SMTP dialogue over a socket: the same door that a mail server uses. */
async function submit(settings: Settings, mail: { from: string; to: string; data: string }): Promise<void> {
  const { host, port } = settings.smtp.listen;
  const socket = connect({ host: host === 'localhost' ? '127.0.0.1' : host, port });
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const expect = async (code: string): Promise<void> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true || !value.startsWith(code)) {
        throw new CommandFailed(
          EXIT.unavailable,
          `The gateway answered: ${done === true ? 'nothing' : value}`,
        );
      }
      if (value.charAt(3) !== '-') return;
    }
  };
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    await expect('220');
    for (const [command, code] of [
      ['EHLO demo.localhost', '250'],
      [`MAIL FROM:<${mail.from}>`, '250'],
      [`RCPT TO:<${mail.to}>`, '250'],
      ['DATA', '354'],
      [`${mail.data}\r\n.`, '250'],
      ['QUIT', '221'],
    ] as const) {
      socket.write(`${command}\r\n`);
      await expect(code);
    }
  } catch (error) {
    if (error instanceof CommandFailed) throw error;
    throw new CommandFailed(
      EXIT.unavailable,
      `Nothing answers at port ${port}. Start the gateway first: npm start`,
    );
  } finally {
    socket.destroy();
  }
}

async function waitForLink(settings: Settings, to: string): Promise<string> {
  const { port } = settings.console.listen;
  const end = Date.now() + WAIT_MS;
  while (Date.now() < end) {
    const response = await fetch(`http://localhost:${port}/captured.json`);
    const { mails } = (await response.json()) as {
      mails: { kind: string; to: string; link: string | null }[];
    };
    const notice = mails.find((mail) => mail.kind === 'notice' && mail.to === to);
    if (notice?.link != null) return notice.link;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new CommandFailed(
    EXIT.unavailable,
    'No notice came within 15 seconds; the log of the gateway says why.',
  );
}
