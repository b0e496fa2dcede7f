/** Header blocks: fields lie in order, removed ones are gone for the next reader too, and no text holds a line end. */
import assert from 'node:assert/strict';

import { parseAddressList } from '#src/mime/address-list.ts';
import { decodeHeaderText } from '#src/mime/encoded-words.ts';
import { headerBlockEnd, parseHeaderFields, removeFields } from '#src/mime/header-fields.ts';
import { parseParameterized } from '#src/mime/parameters.ts';

import type { FuzzTarget } from '../target.ts';

const REMOVED = new Set(['bcc', 'x-sendsecure-*']);

export const headerFields: FuzzTarget = {
  name: 'header-fields',
  words: [
    '\r\n',
    '\r\n ',
    '\r\n\r\n',
    'Bcc: ',
    'bcc:',
    'Bcc :',
    'X-SendSecure-Mark: ',
    '=?utf-8?q?',
    '?=',
    ';',
    '"',
    '(',
    '<a@b.test>',
    'name*0*=',
    ':',
    '\n',
    '\r',
  ],
  run(input) {
    const end = headerBlockEnd(input);
    const block = end < 0 ? input : input.subarray(0, end);
    const fields = parseHeaderFields(block);
    let at = 0;
    for (const field of fields) {
      assert.ok(field.start >= at && field.end > field.start && field.end <= block.length, 'in order');
      at = field.end;
      decodeHeaderText(field.rawValue);
      parseParameterized(field.rawValue);
      for (const { address, displayName } of parseAddressList(field.rawValue))
        assert.doesNotMatch(`${address}${displayName}`, /[\r\n\0]/u);
    }
    const left = parseHeaderFields(removeFields(block, fields, REMOVED));
    assert.ok(!left.some(({ lowerName }) => lowerName === 'bcc' || lowerName.startsWith('x-sendsecure-')));
  },
};
