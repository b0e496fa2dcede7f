/** Invented mails for the pages: plain, HTML with pictures and hostile parts, an invitation, a large one. */
import { deflateSync } from 'node:zlib';

import type { MockMail } from './mock-mail.ts';

const AUTHOR = { name: 'Dr. Ana Ruiz', address: 'ana.ruiz@riverside.example' };
const TO = 'Margaret Olsen <margaret.olsen@mail.example>';

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** A picture of one colour fading to white. */
export function png(
  width: number,
  height: number,
  [red, green, blue]: readonly [number, number, number],
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows: Buffer[] = [];
  for (let y = 0; y < height; y++) {
    const row = Buffer.alloc(1 + width * 3);
    for (let x = 0; x < width; x++) {
      const fade = x / width;
      row.set(
        [red, green, blue].map((value) => Math.round(value + (255 - value) * fade)),
        1 + x * 3,
      );
    }
    rows.push(row);
  }
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.concat(rows))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

export const PLAIN_TEXT = `Dear Mrs Olsen,

your results are back and they look good. The blood count is normal, and the sugar has come down since spring. Please go on with the same tablets.

I would like to see you again in three months. You can choose a time here:
https://riverside.example/appointments

Kind regards
Dr. Ana Ruiz
Riverside Clinic
`;

const HTML = `<html><head><style>body{font-family:Georgia,serif} .t{border-collapse:collapse} .t td{border:1px solid #999;padding:6px}
@import url(https://tracker.test/import.css);</style></head><body bgcolor="#fdfaf3">
<p>Dear Mrs Olsen,</p><p>here are your <b>values</b>:</p>
<table class="t" width="700"><tr><td>Value</td><td>March</td><td>June</td><td>Range</td></tr>
<tr><td>Haemoglobin</td><td>13.1</td><td style="color:#0a5">13.4</td><td>12.0 to 15.5</td></tr>
<tr><td>HbA1c</td><td style="color:#a00">7.4</td><td style="color:#0a5">6.8</td><td>under 7.0</td></tr></table>
<p><img src="cid:chart@riverside" alt="Chart of your values" width="480" height="120"></p>
<p><img src="https://tracker.test/pixel.png" width="1" height="1"> Book your next visit
<a href="https://riverside.example/appointments">here</a> or on
<a href="https://evil.test/login">www.riverside.example</a>.</p></body></html>`;

const CALENDAR = `BEGIN:VCALENDAR\r
VERSION:2.0\r
METHOD:REQUEST\r
BEGIN:VEVENT\r
UID:1@riverside.example\r
SUMMARY:Follow-up visit\\, Dr. Ruiz\r
DTSTART;TZID=America/Chicago:20260915T093000\r
DTEND;TZID=America/Chicago:20260915T100000\r
LOCATION:Riverside Clinic\\, room 214\r
ORGANIZER;CN="Dr. Ana Ruiz":mailto:ana.ruiz@riverside.example\r
END:VEVENT\r
END:VCALENDAR\r
`;

const PDF = Buffer.from(
  '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n',
);

export const TEXT_MAIL: MockMail = {
  id: 'msg-text',
  author: AUTHOR,
  subject: 'Your results from June',
  sentAt: '2026-06-12T14:05:00.000Z',
  to: TO,
  cc: 'Nurse Desk <nurses@riverside.example>',
  parts: [
    { role: 'text', mediaType: 'text/plain', bytes: Buffer.from(PLAIN_TEXT) },
    { role: 'attachment', mediaType: 'application/pdf', name: 'Results June 2026.pdf', bytes: PDF },
    { role: 'attachment', mediaType: 'image/png', name: 'chart.png', bytes: png(600, 200, [10, 90, 118]) },
    {
      role: 'attachment',
      mediaType: 'text/plain',
      name: 'notes.txt',
      bytes: Buffer.from('Take one tablet in the morning.\n'),
    },
    {
      role: 'attachment',
      mediaType: 'application/octet-stream',
      name: 'invoice\u202Efdp.exe',
      bytes: Buffer.alloc(3000, 7),
    },
  ],
};

export const HTML_MAIL: MockMail = {
  id: 'msg-html',
  author: AUTHOR,
  subject: 'Values and your next visit',
  sentAt: '2026-06-20T09:30:00.000Z',
  to: TO,
  parts: [
    {
      role: 'text',
      mediaType: 'text/plain',
      bytes: Buffer.from('Dear Mrs Olsen,\n\nhere are your values.\n'),
    },
    { role: 'html', mediaType: 'text/html', bytes: Buffer.from(HTML) },
    {
      role: 'inline',
      mediaType: 'image/png',
      contentId: 'chart@riverside',
      bytes: png(480, 120, [10, 120, 60]),
    },
  ],
};

export const INVITATION_MAIL: MockMail = {
  id: 'msg-invitation',
  author: AUTHOR,
  subject: 'Invitation: follow-up visit',
  sentAt: '2026-06-21T16:00:00.000Z',
  to: TO,
  parts: [
    { role: 'text', mediaType: 'text/plain', bytes: Buffer.from('Please come to your follow-up visit.\n') },
    { role: 'calendar', mediaType: 'text/calendar', bytes: Buffer.from(CALENDAR) },
    { role: 'attachment', mediaType: 'text/calendar', name: 'invite.ics', bytes: Buffer.from(CALENDAR) },
  ],
};

/** About 10 MB once encoded; its text shows after a few kilobytes. */
export function largeMail(): MockMail {
  const bytes = Buffer.alloc(7 * 1024 * 1024);
  for (let i = 0; i < bytes.length; i += 4) bytes.writeUInt32LE((i * 2654435761) >>> 0, i);
  return {
    id: 'msg-large',
    author: AUTHOR,
    subject: 'The pictures of your knee',
    sentAt: '2026-06-22T11:00:00.000Z',
    to: TO,
    parts: [
      { role: 'text', mediaType: 'text/plain', bytes: Buffer.from('Here are the pictures.\n') },
      { role: 'attachment', mediaType: 'application/zip', name: 'knee pictures.zip', bytes },
    ],
  };
}
