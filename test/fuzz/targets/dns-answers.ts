/** DNS answers: never thrown, never believed without the question, never secure without the resolver's word. */
import assert from 'node:assert/strict';

import { isDnsName, readResponse } from '#src/routing/dns-message.ts';

import type { FuzzTarget } from '../target.ts';

const AUTHENTIC_DATA = 0x20;
const TYPES = ['MX', 'TLSA', 'A', 'TXT'] as const;

export const dnsAnswers: FuzzTarget = {
  name: 'dns-answers',
  words: [
    '\xc0\x0c',
    '\x00\x0f\x00\x01',
    '\x00\x34\x00\x01',
    '\x00\x05\x00\x01',
    '\x07example',
    '\xff\xff',
    '\x00',
  ],
  run(input) {
    for (const type of TYPES) {
      const answer = readResponse(input, { id: 0x1234, name: 'mail.example', type });
      if (answer.kind !== 'answer') continue;
      assert.equal(input.readUInt16BE(0), 0x1234, 'an answer to this question');
      assert.ok(isDnsName(answer.name) || answer.name === '', answer.name);
      assert.ok(!answer.secure || ((input[3] ?? 0) & AUTHENTIC_DATA) !== 0, 'secure by its word alone');
      // Which names can be servers is looked at where servers are chosen (routing/mail-hosts.ts).
      assert.ok(answer.records.length <= input.length);
    }
  },
};
