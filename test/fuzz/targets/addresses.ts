/** Addresses as MAIL and RCPT give them: the domain is what follows the last `@`, and reading again changes nothing. */
import assert from 'node:assert/strict';

import { canonicalDomain, parseMailAddress } from '#src/base/mail-address.ts';
import { parseMailCommand, parseRcptCommand } from '#src/smtp/server/address-command.ts';

import type { FuzzTarget } from '../target.ts';

const MAX_MESSAGE_BYTES = 50_000_000;

export const addresses: FuzzTarget = {
  name: 'addresses',
  words: [
    '@',
    '"',
    '\\',
    '<',
    '>',
    '.',
    '[127.0.0.1]',
    'xn--',
    '%',
    '!',
    ' ',
    ' SIZE=',
    ' ORCPT=rfc822;',
    ' NOTIFY=NEVER',
    '\u00e9',
    '+0A',
  ],
  run(input) {
    const text = input.toString('utf8');
    checkAddress(text);
    for (const smtputf8 of [false, true]) {
      const parsed = parseRcptCommand(`RCPT TO:<${text}>`, smtputf8, 'hospital.test');
      if (!('refusal' in parsed)) {
        checkAddress(parsed.address.raw);
        assert.ok(smtputf8 || /^[\x20-\x7e]*$/u.test(parsed.address.raw), 'ASCII without SMTPUTF8');
        assert.doesNotMatch(`${parsed.orcpt ?? ''}${parsed.notify ?? ''}`, /[\r\n\0]/u);
      }
    }
    const mail = parseMailCommand(`MAIL FROM:<${text}>`, MAX_MESSAGE_BYTES);
    if (!('refusal' in mail)) assert.doesNotMatch(mail.reversePath, /[\r\n\0]/u);
  },
};

function checkAddress(raw: string): void {
  const address = parseMailAddress(raw);
  if (address === null) return;
  assert.equal(address.raw, raw);
  assert.doesNotMatch(raw, /[\r\n\0]/u);
  assert.equal(address.domain, canonicalDomain(raw.slice(raw.lastIndexOf('@') + 1)));
  assert.equal(parseMailAddress(address.canonical)?.canonical, address.canonical, 'canonical already');
}
