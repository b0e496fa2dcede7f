/** Mail that comes back: read without a throw, and never taken for a report about somebody whom it doesn't name. */
import assert from 'node:assert/strict';

import { MimeScanner } from '#src/mime/scanner.ts';
import { transferDecoder } from '#src/mime/transfer-decoding.ts';
import { parseDeliveryStatus } from '#src/returns/delivery-status.ts';
import { recognise } from '#src/returns/recognise.ts';
import type { ReturnedMail } from '#src/returns/returned-mail.ts';

import type { FuzzTarget } from '../target.ts';

const STRANGER = 'nobody-whom-any-seed-names@elsewhere.example';

export const returnedMail: FuzzTarget = {
  name: 'returned-mail',
  words: [
    '\r\n',
    '\r\n\r\n',
    'Action: failed',
    'Final-Recipient: rfc822; jane@outside.example',
    'Status: 5.1.1',
    'Content-Type: message/delivery-status',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
    '--b',
    'Diagnostic-Code: smtp; 550',
    'jane@outside.example',
    'Auto-Submitted: auto-replied',
  ],
  async run(input) {
    const mail = scanned(input);
    await recognise(mail, 'jane@outside.example');
    const about = await recognise(mail, STRANGER);
    const groups = parseDeliveryStatus(input);
    assert.ok(groups.every(({ addresses }) => addresses.every((address) => !/[\r\n\0]/u.test(address))));
    if (about.kind === 'report') {
      assert.equal(about.source, 'report', 'words that name nobody are about nobody');
      assert.doesNotMatch(`${about.reply ?? ''}${about.remoteHost ?? ''}${about.status ?? ''}`, /[\r\n\0]/u);
    }
  },
};

function scanned(bytes: Buffer): ReturnedMail {
  const derived: Buffer[] = [];
  const scanner = new MimeScanner({ onDerived: (utf8) => derived.push(Buffer.from(utf8)) > 0 });
  scanner.write(bytes);
  const scan = scanner.finish();
  return {
    reversePath: '',
    header: scan.header,
    scan,
    parts: {
      decoded({ transferEncoding, start, end }) {
        const decoder = transferDecoder(transferEncoding);
        return Promise.resolve(Buffer.concat([decoder.decode(bytes.subarray(start, end)), decoder.finish()]));
      },
      text: ({ text }) =>
        Promise.resolve(
          text === null ? '' : Buffer.concat(derived).subarray(text.start, text.end).toString(),
        ),
    },
  };
}
