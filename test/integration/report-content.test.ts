/** A report about one recipient repeats nothing of a mail that had to be protected, or may have to be, for another. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { startGatewayWithSinks } from '#test/support/gateway-with-sinks.ts';

for (const [name, subject, text] of [
  ['waits for an answer', 'sned secure CANARY-SUBJECT', 'short'],
  ['was too large to be protected', 'send secure CANARY-SUBJECT', `${'x'.repeat(76)}\r\n`.repeat(150_000)],
  ['is a secure message', 'send secure CANARY-SUBJECT', 'short'],
] as const) {
  it(`where the mail ${name} for somebody else`, async (t) => {
    const world = await startGatewayWithSinks(t, {
      inside: { answer: ({ line }) => (line.startsWith('RCPT TO:<gone@') ? '550 5.1.1 Unknown' : null) },
    });
    await world.accept({
      reversePath: 'bounces@elsewhere.example',
      author: 'ann.lee@hospital.test',
      recipients: ['gone@hospital.test', 'patient@outside.example'],
      subject,
      text,
    });
    const isReport = ({ kind, text: words }: { kind: string; text: string }): boolean =>
      kind === 'bounce' && words.includes('gone@hospital.test');
    const [report] = await world.waitFor('outside', isReport);
    assert.equal(report?.to, 'bounces@elsewhere.example');
    assert.doesNotMatch(report.text, /CANARY/u);
    assert.match(report.text, /Status: 5\.1\.1/u);
  });
}
