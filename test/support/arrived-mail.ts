/** A mail that arrived at a sink, as a test asks about it: header fields by name, text as its reader sees it. */
import { unstuffed, type SinkMail } from '#test/peers/smtp-sink.ts';

export interface ArrivedMail {
  readonly wire: SinkMail;
  /** Octets as they were submitted or written, dot-stuffing undone. */
  readonly bytes: Buffer;
  readonly to: string;
  readonly reversePath: string;
  readonly subject: string;
  readonly messageId: string;
  /** Message-IDs in `In-Reply-To` and `References`. */
  readonly refersTo: readonly string[];
  /** What the gateway's own mails say of themselves (`X-SendSecure-Notice`); `relay` for what somebody else wrote. */
  readonly kind: string;
  /** The whole body with quoted-printable undone, as UTF-8. */
  readonly text: string;
  /** First link to a message. */
  readonly link: string | null;
  field(name: string): string | null;
}

export function arrived(mail: SinkMail): ArrivedMail {
  const bytes = unstuffed(mail.bytes);
  const raw = bytes.toString('latin1');
  const end = raw.indexOf('\r\n\r\n');
  const header = raw.slice(0, end < 0 ? raw.length : end).replaceAll(/\r\n(?=[ \t])/gu, '');
  const field = (name: string): string | null =>
    new RegExp(`^${name}:[ \\t]*(.*)$`, 'imu').exec(header)?.[1] ?? null;
  const text = withoutQuotedPrintable(end < 0 ? '' : raw.slice(end));
  return {
    wire: mail,
    bytes,
    to: mail.recipients[0] ?? '',
    reversePath: mail.reversePath,
    subject: field('Subject') ?? '',
    messageId: field('Message-ID') ?? '',
    refersTo: [...`${field('In-Reply-To') ?? ''} ${field('References') ?? ''}`.matchAll(/<[^>]+>/gu)].map(
      ([id]) => id,
    ),
    kind: field('X-SendSecure-Notice') ?? 'relay',
    text,
    link: /https?:\/\/[^\s"<>]+\/m\/[\w-]+/u.exec(text)?.[0] ?? null,
    field,
  };
}

function withoutQuotedPrintable(text: string): string {
  const octets = text
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/gu, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(octets, 'latin1').toString('utf8');
}
