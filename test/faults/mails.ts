/** The mails that a faulty gateway is loaded with, and what of them a sink can tell. Their recipients say their fate. */
import { unstuffed, type SinkMail } from '#test/peers/smtp-sink.ts';

export interface SubmittedMail {
  readonly messageId: string;
  readonly author: string;
  readonly coded: boolean;
  readonly recipients: readonly string[];
  readonly mail: string;
  /** Of the last 250; null where there was none yet. */
  queueId: string | null;
  /** How often it was sent without an answer, or with one that may stand for a commit whose answer was lost. */
  unanswered: number;
}

export interface KindOfMail {
  readonly coded: boolean;
  /** Large ones are stored as files. */
  readonly large?: boolean;
  /** Length of the text instead. */
  readonly textBytes?: number;
  readonly recipients?: readonly string[];
  /** A recipient whose server refuses for good. */
  readonly refused?: boolean;
}

const LINE = `${'x'.repeat(76)}\r\n`;
const LARGE_BYTES = 156_000;
/** The sinks answer 550 for it. */
export const REFUSED = /^no-such-/u;

/** Mail number `n` of a run, `secret` in its subject, text, attachment and file name where it has the code. */
export function mailToSubmit(n: number, secret: string, kind: KindOfMail): SubmittedMail {
  const messageId = `<fault-${n}-${crypto.randomUUID().slice(0, 8)}@hospital.test>`;
  const author = `ann.lee+${n}@hospital.test`;
  const recipients = kind.recipients ?? [
    `a${n}@outside.example`,
    ...(kind.refused === true ? [`no-such-${n}@partner.example`] : [`b${n}@partner.example`]),
    ...(kind.coded ? [] : [`eve${n}@hospital.test`]),
  ];
  const fillerBytes = kind.textBytes ?? (kind.large === true ? LARGE_BYTES : 0);
  const filler = LINE.repeat(Math.ceil(fillerBytes / LINE.length));
  const mail = [
    `From: "Dr. Ann Lee" <${author}>`,
    `To: ${recipients.join(', ')}`,
    `Subject: ${kind.coded ? `send secure ${secret}` : 'lunch'}`,
    `Message-ID: ${messageId}`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    `Text ${secret}`,
    filler,
    '--b',
    `Content-Type: text/plain; name="${secret}.txt"`,
    `Content-Disposition: attachment; filename="${secret}.txt"`,
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(`Attached ${secret}`).toString('base64'),
    '--b--',
    '',
  ].join('\r\n');
  return { messageId, author, coded: kind.coded, recipients, mail, queueId: null, unanswered: 0 };
}

/** What the oracle keeps of a mail that a sink took. */
export interface TakenMail {
  readonly to: string;
  /** `relay`, or what the gateway's own mails say of themselves. */
  readonly kind: string;
  readonly messageId: string;
  /** Message-IDs in `In-Reply-To` and `References`. */
  readonly refersTo: readonly string[];
  /** Of the gateway that relayed it; null in its own mails. */
  readonly queueId: string | null;
  /** Octets without dot-stuffing. */
  readonly bytes: Buffer;
}

const MAX_HEADER_BYTES = 16_384;

export function readTakenMail(mail: SinkMail): TakenMail {
  const bytes = unstuffed(mail.bytes);
  const start = bytes.toString('latin1', 0, MAX_HEADER_BYTES);
  const end = start.indexOf('\r\n\r\n');
  const header = start.slice(0, end < 0 ? start.length : end).replaceAll(/\r\n(?=[ \t])/gu, '');
  const field = (name: string): string => new RegExp(`^${name}:[ \\t]*(.*)$`, 'imu').exec(header)?.[1] ?? '';
  const answered = `${field('In-Reply-To')} ${field('References')}`.matchAll(/<[^>]+>/gu);
  return {
    to: mail.recipients[0] ?? '',
    kind: field('X-SendSecure-Notice') || 'relay',
    messageId: field('Message-ID'),
    refersTo: [...answered].map(([id]) => id),
    queueId: /\bid (\w{26});/u.exec(field('Received'))?.[1] ?? null,
    bytes,
  };
}
