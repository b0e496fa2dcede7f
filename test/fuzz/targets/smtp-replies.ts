/** Replies of next hops: judged the same in any pieces, and what is kept of them is one printable line. */
import assert from 'node:assert/strict';

import { parseReply, ReplyGuard } from '#src/smtp/client/reply.ts';

import { latin1, type FuzzTarget } from '../target.ts';

export const smtpReplies: FuzzTarget = {
  name: 'smtp-replies',
  words: ['250 ', '250-', '550 5.1.1 ', '354 ', '\r\n', '\n', '\r', '\0', '25O ', '2.0.0', 'x'.repeat(3_000)],
  run(input) {
    const whole = new ReplyGuard().inspect(input);
    const guard = new ReplyGuard();
    let inPieces: string | null = null;
    for (let at = 0; at < input.length && inPieces === null; at += 3)
      inPieces = guard.inspect(input.subarray(at, at + 3));
    assert.equal(inPieces === null, whole === null, 'the same in pieces');
    const { code, enhanced, text } = parseReply(latin1(input).replaceAll('\r', ''));
    assert.ok(Number.isInteger(code) && code >= 0 && code <= 999);
    assert.ok(text.length <= 512);
    assert.doesNotMatch(text, /[\p{Cc}\p{Zl}\p{Zp}]/u);
    assert.ok(enhanced === null || enhanced.startsWith(String(code)[0] ?? ''), 'of the same class');
  },
};
