/** S53: a thousand mails with a null reverse-path that nobody takes: none is answered, and no report is reported on. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { eventually } from '#test/support/eventually.ts';
import { startGatewayWithSinks } from '#test/support/gateway-with-sinks.ts';

const MAILS = 40;
const RECIPIENTS = 25;
const WAIT_MS = 120_000;

it('S53: makes no bounce of a bounce, a thousand times, coded or not', async (t) => {
  const refusal = '550 5.1.1 No such user';
  const world = await startGatewayWithSinks(t, {
    toml: { delivery: 'bounceDomain = "bounces.hospital.test"' },
    outside: { answer: ({ verb }) => (verb === 'RCPT' ? refusal : null) },
    inside: { answer: ({ verb }) => (verb === 'RCPT' ? refusal : null) },
  });
  for (let mail = 0; mail < MAILS; mail++)
    await world.accept({
      reversePath: '',
      recipients: Array.from({ length: RECIPIENTS }, (_, i) => `gone${mail}-${i}@outside.example`),
      mail: [
        'From: Ann Lee <ann.lee@hospital.test>',
        `Subject: ${mail % 10 === 0 ? 'send secure: ' : ''}away`,
        'Auto-Submitted: auto-replied',
        '',
        'Away.',
        '',
      ].join('\r\n'),
    });
  await eventually(
    'everything refused',
    () => world.rows("select id from deliveries where state = 'failed'").length === MAILS * RECIPIENTS,
    WAIT_MS,
  );
  await world.settled();
  const kinds = world.rows('select kind, count(*) as count from deliveries group by kind order by kind');
  assert.deepEqual(
    kinds.map(({ kind, count }) => [kind, count]),
    [
      ['notice', (MAILS / 10) * RECIPIENTS],
      ['relay', MAILS * RECIPIENTS - (MAILS / 10) * RECIPIENTS],
    ],
  );
  assert.deepEqual(
    world.inside.commands.filter((line) => line.startsWith('MAIL')),
    [],
    'nobody inside is told',
  );
});

it('S53: a report of ours that is refused is the end of it', async (t) => {
  const world = await startGatewayWithSinks(t, {
    outside: { answer: ({ verb }) => (verb === 'RCPT' ? '550 5.1.1 No such user' : null) },
    inside: { answer: ({ verb }) => (verb === 'RCPT' ? '550 5.1.1 No such author' : null) },
  });
  await world.accept({ recipients: ['gone@outside.example'] });
  await eventually('the report refused', () => {
    const reports = "select id from deliveries where kind = 'bounce' and state = 'failed'";
    return world.rows(reports).length === 1;
  });
  await world.settled();
  assert.equal(world.rows('select id from deliveries').length, 2);
  assert.deepEqual(
    world.inside.commands.filter((line) => line.startsWith('MAIL')).map((line) => line.split(' ')[1]),
    ['FROM:<>'],
  );
});
