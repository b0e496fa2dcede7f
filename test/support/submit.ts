/** Submits a mail by a plain SMTP dialogue over a socket, and returns every reply. */
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export interface Submission {
  readonly port: number;
  readonly from: string;
  readonly to: readonly string[];
  /** The whole mail with CRLF line ends, without the final dot; lines that start with a dot are doubled here. */
  readonly mail: string | Buffer;
  readonly mailParameters?: string;
  /** The same for every RCPT. */
  readonly rcptParameters?: string;
  /** Instead of a plain connection to `port`. */
  readonly socket?: Socket;
  /** Commands after EHLO, such as AUTH. */
  readonly before?: readonly string[];
}

export interface SubmissionReplies {
  /** Last line of the reply to each command, in order; the last one is the reply to the final dot. */
  readonly replies: readonly string[];
  readonly final: string;
}

export async function submit(submission: Submission): Promise<SubmissionReplies> {
  const socket = submission.socket ?? connect({ host: '127.0.0.1', port: submission.port });
  const replies: string[] = [];
  const lines = replyLines(socket);
  const next = async (): Promise<string> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`connection closed after ${JSON.stringify(replies)}`);
      if (value.charAt(3) !== '-') return value;
    }
  };
  try {
    await next();
    const commands = [
      'EHLO submitter.hospital.test',
      ...(submission.before ?? []),
      `MAIL FROM:<${submission.from}>${after(submission.mailParameters)}`,
      ...submission.to.map((address) => `RCPT TO:<${address}>${after(submission.rcptParameters)}`),
      'DATA',
    ];
    for (const command of commands) {
      socket.write(`${command}\r\n`);
      replies.push(await next());
    }
    if (replies.at(-1)?.startsWith('354') === true) {
      const mail = Buffer.from(submission.mail).toString('latin1').replaceAll(/^\./gmu, '..');
      socket.write(Buffer.from(mail.endsWith('\r\n') ? mail : `${mail}\r\n`, 'latin1'));
      socket.write('.\r\n');
      replies.push(await next());
    }
    return { replies, final: replies.at(-1) ?? '' };
  } finally {
    socket.destroy();
  }
}

function after(parameters: string | undefined): string {
  return parameters === undefined ? '' : ` ${parameters}`;
}

async function* replyLines(socket: Socket): AsyncGenerator<string> {
  for await (const line of createInterface({ input: socket })) yield line;
}

export interface MailText {
  readonly from?: string;
  readonly to?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly fields?: readonly string[];
}

/** A small ordinary mail. */
export function mailOf(mail: MailText): string {
  return [
    `From: "Dr. Ann Lee" <${mail.from ?? 'ann.lee@hospital.test'}>`,
    `To: ${mail.to ?? 'jane@outside.example'}`,
    `Subject: ${mail.subject ?? 'lunch?'}`,
    'Date: Sat, 21 Nov 2026 12:00:00 +0000',
    `Message-ID: <${crypto.randomUUID()}@hospital.test>`,
    ...(mail.fields ?? []),
    '',
    mail.text ?? 'Hello Jane.',
    '',
  ].join('\r\n');
}
