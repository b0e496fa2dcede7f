/**
 * The mails of the benchmark. Up to 100 KB: a plain text. Above: a short text and an attachment in base64, as large
 * mails are. A `secure` mail has the code in its subject, a `plain` one has not; all else is the same.
 */
export type MailKind = 'secure' | 'plain' | 'mixed';

export interface BenchMail {
  readonly from: string;
  readonly to: string;
  readonly head: string;
  /** Ends in CR LF; no line begins with a dot. */
  readonly body: Buffer;
}

const ATTACHMENT_FROM_BYTES = 100_000;
const HEAD_BYTES = 420;
const LINE = 'The results of the examination are in order and there is nothing to be done now.\r\n';
const bodies = new Map<number, Buffer>();

export function recipientOf(number: number): string {
  return `jane.${number}@outside.example`;
}

export function benchMail(kind: MailKind, bytes: number, number: number): BenchMail {
  const secure = kind === 'secure' || (kind === 'mixed' && number % 2 === 0);
  const from = 'ann.lee@hospital.test';
  const to = recipientOf(number);
  const head = [
    'Received: from desk.hospital.test ([10.1.2.3]) by mail.hospital.test with ESMTPS id 4F3B',
    '\tfor <jane@outside.example>; Sat, 21 Nov 2026 12:00:00 +0000',
    `From: "Dr. Ann Lee" <${from}>`,
    `To: Jane <${to}>`,
    `Subject: ${secure ? 'send secure: ' : ''}Your results of last week`,
    'Date: Sat, 21 Nov 2026 12:00:00 +0000',
    `Message-ID: <bench-${process.pid}-${number}@hospital.test>`,
    'MIME-Version: 1.0',
    bytes < ATTACHMENT_FROM_BYTES
      ? 'Content-Type: text/plain; charset=utf-8'
      : 'Content-Type: multipart/mixed; boundary="bench"',
    '\r\n',
  ].join('\r\n');
  return { from, to, head, body: bodyOf(bytes - HEAD_BYTES) };
}

function bodyOf(bytes: number): Buffer {
  let body = bodies.get(bytes);
  if (body === undefined) {
    body = bytes < ATTACHMENT_FROM_BYTES - HEAD_BYTES ? linesOf(LINE, bytes) : withAttachment(bytes);
    bodies.set(bytes, body);
  }
  return body;
}

function withAttachment(bytes: number): Buffer {
  const start =
    '--bench\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nDear Jane, the images are attached.\r\n' +
    '--bench\r\nContent-Type: application/octet-stream; name="images.bin"\r\n' +
    'Content-Disposition: attachment; filename="images.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\n';
  const base64Line = `${Buffer.alloc(57, 'octets').toString('base64')}\r\n`;
  return Buffer.concat([
    Buffer.from(start),
    linesOf(base64Line, bytes - start.length),
    Buffer.from('--bench--\r\n'),
  ]);
}

function linesOf(line: string, bytes: number): Buffer {
  return Buffer.from(line.repeat(Math.max(1, Math.floor(bytes / line.length))));
}
